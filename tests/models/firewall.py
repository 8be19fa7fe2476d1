# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How Azure Firewall processes rules, from the documents below; flows are TCP to a public address that is not its own."""

from __future__ import annotations

import dataclasses
import typing as t

from . import ranges

RULES = "https://learn.microsoft.com/azure/firewall/rule-processing"
POLICIES = "https://learn.microsoft.com/azure/firewall/policy-rule-sets"

DNAT, NETWORK, APPLICATION = "DNAT", "Network", "Application"
# RULES: DNAT rules are processed before network rules and those before application rules, whatever the priorities are.
KINDS = (DNAT, NETWORK, APPLICATION)


@dataclasses.dataclass(frozen=True)
class Rule:
    """A rule. `protocols`: TCP, UDP, ICMP or Any; for an application rule Http, Https or Mssql with its port in `ports`."""

    name: str
    protocols: tuple[str, ...]
    sources: tuple[str, ...]
    destinations: tuple[str, ...]
    ports: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Collection:
    """Rules of one kind with one action, Allow or Deny (DNAT has no other)."""

    name: str
    kind: str
    priority: int
    action: str
    rules: tuple[Rule, ...]


@dataclasses.dataclass(frozen=True)
class Group:
    """A rule collection group of a policy; a classic firewall is one group."""

    name: str
    priority: int
    collections: tuple[Collection, ...]


@dataclasses.dataclass(frozen=True)
class Judgement:
    """`effect`: allow, deny, dnat, or application when an application rule answers; `rule` is None for the default deny."""

    effect: str
    collection: str | None = None
    rule: str | None = None


def _matches(rule: Rule, kind: str, source: str, destination: str, port: int) -> bool:
    if kind == APPLICATION:
        # RULES#network-rules-and-applications-rules: only "if the protocol is HTTP, HTTPS, or MSSQL"; the address is not looked at.
        return any(ranges.holds(item, source) for item in rule.sources) and str(port) in rule.ports
    return (
        bool({"TCP", "Any"} & set(rule.protocols))
        and any(ranges.holds(item, source) for item in rule.sources)
        and any(ranges.holds(item, destination) for item in rule.destinations)
        and any(ranges.port_in(item, port) for item in rule.ports)
    )


def _effect(collection: Collection) -> str:
    if collection.kind == DNAT:
        return "dnat"
    return (
        "application" if (collection.kind, collection.action) == (APPLICATION, "Allow") else collection.action.lower()
    )


def in_order(policies: t.Sequence[t.Sequence[Group]]) -> list[Collection]:
    """Return all collections in the order of processing. `policies`: the parent of all first.

    RULES#rule-processing-using-firewall-policy: the kind first; within it a parent policy's groups before those of the child,
    whatever their priorities; then the priority of the group; then that of the collection, lower numbers first.
    """
    return [
        collection
        for kind in KINDS
        for groups in policies
        for group in sorted(groups, key=lambda item: item.priority)
        for collection in sorted(group.collections, key=lambda item: item.priority)
        if collection.kind == kind
    ]


def judge(policies: t.Sequence[t.Sequence[Group]], source: str, destination: str, port: int) -> Judgement:
    """Return what the firewall does with a connection. RULES: "rule processing stops on a match"."""
    for collection in in_order(policies):
        for rule in collection.rules:
            if _matches(rule, collection.kind, source, destination, port):
                return Judgement(_effect(collection), collection.name, rule.name)
    # RULES: without a match "the packet is denied by default".
    return Judgement("deny")
