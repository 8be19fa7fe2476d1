# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# What every script needs. The controller puts it in place of the line "# include: _common.ps1", right below the parameters,
# and of the empty functions there, which only declare what a script takes from here.
[CmdletBinding(SupportsShouldProcess)]
param()

# The session is not ours: what its profile or its caller has set holds for it, not here.
Set-StrictMode -Off
$ErrorActionPreference = 'Continue'
$DebugPreference = $VerbosePreference = $InformationPreference = $ProgressPreference = $WarningPreference = 'SilentlyContinue'
$PSDefaultParameterValues = @{}

function Get-ErrorCode($Record, [object[]]$Exceptions) {
    foreach ($exception in $Exceptions) {
        if ($exception.ErrorData.error_Code) { return '0x{0:X8}' -f [uint32]$exception.ErrorData.error_Code }
    }
    foreach ($text in @($Exceptions | ForEach-Object { $_.MessageId }) + $Record.FullyQualifiedErrorId) {
        if ($text -match '0x([0-9a-f]{1,8})(?![0-9a-f])') { return '0x' + $Matches[1].ToUpperInvariant().PadLeft(8, '0') }
    }
    $inner = $Exceptions[-1]
    # 2147942400 is 0x80070000: a Win32 number as HRESULT.
    if ($inner.NativeErrorCode -is [int] -and $inner.NativeErrorCode -gt 0) {
        return '0x{0:X8}' -f (2147942400 + $inner.NativeErrorCode % 65536)
    }
    # 0x8013.... are .NET's own values, which say nothing about Windows.
    $result = '{0:X8}' -f $inner.HResult
    if ($result -notmatch '^8013') { return "0x$result" }
    if ($inner.Message -match '0x([8C][0-9a-f]{7})(?![0-9a-f])') { return '0x' + $Matches[1].ToUpperInvariant() }
    $null
}

function Format-Failure([string]$Source, $Record) {
    $exceptions = @()
    for ($exception = $Record.Exception; $exception; $exception = $exception.InnerException) { $exceptions += $exception }
    # Some libraries name the proxy with its user and password.
    $message = [string]$exceptions[-1].Message -replace '(://)\S*@', '$1***@'
    if ($message.Length -gt 300) { $message = $message.Substring(0, 300) }
    @{
        source = $Source
        code = Get-ErrorCode $Record $exceptions
        id = ($Record.FullyQualifiedErrorId -split ',')[0]
        type = $exceptions[-1].PSObject.TypeNames[0]
        message = $message
    }
}

function Format-Time([datetime]$Time) {
    $Time.ToUniversalTime().ToString('yyyy-MM-ddTHH:mm:ssZ', [cultureinfo]::InvariantCulture)
}

function Read-Key([string]$Key) {
    $values = @{}
    try { $item = Get-ItemProperty -LiteralPath "Registry::$Key" -ErrorAction Stop }
    catch { if ($_.FullyQualifiedErrorId -notlike 'PathNotFound*') { throw } }
    foreach ($property in $item.PSObject.Properties) {
        if ($property.Name -notmatch '^PS(Path|ParentPath|ChildName|Drive|Provider)$') { $values[$property.Name] = $property.Value }
    }
    $values
}

function ConvertTo-HexText([byte[]]$Bytes) { -join @($Bytes | ForEach-Object { '{0:x2}' -f $_ }) }
