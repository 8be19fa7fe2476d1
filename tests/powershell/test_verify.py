# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""verify.ps1 in the engine: what it changes is put back, in check mode it changes nothing, and no question stops another."""

from __future__ import annotations

import json
import typing as t

import pytest

from tests.lab.server.scripts import FOLDER, whole
from tests.lab.sockets import Endpoints
from tests.powershell import machines
from tests.powershell.engine import Change, Engine, Run
from tests.powershell.generations import both_generations
from tests.powershell.machines import Machine


def only(*questions: str) -> Machine:
    return {"Questions": list(questions), "PatienceSeconds": 1}


_RULES = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules"
# The rule as Windows keeps it: [MS-GPFAS] 2.2.2. The engine keeps the registry in memory.
_FIREWALL = rf"""
Import-MemoryRegistry -Clear -Json '{json.dumps({_RULES: {"values": {"Other": "v2.31|Action=Allow|"}}})}'
function New-NetFirewallRule {{
    [CmdletBinding()]
    param([string]$Name, [string]$DisplayName, [string]$Direction, [string]$Action, [string]$Protocol, [string]$RemotePort, [string[]]$RemoteAddress)
    Set-ItemProperty -LiteralPath 'Registry::{_RULES}' -Name $Name -Value 'v2.31|Action=Block|Active=TRUE|Dir=Out|Protocol=6|RPort=1688|RA4=192.0.2.7|'
}}
function Get-NetFirewallRule {{ [CmdletBinding()] param([string]$Name) FAIL [pscustomobject]@{{ Name = $Name }} }}
function Get-NetFirewallAddressFilter {{ process {{ [pscustomobject]@{{ RemoteAddress = '192.0.2.7' }} }} }}
function Remove-NetFirewallRule {{ [CmdletBinding()] param([string]$Name) Remove-ItemProperty -LiteralPath 'Registry::{_RULES}' -Name $Name }}
"""


@pytest.fixture
def machine(endpoints: Endpoints) -> Machine:
    found = machines.healthy(endpoints, attempts=0)
    _service(found).update(KeyManagementServiceMachine="kms.corp.example", KeyManagementServicePort=1689)
    return found


def _service(machine: Machine) -> Machine:
    return t.cast("Machine", machine["cim"]["SoftwareLicensingService"]["rows"][0])


def _answers(run: Run) -> dict[str, Machine]:
    return {answer["id"]: answer for answer in run.output["answers"]}


@both_generations
@pytest.mark.parametrize("host", ["kms.corp.example", None])
def test_the_kms_host_is_put_back(engine: Engine, machine: Machine, host: str | None) -> None:
    _service(machine)["KeyManagementServiceMachine"] = host
    run = engine.run_script("verify", {**machine, "on_activate": [0xC004F074]}, only("activate_failure"), Change())
    answer = _answers(run)["activate_failure"]
    assert answer["restored"] is True
    assert answer["observed"]["failure"]["code"] == "0xC004F074"
    assert _service(run.machine).get("KeyManagementServiceMachine") in ({host} if host else {None, ""})
    assert any("SetKeyManagementServiceMachine" in write for write in run.writes)


def test_a_host_that_cannot_be_put_back_is_said(engine: Engine, machine: Machine) -> None:
    error = {"code": "0x80070005", "message": "refused", "after": True, "times": 2}
    run = engine.run_script(
        "verify",
        {**machine, "method_errors": {"SetKeyManagementServiceMachine": error}},
        only("activate_failure"),
        Change(),
    )
    answer = _answers(run)["activate_failure"]
    assert answer["restored"] is False
    assert answer["error"]["code"] == "0x80070005"


@both_generations
def test_check_mode_changes_nothing(engine: Engine, machine: Machine) -> None:
    run = engine.run_script("verify", machine, only(), Change(what_if=True))
    assert [write for write in run.writes if "InstallProductKey" not in write] == []
    skipped = {name for name, answer in _answers(run).items() if answer["skipped"]}
    assert skipped == {"activate_failure", "firewall_block", "w32tm_resync"}


@both_generations
def test_a_refused_key_shows_where_its_code_is(engine: Engine, machine: Machine) -> None:
    failure = _answers(engine.run_script("verify", machine, only("key_refused"), Change()))["key_refused"]["observed"][
        "failure"
    ]
    assert failure["code"].startswith("0xC004F0")
    assert [part["type"] for part in failure["exceptions"]] == ["Microsoft.Management.Infrastructure.CimException"]


@pytest.mark.parametrize("fails", [False, True])
def test_the_firewall_rule_is_removed(engine: Engine, fails: bool) -> None:
    fakes = _FIREWALL.replace("FAIL", "throw 'no such rule';" if fails else "")
    told = engine.run(script=whole(FOLDER / "verify.ps1"), prelude=[fakes], parameters=only("firewall_block"))[
        "output"
    ][-1]
    answer = {item["id"]: item for item in json.loads(told)["answers"]}["firewall_block"]
    assert answer["restored"] is True
    assert (answer["error"] is not None) is fails
    if not fails:
        assert answer["observed"]["registry"].endswith("RA4=192.0.2.7|")
        assert answer["observed"]["remote_address"] == ["192.0.2.7"]
    kept = json.loads(engine.run(script="Export-MemoryRegistry")["output"][0])
    assert list(kept[_RULES]["values"]) == ["Other"]
