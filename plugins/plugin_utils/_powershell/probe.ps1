# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Gathers what bears on KMS activation and prints it as one JSON string: raw values, no judgement, nothing is changed.
# Every section fails alone. All questions run beside each other and end with one deadline: three times TimeoutSeconds, and no
# less than LeastSeconds. What it cuts off is an error with the id NotReadInTime and the seconds waited, and no code.
#
# Answer: {schema, language_mode, elapsed_ms, limit_seconds, sections: {name: {data, errors, seconds}}}.
[CmdletBinding(SupportsShouldProcess)]
param(
    [string[]]$Sections = @(),
    [int]$TimeoutSeconds = 5,
    [int]$LeastSeconds = 15,
    [int]$Port = 1688,
    [hashtable]$Clouds = @{},
    [string]$Cloud = '',
    [string]$BindRequest = '',
    [int]$EventDays = 45,
    [int]$EventMax = 200
)

# include: _common.ps1
function Format-Failure { }
function Format-Time { }
# include: _probe_lanes.ps1
function Get-Elapsed { }
function New-Clock { }
function New-LanePool { }
function New-Work { }
function Start-Lane { }
function Receive-Lane { }
function Stop-Lane { }
function Get-JobFailure { }
function Get-JobSecond { }
# include: _probe_sockets.ps1
function Start-Exchange { }
function Step-Exchange { }
function Get-OpenExchange { }
function Stop-Exchange { }
# include: _probe_windows.ps1
# include: _probe_network.ps1

$WhatIfPreference = $false
try { $Ansible.Changed = $false } catch { Write-Debug 'not run by win_powershell' }

$limit = 3 * $TimeoutSeconds
if ($limit -lt $LeastSeconds) { $limit = $LeastSeconds }
$probe = @{
    mode = [string]$ExecutionContext.SessionState.LanguageMode; clock = New-Clock
    # The last second is for putting the answer together.
    until = $limit - 1
    pool = $null; lanes = @(); jobs = @{}; news = $true; held = $false; exchanges = @{}; socketFailure = $null
    bind = [byte[]]@($BindRequest -split '(..)' | Where-Object { $_ } | ForEach-Object { "0x$_" })
}
$constrained = $probe.mode -ne 'FullLanguage'

# --- What is asked ----------------------------------------------------------------------------------------------------

# Windows may take half a minute over a licence query, and more; the deadline cuts it down.
$patience = 60
$productColumns = 'ID', 'Name', 'Description', 'ApplicationID', 'PartialProductKey', 'ProductKeyChannel', 'LicenseFamily', 'LicenseIsAddon',
    'LicenseStatus', 'LicenseStatusReason', 'GracePeriodRemaining', 'EvaluationEndDate', 'VLActivationInterval', 'VLRenewalInterval',
    'VLActivationType', 'VLActivationTypeEnabled', 'KeyManagementServiceMachine', 'KeyManagementServicePort',
    'KeyManagementServiceLookupDomain', 'DiscoveredKeyManagementServiceMachineName', 'DiscoveredKeyManagementServiceMachinePort',
    'DiscoveredKeyManagementServiceMachineIpAddress', 'KeyManagementServiceProductKeyID', 'GenuineStatus', 'ADActivationObjectName',
    'ADActivationObjectDN', 'ADActivationCsvlkPid', 'ADActivationCsvlkSkuId'
$serviceColumns = 'Version', 'ClientMachineID', 'KeyManagementServiceMachine', 'KeyManagementServicePort', 'KeyManagementServiceLookupDomain',
    'KeyManagementServiceHostCaching', 'DiscoveredKeyManagementServiceMachineName', 'DiscoveredKeyManagementServiceMachinePort',
    'DiscoveredKeyManagementServiceMachineIpAddress', 'VLActivationTypeEnabled', 'RemainingWindowsReArmCount',
    'IsKeyManagementServiceMachine', 'PolicyCacheRefreshRequired'

function New-CimWork([string]$Class, [string[]]$Properties, [string]$Where) {
    New-Work $Class $Class Read-Cim @{ Class = $Class; Properties = $Properties; Where = $Where; Patience = $patience; Keep = 100 }
}

$imds = @{ Seconds = $(if ($TimeoutSeconds -lt 3) { $TimeoutSeconds } else { 3 }); Constrained = $constrained }
# Lanes in the order in which they start, each with its jobs and the sections that need them.
$plan = @(
    @(
        @{ for = 'kms_settings'; job = { New-Work 'settings' 'registry' Read-KmsSetting @{} } }
        @{ for = 'os'; job = { New-Work 'version' 'registry' Read-Version @{} } }
        @{ for = 'proxy'; job = { New-Work 'winhttp' 'registry' Read-WinHttp @{} } }
        @{ for = 'clock'; job = { New-Work 'w32time' 'registry' Read-TimeService @{} } }
    ),
    @(
        @{ for = 'dns'; job = { New-Work 'resolver' 'Resolve-DnsName' Read-Resolver @{} } }
    ),
    @(
        @{ for = 'dns'; job = { New-Work 'dns_servers' 'Get-DnsClientServerAddress' Read-DnsServer @{} } }
        @{ for = 'routes'; job = { New-Work 'routes' 'Get-NetRoute' Read-DefaultRoute @{} } }
        @{ for = 'routes'; job = { New-Work 'addresses' 'Get-NetIPAddress' Read-Address @{} } }
        @{ for = 'firewall'; job = { New-Work 'categories' 'Get-NetConnectionProfile' Read-NetworkCategory @{} } }
    ),
    @(
        @{ for = 'license'; job = { New-CimWork SoftwareLicensingProduct $productColumns " WHERE ApplicationID='55c92734-d682-4d71-983e-d6ec3f16059f' AND PartialProductKey IS NOT NULL" } }
    ),
    @(
        @{ for = 'license'; job = { New-CimWork SoftwareLicensingService $serviceColumns '' } }
    ),
    @(
        @{ for = 'imds'; job = { New-Work 'imds' 'IMDS' Read-Imds $imds } }
    ),
    @(
        @{ for = 'os'; job = { New-CimWork Win32_OperatingSystem 'Caption', 'OperatingSystemSKU', 'ProductType', 'Version', 'OSLanguage' '' } }
        @{ for = 'domain'; job = { New-CimWork Win32_ComputerSystem 'PartOfDomain', 'Domain' '' } }
    ),
    @(
        @{ for = 'services'; job = { New-Work 'services' 'Get-Service' Read-Service @{ Names = 'sppsvc', 'w32time', 'mpssvc', 'himds' } } }
        @{ for = 'token_store'; job = { New-Work 'tokens' 'tokens.dat' Read-TokenStore @{} } }
        @{ for = 'os'; job = { New-Work 'session' 'session' Read-Session @{} } }
    ),
    @(
        @{ for = 'events'; job = { New-Work 'events' 'Application log' Read-Event @{ Days = $EventDays; Max = $EventMax; Constrained = $constrained } } }
    ),
    @(
        @{ for = 'firewall'; job = { New-Work 'firewall' 'firewall' Read-Firewall @{ Port = $Port; Patience = $patience; Constrained = $constrained } } }
    )
)

# --- The network part: names and targets grow with what is learnt -----------------------------------------------------

function Get-First($List) {
    foreach ($item in $List) { return $item }
    $null
}

function Get-KmsHost {
    $hosts = @()
    $jobs = $probe.jobs
    $named = @(foreach ($row in @($jobs.SoftwareLicensingProduct.parts.SoftwareLicensingProduct) + @($jobs.SoftwareLicensingService.parts.SoftwareLicensingService)) {
            @{ name = $row.KeyManagementServiceMachine; port = $row.KeyManagementServicePort }
        })
    $named += @(foreach ($part in 'spp', 'products', 'policy') {
            foreach ($values in $jobs.settings.parts[$part]) {
                @{ name = $values.KeyManagementServiceName.data; port = $values.KeyManagementServicePort.data }
            }
        })
    foreach ($setting in $named) {
        $kms = @{ name = ([string]$setting.name).Trim().Trim('[', ']'); port = $setting.port -as [int]; literal = $false }
        if ($kms.port -lt 1 -or $kms.port -gt 65535) { $kms.port = 1688 }
        if (-not $kms.name -or ($hosts | Where-Object { $_.name -eq $kms.name -and $_.port -eq $kms.port })) { continue }
        $kms.literal = $kms.name -match '^\d{1,3}(\.\d{1,3}){3}$|:' -and [bool]($kms.name -as [ipaddress])
        $hosts += $kms
    }
    $hosts
}

function Get-CloudName {
    if ($Cloud) { return $Cloud }
    $environment = (Get-First $probe.jobs.imds.parts.answer).compute.azEnvironment
    if ($environment -and $Clouds.ContainsKey($environment)) { $environment } else { 'AzurePublicCloud' }
}

# SRV records are what Windows looks for when no host is set: known only when everything that may set one was read.
function Get-Discovery($Hosts) {
    $settled = -not @('settings', 'SoftwareLicensingProduct', 'SoftwareLicensingService' | Where-Object { -not $probe.jobs[$_].done })
    $system = Get-First $probe.jobs.Win32_ComputerSystem.parts.Win32_ComputerSystem
    if ($settled -and -not $Hosts -and $system.PartOfDomain -and $system.Domain) { "_vlmcs._tcp.$($system.Domain)" }
}

function Get-LookupKey([string]$Name, [string]$Type, [string]$Server) { "dns|$Name|$Type|$Server" }

# What should be asked by now, in the order of the answer: {cloud, lookups, targets}.
function Get-Wish {
    $wish = @{ cloud = Get-CloudName; lookups = @(); targets = [ordered]@{} }
    $documented = $Clouds[$wish.cloud]
    $hosts = @(Get-KmsHost)
    $names = @()
    foreach ($name in @($documented.Names) + @($hosts | Where-Object { -not $_.literal } | ForEach-Object { $_.name })) {
        if ($name -and $names -notcontains $name) { $names += $name }
    }
    $servers = @('') + @($probe.jobs.dns_servers.parts.servers | Where-Object { $_ })
    $wish.lookups = @(foreach ($name in $names) { foreach ($server in $servers) { @{ name = $name; type = 'A'; server = $server } } })
    foreach ($name in Get-Discovery $hosts) { $wish.lookups += @{ name = $name; type = 'SRV'; server = '' } }
    $targets = @($documented.Addresses | Where-Object { $_ } | ForEach-Object { , @($_, $Port, 'documented') })
    $targets += @($hosts | Where-Object { $_.literal } | ForEach-Object { , @($_.name, $_.port, 'configured') })
    foreach ($lookup in $wish.lookups) {
        $answer = Get-First $probe.jobs[(Get-LookupKey $lookup.name $lookup.type $lookup.server)].parts.answer
        foreach ($address in $answer.answers) {
            if ($documented.Names -contains $lookup.name) { $targets += , @($address, $Port, 'dns') }
            foreach ($kms in $hosts) { if ($kms.name -eq $lookup.name) { $targets += , @($address, $kms.port, 'configured') } }
        }
    }
    foreach ($target in $targets) {
        $key = "$($target[0])|$($target[1])"
        if (-not $wish.targets.Contains($key)) { $wish.targets[$key] = @{ address = $target[0]; port = $target[1]; reasons = @() } }
        if ($wish.targets[$key].reasons -notcontains $target[2]) { $wish.targets[$key].reasons += $target[2] }
    }
    $wish
}

# The system's own path asks for every name at once; each resolver is asked in turn, in a lane of its own. They start when one
# runspace has loaded DnsClient, which on a cold machine takes seconds of processor and disk, or after a few seconds in any case.
function Step-Network {
    if ($wanted -notcontains 'dns') { return }
    $wish = Get-Wish
    if ($wanted -contains 'connectivity') {
        foreach ($key in $wish.targets.Keys) {
            if (-not $probe.exchanges.ContainsKey($key)) { Start-Exchange $wish.targets[$key].address $wish.targets[$key].port }
        }
    }
    $probe.held = -not $probe.jobs.resolver.done -and (Get-Elapsed $probe.clock) -lt $probe.until / 4
    if ($probe.held) { return }
    $lanes = @{}
    foreach ($lookup in $wish.lookups) {
        $key = Get-LookupKey $lookup.name $lookup.type $lookup.server
        if ($probe.jobs.ContainsKey($key)) { continue }
        $lane = $(if ($lookup.server) { $lookup.server } else { $key })
        $lanes[$lane] = @($lanes[$lane] | Where-Object { $_ }) + @(New-Work $key 'Resolve-DnsName' Read-Name @{ Name = $lookup.name; Type = $lookup.type; Server = $lookup.server })
    }
    foreach ($lane in $lanes.Keys) { Start-Lane $lanes[$lane] }
}

# The chain behind the attested document matters to Azure Edition alone.
function Step-Attestation {
    if ($wanted -notcontains 'attestation' -or $probe.jobs.attestation) { return }
    $version = Get-First $probe.jobs.version.parts.version
    $system = Get-First $probe.jobs.Win32_OperatingSystem.parts.Win32_OperatingSystem
    if ($version.edition_id -like 'ServerTurbine*' -or $system.OperatingSystemSKU -eq 407) {
        Start-Lane (New-Work 'attestation' 'attested document' Read-Attestation $imds)
    }
}

# --- Sections: which jobs they rest on, and what they make of them ----------------------------------------------------

function Get-Part([string]$Job, [string]$Name) { Get-First $probe.jobs[$Job].parts[$Name] }

# A list that was read, as a list; null when it was not.
function Get-List([string]$Job, [string]$Name) {
    $list = $probe.jobs[$Job].parts[$Name]
    if ($null -eq $list) { return $null }
    , @($list | Where-Object { $null -ne $_ })
}

$sectionTable = [ordered]@{
    kms_settings = @{ jobs = 'settings'; build = {
            @{
                spp = Get-Part settings spp; activation = Get-Part settings activation; products = Get-List settings products
                policy = Get-Part settings policy; network_service = Get-Part settings network_service
            }
        }
    }
    services = @{ jobs = 'services'; build = {
            $found = @{}
            foreach ($name in $probe.jobs.services.parts.Keys) { $found[$name] = Get-Part services $name }
            $found
        }
    }
    token_store = @{ jobs = 'tokens'; build = { @{ folder = Get-Part tokens folder; files = Get-List tokens files } } }
    proxy = @{ jobs = 'winhttp'; build = { @{ winhttp_settings = (Get-Part winhttp winhttp).WinHttpSettings } } }
    os = @{ jobs = 'version', 'Win32_OperatingSystem', 'session'; build = {
            $version = Get-Part version version
            $system = Get-Part Win32_OperatingSystem Win32_OperatingSystem
            @{
                edition_id = $version.edition_id; product_name = $version.product_name; installation_type = $version.installation_type
                build = $(if ($version.build) { $version.build -as [int] } else { $null }); ubr = $version.ubr
                caption = $system.Caption; sku = $system.OperatingSystemSKU; product_type = $system.ProductType
                version = $system.Version; os_language = $system.OSLanguage
                ui_culture = Get-Part session ui_culture; time_zone = Get-Part session time_zone
                powershell = [string]$PSVersionTable.PSVersion; elevated = Get-Part session elevated
            }
        }
    }
    domain = @{ jobs = 'Win32_ComputerSystem'; build = {
            $system = Get-Part Win32_ComputerSystem Win32_ComputerSystem
            if ($system) { @{ joined = $system.PartOfDomain; name = $(if ($system.PartOfDomain) { $system.Domain } else { $null }) } }
        }
    }
    license = @{ jobs = 'SoftwareLicensingProduct', 'SoftwareLicensingService'; build = {
            @{
                products = Get-List SoftwareLicensingProduct SoftwareLicensingProduct
                service = Get-Part SoftwareLicensingService SoftwareLicensingService
            }
        }
    }
    imds = @{ jobs = 'imds'; build = { Get-Part imds answer } }
    dns = @{ jobs = 'dns_servers'; build = {
            @{
                servers = Get-List dns_servers servers
                queries = @(foreach ($lookup in (Get-Wish).lookups) {
                        $job = $probe.jobs[(Get-LookupKey $lookup.name $lookup.type $lookup.server)]
                        if (-not $job) { continue }
                        $answer = Get-First $job.parts.answer
                        if (-not $answer) { $answer = @{ answers = @(); chain = @(); srv = @() } }
                        $server = $(if ($lookup.server) { $lookup.server } else { $null })
                        $answer + @{ name = $lookup.name; type = $lookup.type; server = $server; error = Get-First @(Get-JobFailure $job) }
                    })
            }
        }
    }
    connectivity = @{ jobs = @(); build = {
            if ($probe.socketFailure) { return }
            $wish = Get-Wish
            $fields = 'address', 'port', 'connected', 'socket_error', 'timed_out', 'reply', 'reply_error', 'reply_timed_out', 'waited', 'cut'
            @{
                cloud = $wish.cloud
                targets = @(foreach ($key in $wish.targets.Keys) {
                        if (-not $probe.exchanges.ContainsKey($key)) { continue }
                        $target = @{ reasons = @($wish.targets[$key].reasons | Sort-Object) }
                        foreach ($field in $fields) { $target[$field] = $probe.exchanges[$key][$field] }
                        $target
                    })
            }
        }
    }
    attestation = @{ jobs = @('attestation'); build = {
            if ($probe.jobs.attestation) { Get-Part attestation answer }
            elseif ($probe.jobs.version.done) { @{ status = 'not-applicable'; signer = $null; issuer = $null; chain_status = @() } }
        }
    }
    firewall = @{ jobs = 'firewall', 'categories'; build = {
            $places = @{}
            foreach ($place in 'local', 'policy') {
                $rules = Get-Part firewall "${place}_rules"
                $profiles = Get-Part firewall "${place}_profiles"
                $places[$place] = $(if ($rules -or $profiles) { @{ profiles = $profiles; rules = $rules.rules; truncated = $rules.truncated } } else { $null })
            }
            $places + @{ active_categories = Get-List categories categories }
        }
    }
    routes = @{ jobs = 'routes', 'addresses'; build = { @{ default = Get-List routes default; addresses = Get-List addresses addresses } } }
    events = @{ jobs = 'events'; build = {
            $records = Get-List events records
            if ($null -ne $records) {
                @{
                    records = @($records | Sort-Object -Property { $_.record_id } -Descending)
                    truncated = Get-Part events truncated; oldest_record_time = Get-Part events oldest
                }
            }
        }
    }
    clock = @{ jobs = 'w32time'; build = { @{ w32time = Get-Part w32time w32time; utc_now = Format-Time (Get-Date) } } }
}
# What a section needs beside itself.
$needs = @{
    attestation = 'os'
    dns = 'domain', 'license', 'kms_settings', 'imds'
    connectivity = 'dns', 'domain', 'license', 'kms_settings', 'imds'
}

function Get-SectionFailure([string]$Name) {
    foreach ($job in $sectionTable[$Name].jobs) { if ($probe.jobs[$job]) { Get-JobFailure $probe.jobs[$job] } }
    # Without the edition nobody knows whether there was something to ask.
    if ($Name -eq 'attestation' -and -not $probe.jobs.attestation) { Get-JobFailure $probe.jobs.version | Where-Object { $_.id -eq 'NotReadInTime' } }
    if ($Name -eq 'connectivity' -and $probe.socketFailure) { $probe.socketFailure }
}

function Get-Section([string]$Name) {
    $failures = @(Get-SectionFailure $Name)
    $data = $null
    try { $data = & $sectionTable[$Name].build } catch { $failures += Format-Failure $Name $_ }
    # "No output" prints as {} in JSON.
    if ($null -eq $data -or ($failures -and -not @($data.Values | Where-Object { $null -ne $_ }))) { $data = $null }
    $seconds = 0
    foreach ($job in $sectionTable[$Name].jobs) { if ($probe.jobs[$job]) { $seconds += Get-JobSecond $probe.jobs[$job] } }
    @{ data = $data; errors = $failures; seconds = [int](100 * $seconds) / 100 }
}

# --- The run ----------------------------------------------------------------------------------------------------------

if (-not $Sections) { $Sections = @($sectionTable.Keys) }
$wanted = @($Sections + ($Sections | ForEach-Object { $needs[$_] }) | Select-Object -Unique)
if (-not $constrained) { try { $probe.pool = New-LanePool 16 } catch { Write-Debug 'no runspaces: one lane after another' } }
foreach ($lane in $plan) {
    $jobs = @(foreach ($entry in $lane) { if ($wanted -contains $entry.for) { & $entry.job } })
    if ($jobs) { Start-Lane $jobs }
}
while ((Get-Elapsed $probe.clock) -lt $probe.until) {
    Receive-Lane
    if ($probe.news -or ($probe.held -and (Get-Elapsed $probe.clock) -ge $probe.until / 4)) {
        $probe.news = $false
        Step-Network
        Step-Attestation
    }
    $open = @(Get-OpenExchange)
    foreach ($exchange in $open) { Step-Exchange $exchange }
    if (-not $open -and -not $probe.news -and -not @($probe.lanes | Where-Object { -not $_.closed })) { break }
    Start-Sleep -Milliseconds 15
}
Receive-Lane
# What follows from the last answers is no longer asked, and noted as not read.
if ($probe.news) {
    Step-Network
    Step-Attestation
}
Stop-Exchange
Stop-Lane

$answer = @{ schema = 1; language_mode = $probe.mode; limit_seconds = $limit; sections = @{} }
foreach ($name in $Sections) { if ($sectionTable.Contains($name)) { $answer.sections[$name] = Get-Section $name } }
$answer.elapsed_ms = [int](1000 * (Get-Elapsed $probe.clock))
ConvertTo-Json -InputObject $answer -Compress -Depth 8
