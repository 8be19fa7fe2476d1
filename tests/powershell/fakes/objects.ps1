# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# New-Object gives the lab's own objects where Windows' cannot be had, and refuses what ConstrainedLanguage refuses.

function New-Object {
    [CmdletBinding(DefaultParameterSetName = 'Net')]
    param([Parameter(Position = 0)][string]$TypeName, [Parameter(Position = 1)][Alias('Args')][object[]]$ArgumentList, $Property)
    if ((Get-LabMachine).language_mode -ne 'FullLanguage' -and $TypeName -notin 'byte[]', 'psobject') {
        $refused = [System.Management.Automation.PSNotSupportedException]::new('Cannot create type. Only core types are supported in this language mode.')
        throw (New-LabError $refused 'CannotCreateTypeConstrainedLanguage,Microsoft.PowerShell.Commands.NewObjectCommand' 'PermissionDenied')
    }
    switch ($TypeName -replace '^.*\.') {
        'TcpClient' {
            $refuses = Get-LabValue (Get-LabMachine) 'refuses_ipv6'
            if ($refuses -and "$ArgumentList" -eq 'InterNetworkV6') { throw [System.Net.Sockets.SocketException]::new(10047) }
            return New-LabTcpClient
        }
        'EventLogQuery' { return New-LabEventLogQuery $ArgumentList }
        'EventLogReader' { return New-LabEventLogReader $ArgumentList[0] }
        'WebRequestSession' { return [pscustomobject]@{ Proxy = $null } }
        'X509Certificate2' { return [pscustomobject]@{ Subject = 'CN=metadata.azure.com' } }
        'X509Chain' { return New-LabChain }
    }
    Microsoft.PowerShell.Utility\New-Object @PSBoundParameters
}
