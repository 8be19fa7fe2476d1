# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plain diagnoses to report on."""

from __future__ import annotations

import typing as t

from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.model import Fact
from ansible_collections.azure_windows.activation.plugins.module_utils._plain import from_plain

Plain = dict[str, t.Any]

WRONG_HOST: Plain = {
    "id": "wrong-kms-host",
    "severity": "error",
    "status": "fail",
    "confidence": "certain",
    "title": "The guest asks kms.corp.example instead of Azure's KMS.",
    "evidence": [
        {
            "kind": "kms_host",
            "object": "service",
            "value": "kms.corp.example",
            "source": "host_settings",
            "expected": "azkms.core.windows.net",
        }
    ],
    "remedy": [
        {
            "who": "guest_admin",
            "steps": [{"says": "Clear the KMS host", "command": "slmgr /ckms"}, {"says": "Activate"}],
        }
    ],
    "explains": [],
    "doc": "docs/findings/wrong-kms-host.md",
}
ACTIVATED: Plain = {
    **WRONG_HOST,
    "id": "activated",
    "severity": "info",
    "status": "ok",
    "title": "Licensed by KMS until 2027-05-20.",
    "evidence": [],
    "remedy": [],
}
UNREACHABLE: Plain = {
    **WRONG_HOST,
    "id": "guest-unreachable",
    "status": "unknown",
    "title": "The guest could not be asked: connection refused.",
    "evidence": [],
    "remedy": [],
}


def diagnosis(name: str, root_cause: Plain, licensed: bool | None = False, **changes: t.Any) -> Plain:
    """Return a plain diagnosis."""
    return {
        "name": name,
        "root_cause": root_cause,
        "chain": [root_cause["title"]],
        "findings": [root_cause],
        "guest": {"status": "ok", "detail": None, "unread": []},
        "azure": {"status": "not_asked", "detail": None, "unread": []},
        "licensed": licensed,
        **changes,
    }


def side(status: str, *unread: str) -> Plain:
    """Return how much of one side was seen."""
    return {"status": status, "detail": None, "unread": list(unread)}


ADDRESSES = ("20.118.99.224", "40.83.235.53")
TABLE = "/subscriptions/11111111-2222-4333-8444-555555555555/resourceGroups/rg-net/providers/Microsoft.Network/routeTables/{}"


def fact(kind: str, value: t.Any, name: str = "", source: str = "azure_path", **more: t.Any) -> Plain:
    """Return one fact of a finding's evidence."""
    return {"kind": kind, "object": name, "value": value, "source": source, **more}


def tcp(address: str, state: str, detail: str | None = None) -> Plain:
    """Return what a guest met at an address."""
    value = {"address": address, "port": 1688, "state": state, "detail": detail, "code": None}
    return fact("tcp", value, f"{address}:1688", "connection_test", expected="kms")


def facts(*plain: Plain) -> tuple[Fact, ...]:
    """Return typed facts."""
    return tuple(from_plain(Fact, item) for item in plain)


def blackhole(table: str = "rt-hub") -> Plain:
    """Return the finding of a route table whose default route drops everything."""
    evidence = [fact("path", {"verdict": "blocked", "reason": f"blocked by {table}"}, expected="open")]
    for address in ADDRESSES:
        route = {"name": "drop", "prefix": "0.0.0.0/0", "next_hop_type": "None", "route_table_id": TABLE.format(table)}
        verdict = {"verdict": "blocked", "reason": "User route 0.0.0.0/0 (next hop None) drops it"}
        evidence += [
            fact("path_verdict", verdict, address, expected="open"),
            fact("route", route, address),
            fact("egress", {"method": "not_reached", "public_ips": []}, address),
            tcp(address, "filtered"),
        ]
    step = {"says": "Add one route per KMS address: prefix <address>/32, next hop Internet"}
    return {
        **WRONG_HOST,
        "id": "route-blackhole",
        "title": "The traffic to the KMS is dropped by the route drop to None.",
        "evidence": evidence,
        "remedy": [{"who": "network_team", "steps": [step], "action": "route"}],
    }


def with_own_facts(finding: Plain, *own: Plain) -> Plain:
    """Return a finding with more evidence."""
    return {**finding, "evidence": [*finding["evidence"], *own]}
