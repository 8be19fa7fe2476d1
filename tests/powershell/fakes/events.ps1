# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# The Application log, by EventLogReader and by Get-WinEvent; only the XPath that was asked for decides what comes.

function Select-LabEvent([string]$XPath, [bool]$NewestFirst) {
    $machine = Get-LabMachine
    Wait-Lab 'EventLog'
    $events = @($machine.events)
    if ($XPath -eq '*') {
        $oldest = Get-LabValue $machine 'event_log_oldest'
        if ($oldest) { return New-LabEvent ([pscustomobject]@{ id = 6005; record_id = 1; time = $oldest; level = 4; data = @() }) }
    }
    else {
        if ($XPath -notmatch "^\*\[System\[Provider\[@Name='(?<provider>[^']+)'\] and \((?<ids>[^)]+)\) and TimeCreated\[timediff\(@SystemTime\) <= (?<age>\d+)\]\]\]$") {
            throw "The specified query is invalid: $XPath"
        }
        $provider = $Matches.provider
        $since = (ConvertTo-LabTime $machine.utc_now).AddMilliseconds(-[double]$Matches.age)
        $ids = @($Matches.ids -split ' or ' | ForEach-Object { [int]($_ -replace '^EventID=') })
        $events = @($events | Where-Object {
                $name = Get-LabValue $_ 'provider'
                if (-not $name) { $name = 'Microsoft-Windows-Security-SPP' }
                $name -eq $provider -and $ids -contains $_.id -and (ConvertTo-LabTime $_.time) -ge $since
            })
    }
    if ($NewestFirst) { [array]::Reverse($events) }
    foreach ($event in $events) { New-LabEvent $event }
}

function New-LabEvent($Event) {
    [pscustomobject]@{
        Id = [int]$Event.id; RecordId = [long]$Event.record_id; TimeCreated = ConvertTo-LabTime $Event.time
        Level = $(if ($null -ne (Get-LabValue $Event 'level')) { [byte]$Event.level } else { $null })
        Properties = @(foreach ($item in $Event.data) { [pscustomobject]@{ Value = $item } })
    } | Add-Member -MemberType ScriptProperty -Name Message -Value { throw 'rendering a message takes 30 ms a record' } -PassThru
}

function New-LabEventLogException {
    $failure = Get-LabValue (Get-LabMachine) 'event_log_error'
    if (-not $failure) { return }
    if ($failure.code -eq '0x80070005') { return [UnauthorizedAccessException]::new($failure.message) }
    $signed = [BitConverter]::ToInt32([BitConverter]::GetBytes((ConvertTo-LabCode $failure.code)), 0)
    [System.Runtime.InteropServices.COMException]::new($failure.message, $signed)
}

function Get-WinEvent {
    [CmdletBinding()]
    param([string[]]$LogName, [string]$FilterXPath, [long]$MaxEvents, [switch]$Oldest)
    $exception = New-LabEventLogException
    if ($exception) { $PSCmdlet.ThrowTerminatingError((New-LabError $exception 'System.UnauthorizedAccessException')) }
    $found = @(Select-LabEvent $FilterXPath (-not $Oldest))
    if (-not $found) {
        $none = [Exception]::new('Es wurden keine Ereignisse gefunden.')
        $PSCmdlet.WriteError((New-LabError $none 'NoMatchingEventsFound' 'ObjectNotFound'))
    }
    $found | Select-Object -First $MaxEvents
}

function New-LabEventLogQuery([object[]]$With) {
    if ($With[0] -ne 'Application' -or $With[1] -ne 'LogName') { throw "unexpected log: $With" }
    [pscustomobject]@{ XPath = $With[2]; ReverseDirection = $false }
}

function New-LabEventLogReader($Query) {
    $exception = New-LabEventLogException
    if ($exception) { throw (New-LabError $exception 'ConstructorInvokedThrowException,Microsoft.PowerShell.Commands.NewObjectCommand') }
    $queue = [System.Collections.Queue]::new(@(Select-LabEvent $Query.XPath $Query.ReverseDirection))
    $reader = [pscustomobject]@{ Queue = $queue }
    Add-Member -InputObject $reader -MemberType ScriptMethod -Name ReadEvent -Value { if ($this.Queue.Count) { $this.Queue.Dequeue() } }
    Add-Member -InputObject $reader -MemberType ScriptMethod -Name Dispose -Value { $this.Queue.Clear() }
    $reader
}
