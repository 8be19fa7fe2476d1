# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# What the changing scripts share: named steps, calls of the licensing methods, services. Needs _common.ps1.
[CmdletBinding(SupportsShouldProcess)]
param()

# include: _common.ps1
function Format-Failure { }

$work = @{ mode = [string]$ExecutionContext.SessionState.LanguageMode; steps = @() }
try { $Ansible.Changed = $false } catch { Write-Debug 'not run by win_powershell' }

# Runs one named step and notes how it went; $false when it failed. Under WhatIf nothing runs and `ok` stays null.
function Invoke-Step([string]$StepName, [string]$StepTarget, [scriptblock]$StepBody) {
    $step = @{ name = $StepName; ok = $null; error = $null }
    $work.steps += $step
    if (-not $PSCmdlet.ShouldProcess($StepTarget, $StepName)) { return $true }
    try {
        $null = & $StepBody
        $step.ok = $true
        try { $Ansible.Changed = $true } catch { Write-Debug 'not run by win_powershell' }
    }
    catch {
        $step.ok = $false
        $step.error = Format-Failure $StepTarget $_
    }
    $step.ok
}

# Prints the one JSON answer: the steps, and what the script adds. Where the language is constrained no step was tried.
function Write-Answer([hashtable]$More = @{}) {
    ConvertTo-Json -InputObject (@{ schema = 1; language_mode = $work.mode; steps = @($work.steps) } + $More) -Compress -Depth 6
}

# --- Licensing --------------------------------------------------------------------------------------------------------

function Get-Licensing([string]$Class, [string[]]$Properties, [string]$Where = '') {
    $query = "SELECT $($Properties -join ',') FROM $Class$Where"
    foreach ($row in Get-CimInstance -Query $query -OperationTimeoutSec 60 -ErrorAction Stop) { return $row }
    throw "$Class gave no instance"
}

function Get-LicensingService { Get-Licensing SoftwareLicensingService Version, KeyManagementServiceMachine, KeyManagementServicePort }

function Get-LicensingProduct([string]$ActivationId) {
    Get-Licensing SoftwareLicensingProduct ID, KeyManagementServiceMachine, KeyManagementServicePort " WHERE ID='$ActivationId'"
}

# A return value other than 0 counts as an error of that code; a call that takes too long ends as 0x00040004. Activate waits for KMS:
# a SYN that nobody answers takes 21 s as shipped and 123 s at most, for each address.
function Invoke-Licensing($Instance, [string]$Method, [hashtable]$Arguments) {
    $seconds = @{ Activate = 180 }[$Method]
    if (-not $seconds) { $seconds = 60 }
    $call = @{ InputObject = $Instance; MethodName = $Method; OperationTimeoutSec = $seconds; ErrorAction = 'Stop' }
    if ($Arguments) { $call.Arguments = $Arguments }
    $result = Invoke-CimMethod @call
    if ($result.ReturnValue) { throw ('{0} returned 0x{1:X8}' -f $Method, $result.ReturnValue) }
}

# --- Services ---------------------------------------------------------------------------------------------------------

function Wait-ServiceStatus([string]$Name, [string]$Status, [int]$Seconds) {
    for ($left = $Seconds * 4; $left -gt 0; $left--) {
        if ([string](Get-Service -Name $Name -ErrorAction Stop).Status -eq $Status) { return }
        Start-Sleep -Milliseconds 250
    }
    throw "0x800705B4: $Name did not become $Status within $Seconds seconds"
}

# Gives a service and the running ones that need it, in the order in which they must start again.
function Get-ServiceTree([string]$Name) {
    $service = Get-Service -Name $Name -ErrorAction Stop
    @($Name) + @($service.DependentServices | Where-Object { [string]$_.Status -eq 'Running' } | ForEach-Object { $_.Name })
}

function Stop-ServiceTree([string]$Name, [int]$Seconds = 60) {
    if ([string](Get-Service -Name $Name -ErrorAction Stop).Status -eq 'Stopped') { return }
    Stop-Service -Name $Name -Force -ErrorAction Stop
    Wait-ServiceStatus $Name 'Stopped' $Seconds
}

function Start-ServiceTree([string[]]$Names, [int]$Seconds = 60) {
    foreach ($name in $Names) {
        if ([string](Get-Service -Name $name -ErrorAction Stop).Status -eq 'Running') { continue }
        Start-Service -Name $name -ErrorAction Stop
        Wait-ServiceStatus $name 'Running' $Seconds
    }
}
