# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Observes on a real and disposable VM what documents leave open. Each question is answered alone; whatever one changes it puts back.
#
# Changes, each put back: the KMS host (activate_failure), one outbound firewall rule (firewall_block). It lets Windows correct its
# clock (w32tm_resync), which is not put back, and shows Microsoft's harmless test text to the antivirus (amsi), which logs it.
# Parameters: Questions (ids, none: all), PatienceSeconds (how long to wait for a connection; Windows itself gives up after about 21).
# Answer: {schema, language_mode, answers: [{id, milliseconds, observed, error, changes, restored, skipped}]}.
[CmdletBinding(SupportsShouldProcess)]
param(
    [string[]]$Questions = @(),
    [int]$PatienceSeconds = 25
)

# include: _common.ps1
function Format-Failure { }
function Read-Key { }

# include: _change.ps1
function Get-Licensing { }
function Get-LicensingService { }
function Invoke-Licensing { }

$verify = @{ current = $null; windows = 'HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion\SoftwareProtectionPlatform' }
$rules = 'HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy'

function Get-Millisecond([scriptblock]$Body) {
    $begin = [datetime]::UtcNow
    $null = & $Body
    [int]([datetime]::UtcNow - $begin).TotalMilliseconds
}

# What an error is made of: `code` is what this collection reads out of it.
function Get-FailureParts($Record) {
    $parts = Format-Failure $verify.current.id $Record
    $parts.exceptions = @(for ($exception = $Record.Exception; $exception; $exception = $exception.InnerException) {
            @{
                type = $exception.GetType().FullName; hresult = '0x{0:X8}' -f $exception.HResult; native = $exception.NativeErrorCode
                message_id = $exception.MessageId; error_code = $exception.ErrorData.error_Code
            }
        })
    $parts
}

function Get-Caught([scriptblock]$Body) {
    try { @{ value = & $Body; failure = $null } } catch { @{ value = $null; failure = Get-FailureParts $_ } }
}

# Runs what must be put back afterwards; `restored` says whether that worked.
function Use-Change([scriptblock]$Body, [scriptblock]$Undo) {
    try { & $Body }
    finally {
        try { $null = & $Undo; $verify.current.restored = $true }
        catch { $verify.current.restored = $false; $verify.current.error = Get-FailureParts $_ }
    }
}

function Get-ConnectResult([string]$Address, [int]$Port) {
    $client = New-Object System.Net.Sockets.TcpClient
    $begin = [datetime]::UtcNow
    try {
        $pending = $client.BeginConnect([ipaddress]$Address, $Port, $null, $null)
        $ended = $pending.AsyncWaitHandle.WaitOne(1000 * $PatienceSeconds)
        $caught = Get-Caught { if ($ended) { $client.EndConnect($pending) } }
        @{ ended = $ended; failure = $caught.failure; waited_ms = [int]([datetime]::UtcNow - $begin).TotalMilliseconds }
    }
    finally { $client.Close() }
}

function Get-NameResult([hashtable]$Query) {
    $begin = [datetime]::UtcNow
    $caught = Get-Caught { @(Resolve-DnsName @Query -ErrorAction Stop | ForEach-Object { @{ type = [string]$_.Type; section = [string]$_.Section } }) }
    @{ rows = @($caught.value); failure = $caught.failure; waited_ms = [int]([datetime]::UtcNow - $begin).TotalMilliseconds }
}

$questionTable = [ordered]@{
    dnsclient_import = @{ ask = {
            @{
                loaded_before = [bool](Get-Module -Name DnsClient)
                import_ms = Get-Millisecond { Import-Module -Name DnsClient -ErrorAction Stop }
                first_ms = Get-Millisecond { Resolve-DnsName -Name localhost -ErrorAction SilentlyContinue }
                second_ms = Get-Millisecond { Resolve-DnsName -Name localhost -ErrorAction SilentlyContinue }
            }
        }
    }
    net_import = @{ ask = {
            @{
                routes_ms = Get-Millisecond { Get-NetRoute -DestinationPrefix 0.0.0.0/0 -ErrorAction SilentlyContinue }
                profile_ms = Get-Millisecond { Get-NetConnectionProfile -ErrorAction SilentlyContinue }
            }
        }
    }
    runspace = @{ ask = {
            $state = [initialsessionstate]::CreateDefault()
            $pool = [runspacefactory]::CreateRunspacePool($state)
            $opened = Get-Millisecond { $pool.Open() }
            $shell = [powershell]::Create()
            $shell.RunspacePool = $pool
            $first = Get-Millisecond { $shell.AddScript('1').Invoke() }
            $pool.Close()
            @{ open_ms = $opened; first_ms = $first }
        }
    }
    licence_query = @{ ask = {
            $app = '55c92734-d682-4d71-983e-d6ec3f16059f'
            $where = " WHERE ApplicationID='$app' AND PartialProductKey IS NOT NULL"
            $options = @{ OperationTimeoutSec = 120; ErrorAction = 'Stop' }
            $filtered = Get-Millisecond { @(Get-CimInstance -Query "SELECT ID FROM SoftwareLicensingProduct$where" @options) }
            $all = @{ rows = @() }
            $unfiltered = Get-Millisecond { $all.rows = @(Get-CimInstance -Query 'SELECT ID,ProductKeyChannel FROM SoftwareLicensingProduct' @options) }
            @{
                filtered_ms = $filtered; unfiltered_ms = $unfiltered; rows = $all.rows.Count
                channels = @($all.rows | ForEach-Object { $_.ProductKeyChannel } | Where-Object { $_ } | Sort-Object -Unique)
            }
        }
    }
    key_refused = @{ ask = {
            $service = Get-LicensingService
            Get-Caught { Invoke-Licensing $service InstallProductKey @{ ProductKey = 'BBBBB-BBBBB-BBBBB-BBBBB-BBBBB' } }
        }
    }
    activate_failure = @{
        changes = 'the KMS host for one attempt'
        ask = {
            $service = Get-LicensingService
            $machine = $service.KeyManagementServiceMachine
            Use-Change {
                Invoke-Licensing $service SetKeyManagementServiceMachine @{ MachineName = '192.0.2.1' }
                $product = Get-Licensing SoftwareLicensingProduct ID " WHERE ApplicationID='55c92734-d682-4d71-983e-d6ec3f16059f' AND PartialProductKey IS NOT NULL"
                $begin = [datetime]::UtcNow
                $caught = Get-Caught { (Invoke-CimMethod -InputObject $product -MethodName Activate -OperationTimeoutSec 120 -ErrorAction Stop).ReturnValue }
                $caught + @{ waited_ms = [int]([datetime]::UtcNow - $begin).TotalMilliseconds }
            } {
                if ($machine) { Invoke-Licensing $service SetKeyManagementServiceMachine @{ MachineName = $machine } }
                else { Invoke-Licensing $service ClearKeyManagementServiceMachine }
                if ([string](Get-LicensingService).KeyManagementServiceMachine -ne [string]$machine) { throw 'the KMS host is not the one from before' }
            }
        }
    }
    tokens_file = @{ ask = {
            $store = (Read-Key $verify.windows).TokenStore
            $folder = $(if ($store) { [environment]::ExpandEnvironmentVariables($store) } else { "$env:windir\System32\spp\store\2.0" })
            $path = "$folder\tokens.dat"
            @{
                store = $store; folder = $folder; exists = Test-Path -LiteralPath $path
                service = [string](Get-Service -Name sppsvc -ErrorAction Stop).Status
                open = (Get-Caught { [void](Get-Content -LiteralPath $path -Encoding Byte -TotalCount 1 -ErrorAction Stop) }).failure
                acl = (Get-Caught { (Get-Acl -LiteralPath $folder -ErrorAction Stop).Sddl })
            }
        }
    }
    firewall_rules = @{ ask = {
            $read = @{ values = @{} }
            $elapsed = Get-Millisecond { $read.values = Read-Key "$rules\FirewallRules" }
            @{
                rules = $read.values.Count; read_ms = $elapsed
                characters = [long](@($read.values.Values | ForEach-Object { ([string]$_).Length }) | Measure-Object -Sum).Sum
                profiles = @('Domain', 'Standard', 'Private', 'Public' | Where-Object { Test-Path -LiteralPath "Registry::$rules\${_}Profile" })
            }
        }
    }
    firewall_block = @{
        changes = 'one outbound firewall rule for documentation addresses'
        ask = {
            $name = 'azure-windows-activation-verify'
            Use-Change {
                $rule = @{
                    Name = $name; DisplayName = $name; Direction = 'Outbound'; Action = 'Block'; Protocol = 'TCP'; RemotePort = '1688'
                    RemoteAddress = '192.0.2.7', '192.0.2.16/30', '192.0.2.32-192.0.2.34'
                }
                $null = New-NetFirewallRule @rule -ErrorAction Stop
                $filter = Get-NetFirewallRule -Name $name -ErrorAction Stop | Get-NetFirewallAddressFilter
                @{
                    registry = (Read-Key "$rules\FirewallRules")[$name]
                    remote_address = @($filter.RemoteAddress)
                    connect = Get-ConnectResult '192.0.2.7' 1688
                }
            } {
                if ((Read-Key "$rules\FirewallRules")[$name]) { Remove-NetFirewallRule -Name $name -ErrorAction Stop }
                if ((Read-Key "$rules\FirewallRules")[$name]) { throw "the rule $name is still there" }
            }
        }
    }
    connect_codes = @{ ask = { @{ refused = Get-ConnectResult '127.0.0.1' 9; silent = Get-ConnectResult '192.0.2.1' 1688 } } }
    dns_codes = @{ ask = {
            @{
                no_name = Get-NameResult @{ Name = 'azure-windows-activation-verify.invalid.'; Type = 'A'; DnsOnly = $true }
                no_data = Get-NameResult @{ Name = 'azkms.core.windows.net.'; Type = 'SRV'; DnsOnly = $true }
                silent = Get-NameResult @{ Name = 'azkms.core.windows.net.'; Type = 'A'; Server = '192.0.2.53'; DnsOnly = $true; QuickTimeout = $true }
            }
        }
    }
    w32tm_resync = @{
        changes = "Windows' clock, which it corrects"
        ask = {
            $null = w32tm.exe /query /status 2>&1
            $query = $LASTEXITCODE
            $null = w32tm.exe /resync 2>&1
            @{ query_exit = $query; resync_exit = $LASTEXITCODE; service = [string](Get-Service -Name w32time -ErrorAction Stop).Status }
        }
    }
    amsi = @{ ask = {
            # Microsoft's test text, put together here, as the whole script would be refused with it in one piece.
            $text = 'AMSI Test ' + 'Sample: 7e72c3ce-861b-4339-' + '8740-0ac1484c1386'
            Get-Caught { $null = & ([scriptblock]::Create("'$text'")) }
        }
    }
    event_forms = @{ ask = {
            @{
                records = @(foreach ($id in 12288, 12289, 8198, 1003) {
                        $xpath = "*[System[Provider[@Name='Microsoft-Windows-Security-SPP'] and EventID=$id]]"
                        $caught = Get-Caught { Get-WinEvent -LogName Application -FilterXPath $xpath -MaxEvents 1 -ErrorAction Stop }
                        @{
                            id = $id; failure = $caught.failure
                            data = @($caught.value.Properties | ForEach-Object { [string]$_.Value })
                        }
                    })
                no_log = (Get-Caught { Get-WinEvent -LogName 'azure-windows-activation-verify' -MaxEvents 1 -ErrorAction Stop }).failure
            }
        }
    }
    services = @{ ask = {
            $service = Get-Service -Name sppsvc -ErrorAction Stop
            @{
                dependents = @(foreach ($dependent in $service.DependentServices) { $dependent.Name })
                start_type = [string]$service.StartType
                descriptor = [string]((sc.exe sdshow sppsvc) -join '')
                vmic = (Read-Key 'HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\W32Time\TimeProviders\VMICTimeProvider').Enabled
            }
        }
    }
    imds_headers = @{ ask = {
            $request = @{
                Uri = 'http://169.254.169.254/metadata/instance/compute?api-version=2021-02-01'; Headers = @{ Metadata = 'true' }
                TimeoutSec = 5; UseBasicParsing = $true; ErrorAction = 'Stop'
            }
            @{ names = @((Invoke-WebRequest @request).Headers.Keys | Sort-Object) }
        }
    }
}

function Resolve-Question([string]$Id) {
    $question = $questionTable[$Id]
    $entry = @{ id = $Id; milliseconds = $null; observed = $null; error = $null; changes = $question.changes; restored = $null; skipped = $false }
    $verify.current = $entry
    if ($question.changes -and -not $PSCmdlet.ShouldProcess($question.changes, $Id)) { $entry.skipped = $true; return $entry }
    $begin = [datetime]::UtcNow
    try { $entry.observed = & $question.ask }
    catch { $entry.error = Get-FailureParts $_ }
    $entry.milliseconds = [int]([datetime]::UtcNow - $begin).TotalMilliseconds
    if ($question.changes) { try { $Ansible.Changed = $true } catch { Write-Debug 'not run by win_powershell' } }
    $entry
}

$asked = @($questionTable.Keys | Where-Object { -not $Questions -or $Questions -contains $_ })
$answers = @(foreach ($id in $asked) { Resolve-Question $id })
ConvertTo-Json -InputObject @{ schema = 1; language_mode = $work.mode; answers = $answers } -Compress -Depth 8
