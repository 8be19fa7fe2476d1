# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# The probe's questions about the network: instance metadata, names, interfaces. Each function is the command of a job.
[CmdletBinding(SupportsShouldProcess)]
param()

# include: _probe_windows.ps1
function Read-Part { }

# IMDS must never be asked through a proxy, whatever the system's settings say. 5.1 has no -NoProxy; its -WebSession takes this type, which
# came with Invoke-RestMethod in 3.0: https://learn.microsoft.com/powershell/module/microsoft.powershell.utility/invoke-restmethod?view=powershell-5.1
function Invoke-Imds([string]$Path, [int]$Seconds, [bool]$Constrained) {
    $request = @{ Uri = "http://169.254.169.254/metadata/$Path"; Headers = @{ Metadata = 'true' }; TimeoutSec = $Seconds; ErrorAction = 'Stop' }
    if (-not $Constrained) {
        $request.WebSession = New-Object Microsoft.PowerShell.Commands.WebRequestSession
        $request.WebSession.Proxy = New-Object System.Net.WebProxy
    }
    Invoke-RestMethod @request
}

# Something that answers without a cloud and a machine of its own is not Azure's service.
function Read-Imds([int]$Seconds, [bool]$Constrained) {
    $names = 'azEnvironment', 'vmId', 'resourceId', 'name', 'location', 'licenseType', 'offer', 'publisher', 'sku', 'subscriptionId',
        'resourceGroupName', 'vmScaleSetName'
    try { $answer = Invoke-Imds 'instance/compute?api-version=2021-02-01' $Seconds $Constrained | Where-Object { $_.azEnvironment -or $_.vmId } | Select-Object -First 1 }
    catch {
        $failure = $_.Exception
        if ($failure.PSObject.TypeNames -notcontains 'System.Net.WebException') { throw }
        $status = 'unreachable'
        if ([string]$failure.Status -eq 'Timeout') { $status = 'timeout' }
        if ($failure.Response) { $status = "http-$([int]$failure.Response.StatusCode)" }
        return @{ part = 'answer'; values = @{ status = $status; compute = $null } }
    }
    $compute = $null
    if ($answer) {
        $compute = @{}
        foreach ($name in $names) { $compute[$name] = $answer.$name }
    }
    @{ part = 'answer'; values = @{ status = $(if ($answer) { 'ok' } else { 'unexpected' }); compute = $compute } }
}

function Read-Attestation([int]$Seconds, [bool]$Constrained) {
    $answer = @{ status = 'unreachable'; signer = $null; issuer = $null; chain_status = @() }
    try { $document = Invoke-Imds 'attested/document?api-version=2020-09-01' $Seconds $Constrained | Where-Object { $_.signature } }
    catch {
        if ($_.Exception.PSObject.TypeNames -notcontains 'System.Net.WebException') { throw }
        return @{ part = 'answer'; values = $answer }
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
    @{ part = 'answer'; values = $answer }
}

# Looking a command up loads its module.
function Read-Resolver {
    $null = Get-Command -Name Resolve-DnsName -ErrorAction Stop
    @{ part = 'loaded'; values = $true }
}

function Read-Name([string]$Name, [string]$Type, [string]$Server) {
    $query = @{ Name = $Name; Type = $Type; ErrorAction = 'Stop' }
    if ($Server) { $query += @{ Server = $Server; DnsOnly = $true; NoHostsFile = $true; QuickTimeout = $true } }
    $rows = @(Resolve-DnsName @query | Where-Object { 'Authority', 'Additional' -notcontains [string]$_.Section })
    $answer = @{
        answers = @($rows | Where-Object { [string]$_.Type -eq 'A' } | ForEach-Object { [string]$_.IPAddress })
        chain = @($rows | Where-Object { [string]$_.Type -eq 'CNAME' } | ForEach-Object { $_.NameHost })
        srv = @($rows | Where-Object { [string]$_.Type -eq 'SRV' } | ForEach-Object {
                @{ target = $_.NameTarget; port = $_.Port; priority = $_.Priority; weight = $_.Weight }
            })
    }
    @{ part = 'answer'; values = $answer }
}

function Read-DnsServer {
    Read-Part 'servers' 'Get-DnsClientServerAddress' {
        Get-DnsClientServerAddress -AddressFamily IPv4 -ErrorAction Stop | Where-Object { $_.InterfaceAlias } |
            ForEach-Object { $_.ServerAddresses } | Select-Object -Unique
    }
}

function Read-DefaultRoute {
    Read-Part 'default' 'Get-NetRoute' {
        try { $routes = @(Get-NetRoute -DestinationPrefix 0.0.0.0/0 -ErrorAction Stop | Where-Object { $_.NextHop }) }
        catch { if ($_.FullyQualifiedErrorId -like 'CmdletizationQuery_NotFound*') { return }; throw }
        $routes | ForEach-Object { @{ interface = $_.InterfaceAlias; next_hop = $_.NextHop; metric = $_.RouteMetric } }
    }
}

function Read-Address {
    Read-Part 'addresses' 'Get-NetIPAddress' {
        Get-NetIPAddress -AddressFamily IPv4 -ErrorAction Stop | Where-Object { $_.IPAddress -and $_.IPAddress -ne '127.0.0.1' } | ForEach-Object {
            @{
                interface = $_.InterfaceAlias; address = $_.IPAddress; prefix_length = $_.PrefixLength
                skip_as_source = $_.SkipAsSource; origin = [string]$_.PrefixOrigin
            }
        }
    }
}

function Read-NetworkCategory {
    Read-Part 'categories' 'Get-NetConnectionProfile' {
        Get-NetConnectionProfile -ErrorAction Stop | Where-Object { $null -ne $_.NetworkCategory } |
            ForEach-Object { [string]$_.NetworkCategory } | Select-Object -Unique
    }
}
