# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# The probe's questions to Windows itself: registry, services, files, CIM, event log. Each function is the command of a job.
[CmdletBinding(SupportsShouldProcess)]
param()

# include: _common.ps1
function ConvertTo-HexText { }
function Format-Failure { }
function Format-Time { }
function Read-Key { }
# include: _probe_lanes.ps1
function Get-Elapsed { }
function Get-NotRead { }

function Get-KeyPath([string]$Name) {
    $machine = 'HKEY_LOCAL_MACHINE'
    $version = "$machine\SOFTWARE\Microsoft\Windows NT\CurrentVersion"
    switch ($Name) {
        'version' { $version }
        'licensing' { "$version\SoftwareProtectionPlatform" }
        'products' { "$version\SoftwareProtectionPlatform\55c92734-d682-4d71-983e-d6ec3f16059f" }
        'policy' { "$machine\SOFTWARE\Policies\Microsoft\Windows NT\CurrentVersion\Software Protection Platform" }
        'network_service' { 'HKEY_USERS\S-1-5-20\SOFTWARE\Microsoft\Windows NT\CurrentVersion\SoftwareProtectionPlatform' }
        'services' { "$machine\SYSTEM\CurrentControlSet\Services" }
        'winhttp' { "$machine\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\Connections" }
        'firewall' { "$machine\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy" }
        'firewall_policy' { "$machine\SOFTWARE\Policies\Microsoft\WindowsFirewall" }
    }
}

# Long names, as the block sees the variables of whoever wrote it through ours.
function Read-Part([string]$PartName, [string]$PartSource, [scriptblock]$PartRead) {
    try { @{ part = $PartName; values = @(& $PartRead) } } catch { @{ failure = Format-Failure $PartSource $_ } }
}

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

function Read-KmsSetting {
    $names = 'KeyManagementServiceName', 'KeyManagementServicePort'
    $licensing, $products, $policy, $twin = foreach ($name in 'licensing', 'products', 'policy', 'network_service') { Get-KeyPath $name }
    Read-Part 'spp' $licensing { Read-Values $licensing ($names + 'SkipRearm') }
    Read-Part 'activation' "$licensing\Activation" { Read-Values "$licensing\Activation" 'Manual' }
    Read-Part 'products' $products {
        try { $ids = @(Get-ChildItem -LiteralPath "Registry::$products" -Name -ErrorAction Stop) }
        catch { if ($_.FullyQualifiedErrorId -like 'PathNotFound*') { return }; throw }
        foreach ($id in $ids) {
            $values = Read-Values "$products\$id" $names
            if ($values.KeyManagementServiceName -or $values.KeyManagementServicePort) { $values + @{ activation_id = $id } }
        }
    }
    Read-Part 'policy' $policy { Read-Values $policy ($names + 'NoGenTicket') }
    Read-Part 'network_service' $twin { Read-Values $twin 'DiscoveredKeyManagementServiceName', 'DiscoveredKeyManagementServicePort' }
}

function Read-Version {
    $key = Get-KeyPath 'version'
    Read-Part 'version' $key {
        $values = Read-Key $key
        @{
            edition_id = $values.EditionID; product_name = $values.ProductName; installation_type = $values.InstallationType
            build = $values.CurrentBuildNumber; ubr = $values.UBR
        }
    }
}

function Read-WinHttp {
    $key = Get-KeyPath 'winhttp'
    Read-Part 'winhttp' $key {
        $settings = (Read-Key $key).WinHttpSettings
        if ($settings -is [byte[]]) { $settings = Hide-ProxyUser $settings }
        if ($settings -is [string] -or $settings -is [string[]]) { $settings = Hide-UserInfo ($settings -join ' ') }
        @{ WinHttpSettings = Format-RegistryValue $settings }
    }
}

# 12 bytes, then up to three texts (proxies, what bypasses them, the address of a script), each behind its length in 4 bytes.
# What does not fit that form is not sent.
function Hide-ProxyUser([byte[]]$Raw) {
    $shown = @($Raw | Select-Object -First 12)
    $at = 12
    foreach ($part in 1..3) {
        if ($at + 4 -gt $Raw.Length) { break }
        $length = $Raw[$at] + 256 * $Raw[$at + 1] + 65536 * $Raw[$at + 2] + 16777216 * $Raw[$at + 3]
        $at += 4
        if ($at + $length -gt $Raw.Length) { break }
        $text = Hide-UserInfo (-join [char[]]@($Raw | Select-Object -Skip $at -First $length))
        $shown += @(($text.Length % 256), (($text.Length - $text.Length % 256) / 256), 0, 0) + @([char[]]$text | ForEach-Object { [byte]$_ })
        $at += $length
    }
    , [byte[]]$shown
}

# User names and passwords of proxies, and what follows a question mark in an address, never leave the guest. A password may hold
# @, ; and blanks: the next entry begins at its protocol, behind a host with its port, or where no user comes any more.
function Hide-UserInfo([string]$Text) {
    if ($Text.Length -gt 4096) { return '***' }
    $protocol = '(?:(?:https?|ftp|socks\d?)=|[a-z][\w+.-]*://)'
    $entries = $Text -split "([;\s]+(?=$protocol|[^@]*$)|(?<=@[\w.-]+:\d+/?)[;\s]+)"
    -join @($entries -replace "(?s)^($protocol{0,2}).*@", '$1***@' -replace '(://[^?]*\?).+', '$1***')
}

function Read-TimeService {
    $base = "$(Get-KeyPath 'services')\W32Time"
    Read-Part 'w32time' $base {
        (Read-Values "$base\Parameters" 'Type', 'NtpServer') + @{
            vmic_enabled = (Read-Values "$base\TimeProviders\VMICTimeProvider" 'Enabled').Enabled
            ntpclient_enabled = (Read-Values "$base\TimeProviders\NtpClient" 'Enabled').Enabled
        }
    }
}

function Read-Session {
    Read-Part 'ui_culture' 'Get-UICulture' { Get-UICulture | Where-Object { $_.Name } | ForEach-Object { $_.Name } }
    Read-Part 'time_zone' 'Get-TimeZone' { Get-TimeZone -ErrorAction Stop | Where-Object { $_.Id } | ForEach-Object { $_.Id } }
    Read-Part 'elevated' 'whoami.exe' {
        if ((whoami.exe /groups /fo csv /nh) -join ' ' -notmatch 'S-1-16-(\d+)') { throw 'no mandatory label' }
        [int]$Matches[1] -ge 12288
    }
}

function Read-Service([string[]]$Names) {
    foreach ($name in $Names) {
        $entry = @{ exists = $null; status = $null; start = $null; delayed_autostart = $null; dependents = @() }
        try {
            $service = Get-Service -Name $name -ErrorAction Stop | Where-Object { $_.Name -eq $name } | Select-Object -First 1
            $entry.exists = [bool]$service
            if ($service) { $entry.status = [string]$service.Status }
            $entry.dependents = @(foreach ($dependent in $service.DependentServices) { $dependent.Name })
        }
        catch {
            if ($_.FullyQualifiedErrorId -like 'NoServiceFoundForGivenName*') { $entry.exists = $false }
            else { @{ failure = Format-Failure "Get-Service $name" $_ } }
        }
        $key = "$(Get-KeyPath 'services')\$name"
        try {
            $values = Read-Key $key
            $entry.start = $values.Start
            $entry.delayed_autostart = $values.DelayedAutostart
        }
        catch { @{ failure = Format-Failure $key $_ } }
        if ($null -eq $entry.exists -and $null -ne $entry.start) { $entry.exists = $true }
        @{ part = $name; values = $entry }
    }
}

# The registry names the folder in use; without that name the documented ones are only guesses.
function Read-TokenStore {
    $key = Get-KeyPath 'licensing'
    $folder = $null
    try { $folder = [string](Read-Key $key).TokenStore } catch { @{ failure = Format-Failure $key $_ } }
    $folder = $folder -replace '%(windir|systemroot)%', $env:windir -replace '\\+$'
    @{ part = 'folder'; values = $(if ($folder) { $folder } else { $null }) }
    $guesses = @('2.0', '' | ForEach-Object { "$env:windir\System32\spp\store\$_" -replace '\\+$' })
    foreach ($place in @($folder) + $guesses | Where-Object { $_ } | Select-Object -Unique) { Read-TokenFile "$place\tokens.dat" }
}

function Read-TokenFile([string]$Path) {
    $file = @{ path = $Path; exists = $null; size = $null; modified = $null; readable = $null; open_error = $null }
    try {
        $item = Get-Item -LiteralPath $Path -Force -ErrorAction Stop | Where-Object { $_.LastWriteTimeUtc } | Select-Object -First 1
        $file.exists = [bool]$item
        if ($item) {
            $file.size = $item.Length
            $file.modified = Format-Time $item.LastWriteTimeUtc
        }
    }
    catch {
        if ($_.FullyQualifiedErrorId -like 'PathNotFound*') { $file.exists = $false } else { @{ failure = Format-Failure $Path $_ } }
    }
    if ($file.exists) {
        try {
            [void](Get-Content -LiteralPath $Path -Encoding Byte -TotalCount 1 -ErrorAction Stop)
            $file.readable = $true
        }
        catch {
            $file.open_error = (Format-Failure $Path $_).code
            # In use, locked, or held by an antivirus says nothing about the right to read it.
            if ('0x80070020', '0x80070021', '0x800700E1', '0x800700E2' -notcontains $file.open_error) { $file.readable = $false }
        }
    }
    @{ part = 'files'; values = $file }
}

# Rows in the order in which Windows gives them; of very many, the first of each kind (base licences and add-ons) are enough.
function Read-Cim([string]$Class, [string[]]$Properties, [string]$Where, [int]$Patience, [int]$Keep) {
    $options = @{ OperationTimeoutSec = $Patience; ErrorAction = 'Stop' }
    $seen = @{ $true = 0; $false = 0 }
    $send = {
        param($Row)
        if (-not $Row.CimClass) { return }
        $addon = $Row.LicenseIsAddon -eq $true
        $seen[$addon]++
        if ($seen[$addon] -gt $Keep) { return }
        $values = @{}
        foreach ($name in $Properties) {
            $value = $Row.$name
            $values[$name] = $(if ($value -is [datetime]) { Format-Time $value } else { $value })
        }
        @{ part = $Class; values = $values }
    }
    try {
        try { Get-CimInstance -Query "SELECT $($Properties -join ',') FROM $Class$Where" @options | ForEach-Object { & $send $_ } }
        catch {
            # 0x80041017, invalid query: this release lacks one of the properties.
            if ((Format-Failure '' $_).code -ne '0x80041017') { throw }
            $known = @((Get-CimClass -ClassName $Class @options).CimClassProperties | ForEach-Object { $_.Name })
            $present = @($Properties | Where-Object { $known -contains $_ })
            Get-CimInstance -Query "SELECT $($present -join ',') FROM $Class$Where" @options | ForEach-Object { & $send $_ }
        }
    }
    catch {
        $failure = Format-Failure $Class $_
        # The operation's time-out, which is ours.
        if ($failure.code -eq '0x00040004') { $failure = Get-NotRead $Class $Patience }
        @{ failure = $failure }
        return
    }
    @{ part = $Class; values = @() }
    $left = $seen[$true], $seen[$false] | Where-Object { $_ -gt $Keep } | Select-Object -First 1
    if ($left) { @{ failure = @{ source = $Class; code = $null; id = 'Truncated'; type = $null; message = "only $Keep of $left rows were kept" } } }
}

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
    $count = 0
    # One more than is kept, to know whether there are more.
    $asked = @{ ($xpath -f $attempts, $age) = ($Max + 1); ($xpath -f 'EventID=1003', $age) = 2 }
    foreach ($filter in $asked.Keys) {
        Read-Log $filter $asked[$filter] $true $Constrained | Where-Object { $null -ne $_.RecordId } | ForEach-Object {
            if ($_.Id -ne 1003) { $count++ }
            if ($count -le $Max -or $_.Id -eq 1003) {
                @{ part = 'records'; values = @{
                        id = $_.Id; record_id = $_.RecordId; time = Format-Time $_.TimeCreated; level = $_.Level
                        data = @($_.Properties | ForEach-Object { [string]$_.Value })
                    }
                }
            }
        }
    }
    @{ part = 'records'; values = @() }
    @{ part = 'truncated'; values = $count -gt $Max }
    $oldest = @(Read-Log '*' 1 $false $Constrained | Where-Object { $null -ne $_.RecordId })
    @{ part = 'oldest'; values = $(if ($oldest.Count) { Format-Time $oldest[0].TimeCreated } else { $null }) }
}

# Only what can decide on TCP to the port by PowerShell, which probes, or by the licensing service: an active outbound rule that
# is not some user's app and not another program's or service's. Of very many such rules the first are kept.
# Hosts of many users collect hundreds of thousands of rules, nearly all of them apps' or inbound. So each value meets two plain
# searches of one text first, with no pipeline, no subexpression and no $Matches, which each cost more than the search itself.
function Read-FirewallRule([string]$Key, [int]$Port, [int]$Patience, [bool]$Constrained) {
    $clock = @{ started = [datetime]::UtcNow }
    $read = @{ rules = @{}; truncated = $false }
    $room = @{ $true = 30000; $false = 30000 }
    try { $item = Get-Item -LiteralPath "Registry::$Key" -ErrorAction Stop | Where-Object { $null -ne $_.ValueCount } | Select-Object -First 1 }
    catch { if ($_.FullyQualifiedErrorId -notlike 'PathNotFound*') { throw } }
    if (-not $item) { return $read }
    $values = $null
    if ($Constrained) { $values = Read-Key $Key; $names = @($values.Keys) } else { $names = $item.GetValueNames() }
    $outbound = [regex]'(?i)\|Dir=Out\|'
    $app = [regex]'(?i)\|(?:AppPkgId|LUOwn)='
    $looked = 0
    foreach ($id in $names) {
        $looked++
        if ($looked % 256 -eq 0 -and (Get-Elapsed $clock) -ge $Patience) { $read.truncated = $true; break }
        if ($Constrained) { $text = [string]$values[$id] } else { $text = [string]$item.GetValue($id) }
        if (-not $outbound.IsMatch($text) -or $app.IsMatch($text)) { continue }
        $text = "|$text"
        if ($text -notmatch '\|Active=TRUE\|' -or $text -match '\|Protocol=(?!6\|)') { continue }
        if ($text -match '\|App=(?![^|]*[\\/](powershell|pwsh|wsmprovhost|sppsvc)\.exe\|)' -or $text -match '\|Svc=(?!(sppsvc|\*)?\|)') { continue }
        if ($text -match '\|RPort=' -and $text -notmatch "\|RPort=$Port\|" -and $text -notmatch '\|RPort2_10=') { continue }
        $blocks = $text -match '\|Action=Block\|'
        $room[$blocks] -= $text.Length
        if ($room[$blocks] -lt 0) { $read.truncated = $true } else { $read.rules[$id] = $text.Substring(1) }
    }
    $read
}

function Read-Firewall([int]$Port, [int]$Patience, [bool]$Constrained) {
    # Two seconds before it would be cut off: what it has by then counts, marked as truncated.
    $Patience -= 2
    $clock = @{ started = [datetime]::UtcNow }
    $places = @(
        @{ name = 'local'; base = Get-KeyPath 'firewall'; profiles = 'Domain', 'Standard', 'Public'; values = 'EnableFirewall', 'DefaultOutboundAction' }
        @{
            name = 'policy'; base = Get-KeyPath 'firewall_policy'; profiles = 'Domain', 'Private', 'Public', 'Standard'
            values = 'EnableFirewall', 'DefaultOutboundAction', 'AllowLocalPolicyMerge'
        }
    )
    foreach ($place in $places) {
        $base = $place.base
        Read-Part "$($place.name)_profiles" $base {
            $profiles = @{}
            foreach ($name in $place.profiles) {
                $values = Read-Key "$base\${name}Profile"
                $profiles[$name] = @{}
                foreach ($value in $place.values) { $profiles[$name][$value] = $values[$value] }
            }
            $profiles
        }
    }
    # Policy first: it has few rules, the local store may have hundreds of thousands.
    foreach ($place in $places[1], $places[0]) {
        $base = $place.base
        Read-Part "$($place.name)_rules" "$base\FirewallRules" {
            Read-FirewallRule "$base\FirewallRules" $Port ($Patience - (Get-Elapsed $clock)) $Constrained
        }
    }
}
