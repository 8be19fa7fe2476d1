# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whose way out of Azure a NAT gateway for a subnet would take over, and what forbids one there. Pure.

Source: https://learn.microsoft.com/azure/nat-gateway/nat-overview ("NAT Gateway takes precedence over other outbound methods";
"Basic resources [...] aren't compatible with NAT Gateway").
"""

from __future__ import annotations

import dataclasses
import typing as t

from . import balancer, egress
from .judgement import BLOCKED, Leg, NotKnownError, unknown
from .links import ip_configurations, reference
from .state import NIC, NetworkState
from .values import Body, low, mapping, name_of, props, ref, subscription, text


@dataclasses.dataclass(frozen=True)
class Machine:
    """A machine of a subnet, or a NIC without one, with what becomes of its traffic to the Internet today."""

    name: str
    place: egress.Origin
    leg: Leg

    @property
    def method(self) -> str:
        """How it leaves today, as `egress` names it."""
        return str(mapping(self.leg.egress).get("method") or "unknown")

    @property
    def moved(self) -> bool:
        """Whether a NAT gateway would change the address that it leaves from."""
        return bool(self.place.nic) and self.leg.verdict != BLOCKED and self.method != "nat_gateway"


def machines(state: NetworkState, subnet_id: str) -> list[Machine]:
    """Return the machines of a subnet, one for each configuration of a NIC."""
    found: list[Machine] = []
    for nic in state.nics():
        for config in ip_configurations(nic):
            if low(ref(config.get("subnet"))) == low(subnet_id):
                vm: Body | None = state.get(ref(props(nic).get("virtualMachine")))
                place = egress.Origin(nic, config, subnet_id, vm)
                found.append(Machine(name_of(vm or nic), place, leave(state, place)))
    return found


def leave(state: NetworkState, place: egress.Origin) -> Leg:
    """Return what becomes of traffic to the Internet; unknown where the NICs could not be listed."""
    try:
        listed(state, place.subnet_id)
        return egress.direct(state, place)
    except NotKnownError as problem:
        return unknown(problem)


def listed(state: NetworkState, subnet_id: str) -> None:
    """Raise NotKnownError unless the NICs of the subnet's subscription were listed."""
    if state.unread_about(NIC, f"/subscriptions/{subscription(subnet_id)}"):
        raise state.not_listed(subscription(subnet_id), NIC)


def basic(state: NetworkState, machine: Machine) -> list[tuple[str, str]]:
    """Return (kind, name) of the Basic public IPs and load balancers of a machine; what was not read is not known to be Basic."""
    public = state.get(reference(machine.place.config, "publicIPAddress"))
    found = [("public IP", name_of(public))] if public and _sku(public) in ("", "basic") else []
    try:
        pools = balancer.pools_of_nic(state, machine.place.config)
    except NotKnownError:
        return found
    return found + [("load balancer", pool.name) for pool in pools if pool.sku == "basic"]


def of_nat_gateway(state: NetworkState, subnet_id: str) -> dict[str, t.Any]:
    """Return {known, moves, basic}: the machines whose address a NAT gateway would change, and the resources that forbid it.

    `known` is False where the machines of the subnet could not be listed.
    """
    try:
        listed(state, subnet_id)
    except NotKnownError:
        return {"known": False, "moves": [], "basic": []}
    found = machines(state, subnet_id)
    return {
        "known": True,
        "moves": list(dict.fromkeys(machine.name for machine in found if machine.moved)),
        "basic": list(dict.fromkeys(name for machine in found for _kind, name in basic(state, machine))),
    }


def _sku(body: Body) -> str:
    return text(mapping(body.get("sku")).get("name")).lower()
