# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Sends every call that changes or asks Windows to the lab (tests/powershell/bridge.py), which does it and says how it went.

function Invoke-Lab([string]$Operation, [hashtable]$With = @{}) {
    if ($Operation -ne 'machine') { $global:labMachine = $null }
    $client = [System.Net.Sockets.TcpClient]::new('127.0.0.1', $LabPort)
    try {
        $writer = [System.IO.StreamWriter]::new($client.GetStream())
        $writer.WriteLine((ConvertTo-Json -InputObject @{ operation = $Operation; with = $With } -Compress -Depth 5))
        $writer.Flush()
        $answer = ConvertFrom-Json -InputObject ([System.IO.StreamReader]::new($client.GetStream()).ReadLine())
    }
    finally { $client.Dispose() }
    # Nothing catches this one: the script ends here as when its connection is lost.
    if (Get-LabValue $answer 'cut') { throw [System.Management.Automation.PipelineStoppedException]::new() }
    $failure = Get-LabValue $answer 'error'
    if ($failure) { throw (New-LabFailure $failure) }
    Get-LabValue $answer 'value'
}

function New-LabFailure($Failure) {
    $signed = [BitConverter]::ToInt32([BitConverter]::GetBytes((ConvertTo-LabCode $Failure.code)), 0)
    switch ($Failure.kind) {
        'rename' { return New-LabError ([System.IO.IOException]::new($Failure.message, $signed)) 'RenameItemIOError' }
        'remove' { return New-LabError ([System.IO.IOException]::new($Failure.message, $signed)) 'RemoveFileSystemItemIOError' }
        'cim' { return New-LabCimError $Failure }
    }
    $inner = [System.ComponentModel.Win32Exception]::new([int]($Failure.win32 -band 0xFFFF), $Failure.message)
    $id = @{ start = 'CouldNotStartService'; stop = 'CouldNotStopService'; none = 'NoServiceFoundForGivenName' }[$Failure.kind]
    New-LabError ([InvalidOperationException]::new('outer', $inner)) $id
}

# Fetched anew after each call that may have changed it.
function Get-LabMachine {
    if (-not $global:labMachine) { $global:labMachine = Invoke-Lab 'machine' }
    $global:labMachine
}

function Start-Sleep { [CmdletBinding()] param([int]$Seconds, [int]$Milliseconds) }

function Start-Service { [CmdletBinding()] param([string]$Name) Invoke-Lab 'start_service' @{ name = $Name } }

function Stop-Service { [CmdletBinding()] param([string]$Name, [switch]$Force) Invoke-Lab 'stop_service' @{ name = $Name; force = [bool]$Force } }

function Invoke-CimMethod {
    [CmdletBinding()]
    param($InputObject, [string]$MethodName, [System.Collections.IDictionary]$Arguments, [uint32]$OperationTimeoutSec)
    if (-not $OperationTimeoutSec) { throw "$MethodName has no time limit" }
    Invoke-Lab 'method' @{ method = $MethodName; id = $InputObject.ID; arguments = $Arguments }
    [pscustomobject]@{ ReturnValue = [uint32]0 }
}

# The collection's own folder is the engine's business; everything else belongs to Windows.
function Rename-Item {
    [CmdletBinding()]
    param([string]$LiteralPath, [string]$NewName, [switch]$Force)
    if ($LiteralPath -like 'C:\Windows\*') {
        $to = $LiteralPath.Substring(0, $LiteralPath.LastIndexOf('\') + 1) + $NewName
        return Invoke-Lab 'rename' @{ path = $LiteralPath; to = $to }
    }
    Microsoft.PowerShell.Management\Rename-Item @PSBoundParameters
    Invoke-Lab 'note'
}

function Remove-Item {
    [CmdletBinding()]
    param([string]$LiteralPath, [switch]$Force)
    if ($LiteralPath -like 'C:\Windows\*') { return Invoke-Lab 'remove' @{ path = $LiteralPath } }
    Microsoft.PowerShell.Management\Remove-Item @PSBoundParameters
    Invoke-Lab 'note'
}

function New-Item {
    [CmdletBinding()]
    param([string]$Path, [string]$ItemType, [switch]$Force)
    Microsoft.PowerShell.Management\New-Item @PSBoundParameters
    Invoke-Lab 'note'
}

function Get-Content { [CmdletBinding()] param([string]$LiteralPath, [switch]$Raw) Microsoft.PowerShell.Management\Get-Content @PSBoundParameters }

# A named mutex is one for the whole computer, on which other tests run beside this one.
Set-Item -Path function:New-LabObject -Value ${function:New-Object}
function New-Object {
    [CmdletBinding()]
    param([Parameter(Position = 0)][string]$TypeName, [Parameter(Position = 1)][Alias('Args')][object[]]$ArgumentList)
    if ($TypeName -eq 'System.Threading.Mutex') { $PSBoundParameters.ArgumentList = @($ArgumentList[0], "$($ArgumentList[1]).$PID") }
    New-LabObject @PSBoundParameters
}

$env:ProgramData = 'C:\ProgramData'
