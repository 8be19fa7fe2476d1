# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a simulated guest answers to verify.ps1: what its world says, and for everything that only Windows knows that it does not.

The questions are about facts that no source has; a made-up answer here would be taken for one.
"""

from __future__ import annotations

import typing as t

from tests.lab.guest import windows
from tests.lab.guest.windows import HKLM, Machine

_LICENSING = rf"{HKLM}\SOFTWARE\Microsoft\Windows NT\CurrentVersion\SoftwareProtectionPlatform"
_UNKNOWN = ("dnsclient_import", "net_import", "runspace", "key_refused")
_UNKNOWN_TOO = (
    "activate_failure",
    "firewall_rules",
    "firewall_block",
    "connect_codes",
    "dns_codes",
    "w32tm_resync",
    "amsi",
)


def answer(machine: Machine, parameters: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the script's answer."""
    known = {"licence_query": _licences, "tokens_file": _tokens, "event_forms": _events, "services": _services}
    answers = [_entry(name, observed=read(machine)) for name, read in known.items()]
    answers += [_entry(name, error=_not_simulated(name)) for name in (*_UNKNOWN, *_UNKNOWN_TOO, "imds_headers")]
    asked = parameters.get("Questions")
    chosen = [item for item in answers if not asked or item["id"] in asked]
    return {"schema": 1, "language_mode": machine["language_mode"], "answers": chosen}


def _entry(name: str, **parts: t.Any) -> dict[str, t.Any]:
    empty = {"milliseconds": None, "observed": None, "error": None, "changes": None, "restored": None, "skipped": False}
    return {"id": name, **empty, **parts}


def _not_simulated(name: str) -> dict[str, t.Any]:
    return {
        "source": name,
        "code": None,
        "id": "NotSimulated",
        "type": None,
        "message": "the lab does not simulate this",
    }


def _licences(machine: Machine) -> dict[str, t.Any]:
    rows = machine["cim"]["SoftwareLicensingProduct"].get("rows") or []
    channels = {row.get("ProductKeyChannel") for row in rows} - {None}
    return {"filtered_ms": None, "unfiltered_ms": None, "rows": len(rows), "channels": sorted(channels)}


def _tokens(machine: Machine) -> dict[str, t.Any]:
    values = windows.read_key(machine, _LICENSING)
    store = values.get("tokenstore", {}).get("data")
    return {"store": store, "service": machine["services"]["sppsvc"]["status"], "open": None, "acl": None}


def _events(machine: Machine) -> dict[str, t.Any]:
    newest: dict[int, dict[str, t.Any]] = {}
    for event in reversed(machine["events"]):
        if event["id"] in {12288, 12289, 8198, 1003}:
            newest.setdefault(
                event["id"], {"id": event["id"], "failure": None, "data": [str(item) for item in event["data"]]}
            )
    return {"records": list(newest.values()), "no_log": None}


def _services(machine: Machine) -> dict[str, t.Any]:
    service = machine["services"]["sppsvc"]
    return {"dependents": list(service.get("dependents") or []), "start_type": None, "descriptor": None, "vmic": None}
