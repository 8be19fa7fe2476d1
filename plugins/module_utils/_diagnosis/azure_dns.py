# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Azure DNS does with the KMS name before the public answer: private zones that hide it, rules that send it elsewhere."""

from __future__ import annotations

import typing as t

from .azure_path import Plain
from .facts import AZURE_PATH
from .model import Fact, Step
from .rule import steps
from .view import View
from .wording import listed

STEPS = {
    **steps(
        "private_zone",
        {
            "hides": "Add a record for {name} with the addresses of Azure's KMS to private DNS zone {zone}, or unlink the zone from virtual network {network}",
        },
    ),
    **steps(
        "dns_forwarding",
        {
            "sends": (
                "Make {servers} resolve {name}, as rule {rule} of DNS forwarding ruleset {ruleset} sends them the questions of "
                "virtual network {network}, or narrow the rule"
            ),
        },
    ),
}


def evidence(view: View) -> list[Fact]:
    """Return the zones that hide the name in use, and the rules that send it elsewhere."""
    zones = [_fact("private_zone", row, "zone", ("network", "name", "addresses")) for row in _zones(view)]
    rules = [_fact("dns_forwarding", row, "rule", ("ruleset", "network", "name", "servers")) for row in _rules(view)]
    return [*zones, *rules]


def repair(view: View) -> list[Step]:
    """Return what is to be done about each of them."""
    hiding = [STEPS["hides"].format(**_told(row, "name", "zone", "network")) for row in _zones(view)]
    sending = [
        STEPS["sends"].format(**_told(row, "name", "rule", "ruleset", "network"), servers=listed(_servers(row)))
        for row in _rules(view)
    ]
    return [*hiding, *sending]


def _fact(kind: str, row: Plain, named: str, keys: t.Sequence[str]) -> Fact:
    return Fact(kind, {key: row.get(key) for key in keys}, AZURE_PATH, str(row[named]))


def _told(row: Plain, *keys: str) -> dict[str, str]:
    return {key: str(row.get(key)) for key in keys}


def _servers(row: Plain) -> list[str]:
    servers = row.get("servers")
    return [str(server) for server in servers] if isinstance(servers, (list, tuple)) and servers else ["?"]


def _zones(view: View) -> list[Plain]:
    rows = view.path.private_zones if view.path is not None else ()
    return [row for row in rows if row.get("name") == view.name_in_use and row.get("zone")]


def _rules(view: View) -> list[Plain]:
    rows = view.path.dns_forwarding if view.path is not None else ()
    return [row for row in rows if row.get("name") == view.name_in_use and row.get("rule")]
