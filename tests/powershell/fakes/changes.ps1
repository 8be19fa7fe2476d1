# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# What changes a machine: licensing methods, services, registry, DNS cache. Every call is noted, the state goes into the machine.
#
# Keys of the machine that only these fakes read: setup_key (the one key that fits), method_errors and cmdlet_errors (name ->
# {code, message, times, after}: fails so often, after the effect when `after` is set), on_activate (a code for each attempt).

# Waiting takes no time here.
function Start-Sleep { [CmdletBinding()] param([int]$Seconds, [int]$Milliseconds) }

function Save-LabMachine { [AppDomain]::CurrentDomain.SetData('lab.machine', (ConvertTo-Json -InputObject $global:labMachine -Depth 20 -Compress)) }

function Set-LabValue($Object, [string]$Name, $Value) { Add-Member -InputObject $Object -NotePropertyName $Name -NotePropertyValue $Value -Force }

# The failure that a world has in store for a call, at this moment of it: before or after its effect.
function Get-LabFault([string]$Table, [string]$Name, [bool]$After) {
    $fault = Get-LabValue (Get-LabValue (Get-LabMachine) $Table) $Name
    if (-not $fault -or [bool](Get-LabValue $fault 'after') -ne $After) { return }
    $times = Get-LabValue $fault 'times'
    if ($times -eq 0) { return }
    if ($times) { $fault.times = $times - 1 }
    $fault
}

# Notes a call, does its work, and fails as it is told to.
function Invoke-LabWrite($LabCmdlet, [string]$LabTable, [string]$LabName, [scriptblock]$LabWork) {
    [void][AppDomain]::CurrentDomain.GetData('lab.writes').Add($LabName)
    try {
        foreach ($after in $false, $true) {
            if ($after) { & $LabWork; Save-LabMachine }
            $fault = Get-LabFault $LabTable $LabName $after
            if ($fault) { throw (New-LabCimError $fault) }
        }
    }
    catch { $LabCmdlet.WriteError($_) }
}

# --- Services ---------------------------------------------------------------------------------------------------------

$global:labKeys = @{
    service = 'Registry::HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services'
    spp = 'Registry::HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion\SoftwareProtectionPlatform'
    cache = 'Registry::HKEY_USERS\S-1-5-20\SOFTWARE\Microsoft\Windows NT\CurrentVersion\SoftwareProtectionPlatform'
    app = '55c92734-d682-4d71-983e-d6ec3f16059f'
}

function New-LabServiceError([string]$Id, [int]$Number) {
    $inner = [System.ComponentModel.Win32Exception]::new($Number)
    New-LabError ([InvalidOperationException]::new('outer', $inner)) "$Id,Microsoft.PowerShell.Commands.ServiceCommand"
}

function Get-LabService([string]$Name) {
    $service = Get-LabValue (Get-LabMachine).services $Name
    if (-not $service) { throw (New-LabError ([InvalidOperationException]::new("no service $Name")) 'NoServiceFoundForGivenName') }
    $service
}

# What the service control manager read when Windows started; the registry of now counts only then.
function Get-LabStart([string]$Name) {
    $start = Get-LabValue (Get-LabService $Name) 'start'
    if ($null -ne $start) { return $start }
    (Get-ItemProperty -LiteralPath "$($labKeys.service)\$Name" -ErrorAction SilentlyContinue).Start
}

# A start drops the discovered KMS host when its setting was changed since.
function Start-LabService([string]$Name) {
    $service = Get-LabService $Name
    if ($service.status -eq 'Running') { return }
    if ((Get-LabStart $Name) -eq 4) { throw (New-LabServiceError 'CouldNotStartService' 1058) }
    $refused = Get-LabValue $service 'start_error'
    if ($refused) { throw (New-LabServiceError 'CouldNotStartService' $refused) }
    $service.status = 'Running'
    if ($Name -ne 'sppsvc' -or -not $global:labHostChanged) { return }
    $global:labHostChanged = $false
    foreach ($class in 'SoftwareLicensingProduct', 'SoftwareLicensingService') {
        foreach ($row in (Get-LabValue (Get-LabMachine).cim $class).rows) {
            foreach ($place in 'Name', 'Port') {
                $property = "DiscoveredKeyManagementServiceMachine$place"
                if (Get-LabValue $row $property) { Set-LabValue $row $property $null }
            }
        }
    }
    foreach ($value in 'DiscoveredKeyManagementServiceName', 'DiscoveredKeyManagementServicePort') {
        Microsoft.PowerShell.Management\Remove-ItemProperty -LiteralPath $labKeys.cache -Name $value -ErrorAction SilentlyContinue
    }
}

function Start-Service {
    [CmdletBinding()]
    param([string]$Name)
    Invoke-LabWrite $PSCmdlet cmdlet_errors Start-Service { Start-LabService $Name }
}

function Stop-LabService([string]$Name) {
    $service = Get-LabService $Name
    foreach ($dependent in @($service.dependents)) { if ($dependent) { Stop-LabService $dependent } }
    $service.status = $(if (Get-LabValue $service 'stuck') { 'StopPending' } else { 'Stopped' })
}

function Stop-Service {
    [CmdletBinding()]
    param([string]$Name, [switch]$Force)
    Invoke-LabWrite $PSCmdlet cmdlet_errors Stop-Service {
        $running = @((Get-LabService $Name).dependents | Where-Object { $_ -and (Get-LabService $_).status -eq 'Running' })
        if ($running -and -not $Force) { throw (New-LabServiceError 'CouldNotStopService' 1051) }
        Stop-LabService $Name
    }
}

function Set-Service {
    [CmdletBinding()]
    param([string]$Name, [string]$StartupType)
    Invoke-LabWrite $PSCmdlet cmdlet_errors Set-Service {
        $service = Get-LabService $Name
        if (Get-LabValue $service 'protected') { throw (New-LabServiceError 'CouldNotSetService' 5) }
        if ($StartupType -ne 'Automatic') { throw "unexpected start type: $StartupType" }
        Microsoft.PowerShell.Management\Set-ItemProperty -LiteralPath "$($labKeys.service)\$Name" -Name Start -Value 2 -Type DWord
        Set-LabValue $service 'start' 2
        # Its licensing classes answer again.
        foreach ($class in 'SoftwareLicensingProduct', 'SoftwareLicensingService') {
            $answer = Get-LabValue (Get-LabMachine).cim $class
            if ((Get-LabValue (Get-LabValue $answer 'error') 'code') -eq '0x80070422') { $answer.PSObject.Properties.Remove('error') }
        }
    }
}

function Set-ItemProperty {
    [CmdletBinding()]
    param([string]$LiteralPath, [string]$Name, $Value, [string]$Type)
    $given = $PSBoundParameters
    Invoke-LabWrite $PSCmdlet cmdlet_errors Set-ItemProperty { Microsoft.PowerShell.Management\Set-ItemProperty @given }
}

function Clear-DnsClientCache {
    [CmdletBinding()]
    param()
    Invoke-LabWrite $PSCmdlet cmdlet_errors Clear-DnsClientCache {}
}

# --- Licensing --------------------------------------------------------------------------------------------------------

function New-LabCode([string]$Code) { New-LabCimError ([pscustomobject]@{ code = $Code; message = 'refused' }) }

function Invoke-CimMethod {
    [CmdletBinding()]
    param($InputObject, [string]$MethodName, [System.Collections.IDictionary]$Arguments, [uint32]$OperationTimeoutSec)
    # Zero is the server's own limit, which may be none.
    if (-not $OperationTimeoutSec) { throw "$MethodName has no time limit" }
    Set-LabValue (Get-LabMachine) "limit_$MethodName" $OperationTimeoutSec
    $class = $InputObject.CimClass.CimClassName
    Invoke-LabWrite $PSCmdlet method_errors $MethodName {
        $refused = Get-LabValue (Get-LabValue (Get-LabMachine).cim $class) 'error'
        if ($refused) { throw (New-LabCimError $refused) }
        if (-not (Get-LabMachine).elevated -and $MethodName -notin 'Activate', 'RefreshLicenseStatus') { throw (New-LabCode '0xC004F025') }
        try { Start-LabService 'sppsvc' }
        catch { throw (New-LabCode $(if ((Get-LabStart sppsvc) -eq 4) { '0x80070422' } else { "0x8007{0:X4}" -f (Get-LabService sppsvc).start_error })) }
        $rows = @((Get-LabValue (Get-LabMachine).cim $class).rows)
        $row = $rows[0]
        if ($class -eq 'SoftwareLicensingProduct') { $row = @($rows | Where-Object { $_.ID -eq $InputObject.ID })[0] }
        & "Invoke-Lab$($MethodName -replace '^(Set|Clear)(KeyManagementService)', '$2')" $row $Arguments
    }
    [pscustomobject]@{ ReturnValue = [uint32](Get-LabValue (Get-LabMachine) 'return_value') }
}

function Set-LabKmsValue($Row, [string]$Property, $Value, [string]$Name, [string]$Text) {
    $key = $labKeys.spp
    if (Get-LabValue $Row 'ApplicationID') { $key = "$key\$($labKeys.app)\$($Row.ID)" }
    Set-LabValue $Row $Property $Value
    if (-not $Text) { Microsoft.PowerShell.Management\Remove-ItemProperty -LiteralPath $key -Name $Name -ErrorAction SilentlyContinue; return }
    if (-not (Test-Path -LiteralPath $key)) { $null = Microsoft.PowerShell.Management\New-Item -Path $key -Force }
    Microsoft.PowerShell.Management\Set-ItemProperty -LiteralPath $key -Name $Name -Value $Text -Type String
}

function Invoke-LabKeyManagementServiceMachine($Row, $Arguments) {
    $text = [string]$Arguments.MachineName
    Set-LabKmsValue $Row KeyManagementServiceMachine $(if ($text) { $text } else { $null }) KeyManagementServiceName $text
    $global:labHostChanged = $true
}

function Invoke-LabKeyManagementServicePort($Row, $Arguments) {
    $number = 0
    if ($Arguments.PortNumber) {
        if ($Arguments.PortNumber -isnot [uint32]) { throw 'PortNumber is a uint32' }
        $number = [int]$Arguments.PortNumber
    }
    Set-LabKmsValue $Row KeyManagementServicePort $number KeyManagementServicePort $(if ($number) { "$number" } else { '' })
}

function Invoke-LabRefreshLicenseStatus {}

function Test-LabWindowsRow($Row) { $Row.ApplicationID -eq $labKeys.app -and -not $Row.LicenseIsAddon }

function Invoke-LabInstallProductKey($Row, $Arguments) {
    $key = $Arguments.ProductKey
    if ($key -notmatch '^([0-9A-Z]{5}-){4}[0-9A-Z]{5}$') { throw (New-LabCode '0x80070057') }
    if ($key -ne (Get-LabMachine).setup_key) { throw (New-LabCode '0xC004F069') }
    foreach ($product in @((Get-LabMachine).cim.SoftwareLicensingProduct.rows | Where-Object { Test-LabWindowsRow $_ })) {
        $client = $product.Description -match 'VOLUME_KMSCLIENT'
        if (-not $client -and -not $product.PartialProductKey) { continue }
        $product.PartialProductKey = $(if ($client) { $key.Substring(24) } else { $null })
        $product.ProductKeyChannel = $(if ($client) { 'Volume:GVLK' } else { $null })
        $product.LicenseStatus = $(if ($client) { 5 } else { 0 })
        $product.LicenseStatusReason = $(if ($client) { 3221549065 } else { 3221549076 })
        $product.GracePeriodRemaining = 0
    }
}

function Invoke-LabActivate($Row, $Arguments) {
    $machine = Get-LabMachine
    $global:labAttempts++
    $codes = @(Get-LabValue $machine 'on_activate')
    $code = $(if ($global:labAttempts -le $codes.Count) { $codes[$global:labAttempts - 1] })
    if ($code) { throw (New-LabCode ('0x{0:X8}' -f [uint32]$code)) }
    $named = Get-LabValue $Row 'KeyManagementServiceMachine'
    if (-not $named) { $named = $machine.cim.SoftwareLicensingService.rows[0].KeyManagementServiceMachine }
    $Row.LicenseStatus = 1
    $Row.LicenseStatusReason = 1074065472
    $Row.GracePeriodRemaining = 259200
    Set-LabValue $Row DiscoveredKeyManagementServiceMachineIpAddress @((Get-LabValue $machine.dns.system $named.ToLowerInvariant()).A)[0]
}
