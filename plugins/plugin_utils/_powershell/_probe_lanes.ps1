# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# How the probe asks many things at once. A job is one question; a lane is a runspace that works off its jobs in turn. Whatever
# could keep us waiting is a job, so that one deadline ends the whole run, and a job that is cut off leaves what it had said.
# Without runspaces (Constrained Language Mode) the lanes run one after another; then each call's own limit has to do.
#
# A job's command writes @{part = name; values = list} as it learns them and @{failure = ...}; anything else is not ours.
[CmdletBinding(SupportsShouldProcess)]
param()

# include: _common.ps1
function Format-Failure { }

# A clock of our own, as the guest's may be set in mid-run; seconds since the script began.
function Get-Elapsed($Clock) {
    if ($Clock.watch) { return $Clock.watch.Elapsed.TotalSeconds }
    ([datetime]::UtcNow - $Clock.started).TotalSeconds
}

function New-Clock {
    $clock = @{ started = [datetime]::UtcNow; watch = $null }
    try { $clock.watch = [System.Diagnostics.Stopwatch]::StartNew() } catch { Write-Debug 'the wall clock has to do' }
    $clock
}

function New-LanePool([int]$Size) {
    $state = [initialsessionstate]::CreateDefault()
    foreach ($function in Get-ChildItem -Path function: | Where-Object { -not $_.ModuleName }) {
        $entry = 'System.Management.Automation.Runspaces.SessionStateFunctionEntry'
        $state.Commands.Add((New-Object $entry $function.Name, $function.Definition))
    }
    $pool = [runspacefactory]::CreateRunspacePool($state)
    [void]$pool.SetMaxRunspaces($Size)
    $pool.Open()
    $pool
}

# `patience` among a job's parameters is cut down to what is left until the deadline, in whole seconds.
function Invoke-Lane($Jobs, $Clock, [int]$Until) {
    Set-StrictMode -Off
    foreach ($job in $Jobs) {
        $left = $Until - (Get-Elapsed $Clock)
        if ($left -lt 1) { return }
        $job.times.began = Get-Elapsed $Clock
        $with = $job.with
        if ($with.Patience -gt $left) { $with.Patience = [int]$left }
        try { & $job.command @with | Where-Object { $_ -is [hashtable] -and ($_.part -or $_.failure) } | ForEach-Object { $_.job = $job.name; $_ } }
        catch { @{ job = $job.name; failure = Format-Failure $job.source $_ } }
        $job.times.ended = Get-Elapsed $Clock
    }
}

function New-Work([string]$Name, [string]$Source, [string]$Command, [hashtable]$With) {
    $job = @{ name = $Name; source = $Source; command = $Command; with = $With; times = @{ began = $null; ended = $null }; done = $false; parts = @{}; failures = @() }
    $probe.jobs[$Name] = $job
    $job
}

function Start-Lane($Jobs) {
    $call = @{ Jobs = @($Jobs); Clock = $probe.clock; Until = $probe.until }
    $lane = @{ jobs = @($Jobs); closed = $false }
    $probe.lanes += $lane
    $probe.news = $true
    if (-not $probe.pool) {
        foreach ($item in @(Invoke-Lane @call)) { Add-Item $item }
        foreach ($job in $lane.jobs) { $job.done = $null -ne $job.times.ended }
        $lane.closed = $true
        return
    }
    $collection = 'System.Management.Automation.PSDataCollection[psobject]'
    $lane.output = New-Object $collection
    $nothing = New-Object $collection
    $nothing.Complete()
    $lane.shell = [powershell]::Create()
    $lane.shell.RunspacePool = $probe.pool
    [void]$lane.shell.AddCommand('Invoke-Lane').AddParameters($call)
    $lane.handle = $lane.shell.BeginInvoke($nothing, $lane.output)
}

function Add-Item($Item) {
    $job = $probe.jobs[$Item.job]
    if ($Item.failure) { $job.failures += $Item.failure }
    else { $job.parts[$Item.part] = @($job.parts[$Item.part] | Where-Object { $null -ne $_ }) + @($Item.values) }
    $probe.news = $true
}

# Takes over what the lanes have said since last time.
function Receive-Lane {
    foreach ($lane in $probe.lanes) {
        if ($lane.closed) { continue }
        # Asked before the output is read: what has ended then has said all it had to say.
        $closed = $lane.handle.IsCompleted
        $ended = @($lane.jobs | Where-Object { $null -ne $_.times.ended -and -not $_.done })
        foreach ($item in $lane.output.ReadAll()) { Add-Item $item }
        foreach ($job in $ended) { $job.done = $true; $probe.news = $true }
        if (-not $closed) { continue }
        $lane.closed = $true
        $probe.news = $true
        try { [void]$lane.shell.EndInvoke($lane.handle) }
        catch {
            $failure = Format-Failure 'runspace' $_
            foreach ($job in $lane.jobs) { if (-not $job.done) { $job.done = $true; $job.failures += $failure } }
        }
    }
}

function Stop-Lane {
    foreach ($lane in $probe.lanes) { if (-not $lane.closed) { [void]$lane.shell.BeginStop($null, $null) } }
    if ($probe.pool) { [void]$probe.pool.BeginClose($null, $null) }
}

# Ours, and no code of Windows': what the probe did not wait for says nothing about the machine.
function Get-NotRead([string]$Source, $Waited) {
    $shown = ([int](10 * $Waited) / 10).ToString([cultureinfo]::InvariantCulture)
    @{
        source = $Source; code = $null; id = 'NotReadInTime'; type = $null; waited = [int](10 * $Waited) / 10
        message = "not read in time: the probe stopped waiting after $shown seconds"
    }
}

# What went wrong with a job, the end of our patience included.
function Get-JobFailure($Job) {
    foreach ($failure in $Job.failures) { $failure }
    if ($Job -and -not $Job.done) { Get-NotRead $Job.source (Get-JobSecond $Job) }
}

function Get-JobSecond($Job) {
    if ($null -eq $Job.times.began) { return 0 }
    $end = $Job.times.ended
    if ($null -eq $end) { $end = Get-Elapsed $probe.clock }
    $end - $Job.times.began
}
