# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Reads which lines of the hosts file give certain names an address, and changes the file after a backup.
# The file is taken byte by byte (ISO 8859-1), so that its encoding and line ends stay as they are.
#
# Parameters: Names (host names), Numbers, Old and New (lists of the same length: line number from 1, what the line holds
#   without its end, what it is to hold), Source (path of a backup that takes the file's place), Backup (path of the backup to
#   write; empty: only read). Path: HKLM\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters, DataBasePath, and `hosts`.
# Steps: backup (a copy of the file), write (fails when a line is no longer as in Old), flush_dns (Clear-DnsClientCache).
#   After a failure of write: restore_hosts, only when the file differs from before.
# Answer: {schema, language_mode, steps: [{name, ok, error}], path, entries: [{number, line: its bytes in hexadecimal, without its end}], backups: [path, oldest first]},
#   read before the steps.
[CmdletBinding(SupportsShouldProcess)]
param(
    [string[]]$Names = @(),
    [int[]]$Numbers = @(),
    [string[]]$Old = @(),
    [string[]]$New = @(),
    [string]$Source = '',
    [string]$Backup = ''
)

# include: _common.ps1
function Read-Key { }
function ConvertTo-HexText { }
# include: _change.ps1
function Invoke-Step { }
function Write-Answer { }

$found = @{ path = $null; entries = @(); backups = @() }

function Read-Bytes([string]$Path) { [Text.Encoding]::GetEncoding(28591).GetString([IO.File]::ReadAllBytes($Path)) }

function Write-Bytes([string]$Path, [string]$Text) {
    [IO.File]::WriteAllBytes($Path, [Text.Encoding]::GetEncoding(28591).GetBytes($Text))
}

function Split-Line([string]$Text) { , @([regex]::Split($Text, '(?<=\n)')) }

function Read-Entry([string]$Text) {
    $number = 0
    $lines = Split-Line $Text
    foreach ($line in $lines) {
        $number++
        $bare = $line.TrimEnd("`r`n".ToCharArray())
        $words = @(($bare -split '#', 2)[0] -split '[ \t]+' | Where-Object { $_ })
        if (@($words | Select-Object -Skip 1 | Where-Object { $Names -contains $_.TrimEnd('.') }).Count) {
            @{ number = $number; line = ConvertTo-HexText ([Text.Encoding]::GetEncoding(28591).GetBytes($bare)) }
        }
    }
}

function Get-Changed([string]$Text) {
    if ($Source) { return Read-Bytes $Source }
    $lines = Split-Line $Text
    for ($index = 0; $index -lt $Numbers.Count; $index++) {
        $place = $Numbers[$index] - 1
        $line = [string]$lines[$place]
        $bare = $line.TrimEnd("`r`n".ToCharArray())
        if ($bare -cne $Old[$index]) { throw "line $($Numbers[$index]) of the hosts file was changed meanwhile" }
        $lines[$place] = $New[$index] + $line.Substring($bare.Length)
    }
    -join $lines
}

function Set-HostsFile([string]$Path, [string]$Before) {
    if (-not (Invoke-Step 'backup' $Path { [IO.File]::Copy($Path, $Backup, $false) })) { return }
    if (-not (Invoke-Step 'write' $Path { Write-Bytes $Path (Get-Changed $Before) })) {
        if ((Read-Bytes $Path) -cne $Before) { $null = Invoke-Step 'restore_hosts' $Path { Write-Bytes $Path $Before } }
        return
    }
    $null = Invoke-Step 'flush_dns' 'DNS client cache' { Clear-DnsClientCache -ErrorAction Stop }
}

function Invoke-Change {
    $folder = (Read-Key 'HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters').DataBasePath
    if (-not $folder) { $folder = Join-Path $env:SystemRoot 'System32\drivers\etc' }
    $path = Join-Path $folder 'hosts'
    $found.path = $path
    if (-not [IO.File]::Exists($path)) { return }
    $before = Read-Bytes $path
    $found.entries = @(Read-Entry $before | Select-Object -First 50)
    $found.backups = @([IO.Directory]::GetFiles($folder, 'hosts.kms-*') | Sort-Object)
    if ($Backup) { Set-HostsFile $path $before }
}

if ($work.mode -eq 'FullLanguage') { Invoke-Change }
Write-Answer $found
