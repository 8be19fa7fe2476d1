# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Gathers what bears on KMS activation and prints it as one JSON string: raw values, no judgement, nothing is changed.
# Every section fails alone. Blocking calls run as readers in a runspace pool with a deadline, sockets asynchronously.
[CmdletBinding(SupportsShouldProcess)]
param(
    [string[]]$Sections = @(),
    [int]$TimeoutSeconds = 5,
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
function Read-Key { }

$WhatIfPreference = $false
try { $Ansible.Changed = $false } catch { Write-Debug 'not run by win_powershell' }

$windowsKey = 'HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion'
$licensingKey = "$windowsKey\SoftwareProtectionPlatform"
$servicesKey = 'HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services'
$windowsApp = '55c92734-d682-4d71-983e-d6ec3f16059f'
$probe = @{
    started = [datetime]::UtcNow; mode = [string]$ExecutionContext.SessionState.LanguageMode
    pool = $null; readers = @{}; data = @{}; errors = @{}; failures = @(); cloud = $null; lookups = @(); hosts = @(); exchanges = @(); socketFailure = $null
}

# --- Parts that fail alone ---------------------------------------------------------------------------------------------

# "No output" prints as {} in JSON, so what has no value says $null in so many words, here and below.
function Get-Part([string]$Source, [scriptblock]$Read) {
    try { & $Read } catch { $probe.failures += Format-Failure $Source $_; $null }
}

function Get-First($List) {
    foreach ($item in $List) { return $item }
    $null
}

# --- Readers: blocking calls beside each other ------------------------------------------------------------------------

function New-ReaderPool {
    $state = [initialsessionstate]::CreateDefault()
    foreach ($function in Get-ChildItem -Path function: | Where-Object { -not $_.ModuleName }) {
        $entry = 'System.Management.Automation.Runspaces.SessionStateFunctionEntry'
        $state.Commands.Add((New-Object $entry $function.Name, $function.Definition))
    }
    $pool = [runspacefactory]::CreateRunspacePool($state)
    [void]$pool.SetMaxRunspaces(32)
    $pool.Open()
    $pool
}

function Invoke-Reader([string]$Source, [string]$Command, [hashtable]$With) {
    try { @{ value = @(& $Command @With) } } catch { @{ failure = Format-Failure $Source $_ } }
}

function Start-Reader([string]$Source, [int]$Seconds, [string]$Command, [hashtable]$With) {
    $call = @{ Source = $Source; Command = $Command; With = $With }
    $reader = @{ source = $Source; until = [datetime]::UtcNow.AddSeconds($Seconds); result = $null }
    if ($probe.pool) {
        $reader.shell = [powershell]::Create()
        $reader.shell.RunspacePool = $probe.pool
        [void]$reader.shell.AddCommand('Invoke-Reader').AddParameters($call)
        $reader.handle = $reader.shell.BeginInvoke()
    }
    else { $reader.result = Invoke-Reader @call }
    $reader
}

function Get-Timeout([string]$Source) {
    @{ source = $Source; code = '0x800705B4'; id = 'TimedOut'; type = $null; message = 'timed out' }
}

function Wait-Reader($Reader) {
    if (-not $Reader.result) {
        while (-not $Reader.handle.IsCompleted -and [datetime]::UtcNow -lt $Reader.until) { Step-Exchanges }
        if ($Reader.handle.IsCompleted) {
            try { $Reader.result = $Reader.shell.EndInvoke($Reader.handle)[0] }
            catch { $Reader.result = @{ failure = Format-Failure $Reader.source $_ } }
        }
        else {
            [void]$Reader.shell.BeginStop($null, $null)
            $Reader.result = @{ failure = Get-Timeout $Reader.source }
        }
    }
    $Reader.result
}

# What a reader brought as the list `value`; its failure is noted in the current section.
function Receive-Reader([string]$Name) {
    $result = Wait-Reader $probe.readers[$Name]
    if ($result.failure) { $probe.failures += $result.failure }
    $result
}

# --- Registry and values ----------------------------------------------------------------------------------------------

function ConvertTo-HexText([byte[]]$Bytes) { -join @($Bytes | ForEach-Object { '{0:x2}' -f $_ }) }

function Format-RegistryValue($Value) {
    if ($null -eq $Value) { return $null }
    if ($Value -is [byte[]]) { return @{ type = 'Binary'; data = ConvertTo-HexText $Value } }
    if ($Value -is [string[]]) { return @{ type = 'MultiString'; data = @($Value) } }
    if ($Value -is [string]) { return @{ type = 'String'; data = $Value } }
    if ($Value -is [long] -or $Value -is [uint64]) { return @{ type = 'QWord'; data = $Value } }
    @{ type = 'DWord'; data = $(if ($Value -lt 0) { $Value + 4294967296 } else { $Value }) }
}

function Read-Values([string]$Key, [string[]]$Names) {
    $values = Read-Key $Key
    $chosen = @{}
    foreach ($name in $Names) { $chosen[$name] = Format-RegistryValue $values[$name] }
    $chosen
}

function Read-Cim([string]$Class, [string[]]$Properties, [string]$Where) {
    $options = @{ OperationTimeoutSec = 10; ErrorAction = 'Stop' }
    try { $rows = @(Get-CimInstance -Query ("SELECT $($Properties -join ',') FROM $Class$Where") @options) }
    catch {
        # 0x80041017, invalid query: this release lacks one of the properties.
        if ((Format-Failure '' $_).code -ne '0x80041017') { throw }
        $known = @((Get-CimClass -ClassName $Class @options).CimClassProperties | ForEach-Object { $_.Name })
        $present = @($Properties | Where-Object { $known -contains $_ })
        $rows = @(Get-CimInstance -Query ("SELECT $($present -join ',') FROM $Class$Where") @options)
    }
    foreach ($row in $rows) {
        $values = @{}
        foreach ($name in $Properties) {
            $value = $row.$name
            $values[$name] = $(if ($value -is [datetime]) { Format-Time $value } else { $value })
        }
        $values
    }
}

# --- What the readers do ----------------------------------------------------------------------------------------------

function Read-Log([string]$XPath, [int]$Max, [bool]$NewestFirst, [bool]$Constrained) {
    if ($Constrained) {
        try { Get-WinEvent -LogName Application -FilterXPath $XPath -MaxEvents $Max -Oldest:(-not $NewestFirst) -ErrorAction Stop }
        catch { if ($_.FullyQualifiedErrorId -notlike 'NoMatchingEventsFound*') { throw } }
        return
    }
    $space = 'System.Diagnostics.Eventing.Reader'
    $query = New-Object "$space.EventLogQuery" 'Application', 'LogName', $XPath
    $query.ReverseDirection = $NewestFirst
    $reader = New-Object "$space.EventLogReader" $query
    try { for ($left = $Max; $left -gt 0 -and ($record = $reader.ReadEvent()); $left--) { $record } }
    finally { $reader.Dispose() }
}

function Read-Event([int]$Days, [int]$Max, [bool]$Constrained) {
    $xpath = "*[System[Provider[@Name='Microsoft-Windows-Security-SPP'] and ({0}) and TimeCreated[timediff(@SystemTime) <= {1}]]]"
    $attempts = @(12288, 12289, 8198, 8200, 8196, 8229 | ForEach-Object { "EventID=$_" }) -join ' or '
    $age = [long]$Days * 86400000
    $records = @(Read-Log ($xpath -f $attempts, $age) $Max $true $Constrained)
    $records += @(Read-Log ($xpath -f 'EventID=1003', $age) 2 $true $Constrained)
    $oldest = @(Read-Log '*' 1 $false $Constrained)
    @{
        records = @($records | Sort-Object -Property RecordId -Descending | ForEach-Object {
                @{
                    id = $_.Id; record_id = $_.RecordId; time = Format-Time $_.TimeCreated; level = $_.Level
                    data = @($_.Properties | ForEach-Object { [string]$_.Value })
                }
            })
        oldest_record_time = $(if ($oldest.Count) { Format-Time $oldest[0].TimeCreated } else { $null })
    }
}

# IMDS must never be asked through a proxy, whatever the system's settings say.
function Invoke-Imds([string]$Path, [int]$Seconds, [bool]$Constrained) {
    $request = @{ Uri = "http://169.254.169.254/metadata/$Path"; Headers = @{ Metadata = 'true' }; TimeoutSec = $Seconds; ErrorAction = 'Stop' }
    if (-not $Constrained) {
        $request.WebSession = New-Object Microsoft.PowerShell.Commands.WebRequestSession
        $request.WebSession.Proxy = New-Object System.Net.WebProxy
    }
    Invoke-RestMethod @request
}

function Read-Imds([int]$Seconds, [bool]$Constrained) {
    try { $answer = Invoke-Imds 'instance/compute?api-version=2021-02-01' $Seconds $Constrained }
    catch {
        $failure = $_.Exception
        if ($failure.PSObject.TypeNames -notcontains 'System.Net.WebException') { throw }
        $status = 'unreachable'
        if ([string]$failure.Status -eq 'Timeout') { $status = 'timeout' }
        if ($failure.Response) { $status = "http-$([int]$failure.Response.StatusCode)" }
        return @{ status = $status; compute = $null }
    }
    $compute = @{}
    foreach ($name in 'azEnvironment', 'vmId', 'resourceId', 'name', 'location', 'licenseType', 'offer', 'publisher', 'sku',
        'subscriptionId', 'resourceGroupName') { $compute[$name] = $answer.$name }
    @{ status = 'ok'; compute = $compute }
}

function Read-Attestation([int]$Seconds, [bool]$Constrained) {
    $answer = @{ status = 'unreachable'; signer = $null; issuer = $null; chain_status = @() }
    try { $document = Invoke-Imds 'attested/document?api-version=2020-09-01' $Seconds $Constrained }
    catch {
        if ($_.Exception.PSObject.TypeNames -notcontains 'System.Net.WebException') { throw }
        return $answer
    }
    $space = 'System.Security.Cryptography.X509Certificates'
    $signer = New-Object "$space.X509Certificate2" @(, [convert]::FromBase64String($document.signature))
    $chain = New-Object "$space.X509Chain"
    $chain.ChainPolicy.RevocationMode = 'NoCheck'
    $chain.ChainPolicy.UrlRetrievalTimeout = [timespan]::FromSeconds($Seconds)
    $trusted = $chain.Build($signer)
    $answer.chain_status = @($chain.ChainStatus | ForEach-Object { [string]$_.Status })
    $answer.signer = $signer.Subject
    $answer.issuer = @($chain.ChainElements | ForEach-Object { $_.Certificate.Issuer })[-1]
    $answer.status = 'error'
    if ($answer.chain_status -contains 'PartialChain') { $answer.status = 'chain-incomplete' }
    if ($trusted) { $answer.status = 'ok' }
    $answer
}

function Read-Name([string]$Name, [string]$Type, [string]$Server) {
    $query = @{ Name = $Name; Type = $Type; ErrorAction = 'Stop' }
    if ($Server) { $query += @{ Server = $Server; DnsOnly = $true; NoHostsFile = $true; QuickTimeout = $true } }
    $rows = @(Resolve-DnsName @query | Where-Object { 'Authority', 'Additional' -notcontains [string]$_.Section })
    @{
        answers = @($rows | Where-Object { [string]$_.Type -eq 'A' } | ForEach-Object { [string]$_.IPAddress })
        chain = @($rows | Where-Object { [string]$_.Type -eq 'CNAME' } | ForEach-Object { $_.NameHost })
        srv = @($rows | Where-Object { [string]$_.Type -eq 'SRV' } | ForEach-Object {
                @{ target = $_.NameTarget; port = $_.Port; priority = $_.Priority; weight = $_.Weight }
            })
    }
}

function Read-DnsServer {
    Get-DnsClientServerAddress -AddressFamily IPv4 -ErrorAction Stop | ForEach-Object { $_.ServerAddresses } | Select-Object -Unique
}

function Read-DefaultRoute {
    try { $routes = @(Get-NetRoute -DestinationPrefix 0.0.0.0/0 -ErrorAction Stop) }
    catch { if ($_.FullyQualifiedErrorId -like 'CmdletizationQuery_NotFound*') { return }; throw }
    $routes | ForEach-Object { @{ interface = $_.InterfaceAlias; next_hop = $_.NextHop; metric = $_.RouteMetric } }
}

function Read-NetworkCategory {
    Get-NetConnectionProfile -ErrorAction Stop | ForEach-Object { [string]$_.NetworkCategory } | Select-Object -Unique
}

# --- TCP and the RPC bind: every target at once -----------------------------------------------------------------------

function Start-Exchange([string]$Address, [int]$ToPort, [string]$Reason) {
    $exchange = $probe.exchanges | Where-Object { $_.address -eq $Address -and $_.port -eq $ToPort }
    if ($exchange) {
        if ($exchange.reasons -notcontains $Reason) { $exchange.reasons += $Reason }
        return
    }
    $exchange = @{
        address = $Address; port = $ToPort; reasons = @($Reason); connected = $false; socket_error = $null; timed_out = $false
        reply = $null; reply_error = $null; reply_timed_out = $false
        state = 'connecting'; until = [datetime]::UtcNow.AddSeconds($TimeoutSeconds); buffer = New-Object byte[] 120; count = 0
    }
    $exchange.client = New-Object System.Net.Sockets.TcpClient ([ipaddress]$Address).AddressFamily
    $probe.exchanges += $exchange
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
    $Exchange.client.Close()
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
            if ([datetime]::UtcNow -lt $Exchange.until) { return }
            if ($Exchange.connected) { $Exchange.reply_timed_out = $true } else { $Exchange.timed_out = $true }
            Complete-Exchange $Exchange
        }
        elseif (-not $Exchange.connected) {
            $Exchange.client.EndConnect($Exchange.handle)
            $Exchange.connected = $true
            $Exchange.until = [datetime]::UtcNow.AddSeconds($TimeoutSeconds)
            $Exchange.stream = $Exchange.client.GetStream()
            $bytes = [byte[]]@($BindRequest -split '(..)' | Where-Object { $_ } | ForEach-Object { "0x$_" })
            $Exchange.stream.Write($bytes, 0, $bytes.Length)
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

# One round over the sockets; called whenever the script waits for anything.
function Step-Exchanges {
    foreach ($exchange in @($probe.exchanges | Where-Object { $_.state -ne 'done' })) { Step-Exchange $exchange }
    Start-Sleep -Milliseconds 15
}

# --- Which names and hosts the network part asks for ------------------------------------------------------------------

function Add-KmsHost([string]$Name, $Value) {
    $kms = @{ name = $Name.Trim().Trim('[', ']'); port = $Value -as [int]; literal = $false }
    if ($kms.port -lt 1 -or $kms.port -gt 65535) { $kms.port = 1688 }
    if (-not $kms.name -or ($probe.hosts | Where-Object { $_.name -eq $kms.name -and $_.port -eq $kms.port })) { return }
    $kms.literal = $kms.name -match '^\d{1,3}(\.\d{1,3}){3}$|:' -and [bool]($kms.name -as [ipaddress])
    $probe.hosts += $kms
}

function Find-KmsHost {
    foreach ($row in @($probe.data.license.products) + $probe.data.license.service) {
        Add-KmsHost $row.KeyManagementServiceMachine $row.KeyManagementServicePort
    }
    foreach ($values in @($probe.data.kms_settings.spp) + $probe.data.kms_settings.products + $probe.data.kms_settings.policy) {
        Add-KmsHost $values.KeyManagementServiceName.data $values.KeyManagementServicePort.data
    }
}

function Get-CloudName {
    if ($Cloud) { return $Cloud }
    $environment = $probe.data.imds.compute.azEnvironment
    if ($environment -and $Clouds.ContainsKey($environment)) { $environment } else { 'AzurePublicCloud' }
}

function Start-Lookup([string]$Name, [string]$Type, [string]$Server) {
    $late = -not $probe.pool -and [datetime]::UtcNow -gt $probe.lookupUntil
    $reader = @{ result = @{ failure = Get-Timeout 'Resolve-DnsName' } }
    if (-not $late) { $reader = Start-Reader 'Resolve-DnsName' $TimeoutSeconds Read-Name @{ Name = $Name; Type = $Type; Server = $Server } }
    $probe.lookups += @{ name = $Name; type = $Type; server = $(if ($Server) { $Server } else { $null }); reader = $reader }
}

function Start-Network {
    Find-KmsHost
    $probe.cloud = Get-CloudName
    $documented = $Clouds[$probe.cloud]
    try {
        if ($wanted -contains 'connectivity') {
            foreach ($address in $documented.Addresses) { Start-Exchange $address $Port 'documented' }
            foreach ($kms in $probe.hosts) { if ($kms.literal) { Start-Exchange $kms.name $kms.port 'configured' } }
        }
    }
    catch { $probe.socketFailure = Format-Failure 'TcpClient' $_ }
    $os = $probe.data.os
    if ($wanted -contains 'attestation' -and ($os.edition_id -like 'ServerTurbine*' -or $os.sku -eq 407)) {
        $with = @{ Seconds = $imdsSeconds; Constrained = $constrained }
        $probe.readers.attestation = Start-Reader 'attested document' $TimeoutSeconds Read-Attestation $with
    }
    if ($wanted -notcontains 'dns') { return }
    $probe.lookupUntil = [datetime]::UtcNow.AddSeconds($TimeoutSeconds)
    $names = @()
    foreach ($name in @($documented.Names) + @($probe.hosts | Where-Object { -not $_.literal } | ForEach-Object { $_.name })) {
        if ($name -and $names -notcontains $name) { $names += $name }
    }
    $servers = @('') + @((Wait-Reader $probe.readers.dns_servers).value | Where-Object { $_ })
    foreach ($name in $names) { foreach ($server in $servers) { Start-Lookup $name 'A' $server } }
    if (-not $probe.hosts -and $probe.data.domain.name) { Start-Lookup "_vlmcs._tcp.$($probe.data.domain.name)" 'SRV' '' }
}

function Start-LearntExchange {
    foreach ($lookup in $probe.lookups) {
        foreach ($address in $lookup.addresses) {
            if ($Clouds[$probe.cloud].Names -contains $lookup.name) { Start-Exchange $address $Port 'dns' }
            foreach ($kms in $probe.hosts) { if ($kms.name -eq $lookup.name) { Start-Exchange $address $kms.port 'configured' } }
        }
    }
}

# --- Parts of the local sections --------------------------------------------------------------------------------------

function Read-Elevation {
    if ((whoami.exe /groups /fo csv /nh) -join ' ' -notmatch 'S-1-16-(\d+)') { throw 'no mandatory label' }
    [int]$Matches[1] -ge 12288
}

function Read-ProductSetting {
    $key = "$licensingKey\$windowsApp"
    try { $ids = @(Get-ChildItem -LiteralPath "Registry::$key" -Name -ErrorAction Stop) }
    catch { if ($_.FullyQualifiedErrorId -like 'PathNotFound*') { return }; throw }
    foreach ($id in $ids) {
        $values = Read-Values "$key\$id" 'KeyManagementServiceName', 'KeyManagementServicePort'
        if ($values.KeyManagementServiceName -or $values.KeyManagementServicePort) { $values + @{ activation_id = $id } }
    }
}

function Read-Service([string]$Name) {
    $entry = @{ exists = $null; status = $null; start = $null; delayed_autostart = $null; dependents = @() }
    $null = Get-Part "Get-Service $Name" {
        try { $service = Get-Service -Name $Name -ErrorAction Stop }
        catch { if ($_.FullyQualifiedErrorId -notlike 'NoServiceFoundForGivenName*') { throw } }
        $entry.exists = [bool]$service
        if ($service) { $entry.status = [string]$service.Status }
        $entry.dependents = @(foreach ($dependent in $service.DependentServices) { $dependent.Name })
    }
    $null = Get-Part "$servicesKey\$Name" {
        $values = Read-Key "$servicesKey\$Name"
        $entry.start = $values.Start
        $entry.delayed_autostart = $values.DelayedAutostart
    }
    if ($null -eq $entry.exists -and $null -ne $entry.start) { $entry.exists = $true }
    $entry
}

function Read-TokenFile([string]$Path) {
    $file = @{ path = $Path; exists = $null; size = $null; modified = $null; readable = $null; open_error = $null }
    $null = Get-Part $Path {
        try { $item = Get-Item -LiteralPath $Path -Force -ErrorAction Stop }
        catch { if ($_.FullyQualifiedErrorId -notlike 'PathNotFound*') { throw } }
        $file.exists = [bool]$item
        if (-not $item) { return }
        $file.size = $item.Length
        $file.modified = Format-Time $item.LastWriteTimeUtc
        try {
            [void](Get-Content -LiteralPath $Path -Encoding Byte -TotalCount 1 -ErrorAction Stop)
            $file.readable = $true
        }
        catch {
            $file.open_error = (Format-Failure $Path $_).code
            # In use by the licensing service says nothing about the right to read it.
            if ($file.open_error -ne '0x80070020') { $file.readable = $false }
        }
    }
    $file
}

function Read-Firewall([string]$Base, [string[]]$Profiles, [string[]]$Names) {
    $part = @{ profiles = @{}; rules = @{} }
    foreach ($place in $Profiles) {
        $values = Read-Key "$Base\${place}Profile"
        $part.profiles[$place] = @{}
        foreach ($name in $Names) { $part.profiles[$place][$name] = $values[$name] }
    }
    $rules = Read-Key "$Base\FirewallRules"
    foreach ($id in $rules.Keys) {
        $text = "|$($rules[$id])"
        $fits = $text -notmatch '\|RPort=' -or $text -match "\|RPort=$Port\|" -or $text -match '\|RPort2_10='
        if ($fits -and $text -match '\|Dir=Out\|' -and $text -match '\|Active=TRUE\|' -and $text -notmatch '\|Protocol=(?!6\|)') {
            $part.rules[$id] = [string]$rules[$id]
        }
    }
    $part
}

# --- Sections, in the order they are read: the network part starts when `imds` is there, the clock comes last ---------

$sectionTable = [ordered]@{
    kms_settings = {
        $names = 'KeyManagementServiceName', 'KeyManagementServicePort'
        $policyKey = 'HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\Windows NT\CurrentVersion\Software Protection Platform'
        $twinKey = 'HKEY_USERS\S-1-5-20\SOFTWARE\Microsoft\Windows NT\CurrentVersion\SoftwareProtectionPlatform'
        $cached = 'DiscoveredKeyManagementServiceName', 'DiscoveredKeyManagementServicePort'
        @{
            spp = Get-Part $licensingKey { Read-Values $licensingKey ($names + 'SkipRearm') }
            activation = Get-Part "$licensingKey\Activation" { Read-Values "$licensingKey\Activation" 'Manual' }
            products = (Get-Part "$licensingKey\$windowsApp" { @{ list = @(Read-ProductSetting) } }).list
            policy = Get-Part $policyKey { Read-Values $policyKey ($names + 'NoGenTicket') }
            network_service = Get-Part $twinKey { Read-Values $twinKey $cached }
        }
    }
    services = {
        @{ sppsvc = Read-Service 'sppsvc'; w32time = Read-Service 'w32time'; mpssvc = Read-Service 'mpssvc' }
    }
    token_store = {
        @{ files = @('2.0\tokens.dat', 'tokens.dat' | ForEach-Object { Read-TokenFile "$env:windir\System32\spp\store\$_" }) }
    }
    proxy = {
        $key = 'HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\Connections'
        $values = Get-Part $key { Read-Values $key 'WinHttpSettings' }
        @{ winhttp_settings = $values.WinHttpSettings }
    }
    os = {
        $version = Get-Part $windowsKey { Read-Key $windowsKey }
        $system = Get-First (Receive-Reader 'system').value
        @{
            edition_id = $version.EditionID
            product_name = $version.ProductName
            installation_type = $version.InstallationType
            build = $(if ($version.CurrentBuildNumber) { Get-Part $windowsKey { [int]$version.CurrentBuildNumber } } else { $null })
            ubr = $version.UBR
            caption = $system.Caption
            sku = $system.OperatingSystemSKU
            product_type = $system.ProductType
            version = $system.Version
            os_language = $system.OSLanguage
            ui_culture = Get-Part 'Get-UICulture' { (Get-UICulture).Name }
            time_zone = Get-Part 'Get-TimeZone' { (Get-TimeZone -ErrorAction Stop).Id }
            powershell = [string]$PSVersionTable.PSVersion
            elevated = Get-Part 'whoami.exe' { Read-Elevation }
        }
    }
    domain = {
        $system = Get-First (Receive-Reader 'computer').value
        if ($system) { @{ joined = $system.PartOfDomain; name = $(if ($system.PartOfDomain) { $system.Domain } else { $null }) } }
    }
    license = {
        @{ products = (Receive-Reader 'products').value; service = Get-First (Receive-Reader 'service').value }
    }
    imds = { Get-First (Receive-Reader 'imds').value }
    dns = {
        @{
            servers = (Receive-Reader 'dns_servers').value
            queries = @(foreach ($lookup in $probe.lookups) {
                    $result = Wait-Reader $lookup.reader
                    $answer = @{ answers = @(); chain = @(); srv = @() }
                    if ($result.value) { $answer = $result.value[0] }
                    $lookup.addresses = $answer.answers
                    $answer + @{ name = $lookup.name; type = $lookup.type; server = $lookup.server; error = $result.failure }
                })
        }
    }
    connectivity = {
        if ($probe.socketFailure) { $probe.failures += $probe.socketFailure; return }
        Start-LearntExchange
        while ($probe.exchanges | Where-Object { $_.state -ne 'done' }) { Step-Exchanges }
        $fields = 'address', 'port', 'connected', 'socket_error', 'timed_out', 'reply', 'reply_error', 'reply_timed_out'
        @{
            cloud = $probe.cloud
            targets = @(foreach ($exchange in $probe.exchanges) {
                    $target = @{ reasons = @($exchange.reasons | Sort-Object) }
                    foreach ($field in $fields) { $target[$field] = $exchange[$field] }
                    $target
                })
        }
    }
    attestation = {
        if ($probe.readers.attestation) { Get-First (Receive-Reader 'attestation').value }
        else { @{ status = 'not-applicable'; signer = $null; issuer = $null; chain_status = @() } }
    }
    firewall = {
        $local = "$servicesKey\SharedAccess\Parameters\FirewallPolicy"
        $policy = 'HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\WindowsFirewall'
        $names = 'EnableFirewall', 'DefaultOutboundAction'
        @{
            local = Get-Part $local { Read-Firewall $local 'Domain', 'Standard', 'Public' $names }
            policy = Get-Part $policy { Read-Firewall $policy 'Domain', 'Private', 'Public', 'Standard' ($names + 'AllowLocalPolicyMerge') }
            active_categories = (Receive-Reader 'categories').value
        }
    }
    routes = { @{ default = (Receive-Reader 'routes').value } }
    events = { Get-First (Receive-Reader 'events').value }
    clock = {
        $base = "$servicesKey\W32Time"
        $w32time = Get-Part $base {
            (Read-Values "$base\Parameters" 'Type', 'NtpServer') + @{
                vmic_enabled = (Read-Values "$base\TimeProviders\VMICTimeProvider" 'Enabled').Enabled
                ntpclient_enabled = (Read-Values "$base\TimeProviders\NtpClient" 'Enabled').Enabled
            }
        }
        @{ w32time = $w32time; utc_now = Format-Time (Get-Date) }
    }
}

# What a section needs beside itself: other sections and readers.
$needs = @{
    attestation = 'os'
    dns = 'domain', 'license', 'kms_settings', 'imds'
    connectivity = 'dns', 'domain', 'license', 'kms_settings', 'imds'
}

$constrained = $probe.mode -ne 'FullLanguage'
$imdsSeconds = $(if ($TimeoutSeconds -lt 3) { $TimeoutSeconds } else { 3 })

function Read-CimLater([string]$Class, [string[]]$Properties, [string]$Where) {
    Start-Reader $Class 11 Read-Cim @{ Class = $Class; Properties = $Properties; Where = $Where }
}

$readerTable = @{
    os = { $probe.readers.system = Read-CimLater Win32_OperatingSystem Caption, OperatingSystemSKU, ProductType, Version, OSLanguage }
    domain = { $probe.readers.computer = Read-CimLater Win32_ComputerSystem PartOfDomain, Domain }
    license = {
        $probe.readers.products = Read-CimLater SoftwareLicensingProduct ID, Name, Description, ApplicationID, PartialProductKey,
            ProductKeyChannel, LicenseFamily, LicenseIsAddon, LicenseStatus, LicenseStatusReason, GracePeriodRemaining,
            EvaluationEndDate, VLActivationInterval, VLRenewalInterval, VLActivationTypeEnabled, KeyManagementServiceMachine,
            KeyManagementServicePort, KeyManagementServiceLookupDomain, DiscoveredKeyManagementServiceMachineName,
            DiscoveredKeyManagementServiceMachinePort, DiscoveredKeyManagementServiceMachineIpAddress,
            KeyManagementServiceProductKeyID, GenuineStatus, VLActivationType, ADActivationObjectName,
            ADActivationObjectDN " WHERE ApplicationID='$windowsApp' AND PartialProductKey IS NOT NULL"
        $probe.readers.service = Read-CimLater SoftwareLicensingService Version, ClientMachineID, KeyManagementServiceMachine,
            KeyManagementServicePort, KeyManagementServiceLookupDomain, KeyManagementServiceHostCaching,
            DiscoveredKeyManagementServiceMachineName, DiscoveredKeyManagementServiceMachinePort,
            DiscoveredKeyManagementServiceMachineIpAddress, VLActivationTypeEnabled, RemainingWindowsReArmCount,
            IsKeyManagementServiceMachine, PolicyCacheRefreshRequired
    }
    imds = { $probe.readers.imds = Start-Reader 'IMDS' 11 Read-Imds @{ Seconds = $imdsSeconds; Constrained = $constrained } }
    dns = { $probe.readers.dns_servers = Start-Reader 'Get-DnsClientServerAddress' 11 Read-DnsServer @{} }
    firewall = { $probe.readers.categories = Start-Reader 'Get-NetConnectionProfile' 11 Read-NetworkCategory @{} }
    routes = { $probe.readers.routes = Start-Reader 'Get-NetRoute' 11 Read-DefaultRoute @{} }
    events = {
        $with = @{ Days = $EventDays; Max = $EventMax; Constrained = $constrained }
        $probe.readers.events = Start-Reader 'Application log' 11 Read-Event $with
    }
}

function Invoke-Section([string]$Name, [scriptblock]$Read) {
    $probe.failures = @()
    $data = Get-Part $Name $Read
    if ($null -eq $data) { $data = $null }
    if ($probe.failures -and -not @($data.Values | Where-Object { $null -ne $_ })) { $data = $null }
    $probe.data[$Name] = $data
    $probe.errors[$Name] = $probe.failures
}

if (-not $Sections) { $Sections = @($sectionTable.Keys) }
$wanted = @($Sections + ($Sections | ForEach-Object { $needs[$_] }) | Select-Object -Unique)
if (-not $constrained) {
    try { $probe.pool = New-ReaderPool } catch { Write-Debug 'no runspace pool: the readers run one after another' }
}
foreach ($name in $readerTable.Keys) { if ($wanted -contains $name) { & $readerTable[$name] } }
foreach ($name in $sectionTable.Keys) {
    if ($name -eq 'dns') { Start-Network }
    if ($wanted -contains $name) { Invoke-Section $name $sectionTable[$name] }
}
if ($probe.pool) { [void]$probe.pool.BeginClose($null, $null) }

$answer = @{ schema = 1; language_mode = $probe.mode; elapsed_ms = [int]([datetime]::UtcNow - $probe.started).TotalMilliseconds; sections = @{} }
foreach ($name in $Sections) {
    if ($probe.errors.ContainsKey($name)) { $answer.sections[$name] = @{ data = $probe.data[$name]; errors = @($probe.errors[$name]) } }
}
ConvertTo-Json -InputObject $answer -Compress -Depth 8
