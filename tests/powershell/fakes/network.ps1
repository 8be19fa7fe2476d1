# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Name resolution, interfaces, the instance metadata service, and TCP that ends at the lab's own sockets.

# Looking a command up loads its module, which takes its time.
function Get-Command {
    [CmdletBinding()]
    param([string[]]$Name, $CommandType)
    Wait-Lab 'Get-Command' "$Name"
    if ("$Name" -eq 'Resolve-DnsName') { [void][AppDomain]::CurrentDomain.GetData('lab.dns').Add('loaded') }
    Microsoft.PowerShell.Core\Get-Command @PSBoundParameters
}

function Resolve-DnsName {
    [CmdletBinding()]
    param([Parameter(Position = 0)][string]$Name, [string]$Type, [string[]]$Server, [switch]$DnsOnly, [switch]$CacheOnly,
        [switch]$NoHostsFile, [switch]$NoRecursion, [switch]$QuickTimeout, [switch]$TcpOnly)
    [void][AppDomain]::CurrentDomain.GetData('lab.dns').Add('asked')
    Wait-Lab 'Resolve-DnsName' $(if ($Server) { $Server[0] } else { 'system' })
    $dns = (Get-LabMachine).dns
    $asked = $Name.TrimEnd('.').ToLowerInvariant()
    if ($Type -eq 'SRV') { $found = Get-LabValue (Get-LabValue $dns 'srv') $asked }
    elseif ($Server) {
        if (-not ($DnsOnly -and $NoHostsFile)) { throw 'the hosts file would answer for the server' }
        $found = Get-LabValue (Get-LabValue $dns.by_server $Server[0]) $asked
    }
    else { $found = Get-LabValue $dns.system $asked }
    $number = Get-LabValue $found 'error'
    if ($null -eq $found) { $number = 9003 }
    if ($number) {
        $ids = @{ 9003 = 'DNS_ERROR_RCODE_NAME_ERROR'; 9002 = 'RCODE_SERVER_FAILURE'; 1460 = 'ERROR_TIMEOUT'
            9560 = 'DNS_ERROR_INVALID_NAME_CHAR'; 9505 = 'DNS_ERROR_UNSECURE_PACKET' }
        $id = $ids[[int]$number]
        if (-not $id) { $id = "DNS_ERROR_$number" }
        $exception = [System.ComponentModel.Win32Exception]::new([int]$number, "$Name : DNS error $number")
        $PSCmdlet.WriteError((New-LabError $exception "$id,Microsoft.DnsClient.Commands.ResolveDnsName" 'ResourceUnavailable'))
        return
    }
    if ($Type -eq 'SRV') {
        foreach ($row in $found) {
            $priority, $weight = foreach ($field in 'priority', 'weight') { $value = Get-LabValue $row $field; if ($value) { $value } else { 0 } }
            [pscustomobject]@{ Name = $Name; Type = 'SRV'; Section = 'Answer'; NameTarget = $row.target; Port = $row.port; Priority = $priority; Weight = $weight }
            [pscustomobject]@{ Name = $row.target; Type = 'A'; Section = 'Additional'; IPAddress = '192.0.2.99' }
        }
        return
    }
    foreach ($target in (Get-LabValue $found 'CNAME')) { [pscustomobject]@{ Name = $Name; Type = 'CNAME'; Section = 'Answer'; NameHost = $target } }
    $addresses = @(Get-LabValue $found 'A')
    foreach ($address in $addresses) { [pscustomobject]@{ Name = $Name; Type = 'A'; Section = 'Answer'; IPAddress = $address } }
    if (-not $addresses) { [pscustomobject]@{ Name = $Name; Type = 'SOA'; Section = 'Authority'; PrimaryServer = 'ns.example' } }
}

function Get-DnsClientServerAddress {
    [CmdletBinding()]
    param([string[]]$AddressFamily, [string[]]$InterfaceAlias)
    if (Write-LabCmdletError $PSCmdlet) { return }
    $servers = @((Get-LabMachine).dns.servers)
    [pscustomobject]@{ InterfaceAlias = 'Ethernet'; ServerAddresses = $servers }
    [pscustomobject]@{ InterfaceAlias = 'Loopback Pseudo-Interface 1'; ServerAddresses = @() }
    [pscustomobject]@{ InterfaceAlias = 'Ethernet 2'; ServerAddresses = $servers }
}

function Get-NetRoute {
    [CmdletBinding()]
    param([string[]]$DestinationPrefix, [string[]]$AddressFamily)
    if (Write-LabCmdletError $PSCmdlet) { return }
    $routes = @((Get-LabMachine).default_routes)
    if (-not $routes) {
        $missing = [Exception]::new('No MSFT_NetRoute objects found')
        $PSCmdlet.WriteError((New-LabError $missing 'CmdletizationQuery_NotFound_DestinationPrefix' 'ObjectNotFound'))
    }
    foreach ($route in $routes) { [pscustomobject]@{ InterfaceAlias = $route.interface; NextHop = $route.next_hop; RouteMetric = $route.metric } }
}

function Get-NetIPAddress {
    [CmdletBinding()]
    param([string[]]$IPAddress, [string[]]$InterfaceAlias, [string[]]$AddressFamily)
    if (Write-LabCmdletError $PSCmdlet) { return }
    foreach ($row in @(Get-LabValue (Get-LabMachine) 'addresses')) {
        [pscustomobject]@{
            InterfaceAlias = $row.interface; IPAddress = $row.address; PrefixLength = [byte]$row.prefix_length
            SkipAsSource = [bool]$row.skip_as_source; PrefixOrigin = $row.origin; AddressFamily = 'IPv4'
        }
    }
    [pscustomobject]@{ InterfaceAlias = 'Loopback Pseudo-Interface 1'; IPAddress = '127.0.0.1'; PrefixLength = [byte]8; SkipAsSource = $false; PrefixOrigin = 'WellKnown'; AddressFamily = 'IPv4' }
}

function Get-NetConnectionProfile {
    [CmdletBinding()]
    param([string[]]$InterfaceAlias)
    if (Write-LabCmdletError $PSCmdlet) { return }
    foreach ($category in (Get-LabMachine).net_profiles) { [pscustomobject]@{ NetworkCategory = $category } }
}

function New-LabWebException([string]$Kind) {
    if ($Kind -eq 'timeout') { return [System.Net.WebException]::new('The operation has timed out.', [System.Net.WebExceptionStatus]::Timeout) }
    if ($Kind -notmatch '^http-(\d+)$') {
        return [System.Net.WebException]::new('Unable to connect to the remote server', [System.Net.WebExceptionStatus]::ConnectFailure)
    }
    $exception = [System.Net.WebException]::new("The remote server returned an error: ($($Matches[1])).", [System.Net.WebExceptionStatus]::ProtocolError)
    $response = [pscustomobject]@{ StatusCode = [System.Net.HttpStatusCode][int]$Matches[1] }
    Add-Member -InputObject $exception -NotePropertyName Response -NotePropertyValue $response -Force
    $exception
}

function Invoke-RestMethod {
    [CmdletBinding()]
    param([uri]$Uri, [System.Collections.IDictionary]$Headers, [int]$TimeoutSec, $WebSession, $Method)
    $machine = Get-LabMachine
    Wait-Lab 'Invoke-RestMethod' $Uri.AbsolutePath
    $kind = Get-LabValue $machine.imds 'error'
    if ($Headers.Metadata -ne 'true') { $kind = 'http-400' }
    if ($machine.language_mode -eq 'FullLanguage' -and -not $WebSession.Proxy) { $kind = 'http-407' }
    if ($TimeoutSec -lt 1 -or "$Uri" -notmatch '^http://169\.254\.169\.254/metadata/.+\?api-version=\d') { throw "unexpected request: $Uri $TimeoutSec" }
    if (-not $kind -and $Uri.AbsolutePath -eq '/metadata/attested/document') {
        if ($machine.attestation.chain -ne 'unreachable') { return [pscustomobject]@{ encoding = 'pkcs7'; signature = 'MIIB' } }
        $kind = 'unreachable'
    }
    if ($kind) {
        $PSCmdlet.ThrowTerminatingError((New-LabError (New-LabWebException $kind) 'WebCmdletWebResponseException' 'InvalidOperation'))
    }
    $machine.imds.compute
}

function New-LabChain {
    $chain = [pscustomobject]@{ ChainPolicy = [pscustomobject]@{ RevocationMode = 'Online'; UrlRetrievalTimeout = [timespan]::Zero }; ChainStatus = @(); ChainElements = @() }
    Add-Member -InputObject $chain -MemberType ScriptMethod -Name Build -Value {
        param($certificate)
        $attestation = (Get-LabMachine).attestation
        if ($certificate.Subject -ne 'CN=metadata.azure.com' -or $this.ChainPolicy.UrlRetrievalTimeout -eq [timespan]::Zero) { throw 'no limit' }
        if ($attestation.chain -eq 'ok') {
            $root = 'CN=DigiCert Global Root G2, OU=www.digicert.com, O=DigiCert Inc, C=US'
            $this.ChainElements = @('CN=Microsoft Azure RSA TLS Issuing CA 04', $root, $root | ForEach-Object { [pscustomobject]@{ Certificate = [pscustomobject]@{ Issuer = $_ } } })
            return $true
        }
        $issuer = $attestation.issuer
        if (-not $issuer) { $issuer = 'Microsoft Azure RSA TLS Issuing CA 04' }
        if ($issuer -notmatch '=') { $issuer = "CN=$issuer" }
        $this.ChainElements = @([pscustomobject]@{ Certificate = [pscustomobject]@{ Issuer = $issuer } })
        $this.ChainStatus = @([pscustomobject]@{ Status = 'PartialChain' })
        $false
    }
    $chain
}

# A real client whose connection ends at the lab's socket for that target. Without a socket it never connects.
function New-LabTcpClient {
    $client = Microsoft.PowerShell.Utility\New-Object System.Net.Sockets.TcpClient
    Add-Member -InputObject $client -MemberType ScriptMethod -Name BeginConnect -Force -PassThru -Value {
        param($address, $port, $callback, $state)
        $place = $(if ("$address" -match ':') { "[$address]:$port" } else { "${address}:$port" })
        $target = (Get-LabMachine).tcp.PSObject.Properties[$place].Value
        if ($target.state -eq 'denied') { throw [System.Net.Sockets.SocketException]::new(10013) }
        if ($target.endpoint) {
            $at, $number = $target.endpoint -split ':'
            return $this.PSBase.BeginConnect([ipaddress]$at, [int]$number, $null, $null)
        }
        if ($target.state -eq 'closed') { throw [System.Net.Sockets.SocketException]::new(10061) }
        , [System.Threading.Tasks.TaskCompletionSource[int]]::new().Task
    }
}
