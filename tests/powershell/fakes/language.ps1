# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Comes last: what runs after it runs as the machine lets scripts run.

# Objects that nobody asked for, before and after those of a command; which ones they are is no contract.
if (Get-LabValue (Get-LabMachine) 'noise') {
    foreach ($name in 'Get-CimInstance', 'Get-CimClass', 'Get-Service', 'Get-Item', 'Get-Content', 'whoami.exe', 'Get-UICulture', 'Get-TimeZone',
        'Resolve-DnsName', 'Get-DnsClientServerAddress', 'Get-NetRoute', 'Get-NetIPAddress', 'Get-NetConnectionProfile', 'Invoke-RestMethod',
        'Get-WinEvent') {
        $parameters = (Microsoft.PowerShell.Core\Get-Command -Name $name -CommandType Function).ScriptBlock.Ast.Body.ParamBlock.Parameters.Extent.Text -join ', '
        Copy-Item -Path "function:$name" -Destination "function:Quiet-$name"
        $body = "[CmdletBinding()] param($parameters) 'stray text'; [pscustomobject]@{ Stray = 1 }; Quiet-$name @PSBoundParameters; 7"
        Set-Item -Path "function:$name" -Value $body
    }
}
if (Get-LabValue (Get-LabMachine) 'strict') { Set-StrictMode -Version Latest }
$ExecutionContext.SessionState.LanguageMode = (Get-LabMachine).language_mode
