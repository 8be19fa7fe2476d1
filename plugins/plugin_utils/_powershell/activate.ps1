# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Sees to the licensing service and the DNS cache, then tries once to activate one product.
# A step that fails ends the run, but for flush_dns; nothing needs to be put back.
#
# Parameters: ActivationId (ID of the product row, empty: no activation), EnableService, StartService, FlushDns.
# Steps: enable_service (sppsvc to automatic, delayed start: Set-Service, or, when that is denied, its registry values, which
#   Windows takes over at its next start), start_service (Start-Service when it does not run), flush_dns
#   (Clear-DnsClientCache), activate (SoftwareLicensingProduct.Activate), refresh
#   (SoftwareLicensingService.RefreshLicenseStatus, only after a success).
# Answer: {schema, language_mode, steps: [{name, ok, error}], attempts: [{at, error}] (none when Activate was not called; error
#   null: it worked), enabled_by: null, "service" or "registry"}.
[CmdletBinding(SupportsShouldProcess)]
param(
    [string]$ActivationId = '',
    [bool]$EnableService = $false,
    [bool]$StartService = $false,
    [bool]$FlushDns = $false
)

# include: _common.ps1
function Format-Failure { }
function Format-Time { }
# include: _change.ps1
function Invoke-Step { }
function Write-Answer { }
function Get-LicensingService { }
function Get-LicensingProduct { }
function Invoke-Licensing { }
function Start-ServiceTree { }

$run = @{ attempts = @(); enabled_by = $null }

function Enable-Licensing {
    $key = 'Registry::HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\sppsvc'
    $by = 'service'
    try { Set-Service -Name sppsvc -StartupType Automatic -ErrorAction Stop }
    catch {
        # The service's security descriptor denies administrators its start type; its registry key does not.
        if ((Format-Failure 'Set-Service' $_).code -ne '0x80070005') { throw }
        Set-ItemProperty -LiteralPath $key -Name Start -Value 2 -Type DWord -ErrorAction Stop
        $by = 'registry'
    }
    Set-ItemProperty -LiteralPath $key -Name DelayedAutostart -Value 1 -Type DWord -ErrorAction Stop
    $run.enabled_by = $by
}

function Invoke-Activation {
    $product = Get-LicensingProduct $ActivationId
    $attempt = @{ at = Format-Time (Get-Date); error = $null }
    $run.attempts += $attempt
    try { Invoke-Licensing $product Activate }
    catch {
        $attempt.error = Format-Failure 'Activate' $_
        throw
    }
}

function Invoke-Change {
    if ($EnableService -and -not (Invoke-Step 'enable_service' 'sppsvc' { Enable-Licensing })) { return }
    if ($StartService -and -not (Invoke-Step 'start_service' 'sppsvc' { Start-ServiceTree 'sppsvc' })) { return }
    if ($FlushDns) { $null = Invoke-Step 'flush_dns' 'DNS client cache' { Clear-DnsClientCache -ErrorAction Stop } }
    if (-not $ActivationId -or -not (Invoke-Step 'activate' 'SoftwareLicensingProduct' { Invoke-Activation })) { return }
    $null = Invoke-Step 'refresh' 'SoftwareLicensingService' { Invoke-Licensing (Get-LicensingService) RefreshLicenseStatus }
}

if ($work.mode -eq 'FullLanguage') { Invoke-Change }
Write-Answer $run
