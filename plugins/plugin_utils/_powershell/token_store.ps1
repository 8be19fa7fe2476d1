# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Rebuilds the token store of the licensing service or brings an older one back, in the steps that the controller names. With no
# step it only tells what is there. A marker on the disk lets the next run see that a run was cut off; the files tell how far it came.
#
# Parameters:
#   Steps       steps to run in this order, up to the first that fails
#   RollBack    run the rollback steps even though no step failed
#   NoRollBack  steps after whose failure nothing is rolled back
#   Path        full path of tokens.dat
#   Backup      full path that tokens.dat is renamed to; empty when there is none to keep
#   Source      full path of the older store that becomes tokens.dat; empty unless one is brought back
#   WasRunning  whether sppsvc ran before everything; Dependents: the services that ran on top of it
#   Marker      text of the marker
#   ProductKey  KMS client setup key (SecureString), installed only when no Windows product has a key any more
#   Attempts, IntervalSeconds  activations at most, and seconds between them; FinalCodes: codes after which another is useless;
#               FutileCodes: codes of which three in a row are enough
# Steps:
#   mark              writes Marker to %ProgramData%\azure_windows.activation\token_store.json; fails when one is there
#   stop_service      stops sppsvc and its running dependents
#   rename            Path -> Backup when Path exists; on 0x80070020 and 0x80070021 stops sppsvc again, five times at most
#   bring_back        Source -> Path, likewise
#   start_service     starts sppsvc, then Dependents
#   install_licenses  SoftwareLicensingService.InstallLicense for every *.xrm-ms below System32\spp\tokens, then System32\oem;
#                     stops at the first that fails
#   install_key       InstallProductKey and RefreshLicenseStatus, when no row has a key
#   activate          Activate and RefreshLicenseStatus on the row with a key that is no add-on, until that row is licensed
#   unmark            removes the marker, and its folder when nothing else is in it
# Rollback, all of them in this order, the last only when the others went well:
#   rollback_stop     stops sppsvc when Backup exists
#   rollback_rename   when Backup exists: takes Path away (back to Source if that one is missing, else deleted), Backup -> Path
#   rollback_start    when WasRunning: as start_service
#   rollback_unmark   as unmark
# Answer: {schema, language_mode, steps: [{name, ok, error}], attempts: [{at, error}], state}; state is read at the end:
#   {folders: [{path, files: [{name, size, modified}]}] (files named tokens*), marker: text or null, errors: [failure],
#    service: {status, start, delayed_autostart, dependents: [{name, status}]}, busy: whether another run is at work}
[CmdletBinding(SupportsShouldProcess)]
param(
    [string[]]$Steps = @(),
    [bool]$RollBack,
    [string[]]$NoRollBack = @(),
    [string]$Path = '',
    [string]$Backup = '',
    [string]$Source = '',
    [bool]$WasRunning,
    [string[]]$Dependents = @(),
    [string]$Marker = '',
    [securestring]$ProductKey,
    [int]$Attempts = 12,
    [int]$IntervalSeconds = 5,
    [string[]]$FinalCodes = @(),
    [string[]]$FutileCodes = @()
)

# include: _common.ps1
function Format-Failure { }
function Format-Time { }
function Read-Key { }
# include: _change.ps1
function Invoke-Step { }
function Write-Answer { }
function Get-LicensingService { }
function Invoke-Licensing { }
function Stop-ServiceTree { }
function Start-ServiceTree { }

$storeFolders = "$env:windir\System32\spp\store\2.0", "$env:windir\System32\spp\store"
$markerFolder = "$env:ProgramData\azure_windows.activation"
$markerFile = "$markerFolder\token_store.json"
$windowsApp = '55c92734-d682-4d71-983e-d6ec3f16059f'
$tries = @{ list = @() }

# --- Files ------------------------------------------------------------------------------------------------------------

function Test-File([string]$File) { $File -and (Test-Path -LiteralPath $File -PathType Leaf) }

# Runs what needs tokens.dat to be closed. Between stop and rename nothing may ask for the licence: that starts the service again.
function Invoke-WhileClosed([scriptblock]$Action) {
    for ($left = 5; ; $left--) {
        try { return & $Action }
        catch {
            # A sharing or lock violation: somebody still has the file open.
            if ($left -le 0 -or '0x80070020', '0x80070021' -notcontains (Format-Failure '' $_).code) { throw }
            Start-Sleep -Seconds 1
            Stop-ServiceTree 'sppsvc'
        }
    }
}

function Move-Store([string]$From, [string]$To) {
    Invoke-WhileClosed { Rename-Item -LiteralPath $From -NewName (Split-Path -Path $To -Leaf) -Force -ErrorAction Stop }
}

# Flushed to the disk and renamed when it is whole, so that a power cut leaves no half marker.
function Write-Marker {
    if (Test-File $markerFile) { throw '0x800700B7: there is a marker already' }
    $null = New-Item -Path $markerFolder -ItemType Directory -Force -ErrorAction Stop
    $draft = [System.IO.Path]::Combine((Convert-Path -LiteralPath $markerFolder), 'token_store.new')
    $stream = New-Object System.IO.FileStream $draft, 'Create', 'Write', 'None'
    try {
        $bytes = [System.Text.Encoding]::ASCII.GetBytes($Marker)
        $stream.Write($bytes, 0, $bytes.Length)
        $stream.Flush($true)
    }
    finally { $stream.Dispose() }
    Rename-Item -LiteralPath "$markerFolder\token_store.new" -NewName 'token_store.json' -ErrorAction Stop
}

function Clear-Marker {
    if (Test-File $markerFile) { Remove-Item -LiteralPath $markerFile -Force -ErrorAction Stop }
    if ((Test-Path -LiteralPath $markerFolder) -and -not (Get-ChildItem -LiteralPath $markerFolder -Force -ErrorAction Stop)) {
        Remove-Item -LiteralPath $markerFolder -Force -ErrorAction Stop
    }
}

# --- Licensing --------------------------------------------------------------------------------------------------------

function Install-AllLicense {
    $service = Get-LicensingService
    $count = 0
    foreach ($folder in "$env:windir\System32\spp\tokens", "$env:windir\System32\oem") {
        if (-not (Test-Path -LiteralPath $folder)) { continue }
        foreach ($file in Get-ChildItem -LiteralPath $folder -Recurse -Force -ErrorAction Stop | Where-Object { $_.Name -like '*.xrm-ms' }) {
            $text = [System.IO.File]::ReadAllText((Convert-Path -LiteralPath $file.FullName))
            Invoke-Licensing $service InstallLicense @{ License = $text }
            $count++
        }
    }
    if (-not $count) { throw '0x80070002: there is no licence file below System32\spp\tokens' }
}

function Get-OwnProduct {
    $query = "SELECT ID,LicenseIsAddon,LicenseStatus FROM SoftwareLicensingProduct WHERE ApplicationID='$windowsApp' AND PartialProductKey IS NOT NULL"
    Get-CimInstance -Query $query -OperationTimeoutSec 60 -ErrorAction Stop | Where-Object { -not $_.LicenseIsAddon } | Select-Object -First 1
}

function Install-LostKey {
    if (Get-OwnProduct) { return }
    $text = (New-Object System.Management.Automation.PSCredential 'key', $ProductKey).GetNetworkCredential().Password
    Invoke-Licensing (Get-LicensingService) InstallProductKey @{ ProductKey = $text }
    Invoke-Licensing (Get-LicensingService) RefreshLicenseStatus
}

function Invoke-Activation {
    $product = Get-OwnProduct
    if (-not $product) { throw '0xC004F014: no Windows product has a key' }
    Invoke-Licensing $product Activate
    Invoke-Licensing (Get-LicensingService) RefreshLicenseStatus
    if ((Get-OwnProduct).LicenseStatus -ne 1) { throw 'Activate succeeded, but Windows is not licensed' }
}

function Invoke-EveryActivation {
    $last, $alike = $null, 0
    for ($number = 1; ; $number++) {
        $try = @{ at = Format-Time (Get-Date); error = $null }
        $tries.list += $try
        try { Invoke-Activation; return }
        catch {
            $try.error = Format-Failure 'Activate' $_
            $code = $try.error.code
            $alike = $(if ($code -eq $last) { $alike + 1 } else { 1 })
            $last = $code
            $futile = $alike -ge 3 -and $FutileCodes -contains $code
            if ($number -ge $Attempts -or $futile -or $FinalCodes -contains $code) { throw }
        }
        Start-Sleep -Seconds $IntervalSeconds
    }
}

# --- Steps ------------------------------------------------------------------------------------------------------------

$stepTable = @{
    mark = { Write-Marker }
    stop_service = { Stop-ServiceTree 'sppsvc' }
    rename = { if (Test-File $Path) { Move-Store $Path $Backup } }
    bring_back = { Move-Store $Source $Path }
    start_service = { Start-ServiceTree (@('sppsvc') + $Dependents) }
    install_licenses = { Install-AllLicense }
    install_key = { Install-LostKey }
    activate = { Invoke-EveryActivation }
    unmark = { Clear-Marker }
    rollback_stop = { if (Test-File $Backup) { Stop-ServiceTree 'sppsvc' } }
    rollback_rename = {
        if (-not (Test-File $Backup)) { return }
        if ((Test-File $Path) -and $Source -and -not (Test-File $Source)) { Move-Store $Path $Source }
        elseif (Test-File $Path) { Invoke-WhileClosed { Remove-Item -LiteralPath $Path -Force -ErrorAction Stop } }
        Move-Store $Backup $Path
    }
    rollback_start = { if ($WasRunning) { Start-ServiceTree (@('sppsvc') + $Dependents) } }
    rollback_unmark = { Clear-Marker }
}
$stepTargets = @{
    mark = $markerFile; unmark = $markerFile; rollback_unmark = $markerFile
    rename = $Path; bring_back = $Source; rollback_rename = $Backup
    install_licenses = 'SoftwareLicensingService'; install_key = 'InstallProductKey'; activate = 'SoftwareLicensingProduct'
}

function Invoke-Named([string]$Name) {
    $target = $stepTargets[$Name]
    if (-not $target) { $target = 'sppsvc' }
    Invoke-Step $Name $target $stepTable[$Name]
}

function Invoke-RollBack {
    $whole = $true
    foreach ($name in 'rollback_stop', 'rollback_rename', 'rollback_start') { $whole = (Invoke-Named $name) -and $whole }
    if ($whole) { $null = Invoke-Named 'rollback_unmark' }
}

# --- What is there ----------------------------------------------------------------------------------------------------

function Read-Folder([string]$Folder) {
    $items = @()
    try { $items = @(Get-ChildItem -LiteralPath $Folder -Force -ErrorAction Stop) }
    catch { if ($_.FullyQualifiedErrorId -notlike 'PathNotFound*') { throw } }
    $files = @($items | Where-Object { -not $_.PSIsContainer -and $_.Name -like 'tokens*' })
    @{ path = $Folder; files = @($files | ForEach-Object { @{ name = $_.Name; size = $_.Length; modified = Format-Time $_.LastWriteTimeUtc } }) }
}

function Read-Licensing {
    $service = Get-Service -Name sppsvc -ErrorAction Stop
    $values = Read-Key 'HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\sppsvc'
    $dependents = @($service.DependentServices | Where-Object { $_ } | ForEach-Object { @{ name = $_.Name; status = [string]$_.Status } })
    @{ status = [string]$service.Status; start = $values.Start; delayed_autostart = $values.DelayedAutostart; dependents = $dependents }
}

function Read-State {
    $found = @{ folders = @(); service = $null; marker = $null; errors = @(); busy = $null }
    foreach ($folder in $storeFolders) {
        try { $found.folders += Read-Folder $folder } catch { $found.errors += Format-Failure $folder $_ }
    }
    try { $found.service = Read-Licensing } catch { $found.errors += Format-Failure 'sppsvc' $_ }
    try { if (Test-File $markerFile) { $found.marker = '' + (Get-Content -LiteralPath $markerFile -Raw -ErrorAction Stop) } }
    catch { $found.errors += Format-Failure $markerFile $_ }
    $found
}

# --- One run at a time: a script whose connection was lost may still be at work -----------------------------------------

$lock = @{ mutex = $null; mine = $false }

# Windows gives the lock back when its owner ends, however it ends; one that cannot even be opened is somebody else's.
function Enter-Lock {
    try {
        $lock.mutex = New-Object System.Threading.Mutex $false, 'Global\azure_windows.activation.token_store'
        $lock.mine = $lock.mutex.WaitOne(0)
    }
    catch { $lock.mine = (Format-Failure 'lock' $_).type -eq 'System.Threading.AbandonedMutexException' }
}

function Exit-Lock {
    if ($lock.mine) { $lock.mutex.ReleaseMutex() }
    if ($lock.mutex) { $lock.mutex.Dispose() }
}

function Invoke-Work {
    if (-not $lock.mine) { throw 'another run is still at work on the token store of this guest' }
    $failed = $null
    foreach ($name in $Steps) { if (-not (Invoke-Named $name)) { $failed = $name; break } }
    if ($RollBack -or ($failed -and $NoRollBack -notcontains $failed)) { Invoke-RollBack }
}

$state = $null
if ($work.mode -eq 'FullLanguage') {
    Enter-Lock
    try {
        if ($Steps -or $RollBack) { Invoke-Work }
        $state = Read-State
        $state.busy = -not $lock.mine
    }
    finally { Exit-Lock }
}
else { $state = Read-State }
Write-Answer @{ attempts = @($tries.list); state = $state }
