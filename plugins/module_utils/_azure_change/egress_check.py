# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether machines of a subnet have an address to leave with once their route leads to the Internet."""

from __future__ import annotations

import dataclasses
import typing as t

from .._network import egress
from .._network.judgement import BLOCKED, OPEN, Leg, NotKnownError, unknown, worst
from .._network.links import ip_configurations
from .._network.state import NIC, NetworkState
from .._network.values import Body, low, name_of, props, ref, subscription


@dataclasses.dataclass(frozen=True)
class EgressCheck:
    """`effective`: True when every subnet has a way out, False when one has none, None when that is not known."""

    effective: bool | None
    warnings: tuple[str, ...]


def judge(state: NetworkState, subnet_ids: t.Sequence[str]) -> EgressCheck:
    """Judge every machine in the subnets, and an imagined one where there is none."""
    verdicts: list[str] = []
    warnings: list[str] = []
    for subnet_id in subnet_ids:
        legs = [(name, _leave(state, place)) for name, place in _places(state, subnet_id)]
        verdict = worst(leg.verdict for _name, leg in legs)
        verdicts.append(verdict)
        if verdict != OPEN:
            warnings.append(_warning(subnet_id, verdict, [(name, leg) for name, leg in legs if leg.verdict == verdict]))
    overall = worst(verdicts)
    return EgressCheck({OPEN: True, BLOCKED: False}.get(overall) if verdicts else None, tuple(warnings))


def _warning(subnet_id: str, verdict: str, legs: t.Sequence[tuple[str, Leg]]) -> str:
    name, leg = legs[0]
    others = f" ({len(legs)} machines)" if len(legs) > 1 else ""
    who = f"{name} in subnet '{name_of(subnet_id)}'{others}"
    if verdict == BLOCKED:
        return f"routes to the Internet alone do nothing for {who}: {leg.reason}; give it a NAT gateway or a public address"
    return f"whether {who} has a way out is not known: {leg.reason}"


def _leave(state: NetworkState, place: egress.Origin) -> Leg:
    try:
        if state.unread_about(NIC, f"/subscriptions/{subscription(place.subnet_id)}"):
            raise state.not_listed(subscription(place.subnet_id), NIC)
        return egress.direct(state, place)
    except NotKnownError as problem:
        return unknown(problem)


def _places(state: NetworkState, subnet_id: str) -> list[tuple[str, egress.Origin]]:
    found: list[tuple[str, egress.Origin]] = []
    for nic in state.nics():
        for config in ip_configurations(nic)[:1]:
            if low(ref(config.get("subnet"))) == low(subnet_id):
                vm: Body | None = state.get(ref(props(nic).get("virtualMachine")))
                found.append((f"machine '{name_of(vm or nic)}'", egress.Origin(nic, config, subnet_id, vm)))
    nobody: Body = {}
    return found or [("a machine", egress.Origin(nobody, nobody, subnet_id, None))]
