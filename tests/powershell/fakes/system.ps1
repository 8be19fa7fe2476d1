# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# CIM, services, files, culture and rights, with the parameters that Windows PowerShell 5.1 has.

function Get-CimInstance {
    [CmdletBinding()]
    param([string]$Query, [string]$ClassName, [string]$Namespace, [string]$Filter, [string[]]$Property, [uint32]$OperationTimeoutSec)
    if ($Query -notmatch '^SELECT (?<list>[\w, ]+) FROM (?<class>\w+)( WHERE (?<where>.+))?$') { throw "unexpected query: $Query" }
    $least = Get-LabValue (Get-LabMachine) 'least_query_seconds'
    if ($null -eq $least) { $least = 10 }
    if ($OperationTimeoutSec -lt $least -and (Get-LabMachine).language_mode -eq 'FullLanguage') { throw 'an honest query may take longer than that' }
    $list = $Matches.list -split ',\s*'
    $conditions = @($Matches.where -split ' AND ' | Where-Object { $_ })
    $named = $Matches.class
    $class = Get-LabValue (Get-LabMachine).cim $named
    Wait-LabQuery $named $OperationTimeoutSec
    $failure = Get-LabValue $class 'error'
    if ($failure) { $PSCmdlet.WriteError((New-LabCimError $failure)); return }
    $lacking = @(Get-LabValue $class 'lacking')
    if ($list | Where-Object { $lacking -contains $_ }) {
        $PSCmdlet.WriteError((New-LabCimError ([pscustomobject]@{ code = '0x80041017'; message = 'Invalid query' })))
        return
    }
    foreach ($row in @(Get-LabValue $class 'rows')) {
        if ($conditions | Where-Object { -not (Test-LabCondition $row $_) }) { continue }
        $instance = New-Object psobject
        foreach ($name in $list) { Add-Member -InputObject $instance -NotePropertyName $name -NotePropertyValue (ConvertTo-LabCim (Get-LabValue $row $name)) }
        Add-Member -InputObject $instance -NotePropertyName CimClass -NotePropertyValue ([pscustomobject]@{ CimClassName = $named })
        Add-Member -InputObject $instance -NotePropertyName OA3xOriginalProductKey -NotePropertyValue 'SECRET-PRODUCT-KEY'
        $instance
    }
}

# Where Windows has no answer within the operation's time-out, it says so with a code of success (facts of CIM's errors).
function Wait-LabQuery([string]$Class, [int]$Limit) {
    $seconds = Get-LabValue (Get-LabValue (Get-LabMachine) 'hangs') "Get-CimInstance $Class"
    if (-not $seconds) { return }
    Microsoft.PowerShell.Utility\Start-Sleep -Milliseconds ([int](1000 * $(if ($seconds -lt $Limit) { $seconds } else { $Limit })))
    if ($seconds -ge $Limit) { throw (New-LabCimError ([pscustomobject]@{ code = '0x00040004'; message = 'Timed out' })) }
}

function Get-CimClass {
    [CmdletBinding()]
    param([string]$ClassName, [string]$Namespace, [uint32]$OperationTimeoutSec)
    $class = Get-LabValue (Get-LabMachine).cim $ClassName
    $failure = Get-LabValue $class 'error'
    if ($failure) { $PSCmdlet.WriteError((New-LabCimError $failure)); return }
    $names = @($class.rows[0].PSObject.Properties | ForEach-Object { $_.Name }) | Where-Object { @(Get-LabValue $class 'lacking') -notcontains $_ }
    [pscustomobject]@{ CimClassProperties = @($names | ForEach-Object { [pscustomobject]@{ Name = $_ } }) }
}

function Test-LabCondition($Row, [string]$Condition) {
    if ($Condition -match "^(\w+)='([^']*)'$") { return (Get-LabValue $Row $Matches[1]) -eq $Matches[2] }
    if ($Condition -match '^(\w+) IS NOT NULL$') { return $null -ne (Get-LabValue $Row $Matches[1]) }
    throw "unexpected condition: $Condition"
}

# CIM gives unsigned numbers and local times.
function ConvertTo-LabCim($Value) {
    if ($Value -is [int] -or $Value -is [long]) { return [uint32]$Value }
    if ($Value -is [string] -and $Value -match '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$') { return ConvertTo-LabTime $Value }
    $Value
}

function Get-Service {
    [CmdletBinding()]
    param([string[]]$Name)
    if (Write-LabCmdletError $PSCmdlet) { return }
    $service = Get-LabValue (Get-LabMachine).services $Name[0]
    if (-not $service -or -not (Get-LabValue $service 'status')) {
        $missing = [InvalidOperationException]::new("Cannot find any service with service name '$Name'.")
        $PSCmdlet.WriteError((New-LabError $missing 'NoServiceFoundForGivenName' 'ObjectNotFound'))
        return
    }
    $dependents = @(foreach ($dependent in (Get-LabValue $service 'dependents')) {
            [pscustomobject]@{ Name = $dependent; Status = Get-LabValue (Get-LabValue (Get-LabMachine).services $dependent) 'status' }
        })
    [pscustomobject]@{ Name = $Name[0]; Status = $service.status; DependentServices = $dependents }
}

function Get-Item {
    [CmdletBinding()]
    param([string[]]$LiteralPath, [switch]$Force)
    Mount-LabDrive
    Wait-Lab 'Get-Item' $LiteralPath[0]
    $file = @((Get-LabMachine).files.PSObject.Properties | Where-Object { $_.Name -eq $LiteralPath })[0].Value
    if (Get-LabValue $file 'denied') {
        $PSCmdlet.WriteError((New-LabError ([UnauthorizedAccessException]::new('denied')) 'ItemExistsUnauthorizedAccessError' 'PermissionDenied'))
        return
    }
    $item = Microsoft.PowerShell.Management\Get-Item @PSBoundParameters
    $many = Get-LabValue (Get-LabMachine) 'many_rules'
    if ($many -and $LiteralPath[0] -like '*LOCAL_MACHINE\SYSTEM\*\FirewallRules') { Add-LabRule $item $many } else { $item }
}

# A key with very many values more: `count` of them, of which every tenth is `tenth` and the others are `other`.
function Add-LabRule($Item, $Many) {
    $key = [pscustomobject]@{ ValueCount = $Item.ValueCount + $Many.count; item = $Item; many = $Many }
    Add-Member -InputObject $key -MemberType ScriptMethod -Name GetValueNames -Value { @(1..$this.many.count) + $this.item.GetValueNames() }
    Add-Member -InputObject $key -MemberType ScriptMethod -Name GetValue -PassThru -Value {
        param($name)
        if ($name -isnot [int]) { return $this.item.GetValue($name) }
        if ($name % 10) { $this.many.other } else { $this.many.tenth }
    }
}

function Get-ItemProperty {
    [CmdletBinding()]
    param([string[]]$LiteralPath, [string[]]$Name)
    Wait-Lab 'Get-ItemProperty' $LiteralPath[0]
    Microsoft.PowerShell.Management\Get-ItemProperty @PSBoundParameters
}

function Get-Content {
    [CmdletBinding()]
    param([string[]]$LiteralPath, [string[]]$Path, $Encoding, [long]$TotalCount, [switch]$Raw)
    Mount-LabDrive
    Wait-Lab 'Get-Content'
    $file = @((Get-LabMachine).files.PSObject.Properties | Where-Object { $_.Name -eq $LiteralPath })[0].Value
    if (-not $file.readable) {
        $code = Get-LabValue $file 'error'
        if (-not $code -or $code -eq '0x80070005') {
            $PSCmdlet.WriteError((New-LabError ([UnauthorizedAccessException]::new('denied')) 'GetContentReaderUnauthorizedAccessError'))
            return
        }
        $signed = [BitConverter]::ToInt32([BitConverter]::GetBytes((ConvertTo-LabCode $code)), 0)
        $PSCmdlet.WriteError((New-LabError ([System.IO.IOException]::new('failed', $signed)) 'GetContentReaderIOError'))
        return
    }
    Microsoft.PowerShell.Management\Get-Content @PSBoundParameters
}

function whoami.exe {
    [CmdletBinding()]
    param([Parameter(ValueFromRemainingArguments)]$Rest)
    Wait-Lab 'whoami.exe'
    if (($Rest -join ' ') -ne '/groups /fo csv /nh') { throw "unexpected arguments: $Rest" }
    $failure = Get-LabValue (Get-LabValue (Get-LabMachine) 'cmdlet_errors') 'whoami.exe'
    if ($failure) { throw (New-LabCimError $failure) }
    '"Jeder","Well-known group","S-1-1-0","Mandatory group"'
    '"VORDEFINIERT\Administratoren","Alias","S-1-5-32-544","Group owner"'
    '"Verbindliche Beschriftung","Label","S-1-16-{0}",""' -f $(if ((Get-LabMachine).elevated) { 12288 } else { 8192 })
}

function Get-UICulture {
    [CmdletBinding()]
    param()
    $failure = Get-LabValue (Get-LabValue (Get-LabMachine) 'cmdlet_errors') 'Get-UICulture'
    if ($failure) { throw (New-LabCimError $failure) }
    [pscustomobject]@{ Name = (Get-LabMachine).ui_culture }
}

function Get-TimeZone {
    [CmdletBinding()]
    param()
    if (Write-LabCmdletError $PSCmdlet) { return }
    [pscustomobject]@{ Id = (Get-LabMachine).time_zone }
}

function Get-Date {
    [CmdletBinding()]
    param()
    ConvertTo-LabTime (Get-LabMachine).utc_now
}
