# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Writes the modules that Windows PowerShell 5.1 loads when a command of theirs is first used, around the engine's cmdlets.
# As in 5.1, and other than in 7, Utility exports functions as well (FunctionsToExport of its Microsoft.PowerShell.Utility.psd1).
# They take the place of functions of the same name in the global scope; here they end the script that meant its own.

$exported = @{
    Utility = 'ConvertFrom-SddlString', 'Format-Hex', 'Get-FileHash', 'Import-PowerShellDataFile', 'New-Guid', 'New-TemporaryFile'
    Management = @()
    Security = @()
}
function Format-LabList($Names) { '@(' + (@($Names | ForEach-Object { "'$_'" }) -join ',') + ')' }
foreach ($name in $exported.Keys) {
    $module, $functions = "Microsoft.PowerShell.$name", $exported[$name]
    $cmdlets = @(Get-Command -CommandType Cmdlet | Where-Object { $_.Source -eq $module })
    $place = [IO.Path]::Combine($Folder, $module)
    [void][IO.Directory]::CreateDirectory($place)
    $manifest = "@{ ModuleVersion = '3.1.0.0'; GUID = '$([guid]::NewGuid())'; RootModule = '$module.psm1'; AliasesToExport = @()",
        "NestedModules = '$($cmdlets[0].ImplementingType.Assembly.Location)'",
        "CmdletsToExport = $(Format-LabList @($cmdlets.Name | Where-Object { $_ -notin $functions }))",
        "FunctionsToExport = $(Format-LabList $functions) }"
    [IO.File]::WriteAllText("$place/$module.psd1", $manifest -join '; ')
    $bodies = @($functions | ForEach-Object { "function $_ { throw 'the $_ of Windows PowerShell ran' }" }) -join "`n"
    [IO.File]::WriteAllText("$place/$module.psm1", $bodies)
}
