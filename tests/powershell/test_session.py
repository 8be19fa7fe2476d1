# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The session that the scripts run in is the one of ansible.windows: what would break there breaks here."""

from __future__ import annotations

import pytest

from tests.powershell.engine import NEW, OLD, Engine
from tests.powershell.generations import both_generations

# A function in the global scope, and a command that makes Windows PowerShell load its Utility module.
_REPLACED = """
function Format-Hex([byte[]]$Bytes) { 'ours' }
$null = Get-Date
Format-Hex 1
"""


@both_generations
def test_a_function_is_replaced_in_mid_run_by_that_of_a_module(engine: Engine) -> None:
    told = engine.run_session(_REPLACED)
    if engine.generation == OLD:
        assert (told["output"], told["failed"]) == (["ours"], False)
    else:
        assert (told["output"], told["failed"]) == ([], True)
        assert told["error"][0]["message"] == "the Format-Hex of Windows PowerShell ran"


@both_generations
def test_a_function_in_a_scope_of_its_own_stays(engine: Engine) -> None:
    assert engine.run_session("& {" + _REPLACED + "}")["output"] == ["ours"]


@both_generations
def test_what_is_there_before_the_first_command(engine: Engine) -> None:
    told = engine.run_session("@(Get-Module).Count; $null = New-Object object; Get-Module | ForEach-Object { $_.Name }")
    loaded = ["0", "Microsoft.PowerShell.Utility"] if engine.generation == NEW else ["0"]
    assert told["output"] == loaded


@both_generations
def test_fakes_leave_no_module_behind(engine: Engine) -> None:
    machine = {"MachineJson": '{"language_mode": "FullLanguage"}', "RegistryJson": "{}", "FilesRoot": "/tmp"}
    told = engine.run_session("@(Get-Module).Count", fakes=["machine", "language"], variables=machine)
    assert told["output"] == ["0"]


@both_generations
@pytest.mark.parametrize("what_if", [False, True])
def test_check_mode_and_secrets_travel_as_parameters(engine: Engine, what_if: bool) -> None:
    script = """
    [CmdletBinding(SupportsShouldProcess)]
    param([securestring]$Key, [int]$Number)
    $Ansible.Changed = $false
    [bool]$WhatIfPreference; $Number; $Key.Length; $ConfirmPreference; $ErrorActionPreference
    """
    told = engine.run_session(script, {"Number": 7}, what_if=what_if, secrets={"Key": "abc"})
    assert told["output"] == [str(what_if), "7", "3", "None", "Continue"]
    assert told["changed"] is False


@both_generations
def test_every_stream_comes_back(engine: Engine) -> None:
    script = """
    Write-Warning w; Write-Verbose v -Verbose; Write-Information i; 'o'
    Write-Error e
    throw 't'
    """
    told = engine.run_session(script)
    assert [told[name] for name in ("output", "warning", "verbose", "information")] == [["o"], ["w"], ["v"], ["i"]]
    assert [error["message"] for error in told["error"]] == ["e", "t"]
    assert (told["failed"], told["changed"]) == (True, True)
