# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an Azure Firewall's network rules do with the KMS traffic of whole source networks, in their order."""

from __future__ import annotations

import dataclasses
import typing as t

from .._network import addresses, spans, values
from .._network.firewall_rules import NETWORK, FirewallRule
from .._network.spans import ALL, NONE, SOME, UNKNOWN
from .._network.state import NetworkState
from .._network.values import Body, Match, all_of, any_of, props, strings

_PROTOCOLS: t.Mapping[str, Match] = {"tcp": True, "any": True, "udp": False, "icmp": False}


@dataclasses.dataclass(frozen=True)
class Goal:
    """What must pass: TCP to each address, or by name where the rules go by name."""

    addresses: tuple[str, ...]
    names: tuple[str, ...]
    port: int
    by_name: bool = False


@dataclasses.dataclass(frozen=True)
class Finding:
    """What the rules do with one source. `denies`: rules that take at least a part of it before anything allows it all."""

    allowed: bool
    denies: tuple[FirewallRule, ...] = ()
    doubts: tuple[FirewallRule, ...] = ()


def judge(state: NetworkState, rules: t.Sequence[FirewallRule], source: t.Sequence[spans.Span], goal: Goal) -> Finding:
    """Judge one source against every address of the goal."""
    parts = [_judge(state, rules, source, address, goal) for address in goal.addresses]
    return Finding(
        all(part.allowed for part in parts),
        tuple(rule for part in parts for rule in part.denies),
        tuple(rule for part in parts for rule in part.doubts),
    )


def _judge(
    state: NetworkState, rules: t.Sequence[FirewallRule], source: t.Sequence[spans.Span], address: str, goal: Goal
) -> Finding:
    denies: list[FirewallRule] = []
    doubts: list[FirewallRule] = []
    for rule in rules:
        if rule.kind != NETWORK:
            continue
        part = _part(state, rule, source, address, goal)
        if rule.action == "allow":
            if part == ALL:
                return Finding(not denies, tuple(denies), tuple(doubts))
        elif part in (ALL, SOME):
            denies.append(rule)
        elif part == UNKNOWN:
            doubts.append(rule)
    return Finding(False, tuple(denies), tuple(doubts))


def _part(state: NetworkState, rule: FirewallRule, source: t.Sequence[spans.Span], address: str, goal: Goal) -> str:
    body = rule.body
    names = strings(body.get("ipProtocols"), body.get("protocols"))
    protocol = any_of(_PROTOCOLS.get(name.lower()) for name in names) if names else None
    port = addresses.port_in(strings(body.get("destinationPorts")), goal.port)
    quick = all_of((protocol, port, _target(state, body, address, goal)))
    if quick is False:
        return NONE
    part = _covered(state, body, source)
    return part if quick or part == NONE else UNKNOWN


def _covered(state: NetworkState, body: Body, source: t.Sequence[spans.Span]) -> str:
    given, whole = _specs(state, body, "source")
    found, readable = spans.spans(given)
    return spans.cover(source, found, whole=whole and readable)


def _target(state: NetworkState, body: Body, address: str, goal: Goal) -> Match:
    wanted = addresses.address(address)
    specs, whole = _specs(state, body, "destination")
    if wanted is None:
        return None
    answers: list[Match] = [
        state.tag_holds(spec, wanted) if addresses.is_tag(spec) else addresses.covers(spec, wanted) for spec in specs
    ]
    named = {name.lower().rstrip(".") for name in strings(body.get("destinationFqdns"))}
    if named.intersection(goal.names):
        answers.append(True if goal.by_name and goal.names[0] in named else None)
    return any_of([*answers, False if whole else None])


def _specs(state: NetworkState, body: Body, side: str) -> tuple[list[str], bool]:
    """Return the addresses that a side of a rule names, those of its IP groups included, and whether these are all."""
    found, whole = strings(body.get(f"{side}Addresses")), True
    for group_id in values.refs(body.get(f"{side}IpGroups")):
        group = state.get(group_id)
        whole = whole and group is not None
        found += strings(props(group).get("ipAddresses"))
    return found, whole
