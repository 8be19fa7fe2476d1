# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# TCP and the RPC bind, every target at once: sockets that are asked in turn, none of which ever blocks.
[CmdletBinding(SupportsShouldProcess)]
param()

# include: _common.ps1
function ConvertTo-HexText { }
function Format-Failure { }
# include: _probe_lanes.ps1
function Get-Elapsed { }

function Start-Exchange([string]$Address, [int]$ToPort) {
    $exchange = @{
        address = $Address; port = $ToPort; connected = $false; socket_error = $null; timed_out = $false
        reply = $null; reply_error = $null; reply_timed_out = $false; waited = $null; cut = $false
        client = $null; state = 'connecting'; since = Get-Elapsed $probe.clock; buffer = @(); count = 0
    }
    $probe.exchanges["$Address|$ToPort"] = $exchange
    try { $exchange.client = New-Object System.Net.Sockets.TcpClient ([ipaddress]$Address).AddressFamily }
    catch {
        # Without the type there are no sockets at all; a family that Windows refuses loses its own targets alone.
        $exchange.state = 'done'
        if ($constrained) { $probe.socketFailure = Format-Failure 'TcpClient' $_ } else { Complete-Exchange $exchange $_ }
        return
    }
    $exchange.buffer = New-Object byte[] 256
    try { $exchange.handle = $exchange.client.BeginConnect([ipaddress]$Address, $ToPort, $null, $null) }
    catch { Complete-Exchange $exchange $_ }
}

function Complete-Exchange($Exchange, $Record) {
    if ($Record) {
        $number = [int]$Record.Exception.GetBaseException().SocketErrorCode
        if ($Exchange.connected) { $Exchange.reply_error = $number } else { $Exchange.socket_error = $number }
    }
    if ($Exchange.connected) { $Exchange.reply = ConvertTo-HexText @($Exchange.buffer | Select-Object -First $Exchange.count) }
    $Exchange.state = 'done'
    if ($Exchange.client) { $Exchange.client.Close() }
}

function Start-Read($Exchange) {
    $left = $Exchange.buffer.Length - $Exchange.count
    $Exchange.handle = $Exchange.stream.BeginRead($Exchange.buffer, $Exchange.count, $left, $null, $null)
}

# An RPC packet starts with 5 and holds its own length at offset 8; anything else is no KMS and complete as it is.
function Test-Reply($Exchange) {
    $buffer = $Exchange.buffer
    if ($buffer[0] -ne 5 -or $Exchange.count -eq $buffer.Length) { return $true }
    $Exchange.count -ge 16 -and $Exchange.count -ge $buffer[8] + 256 * $buffer[9]
}

function Step-Exchange($Exchange) {
    try {
        if (-not $Exchange.handle.IsCompleted) {
            $waited = (Get-Elapsed $probe.clock) - $Exchange.since
            if ($waited -lt $TimeoutSeconds) { return }
            $Exchange.waited = $TimeoutSeconds
            if ($Exchange.connected) { $Exchange.reply_timed_out = $true } else { $Exchange.timed_out = $true }
            Complete-Exchange $Exchange
        }
        elseif (-not $Exchange.connected) {
            $Exchange.client.EndConnect($Exchange.handle)
            $Exchange.connected = $true
            $Exchange.since = Get-Elapsed $probe.clock
            $Exchange.stream = $Exchange.client.GetStream()
            $Exchange.stream.Write($probe.bind, 0, $probe.bind.Length)
            Start-Read $Exchange
        }
        else {
            $received = $Exchange.stream.EndRead($Exchange.handle)
            $Exchange.count += $received
            if ($received -eq 0 -or (Test-Reply $Exchange)) { Complete-Exchange $Exchange } else { Start-Read $Exchange }
        }
    }
    catch { Complete-Exchange $Exchange $_ }
}

function Get-OpenExchange { foreach ($exchange in $probe.exchanges.Values) { if ($exchange.state -ne 'done') { $exchange } } }

# What the deadline leaves open was not tested for as long as it takes, and says nothing.
function Stop-Exchange {
    foreach ($exchange in @(Get-OpenExchange)) {
        $exchange.cut = $true
        $exchange.waited = [int](10 * ((Get-Elapsed $probe.clock) - $exchange.since)) / 10
        Complete-Exchange $exchange
    }
}
