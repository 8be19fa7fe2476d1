# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Sets or clears the KMS host and port of the machine, clears those of one product, makes Windows forget a discovered host.
# When a step fails, whatever is no longer as it was before is put back; only a restart that fails undoes nothing.
#
# Parameters: State (present or absent), HostName, Port (present only), ProductId (activation id of the product whose own
#   host is cleared, empty: none), Restart (restart the licensing service at the end).
# Steps, on SoftwareLicensingService: set_machine, set_port (present) or clear_machine, clear_port (absent); then
#   clear_product (ClearKeyManagementServiceMachine and ...Port on the product); restart_service (sppsvc and what needs it).
#   After a failure of one of the first three: restore_product, restore_machine, restore_port, each only when the machine,
#   read again, differs from before.
# Answer: {schema, language_mode, steps: [{name, ok, error}]}.
[CmdletBinding(SupportsShouldProcess)]
param(
    [string]$State = 'present',
    [string]$HostName = '',
    [int]$Port = 1688,
    [string]$ProductId = '',
    [bool]$Restart = $false
)

# include: _common.ps1
# include: _change.ps1
function Invoke-Step { }
function Write-Answer { }
function Get-LicensingService { }
function Get-LicensingProduct { }
function Invoke-Licensing { }
function Get-ServiceTree { }
function Stop-ServiceTree { }
function Start-ServiceTree { }

$kms = @{ service = $null; product = $null }

function Set-KmsMachine($Instance, [string]$Machine) {
    if ($Machine) { Invoke-Licensing $Instance SetKeyManagementServiceMachine @{ MachineName = $Machine } }
    else { Invoke-Licensing $Instance ClearKeyManagementServiceMachine }
}

function Set-KmsPort($Instance, [uint32]$Number) {
    if ($Number) { Invoke-Licensing $Instance SetKeyManagementServicePort @{ PortNumber = $Number } }
    else { Invoke-Licensing $Instance ClearKeyManagementServicePort }
}

function Set-KmsHost([string]$Verb, [string]$Machine, [uint32]$Number) {
    $class = 'SoftwareLicensingService'
    $set = Invoke-Step "${Verb}_machine" $class { $kms.service = Get-LicensingService; Set-KmsMachine $kms.service $Machine }
    if (-not $set) { return $false }
    if (-not (Invoke-Step "${Verb}_port" $class { Set-KmsPort $kms.service $Number })) { return $false }
    if (-not $ProductId) { return $true }
    Invoke-Step 'clear_product' 'SoftwareLicensingProduct' {
        $kms.product = Get-LicensingProduct $ProductId
        Set-KmsMachine $kms.product ''
        Set-KmsPort $kms.product 0
    }
}

function Test-Unchanged($Old, [scriptblock]$Read, [string]$Property) {
    try { [string](& $Read).$Property -ceq [string]$Old.$Property } catch { $false }
}

function Restore-KmsHost {
    $machine, $number = 'KeyManagementServiceMachine', 'KeyManagementServicePort'
    $product, $service = $kms.product, $kms.service
    $readProduct, $readService = { Get-LicensingProduct $ProductId }, { Get-LicensingService }
    if ($product -and -not ((Test-Unchanged $product $readProduct $machine) -and (Test-Unchanged $product $readProduct $number))) {
        $null = Invoke-Step 'restore_product' 'SoftwareLicensingProduct' {
            Set-KmsMachine $product $product.$machine
            Set-KmsPort $product $product.$number
        }
    }
    if ($service -and -not (Test-Unchanged $service $readService $machine)) {
        $null = Invoke-Step 'restore_machine' 'SoftwareLicensingService' { Set-KmsMachine $service $service.$machine }
    }
    if ($service -and -not (Test-Unchanged $service $readService $number)) {
        $null = Invoke-Step 'restore_port' 'SoftwareLicensingService' { Set-KmsPort $service $service.$number }
    }
}

function Invoke-Change {
    $verb, $machine, $number = 'set', $HostName, $Port
    if ($State -eq 'absent') { $verb, $machine, $number = 'clear', '', 0 }
    if (-not (Set-KmsHost $verb $machine $number)) { Restore-KmsHost; return }
    if (-not $Restart) { return }
    $null = Invoke-Step 'restart_service' 'sppsvc' {
        $names = Get-ServiceTree 'sppsvc'
        try { Stop-ServiceTree 'sppsvc' } finally { Start-ServiceTree $names }
    }
}

if ($work.mode -eq 'FullLanguage') { Invoke-Change }
Write-Answer
