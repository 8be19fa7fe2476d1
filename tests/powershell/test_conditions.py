# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hard conditions times sections: what a condition does not concern reads the same as on a healthy guest."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from tests.lab.guest import probe
from tests.lab.sockets import Endpoints
from tests.powershell import machines
from tests.powershell.engine import NEW, OLD, SESSION, Engine
from tests.powershell.machines import LICENSING, Machine

_IPV6 = "fd00::5"
_DENIED = {"code": "0x80041003", "message": "Zugriff verweigert"}


@dataclasses.dataclass(frozen=True)
class Condition:
    """Top-level keys of the machine that differ; sections that lose all their data, and those that may differ.

    `edit`: what differs in the script itself.
    """

    changes: t.Callable[[Machine], Machine]
    lost: frozenset[str] = frozenset()
    differs: frozenset[str] = frozenset()
    edit: t.Callable[[str], str] = str


def _lacking(machine: Machine) -> Machine:
    products = {**machine["cim"]["SoftwareLicensingProduct"], "lacking": ["GenuineStatus", "ProductKeyChannel"]}
    return {"cim": {**machine["cim"], "SoftwareLicensingProduct": products}}


def _many(machine: Machine) -> Machine:
    rows = machine["cim"]["SoftwareLicensingProduct"]["rows"]
    other = {"ID": "x", "ApplicationID": machines.APP, "PartialProductKey": None}
    return {"cim": {**machine["cim"], "SoftwareLicensingProduct": {"rows": [*rows, *[other] * 10_000]}}}


def _denied(machine: Machine) -> Machine:
    return {
        "cim": {name: {"error": _DENIED} for name in machine["cim"]},
        "registry": machines.unreadable(machine["registry"]),
        "cmdlet_errors": dict.fromkeys(machines.CMDLETS, _DENIED),
        "event_log_error": {"code": "0x80070005", "message": "Zugriff verweigert"},
        "files": {path: {**file, "denied": True} for path, file in machine["files"].items()},
    }


def _ipv6(machine: Machine) -> Machine:
    machine["registry"][LICENSING]["values"]["KeyManagementServiceName"]["data"] = f"[{_IPV6}]"
    return {"refuses_ipv6": True}


def _strict_runspaces(script: str) -> str:
    """Return the script with its runspaces in strict mode from the moment they open."""
    line = "    $pool = [runspacefactory]::CreateRunspacePool($state)\n"
    assert script.count(line) == 1
    return script.replace(line, f"    [void]$state.StartupScripts.Add('{SESSION / 'strict.ps1'}')\n{line}")


_CONDITIONS = {
    "strict mode": Condition(lambda _machine: {"strict": True}),
    "strict mode in every runspace": Condition(lambda _machine: {"strict": True}, edit=_strict_runspaces),
    "noise": Condition(lambda _machine: {"noise": True}),
    "utc times": Condition(lambda _machine: {"time_kind": "Utc"}),
    "times without a kind": Condition(lambda _machine: {"time_kind": "Unspecified"}),
    "an older build": Condition(_lacking, differs=frozenset({"license"})),
    "ten thousand products": Condition(_many),
    "refused ipv6": Condition(_ipv6, differs=frozenset({"connectivity", "dns", "kms_settings"})),
    "constrained language": Condition(
        lambda _machine: {"language_mode": "ConstrainedLanguage"},
        lost=frozenset({"connectivity"}),
        differs=frozenset({"imds", "dns", "attestation", "events", "clock"}),
    ),
    "access denied": Condition(
        _denied,
        lost=frozenset({"domain", "events", "firewall", "kms_settings", "license", "proxy", "routes"}),
        differs=frozenset({"os", "services", "dns", "clock", "token_store", "connectivity"}),
    ),
}
_runs: dict[tuple[str, str], Machine] = {}


def _read(engine: Engine, endpoints: Endpoints, name: str) -> Machine:
    """Return the sections of a condition; one run of the probe serves all its rows."""
    key = (engine.generation, name)
    if key not in _runs:
        machine = machines.healthy(endpoints)
        changes = _CONDITIONS[name].changes(machine) if name else {}
        edit = _CONDITIONS[name].edit if name else str
        run = engine.run_script("probe", {**machine, **changes}, machines.parameters(LeastSeconds=45), edit=edit)
        assert (run.writes, run.answer["changed"], run.answer["failed"]) == ([], False, False)
        _runs[key] = run.output["sections"]
    return _runs[key]


# What a session itself can be like is tried in both generations.
_BOTH = ("strict mode", "noise", "constrained language")
_ROWS = [*((NEW, name) for name in _CONDITIONS), *((OLD, name) for name in _BOTH)]


@pytest.mark.parametrize("section", probe.SECTIONS)
@pytest.mark.parametrize(("engine", "name"), _ROWS, indirect=["engine"])
def test_a_section_under_a_condition(engine: Engine, endpoints: Endpoints, name: str, section: str) -> None:
    condition = _CONDITIONS[name]
    found, plain = _read(engine, endpoints, name)[section], _read(engine, endpoints, "")[section]
    if section in condition.lost:
        assert found["data"] is None
        assert found["errors"] != []
    elif section in condition.differs:
        assert found["data"] is not None
    else:
        assert (found["data"], found["errors"]) == (plain["data"], plain["errors"])


def test_a_refused_family_loses_its_own_target_alone(engine: Engine, endpoints: Endpoints) -> None:
    section = _read(engine, endpoints, "refused ipv6")["connectivity"]
    states = {target["address"]: target["connected"] for target in section["data"]["targets"]}
    assert states.pop(_IPV6) is False
    assert set(states.values()) == {True}


def test_an_older_build_still_tells_its_licence(engine: Engine, endpoints: Endpoints) -> None:
    rows = _read(engine, endpoints, "an older build")["license"]["data"]["products"]
    assert [row["PartialProductKey"] for row in rows] == ["ESU01", "4M63B"]
