# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Our own collection of network rules: what it holds, with sources added or taken away. Policies and classic firewalls alike."""

from __future__ import annotations

import copy
import dataclasses
import typing as t

from .._network import values
from .._network.values import Body, name_of, strings
from .._reference.azure_names import BY_NAME, FIREWALL_RULE, FIREWALL_RULE_IP_GROUPS

_SOURCES = {FIREWALL_RULE: "sourceAddresses", FIREWALL_RULE_IP_GROUPS: "sourceIpGroups"}


@dataclasses.dataclass(frozen=True)
class Goal:
    """What must pass: TCP to each address, or by name (lower case, the preferred one first) where the rules go by name."""

    addresses: tuple[str, ...]
    names: tuple[str, ...]
    port: int
    by_name: bool = False


@dataclasses.dataclass(frozen=True)
class Shape:
    """How a rule is written: `protocols` is the name of that property, `fixed` what every rule has besides."""

    protocols: str
    fixed: t.Mapping[str, str] = dataclasses.field(default_factory=dict)


POLICY = Shape("ipProtocols", {"ruleType": "NetworkRule"})
CLASSIC = Shape("protocols")


def with_sources(
    rules: t.Sequence[Body], networks: t.Sequence[str], groups: t.Sequence[str], goal: Goal, shape: Shape
) -> list[dict[str, t.Any]]:
    """Return the rules with more sources; what else they hold stays."""
    found = [copy.deepcopy(dict(rule)) for rule in rules]
    for (base, side), wanted in zip(_SOURCES.items(), (networks, groups), strict=True):
        if not wanted:
            continue
        name = base + (BY_NAME if goal.by_name else "")
        rule = next((item for item in found if name_of(item).lower() == name), None)
        if rule is None:
            rule = {**shape.fixed, "name": name, shape.protocols: ["TCP"], "destinationPorts": [str(goal.port)]}
            found.append(rule)
        rule[side] = _union(rule.get(side), wanted)
        if goal.by_name:
            rule["destinationFqdns"] = _union(rule.get("destinationFqdns"), goal.names)
        else:
            rule["destinationAddresses"] = _union(rule.get("destinationAddresses"), goal.addresses)
    return found


def without_sources(
    rules: t.Sequence[Body], networks: t.Sequence[str], groups: t.Sequence[str]
) -> list[dict[str, t.Any]]:
    """Return the rules without some sources, or without our own rules altogether when no source is given."""
    gone = {item.lower() for item in (*networks, *groups)}
    found = []
    for rule in rules:
        side = _SOURCES.get(name_of(rule).lower().removesuffix(BY_NAME))
        if side is None:
            found.append(dict(rule))
            continue
        left = [item for item in strings(rule.get(side)) if gone and item.lower() not in gone]
        if left:
            found.append({**rule, side: left})
    return found


def _union(old: t.Any, more: t.Iterable[str]) -> list[str]:
    known = strings(old)
    lower = {item.lower() for item in known}
    return [*known, *(item for item in dict.fromkeys(more) if item.lower() not in lower)]


def rules_of(collection: Body | None) -> list[Body]:
    """Return the rules of a collection of either kind."""
    return values.items(values.props(collection).get("rules"))
