# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The load balancer pools of a NIC and what they mean for its way out."""

from __future__ import annotations

import dataclasses
import typing as t

from .._text import Text
from . import values
from .judgement import NotKnownError
from .links import ip_configurations, network_of, references
from .state import BALANCER, NetworkState
from .values import Body, low, name_of, props, ref, refs, text
from .wording import say

_TCP = frozenset(("tcp", "all", "*", "any"))


@dataclasses.dataclass(frozen=True)
class Pool:
    """A backend pool with its load balancer."""

    pool_id: str
    balancer: Body

    @property
    def name(self) -> str:
        """Return the name of the load balancer."""
        return name_of(self.balancer)

    @property
    def sku(self) -> str:
        """Return the kind of the load balancer in lower case; empty when it is not given."""
        return text(values.mapping(self.balancer.get("sku")).get("name")).lower()


@dataclasses.dataclass(frozen=True)
class Way:
    """A way out through a load balancer: by which rule and public addresses."""

    method: str
    rule: str
    balancer: Body
    public_ids: tuple[str, ...]


def pools_of_nic(state: NetworkState, config: Body) -> list[Pool]:
    """Return the pools an IP configuration refers to. Raises NotKnownError when a load balancer was not read."""
    found = []
    for pool_id in references(config, "loadBalancerBackendAddressPools"):
        balancer_id = values.parent(pool_id)
        found.append(Pool(pool_id, {**state.need(balancer_id), "id": balancer_id}))
    return found


def pools_of_address(state: NetworkState, config: Body) -> list[Pool]:
    """Return the pools that list the private address itself."""
    address = text(config.get("privateIPAddress"))
    subnet_id = ref(config.get("subnet"))
    if not address:
        return []
    places = {low(subnet_id), low(network_of(subnet_id)), ""}
    members = state.remember(("pools by address",), lambda: _listed_addresses(state))
    return [pool for place, pool in members.get(address, ()) if place in places]


def _listed_addresses(state: NetworkState) -> dict[str, list[tuple[str, Pool]]]:
    """Return (network or subnet id, pool) by the address that a pool lists."""
    found: dict[str, list[tuple[str, Pool]]] = {}
    for balancer in state.of_type(BALANCER):
        for pool in state.children(str(balancer["id"]), "backendAddressPools"):
            body = props(pool)
            for member in map(props, values.items(body.get("loadBalancerBackendAddresses"))):
                place = low(
                    ref(member.get("virtualNetwork")) or ref(member.get("subnet")) or ref(body.get("virtualNetwork"))
                )
                if not ref(member.get("networkInterfaceIPConfiguration")) and text(member.get("ipAddress")):
                    entry = (place, Pool(str(pool["id"]), balancer))
                    found.setdefault(text(member.get("ipAddress")), []).append(entry)
    return found


def egress_of(state: NetworkState, pool: Pool) -> tuple[Way | None, Text | None]:
    """Return the way out of a pool, or none and, when that cannot be told for sure, the doubt."""
    own = props(pool.balancer)
    fronts = {
        low(front.get("id")): front for front in state.children(str(pool.balancer["id"]), "frontendIPConfigurations")
    }
    if any(
        values.broken(own.get(name)) for name in ("outboundRules", "loadBalancingRules", "frontendIPConfigurations")
    ):
        return None, say("lb_rules_odd", balancer=pool.name)
    doubt: Text | None = None
    for method, rules in (("lb_outbound_rule", "outboundRules"), ("lb_rule", "loadBalancingRules")):
        for rule in values.items(own.get(rules)):
            body = props(rule)
            if low(pool.pool_id) not in map(
                low, [ref(body.get("backendAddressPool")), *refs(body.get("backendAddressPools"))]
            ):
                continue
            if values.flag(body.get("disableOutboundSnat")) is True:
                continue
            front_ids = refs(body.get("frontendIPConfigurations")) or refs([body.get("frontendIPConfiguration")])
            public = _public(fronts.get(low(front)) for front in front_ids)
            if not public:
                if any(low(front) not in fronts for front in front_ids):
                    doubt = say("lb_front", rule=name_of(rule), balancer=pool.name)
                continue
            protocol = text(body.get("protocol")).lower()
            if protocol == "udp" and method == "lb_outbound_rule":
                continue
            if protocol not in _TCP:
                doubt = say("lb_not_tcp", rule=name_of(rule), balancer=pool.name)
                continue
            return Way(method, name_of(rule), pool.balancer, public), None
    return None, doubt


def is_public(state: NetworkState, pool: Pool) -> bool:
    """Tell whether a load balancer has a public frontend."""
    return bool(_public(state.children(str(pool.balancer["id"]), "frontendIPConfigurations")))


def _public(fronts: t.Iterable[Body | None]) -> tuple[str, ...]:
    found = []
    for front in map(props, fronts):
        found += [ref(front.get("publicIPAddress")), ref(front.get("publicIPPrefix"))]
    return tuple(public for public in found if public)


def standard_pool_of(state: NetworkState, nic_id: str) -> Pool | None:
    """Return a Standard load balancer's pool that a NIC is in. Raises NotKnownError when the NIC or it was not read."""
    configs = ip_configurations(state.need(nic_id))
    if not configs or any(not ref(config.get("subnet")) for config in configs):
        raise NotKnownError(say("nic_odd", nic=name_of(nic_id)))
    for config in configs:
        for pool in pools_of_nic(state, config):
            if pool.sku in {"standard", "gateway"}:
                return pool
            if pool.sku != "basic":
                raise NotKnownError(say("lb_sku", balancer=pool.name, sku=pool.sku))
    return None
