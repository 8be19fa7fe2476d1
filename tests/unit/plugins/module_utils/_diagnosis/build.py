# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Evidence on a healthy guest, and small changes to it."""

from __future__ import annotations

import copy
import typing as t

from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.engine import diagnose
from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.model import (
    Diagnosis,
    Evidence,
    GuestProblem,
)
from ansible_collections.azure_windows.activation.plugins.module_utils._guest import codes
from ansible_collections.azure_windows.activation.plugins.module_utils._guest.evidence import SECTIONS, GuestEvidence
from ansible_collections.azure_windows.activation.plugins.module_utils._plain import from_plain, to_plain

NOW = "2026-11-24T08:00:00Z"
NAME = "azkms.core.windows.net"
ADDRESSES = ("20.118.99.224", "40.83.235.53")
OLD = "23.102.135.246"
SKU = "ef6cfc9f-8c5d-44ac-9aad-de6a2ea0ae03"
VM = "/subscriptions/1/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/web01"
RENEWED_MINUTES = 2 * 1440

Plain = dict[str, t.Any]


def code(value: str) -> Plain:
    """A code with what the reference data knows."""
    return t.cast(Plain, to_plain(codes.lookup(value)))


def target(address: str, state: str = "kms", reasons: tuple[str, ...] = ("documented",), **more: t.Any) -> Plain:
    """One connection test; `code` is a code's text."""
    told = more.pop("code", "0x8007274C" if state == "filtered" else None)
    return {
        "address": address,
        "port": 1688,
        "reasons": list(reasons),
        "state": state,
        "code": told and code(told),
        **more,
    }


def targets(state: str, **more: t.Any) -> Plain:
    """Both documented addresses in one state."""
    return {"connectivity": {"targets": [target(address, state, **more) for address in ADDRESSES]}}


def host(name: str = NAME, kind: str = "azure", source: str = "global", port: int = 1688) -> Plain:
    """The KMS host in use."""
    setting = {"source": source, "host": name, "port": port, "kind": kind}
    return {"kms_host": {"effective": setting, "settings": [setting], "caching": True, "manual_activation": False}}


def answer(
    name: str, *addresses: str, server: str | None = None, verdict: str = "expected", error: str | None = None
) -> Plain:
    """One DNS answer."""
    verdict = "error" if error else verdict
    return {
        "name": name,
        "server": server,
        "addresses": list(addresses),
        "chain": [],
        "error": error and code(error),
        "verdict": verdict,
    }


def dns(*answers: Plain, srv: Plain | None = None) -> Plain:
    """The DNS part."""
    return {"dns": {"servers": ["168.63.129.16"], "answers": list(answers), "srv": srv}}


def attempt(
    time: str = "2026-11-24T06:00:00Z", outcome: str = "unanswered", value: str | None = None, name: str | None = NAME
) -> Plain:
    """One activation attempt."""
    return {"time": time, "host": name, "port": 1688, "outcome": outcome, "code": value and code(value)}


def event(number: int, value: str, time: str = "2026-11-24T06:00:00Z") -> Plain:
    """Another licensing event."""
    return {"id": number, "time": time, "code": code(value)}


def events(*attempts: Plain, others: tuple[Plain, ...] = (), success: str | None = None) -> Plain:
    """The events part, newest first."""
    return {
        "events": {
            "attempts": list(attempts),
            "others": list(others),
            "last_success": success,
            "failures_since_success": len(attempts),
        }
    }


def unlicensed(status: int = 5, reason: str | None = "0xC004F009", **more: t.Any) -> Plain:
    """A KMS client that is not licensed."""
    names = {
        0: "unlicensed",
        2: "oob_grace",
        3: "oot_grace",
        4: "non_genuine_grace",
        5: "notification",
        6: "extended_grace",
    }
    product = {"status": status, "status_name": names.get(status, "unknown"), "status_reason": reason and code(reason)}
    product |= {"grace_minutes": 0, "renewal_age_minutes": None, "permanent": False, **more}
    return {"license": {"product": product}}


def renewed(minutes: int) -> Plain:
    """A licensed KMS client that renewed so many minutes ago."""
    return {"license": {"product": {"grace_minutes": 259200 - minutes, "renewal_age_minutes": minutes}}}


def failed(*names: str, status: str = "error", message: str = "Zugriff verweigert", value: str | None = None) -> Plain:
    """Sections that gave nothing."""
    errors = [] if status == "skipped" else [{"source": "test", "code": value and code(value), "message": message}]
    parts: Plain = {{"kms_settings": "kms_host"}.get(name, name): None for name in names}
    return {"sections": {name: {"status": status, "errors": errors} for name in names}, **parts}


HEALTHY: Plain = {
    "schema_version": 1,
    "collected_at": NOW,
    "sections": {name: {"status": "ok", "errors": []} for name in SECTIONS},
    "cloud": {
        "name": "AzurePublicCloud",
        "source": "imds",
        "preferred_name": NAME,
        "names": [NAME, "kms.core.windows.net"],
        "addresses": list(ADDRESSES),
        "legacy_addresses": [OLD],
        "port": 1688,
    },
    "os": {
        "edition_id": "ServerDatacenter",
        "sku": 8,
        "caption": "Microsoft Windows Server 2022 Datacenter",
        "product_type": 3,
        "version": "10.0.20348",
        "build": 20348,
        "ubr": 2402,
        "language": "de-DE",
        "elevated": True,
        "language_mode": "FullLanguage",
    },
    "domain": {"joined": True, "name": "corp.example"},
    "license": {
        "readable": True,
        "activation_type_enabled": 0,
        "product": {
            "activation_id": SKU,
            "name": "Windows(R), ServerDatacenter edition",
            "description": "Windows(R) Operating System, VOLUME_KMSCLIENT channel",
            "channel": "kms_client",
            "channel_raw": "Volume:GVLK",
            "addon": False,
            "partial_product_key": "4M63B",
            "status": 1,
            "status_name": "licensed",
            "status_reason": None,
            "grace_minutes": 259200 - RENEWED_MINUTES,
            "activation_interval_minutes": 120,
            "renewal_interval_minutes": 10080,
            "renewal_age_minutes": RENEWED_MINUTES,
            "permanent": False,
        },
    },
    "client_key": {
        "title": "Windows Server 2022 Datacenter",
        "partial": "4M63B",
        "certainty": "verified",
        "matches": True,
        "refusal": None,
    },
    **host(),
    **dns(answer(NAME, ADDRESSES[0]), answer(NAME, ADDRESSES[1], server="168.63.129.16")),
    **targets("kms"),
    **events(attempt("2026-11-22T08:00:00Z", "success"), success="2026-11-22T08:00:00Z"),
    "services": {
        "sppsvc": {"exists": True, "status": "Stopped", "start": 2, "start_name": "automatic", "delayed": True}
    },
    "token_store": {
        "path": "C:\\Windows\\System32\\spp\\store\\2.0\\tokens.dat",
        "size": 3612672,
        "modified": NOW,
        "readable": True,
        "open_error": None,
    },
    "firewall": {
        "active_profiles": ["Public"],
        "enabled": True,
        "default_outbound": "allow",
        "blocking": [],
        "allowing": [],
    },
    "clock": {"guest_utc": NOW, "offset_seconds": 0.4, "uncertainty_seconds": 1.5, "sync_type": "NTP"},
    "proxy": {"winhttp": None},
    "routes": [{"interface": "Ethernet", "next_hop": "10.0.0.1", "metric": 0}],
    "imds": {"status": "ok", "resource_id": VM, "cloud": "AzurePublicCloud"},
    "attestation": {"status": "not-applicable"},
}


def plain(*changes: Plain) -> Plain:
    """The healthy guest with changes laid over it: mappings merge, everything else is replaced."""
    value = copy.deepcopy(HEALTHY)
    for change in changes:
        _lay_over(value, change, HEALTHY)
    return value


def guest(*changes: Plain) -> GuestEvidence:
    """The typed form of `plain`."""
    return from_plain(GuestEvidence, plain(*changes))


def evidence(*changes: Plain, path: Plain | None = None, azure_problem: str | None = None) -> Evidence:
    """Evidence on a guest, with what Azure said about its path."""
    return Evidence("web01", guest=guest(*changes), path=path, azure_problem=azure_problem)


def without_guest(kind: str = "unreachable", message: str = "timed out", path: Plain | None = None) -> Evidence:
    """Evidence on a host whose guest gave none."""
    return Evidence("web01", guest_problem=GuestProblem(kind, message), path=path)


def verdict(*changes: Plain, path: Plain | None = None) -> Diagnosis:
    """The diagnosis of the healthy guest with changes."""
    return diagnose(evidence(*changes, path=path))


def azure(verdict: str, *causes: str, addresses: tuple[str, ...] = ADDRESSES, **more: t.Any) -> Plain:
    """What Azure says about the path: every address has the first cause."""
    first = causes[0] if causes else None
    row = {
        "verdict": verdict,
        "cause": first,
        "reason": f"because of {first}",
        "route": {
            "name": "to-nowhere",
            "prefix": "0.0.0.0/0",
            "source": "User",
            "next_hop_type": "None",
            "origin": "effective",
            "beaten": [],
        },
        "nsg": {"verdict": "deny", "reason": "a rule", "rule": {"name": "deny-all-out", "priority": 200}},
        "hops": [
            {
                "kind": "azure_firewall",
                "name": "fw-hub",
                "ip": "10.0.9.4",
                "verdict": verdict,
                "rule": {"type": "default", "name": "default"},
            }
        ],
        "egress": {"method": "none", "reason": "private subnet"},
    }
    path: Plain = {
        "vm_id": VM,
        "verdict": verdict,
        "cause": first,
        "causes": list(causes),
        "reason": f"the path is {verdict}",
        "addresses": [{**row, "address": address} for address in addresses],
        "kms_routes": {"missing": [], "stale": [], "mistyped": []},
        "unread": [],
        "notes": [],
    }
    return {**path, **more}


def _lay_over(base: Plain, change: Plain, healthy: Plain) -> None:
    """A part that an earlier change took away stays away."""
    for key, value in change.items():
        usual = healthy.get(key)
        if not isinstance(value, dict) or not isinstance(usual, dict):
            base[key] = copy.deepcopy(value)
        elif isinstance(base.get(key), dict):
            _lay_over(base[key], value, usual)
