# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Runs a script in a session as ansible.windows.win_powershell makes it, on the fakes. Read in plugins/modules/win_powershell.ps1:
# - up to 3.3.0 (read: 2.5.0, 3.3.0) CreateRunspace($runspaceHost): every core command is there from the beginning;
# - from 3.4.0 on (read: 3.8.0) CreateRunspace($runspaceHost, CreateDefault2()): only Microsoft.PowerShell.Core is there, other modules
#   are loaded, into the global scope, when the script first uses a command of theirs;
# - both SetVariable Ansible and ErrorActionPreference, AddScript(text), which is the global scope, AddParameters, Invoke; sensitive
#   parameters as SecureString; Confirm and WhatIf only where the first CmdletBinding says SupportsShouldProcess;
# - `$Ansible` is read by a second pipeline, however the script ended;
# - from 3.1.0 on a script under a lockdown policy is a temporary file, called in ConstrainedLanguage.
#
# Given: Generation (old, new), ModulePath, ScriptText, Given, Secrets, WhatIf, Preludes (paths), Variables, Seconds.
# Gives one JSON text: {output, error, warning, verbose, information, changed, failed}.

$newest = $Generation -eq 'new'
$env:PSModulePath = $ModulePath
$start = $(if ($newest) { [initialsessionstate]::CreateDefault2() } else { [initialsessionstate]::CreateDefault() })
$runspace = [runspacefactory]::CreateRunspace($Host, $start)
$runspace.Open()

function New-LabPipeline {
    $shell = [powershell]::Create()
    $shell.Runspace = $runspace
    $shell
}

# --- Fakes: what Windows has -------------------------------------------------------------------------------------------

foreach ($name in $Variables.Keys) { $runspace.SessionStateProxy.SetVariable($name, $Variables[$name]) }
foreach ($file in $Preludes) {
    $shell = New-LabPipeline
    [void]$shell.AddScript([IO.File]::ReadAllText($file)).Invoke()
    if ($shell.Streams.Error.Count) { throw "$file`: $($shell.Streams.Error[0])" }
}
# What the fakes loaded is not loaded yet for the script.
if ($newest) { [void](New-LabPipeline).AddScript('Get-Module | Remove-Module').Invoke() }

# --- The session and the script ----------------------------------------------------------------------------------------

$ansible = @{ CheckMode = $WhatIf; Verbosity = 0; Result = @{}; Diff = @{}; Changed = $true; Failed = $false; Tmpdir = [IO.Path]::GetTempPath() }
$runspace.SessionStateProxy.SetVariable('Ansible', [pscustomobject]$ansible)
$runspace.SessionStateProxy.SetVariable('ErrorActionPreference', [Management.Automation.ActionPreference]::Continue)
$shell = New-LabPipeline
$file = $null
if ($newest -and $runspace.SessionStateProxy.LanguageMode -eq 'ConstrainedLanguage') {
    $file = [IO.Path]::Combine([IO.Path]::GetTempPath(), "ansible.windows.win_powershell-$([guid]::NewGuid()).ps1")
    [IO.File]::WriteAllText($file, $ScriptText)
    [void]$shell.AddCommand($file)
}
else { [void]$shell.AddScript($ScriptText) }
$parameters = @{}
foreach ($name in $Given.Keys) { $parameters[$name] = $Given[$name] }
foreach ($name in $Secrets.Keys) { $parameters[$name] = ConvertTo-SecureString -String $Secrets[$name] -AsPlainText -Force }
if ($ScriptText -match '\[CmdletBinding\(SupportsShouldProcess\)\]') { $parameters.Confirm, $parameters.WhatIf = $false, $WhatIf }
[void]$shell.AddParameters($parameters)

$output, $none = [Management.Automation.PSDataCollection[object]]::new(), [Management.Automation.PSDataCollection[object]]::new()
$none.Complete()
$errors = @()
# Not Invoke, which could not be left when a script hangs.
$handle = $shell.BeginInvoke($none, $output)
if (-not $handle.AsyncWaitHandle.WaitOne(1000 * $Seconds)) { [void]$shell.BeginStop($null, $null); throw "the script ran for more than $Seconds s" }
try { [void]$shell.EndInvoke($handle) } catch [Management.Automation.RuntimeException] { $errors += $_.Exception.ErrorRecord }
if ($file) { [IO.File]::Delete($file) }
$told = (New-LabPipeline).AddScript('$Ansible').Invoke()[0]

function Format-LabError($Record) { @{ message = [string]$Record.Exception.Message; id = $Record.FullyQualifiedErrorId } }

$streams = $shell.Streams
ConvertTo-Json -Compress -Depth 4 -InputObject @{
    output = @($output | ForEach-Object { [string]$_ })
    error = @($streams.Error | ForEach-Object { Format-LabError $_ }) + @($errors | ForEach-Object { Format-LabError $_ })
    warning = @($streams.Warning | ForEach-Object { $_.Message })
    verbose = @($streams.Verbose | ForEach-Object { $_.Message })
    information = @($streams.Information | ForEach-Object { [string]$_.MessageData })
    changed = [bool]$told.Changed
    failed = $errors.Count -gt 0 -or [bool]$told.Failed
}
$runspace.Dispose()
