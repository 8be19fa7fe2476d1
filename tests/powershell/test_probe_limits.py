# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The probe's own limits: whatever hangs, it ends, and what it did not wait for is told as such and is no evidence."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.engine import diagnose
from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.model import Evidence
from ansible_collections.azure_windows.activation.plugins.module_utils._guest.evidence import GuestEvidence
from ansible_collections.azure_windows.activation.plugins.module_utils._guest.interpret import interpret
from tests.lab.guest import probe
from tests.lab.sockets import Endpoints
from tests.powershell import machines
from tests.powershell.engine import Engine
from tests.powershell.machines import SERVICES, Machine

# A call that is slow ends in time.
_SLOW = 6
_LIMIT_MS = 15000


def run(engine: Engine, machine: Machine, **changes: t.Any) -> tuple[dict[str, t.Any], GuestEvidence]:
    """Run the probe as a play does by default; return its answer and what it is understood as."""
    answer = engine.run_script("probe", machine, machines.parameters(TimeoutSeconds=5, **changes)).output
    return answer, interpret(answer)


def late(answer: Machine) -> set[str]:
    """Return the sections with something that was not read in time."""
    return {
        name
        for name, section in answer["sections"].items()
        if any(error["id"] == "NotReadInTime" for error in section["errors"])
    }


def causes(evidence: GuestEvidence) -> list[str]:
    """Return the root cause and all else that is wrong; the guest's own firewall blocks KMS."""
    found = diagnose(Evidence("web01", guest=evidence))
    return [item.id for item in (found.root_cause, *found.findings) if item.status == "fail"]


def test_lookups_that_start_late_are_waited_for(engine: Engine, endpoints: Endpoints) -> None:
    answer, evidence = run(engine, machines.healthy(endpoints, hangs={"Resolve-DnsName system": _SLOW}))
    assert late(answer) == set()
    assert evidence.dns is not None
    assert {item.verdict for item in evidence.dns.answers if item.server is None} == {"expected"}
    assert causes(evidence) == causes(run(engine, machines.healthy(endpoints))[1])


def test_a_slow_licence_query_is_not_read_and_says_for_how_long(engine: Engine, endpoints: Endpoints) -> None:
    machine = machines.healthy(endpoints, hangs={"Get-CimInstance SoftwareLicensingProduct": 25})
    answer, evidence = run(engine, machine, Sections=["license"])
    assert late(answer) == {"license"}
    assert evidence.license is not None
    assert (evidence.license.readable, evidence.license.product) == (False, None)
    assert [error.waited_seconds for error in evidence.sections["license"].errors if error.waited_seconds] != []
    found = diagnose(Evidence("web01", guest=evidence)).root_cause
    assert found.id == "license-state-unreadable"
    assert "not read in time" in str(found.title)
    assert "repository" not in str(found.remedy)


_APP = "v2.30|Action=Allow|Active=TRUE|Dir=Out|Name=@{App}|LUOwn=S-1-5-21-1-2-3-1001|AppPkgId=S-1-15-2-1|EmbedCtxt=x|"
_OTHER = "v2.30|Action=Block|Active=TRUE|Dir=Out|Protocol=6|App=C:\\Program Files\\x.exe|Name=other|"


def test_very_many_firewall_rules(engine: Engine, endpoints: Endpoints) -> None:
    # What an RDS host collects: the rules of every user's apps, and the built-in ones of other programs.
    machine = machines.healthy(endpoints, many_rules={"count": 200_000, "other": _APP, "tenth": _OTHER})
    answer, evidence = run(engine, machine)
    assert answer["elapsed_ms"] < _LIMIT_MS
    assert late(answer) == set()
    assert len(json.dumps(answer)) < 200_000
    place = answer["sections"]["firewall"]["data"]["local"]
    assert (set(place["rules"]), place["truncated"]) == ({"{port}", "{range}", "{any}"}, False)
    assert evidence.firewall is not None
    assert evidence.firewall.complete
    assert {rule.id for rule in evidence.firewall.blocking} == {"{port}", "{range}", "{any}"}
    assert causes(evidence) == causes(run(engine, machines.healthy(endpoints))[1])


def test_many_rules_that_matter_are_cut_and_doubted(engine: Engine, endpoints: Endpoints) -> None:
    machine = machines.healthy(endpoints)
    key = rf"{SERVICES}\SharedAccess\Parameters\FirewallPolicy\FirewallRules"
    text = "v2.30|Action=Allow|Active=TRUE|Dir=Out|Protocol=6|RPort=1688|Name=" + "x" * 80 + "|"
    machine["registry"][key]["values"] = {f"{{{n}}}": {"type": "String", "data": text} for n in range(5000)}
    answer, evidence = run(engine, machine, Sections=["firewall"])
    assert answer["sections"]["firewall"]["data"]["local"]["truncated"] is True
    assert len(json.dumps(answer)) < 200_000
    assert evidence.firewall is not None
    assert (evidence.firewall.complete, evidence.firewall.licensing_outbound) == (False, "unknown")


def test_very_many_product_rows(engine: Engine, endpoints: Endpoints) -> None:
    machine = machines.healthy(endpoints)
    rows = machine["cim"]["SoftwareLicensingProduct"]["rows"]
    machine["cim"]["SoftwareLicensingProduct"]["rows"] = [rows[1]] * 150 + [rows[2]] + [rows[1]] * 150
    answer, evidence = run(engine, machine, Sections=["license"])
    assert len(json.dumps(answer)) < 200_000
    assert evidence.license is not None
    assert evidence.license.product is not None or not evidence.license.readable
    assert {"NotReadInTime", "Truncated"} & {error["id"] for error in answer["sections"]["license"]["errors"]}


def test_every_section_tells_its_seconds(engine: Engine, endpoints: Endpoints) -> None:
    answer, _evidence = run(engine, machines.healthy(endpoints, hangs={"Get-NetRoute": 1}))
    assert set(answer["sections"]) == set(probe.SECTIONS)
    assert answer["sections"]["routes"]["seconds"] >= 1
