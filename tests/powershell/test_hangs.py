# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Readers that hang, section by section and all at once: the probe ends, reads the others, and names no false cause."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.engine import diagnose
from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.model import Diagnosis, Evidence
from ansible_collections.azure_windows.activation.plugins.module_utils._guest.evidence import GuestEvidence
from ansible_collections.azure_windows.activation.plugins.module_utils._guest.interpret import interpret
from tests.honesty import is_honest
from tests.lab.guest import probe
from tests.lab.sockets import Endpoints
from tests.powershell import machines
from tests.powershell.differences import differences
from tests.powershell.engine import Engine
from tests.powershell.generations import both_generations
from tests.powershell.machines import NAME, POLICY, SERVICES, TOKENS, WINDOWS, Machine

# Longer than any deadline.
_NEVER = 60
_PROXY = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\Connections"

_RULES = rf"{SERVICES}\SharedAccess\Parameters\FirewallPolicy\FirewallRules"


@dataclasses.dataclass(frozen=True)
class Hang:
    """What hangs, and the sections that lose something: its own, and those whose question waits behind it."""

    command: str
    late: frozenset[str]


_HANGS = {
    "kms_settings": Hang(
        rf"Get-ItemProperty Registry::{POLICY}\Windows NT\CurrentVersion\Software Protection Platform",
        frozenset({"kms_settings", "os", "proxy", "clock", "attestation"}),
    ),
    "services": Hang("Get-Service", frozenset({"services", "token_store", "os"})),
    "token_store": Hang("Get-Content", frozenset({"token_store", "os"})),
    "proxy": Hang(f"Get-ItemProperty Registry::{_PROXY}", frozenset({"proxy", "clock"})),
    "os": Hang("Get-CimInstance Win32_OperatingSystem", frozenset({"os", "domain"})),
    "domain": Hang("Get-CimInstance Win32_ComputerSystem", frozenset({"domain"})),
    "license": Hang("Get-CimInstance SoftwareLicensingProduct", frozenset({"license"})),
    "imds": Hang("Invoke-RestMethod", frozenset({"imds", "attestation"})),
    # The answers say of each name that it was not waited for.
    "dns": Hang("Resolve-DnsName", frozenset()),
    "attestation": Hang("Invoke-RestMethod /metadata/attested/document", frozenset({"attestation"})),
    "firewall": Hang(f"Get-Item Registry::{_RULES}", frozenset({"firewall"})),
    "routes": Hang("Get-NetRoute", frozenset({"routes", "firewall"})),
    "events": Hang("EventLog", frozenset({"events"})),
    "clock": Hang(rf"Get-ItemProperty Registry::{SERVICES}\W32Time\Parameters", frozenset({"clock"})),
}


def guest(endpoints: Endpoints, *hanging: str) -> Machine:
    """Return a guest in perfect order that is not activated, so that whatever is not read could be taken for the reason."""
    machine = machines.healthy(endpoints, hangs={_HANGS[name].command: _NEVER for name in hanging})
    machine["registry"][WINDOWS]["values"]["EditionID"]["data"] = "ServerTurbine"
    machine["registry"][_RULES]["values"] = {}
    return {**machine, "least_query_seconds": 1}


def judge(answer: Machine) -> tuple[GuestEvidence, Diagnosis]:
    """Return what an answer is understood as, and the diagnosis."""
    evidence = interpret(answer)
    return evidence, diagnose(Evidence("web01", guest=evidence))


def late(answer: Machine) -> set[str]:
    """Return the sections with something that was not read in time."""
    return {
        name
        for name, section in answer["sections"].items()
        if any(error["id"] == "NotReadInTime" for error in section["errors"])
    }


_whole: dict[str, tuple[Machine, Diagnosis, int]] = {}


def whole(engine: Engine, endpoints: Endpoints) -> tuple[Machine, Diagnosis, int]:
    """Return answer and diagnosis where nothing hangs, and the seconds that are plenty for it on this machine."""
    if engine.generation not in _whole:
        engine.run_script("probe", guest(endpoints), machines.parameters(Sections=["clock"], LeastSeconds=45))
        answer = engine.run_script("probe", guest(endpoints), machines.parameters(LeastSeconds=45)).output
        assert late(answer) == set()
        _whole[engine.generation] = answer, judge(answer)[1], min(max(4, 1 + 3 * answer["elapsed_ms"] // 1000), 40)
    return _whole[engine.generation]


def data(answer: Machine) -> Machine:
    """Return what the sections hold, but for what the network part learns in an order of its own."""
    return {name: part["data"] for name, part in answer["sections"].items() if name not in {"dns", "connectivity"}}


@pytest.mark.parametrize("section", _HANGS)
def test_a_section_that_hangs(engine: Engine, endpoints: Endpoints, section: str) -> None:
    plain, verdict, seconds = whole(engine, endpoints)
    given = machines.parameters(TimeoutSeconds=1, LeastSeconds=seconds)
    answer = engine.run_script("probe", guest(endpoints, section), given).output
    # It ends, also on a busy machine; to the second is what everything at once is held to.
    assert answer["elapsed_ms"] < 1000 * _NEVER
    assert late(answer) == _HANGS[section].late
    read = {*probe.SECTIONS} - _HANGS[section].late - {"dns", "connectivity"}
    assert [line for name in sorted(read) for line in differences(data(plain)[name], data(answer)[name], name)] == []
    evidence, found = judge(answer)
    assert evidence.connectivity is not None
    assert {target.state for target in evidence.connectivity.targets} == {"kms"}
    assert is_honest(verdict, found), found.root_cause
    if section == "dns":
        assert evidence.dns is not None
        assert evidence.dns.answers == ()
        assert {item.what for item in evidence.dns.unread} > {NAME}


def test_every_section_has_its_row() -> None:
    """A connection that nobody answers is no reader that hangs: the sockets never block, and each has a limit of its own."""
    assert {*_HANGS} == {*probe.SECTIONS} - {"connectivity"}


def test_connections_that_nobody_answers(engine: Engine, endpoints: Endpoints) -> None:
    machine = guest(endpoints)
    filtered = {"state": "filtered", "endpoint": endpoints.endpoint("filtered")}
    machine["tcp"] = dict.fromkeys(machine["tcp"], filtered)
    seconds = whole(engine, endpoints)[2]
    # With less than 3 s, silence would say nothing.
    answer = engine.run_script("probe", machine, machines.parameters(TimeoutSeconds=3, LeastSeconds=seconds)).output
    assert answer["elapsed_ms"] < 1000 * answer["limit_seconds"]
    assert late(answer) == set()
    assert judge(answer)[1].root_cause.id == "kms-unreachable-unexplained"


@both_generations
def test_everything_hangs_at_once(engine: Engine, endpoints: Endpoints) -> None:
    """At the limits of a play, on a guest that reaches nothing."""
    machine = machines.blocked(endpoints, hangs={hang.command: _NEVER for hang in _HANGS.values()})
    machine["hangs"] |= {"Get-CimInstance SoftwareLicensingService": _NEVER, "Get-DnsClientServerAddress": _NEVER}
    answer = engine.run_script("probe", machine, machines.parameters(TimeoutSeconds=5)).output
    assert answer["limit_seconds"] == 15
    assert answer["elapsed_ms"] < 15000
    assert late(answer) == {*probe.SECTIONS} - {"connectivity"}
    evidence, found = judge(answer)
    assert evidence.license is None or not evidence.license.readable
    assert evidence.dns is None or evidence.dns.answers == ()
    codes = [error["code"] for section in answer["sections"].values() for error in section["errors"]]
    assert set(codes) <= {None}
    assert found.root_cause.id == "license-state-unreadable"
    # A resolver is asked one name after another: what never had its turn was waited for no second.
    waited = [error["waited"] for section in answer["sections"].values() for error in section["errors"]]
    assert max(waited) > 10


def test_without_runspaces_nothing_starts_after_the_deadline(engine: Engine, endpoints: Endpoints) -> None:
    """In ConstrainedLanguage one reader follows the other: what hangs is waited for, and nothing begins after it."""
    seconds = whole(engine, endpoints)[2]
    machine = guest(endpoints, "routes") | {"language_mode": "ConstrainedLanguage"}
    machine["hangs"] = {_HANGS["routes"].command: seconds}
    answer = engine.run_script("probe", machine, machines.parameters(TimeoutSeconds=1, LeastSeconds=seconds)).output
    assert 1000 * seconds <= answer["elapsed_ms"] < 3000 * seconds
    untouched = {"kms_settings", "proxy", "clock", "connectivity", "dns"}
    assert late(answer) == {*probe.SECTIONS} - untouched
    assert answer["sections"]["kms_settings"]["data"] is not None
    assert answer["sections"]["connectivity"]["data"] is None
    evidence, found = judge(answer)
    assert evidence.dns is not None
    assert (evidence.dns.answers, bool(evidence.dns.unread)) == ((), True)
    assert found.root_cause.id == "license-state-unreadable"
    assert "not read in time" in str(found.root_cause.title)


@pytest.mark.parametrize("error", ["0x80070020", "0x80070021", "0x800700E1"])
def test_a_token_store_that_somebody_holds_is_no_damage(engine: Engine, endpoints: Endpoints, error: str) -> None:
    """Shared badly, locked in part, or held by an antivirus program."""
    machine = guest(endpoints)
    machine["files"][TOKENS].update(readable=False, error=error)
    answer = engine.run_script("probe", machine, machines.parameters(LeastSeconds=45)).output
    assert answer["sections"]["token_store"]["data"]["files"][0]["open_error"] == error
    found = judge(answer)[1]
    assert found.root_cause == whole(engine, endpoints)[1].root_cause
    assert "token-store-damaged" not in {item.id for item in found.findings if item.status == "fail"}


_LOADING = "Get-Command Resolve-DnsName"


def test_dnsclient_is_loaded_once_before_anybody_asks(engine: Engine, endpoints: Endpoints) -> None:
    machine = guest(endpoints) | {"hangs": {_LOADING: 1}}
    run = engine.run_script("probe", machine, machines.parameters(Sections=["dns"], LeastSeconds=45))
    assert run.dns[0] == "loaded"
    assert set(run.dns[1:]) == {"asked"}
    assert len(run.dns) > len(machine["dns"]["servers"])


def test_a_module_that_never_loads_keeps_no_question_waiting(engine: Engine, endpoints: Endpoints) -> None:
    machine = guest(endpoints) | {"hangs": {_LOADING: _NEVER}}
    seconds = whole(engine, endpoints)[2]
    given = machines.parameters(Sections=["dns"], TimeoutSeconds=1, LeastSeconds=seconds + 2)
    evidence = judge(engine.run_script("probe", machine, given).output)[0]
    assert evidence.dns is not None
    assert evidence.dns.unread == ()
    assert {item.verdict for item in evidence.dns.answers if item.server is None} == {"expected"}
