# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Diagnoses of a large simulated fleet."""

from __future__ import annotations

import dataclasses
import json
import re
import typing as t

from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis import engine
from ansible_collections.azure_windows.activation.plugins.module_utils._plain import to_plain
from tests.unit.plugins.module_utils._diagnosis import build, worlds

Plain = dict[str, t.Any]

SUBSCRIPTION = "/subscriptions/11111111-2222-4333-8444-555555555555/resourceGroups/rg-prod/providers"
OS = "Microsoft Windows Server 2022 Datacenter (20348.2402)"
ADDRESSES = ("20.118.99.224", "40.83.235.53")
CODE = "0xC004F074"
WORLDS = ("contoso", "northwind", "fabrikam")
LONGEST_NAME = 63
EXTREME = "three causes each"
TIME = re.compile(r"T(\d\d):\d\d:\d\dZ", re.ASCII)
ACTIVATE = {
    "says": "Activate, and repeat it up to 12 times",
    "command": "cscript //nologo %windir%\\system32\\slmgr.vbs /ato",
}

# Root cause, who, action, whether Azure's side shows it.
CAUSES = (
    ("route-blackhole", "network_team", "route", True),
    ("forced-tunneling", "network_team", "route", True),
    ("nsg-denies-kms", "network_team", "nsg_rule", True),
    ("azure-firewall-denies-kms", "network_team", "firewall_rule", True),
    ("no-outbound-path", "network_team", "nat_gateway", True),
    ("wrong-kms-host", "guest_admin", "host", False),
    ("not-kms-client", "guest_admin", "key", False),
    ("dns-resolution-failed", "network_team", None, False),
    ("clock-skew", "guest_admin", "clock", False),
    ("token-store-damaged", "guest_admin", "token_store", False),
)


def diagnoses(count: int, healthy_percent: int = 90) -> list[Plain]:
    """Return diagnoses of `count` VMs, the failing ones spread evenly over ten causes."""
    failing = count - count * healthy_percent // 100
    return [_vm(number, CAUSES[number % len(CAUSES)] if number < failing else None) for number in range(count)]


def fleets(count: int) -> dict[str, list[Plain]]:
    """Return the fleets whose reports are held to a size, by their names.

    Those of `guests` are what the lab's guests answer, each again and again at other times, under names as long as Windows allows in DNS.
    """
    guests = [found for world in WORLDS for found in _found(world)]
    bad = [found for found in guests if not found["licensed"]]
    return {
        "mixed": diagnoses(count),
        "all failing": diagnoses(count, healthy_percent=0),
        "healthy": [_judged(number, path=build.azure("open")) for number in range(count)],
        "healthy without Azure": [
            _judged(number, azure_problem="no credentials were found") for number in range(count)
        ],
        "guests of the lab": [_again(guests, number) for number in range(count)],
        "failing guests of the lab": [_again(bad, number) for number in range(count)],
        EXTREME: [_several(bad, number) for number in range(count)],
    }


def _found(world: str) -> list[Plain]:
    return [t.cast(Plain, to_plain(diagnosis)) for _expect, diagnosis in worlds.judged(world).values()]


def _again(found: list[Plain], number: int) -> Plain:
    """Return what was found of one guest as that of another, which is told apart by its name, its id and every time."""
    given = found[number % len(found)]
    name = f"{given['name']}-{number:04}-".ljust(LONGEST_NAME, "x")
    at = f"T\\1:{number % 60:02}:{number // 60 % 60:02}Z"
    return t.cast(Plain, json.loads(TIME.sub(at, json.dumps(given)).replace(given["name"], name)))


def _several(found: list[Plain], number: int) -> Plain:
    host = _again(found, number)
    more = [found[(number + step) % len(found)] for step in (1, 2)]
    findings = [other["root_cause"] for other in more if other["root_cause"]["id"] != host["root_cause"]["id"]]
    messages = {text: message for one in (*more, host) for text, message in one["messages"].items()}
    return {**host, "findings": [*host["findings"], *findings], "messages": messages}


def _judged(number: int, **azure: t.Any) -> Plain:
    """Return what the engine itself says of a healthy VM, with all that it adds where a side is missing."""
    evidence = dataclasses.replace(build.evidence(**azure), name=f"vm-{number:04}")
    return t.cast(Plain, to_plain(engine.diagnose(evidence)))


def _vm(number: int, cause: tuple[str, str, str | None, bool] | None) -> Plain:
    name = f"vm-{number:04}"
    root = _healthy(number) if cause is None else _failing(number, *cause)
    chain = [root["title"]]
    if cause is not None:
        chain += [
            f"From the guest, {ADDRESSES[0]}:1688 does not answer, {ADDRESSES[1]}:1688 does not answer.",
            f"The last attempt, at 2026-11-24T{number % 24:02}:40:18Z with azkms.core.windows.net, could not be sent: {CODE}.",
        ]
    chain.append("Windows is licensed for 176 days more." if cause is None else f"Windows is not activated: {CODE}.")
    return {
        "name": name,
        "root_cause": root,
        "chain": chain,
        "findings": [],
        "guest": {"status": "ok", "detail": None, "unread": []},
        "azure": {"status": "ok", "detail": None, "unread": []},
        "licensed": cause is None,
        "expires_at": f"2027-05-{number % 24 + 1:02}T10:20:15Z" if cause is None else None,
        "os": OS,
        "resource_id": f"{SUBSCRIPTION}/Microsoft.Compute/virtualMachines/{name}",
    }


def _finding(name: str, title: str, evidence: list[Plain], remedy: list[Plain], healthy: bool = False) -> Plain:
    return {
        "id": name,
        "severity": "info" if healthy else "error",
        "status": "ok" if healthy else "fail",
        "confidence": "certain",
        "title": title,
        "evidence": evidence,
        "remedy": remedy,
        "explains": [],
        "doc": f"docs/findings/{name}.md",
    }


def _healthy(number: int) -> Plain:
    evidence = [
        _fact("licence", {"status": 1, "name": "licensed"}, "license_row", expected=1),
        _fact("key_channel", "VOLUME_KMSCLIENT", "license_row"),
        _fact("kms_host", "azkms.core.windows.net:1688", "host_settings", "service"),
        _fact("minutes_left", 250_000 + number, "license_row"),
        _fact("last_success", f"2026-11-21T10:{number % 60:02}:15Z", "event_12289"),
    ]
    title = f"Windows is activated by KMS and was renewed {number % 7 + 1} days ago. No action is needed."
    return _finding("activated", title, evidence, [], healthy=True)


def _failing(number: int, name: str, who: str, action: str | None, azure: bool) -> Plain:
    evidence = _azure(name) if azure else [_fact("proxy", f"as a guest with {name} shows it", "registry")]
    for address in ADDRESSES:
        met = {"address": address, "port": 1688, "state": "filtered", "detail": "nothing answered", "code": None}
        evidence.append(_fact("tcp", met, "connection_test", f"{address}:1688", "kms"))
    at = f"2026-11-24T{number % 24:02}:40:18Z"
    evidence += [
        {**_fact("attempt", {"outcome": "send_failed", "code": CODE}, "attempt_events"), "at": at},
        _fact("code", CODE, "license_row"),
        {**_fact("code", CODE, "attempt_events"), "at": at},
        _fact("default_route", f"10.20.{number % 7}.1", "routes", "Ethernet"),
    ]
    steps = [{"says": "Look at what the evidence names and mend it"}, ACTIVATE]
    remedy = [{"who": who, "steps": steps, "action": action}]
    return _finding(name, f"The KMS is not reached because of {name}: mend it and activate.", evidence, remedy)


def _azure(name: str) -> list[Plain]:
    reason = f"the traffic is stopped because of {name}"
    whole = f"TCP 1688 to {' and '.join(ADDRESSES)} is blocked: {reason}"
    facts = [_fact("path", {"verdict": "blocked", "reason": whole}, expected="open")]
    for address in ADDRESSES:
        table = f"{SUBSCRIPTION}/Microsoft.Network/routeTables/rt-{name}"
        route = {"name": "default", "prefix": "0.0.0.0/0", "source": "User", "next_hop_type": "VirtualAppliance"}
        hop = {"kind": "azure_firewall", "name": "afw-hub", "ip": "10.0.1.4", "verdict": "blocked", "reason": reason}
        values = {
            "path_verdict": {"verdict": "blocked", "reason": reason},
            "route": {**route, "next_hop_ip": "10.0.1.4", "route_table_id": table},
            "egress": {"method": "not_reached", "public_ips": [], "reason": reason},
            "hop": hop,
        }
        facts += [_fact(kind, value, name=address) for kind, value in values.items()]
    return facts


def _fact(kind: str, value: t.Any, source: str = "azure_path", name: str = "", expected: t.Any = None) -> Plain:
    return {"kind": kind, "object": name, "value": value, "source": source, "expected": expected}
