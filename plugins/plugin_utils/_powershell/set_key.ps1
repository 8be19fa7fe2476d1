# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Installs a product key. Every other state stays as it is; a key that Windows refuses changes nothing.
#
# Parameters: ProductKey (SecureString).
# Steps: install (SoftwareLicensingService.InstallProductKey), refresh (RefreshLicenseStatus, only after install).
# Answer: {schema, language_mode, steps: [{name, ok, error}]}.
[CmdletBinding(SupportsShouldProcess)]
param(
    [securestring]$ProductKey
)

# include: _common.ps1
# include: _change.ps1
function Invoke-Step { }
function Write-Answer { }
function Get-LicensingService { }
function Invoke-Licensing { }

if ($work.mode -eq 'FullLanguage') {
    $installed = Invoke-Step 'install' 'InstallProductKey' {
        $text = (New-Object System.Management.Automation.PSCredential 'key', $ProductKey).GetNetworkCredential().Password
        Invoke-Licensing (Get-LicensingService) InstallProductKey @{ ProductKey = $text }
    }
    if ($installed) { $null = Invoke-Step 'refresh' 'RefreshLicenseStatus' { Invoke-Licensing (Get-LicensingService) RefreshLicenseStatus } }
}
Write-Answer
