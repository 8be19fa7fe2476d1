# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# The machine that the fakes speak for. Fakes also run in runspaces of a pool, so it lies where the whole process sees it.
[AppDomain]::CurrentDomain.SetData('lab.machine', $MachineJson)
[AppDomain]::CurrentDomain.SetData('lab.files', $FilesRoot)
[AppDomain]::CurrentDomain.SetData('lab.writes', [System.Collections.ArrayList]::Synchronized([System.Collections.ArrayList]::new()))
[AppDomain]::CurrentDomain.SetData('lab.dns', [System.Collections.ArrayList]::Synchronized([System.Collections.ArrayList]::new()))
Import-MemoryRegistry -Clear -Json $RegistryJson
function Mount-LabDrive {
    if (-not (Get-PSDrive -Name C -ErrorAction SilentlyContinue)) {
        $null = New-PSDrive -Name C -PSProvider FileSystem -Root ([AppDomain]::CurrentDomain.GetData('lab.files')) -Scope Global
    }
}
Mount-LabDrive
$env:windir = 'C:\Windows'

# Objects of PowerShell bear no two threads at once, so every runspace reads the text for itself.
function Get-LabMachine {
    if (-not $global:labMachine) { $global:labMachine = ConvertFrom-Json -InputObject ([AppDomain]::CurrentDomain.GetData('lab.machine')) }
    $global:labMachine
}

# What a machine is slow at: `hangs` names commands and the seconds that each of their calls takes longer.
function Wait-Lab([string]$Command, [string]$What) {
    $hangs = Get-LabValue (Get-LabMachine) 'hangs'
    if (Get-LabValue (Get-LabMachine) 'noise') { Write-LabNoise }
    foreach ($name in $Command, "$Command $What") {
        $seconds = Get-LabValue $hangs $name
        if ($seconds) { Microsoft.PowerShell.Utility\Start-Sleep -Milliseconds ([int](1000 * $seconds)) }
    }
}

# What a logging tool or a careless module writes beside its result.
function Write-LabNoise {
    Write-Error 'stray error' -ErrorAction Continue
    Write-Warning 'stray warning' -WarningAction Continue
    Write-Verbose 'stray verbose' -Verbose
    Write-Debug 'stray debug'
    Write-Information 'stray information' -InformationAction Continue
}

function Get-LabValue($Object, [string]$Name) {
    if ($null -eq $Object) { return }
    $property = $Object.PSObject.Properties[$Name]
    if ($property) { $property.Value }
}

function ConvertTo-LabCode([string]$Code) { [uint32]([Convert]::ToUInt32($Code.Substring(2), 16)) }

function ConvertTo-LabTime([string]$Text) {
    $utc = [datetime]::Parse($Text, [cultureinfo]::InvariantCulture, [Globalization.DateTimeStyles]::RoundtripKind)
    # A time without a kind is a local one, as .NET takes it.
    switch (Get-LabValue (Get-LabMachine) 'time_kind') {
        'Utc' { return $utc.ToUniversalTime() }
        'Unspecified' { return [datetime]::SpecifyKind($utc.ToLocalTime(), 'Unspecified') }
    }
    $utc.ToLocalTime()
}

function New-LabError([Exception]$Exception, [string]$Id, [string]$Category = 'NotSpecified') {
    [System.Management.Automation.ErrorRecord]::new($Exception, $Id, $Category, $null)
}

# `shape` puts the code in one place only, as some providers do: data, message_id, id, com or text.
function New-LabCimError($Failure) {
    $code = ConvertTo-LabCode $Failure.code
    $shape = Get-LabValue $Failure 'shape'
    $hex = 'HRESULT 0x{0:x}' -f $code
    if ($shape -eq 'com') {
        $signed = [BitConverter]::ToInt32([BitConverter]::GetBytes($code), 0)
        $inner = [System.Runtime.InteropServices.COMException]::new($Failure.message, $signed)
        return New-LabError ([System.Management.Automation.MethodInvocationException]::new('outer', $inner)) 'COMException'
    }
    $exception = [Microsoft.Management.Infrastructure.CimException]::new($Failure.message)
    $data = [pscustomobject]@{ error_Code = $(if ($shape -in $null, 'data') { $code } else { [uint32]0 }) }
    Add-Member -InputObject $exception -NotePropertyName ErrorData -NotePropertyValue $data -Force
    $messageId = $(if ($shape -in $null, 'message_id') { $hex } else { 'MI RESULT 1' })
    Add-Member -InputObject $exception -NotePropertyName MessageId -NotePropertyValue $messageId -Force
    Add-Member -InputObject $exception -NotePropertyName NativeErrorCode -NotePropertyValue ([System.UriKind]::Absolute) -Force
    New-LabError $exception $(if ($shape -in $null, 'id') { $hex } else { 'MiClientApiError_Failed' })
}

function Write-LabCmdletError($Cmdlet) {
    Wait-Lab $Cmdlet.MyInvocation.MyCommand.Name
    $failure = Get-LabValue (Get-LabValue (Get-LabMachine) 'cmdlet_errors') $Cmdlet.MyInvocation.MyCommand.Name
    if (-not $failure) { return $false }
    $Cmdlet.WriteError((New-LabCimError $failure))
    $true
}

# A probe has no business here: whoever calls one of these is caught by the test.
foreach ($name in 'Invoke-CimMethod', 'Set-CimInstance', 'Set-ItemProperty', 'New-ItemProperty', 'Remove-ItemProperty', 'New-Item',
    'Remove-Item', 'Rename-Item', 'Set-Content', 'Add-Content', 'Out-File', 'Start-Service', 'Stop-Service', 'Restart-Service',
    'Set-Service', 'Clear-DnsClientCache', 'Clear-EventLog', 'Set-ExecutionPolicy', 'Start-Process') {
    Set-Item -Path "function:$name" -Value "[void][AppDomain]::CurrentDomain.GetData('lab.writes').Add('$name'); throw '$name in a probe'"
}
