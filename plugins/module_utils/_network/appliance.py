# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who owns a next hop address, and what can be said of an appliance whose rules Azure does not show."""

from __future__ import annotations

import dataclasses
import typing as t

from .._text import Text
from . import addresses, hub, judgement, values
from .judgement import BLOCKED, SUSPECT, Leg, NotKnownError, egress
from .links import is_open, network_of, private_addresses, subnets_of
from .state import BALANCER, FIREWALL, NIC, NetworkState
from .values import Body, low, name_of, props, ref, text
from .wording import say

FIREWALL_SUBNET = "azurefirewallsubnet"
_PEERING_STATES = frozenset(("", "connected", "initiated", "disconnected"))
_STOPPED = frozenset(("stopped", "stopping", "deallocated", "deallocating"))


@dataclasses.dataclass(frozen=True)
class Hop:
    """A hop that has no rules of its own to show."""

    kind: str
    id: str | None
    name: str
    ip: str | None

    def judged(self, verdict: str, reason: str) -> dict[str, t.Any]:
        """Return the hop as the path shows it."""
        return {**dataclasses.asdict(self), "verdict": verdict, "reason": reason, "rule": None, "egress": None}


def connected_networks(state: NetworkState, network_id: str) -> list[str]:
    """Return a network and those its connected peerings lead to, lower-cased, its own first."""
    found = [low(network_id)]
    for peering in state.children(network_id, "virtualNetworkPeerings"):
        body = props(peering)
        if is_open(body):
            found.append(low(ref(body.get("remoteVirtualNetwork"))))
    return [place for place in dict.fromkeys(found) if place]


def owner_of(state: NetworkState, network_id: str, ip: str) -> tuple[Body | None, bool]:
    """Return the owner of an address as seen from a network, and whether a peering or a hub leads there.

    Raises NotKnownError when several owners elsewhere have the address.
    """
    candidates = state.owners.get(ip, ())
    places = connected_networks(state, network_id)
    for place in places:
        for body in candidates:
            if place in {low(network_of(subnet)) for subnet in subnets_of(body)}:
                return body, True
    for body in candidates:
        if hub.serves(state, body, network_id):
            return body, True
    if len(candidates) > 1:
        raise NotKnownError(say("several_own", address=ip))
    if not candidates:
        return None, True
    _peerings_known(state, network_id)
    return candidates[0], state.get(network_id) is None


def _peerings_known(state: NetworkState, network_id: str) -> None:
    """Raise NotKnownError when what cannot be read of the peerings might connect the networks after all."""
    listed = props(state.get(network_id)).get("virtualNetworkPeerings")
    bodies = state.children(network_id, "virtualNetworkPeerings")
    unclear = [
        body
        for body in bodies
        if not ref(props(body).get("remoteVirtualNetwork"))
        or text(props(body).get("peeringState")).lower() not in _PEERING_STATES
    ]
    if values.broken(listed) or unclear:
        raise NotKnownError(say("peerings_odd", network=name_of(network_id)))


def judge(state: NetworkState, owner: Body, ip: str, what: Text) -> Leg:
    """Judge a NIC or a load balancer frontend as next hop."""
    name = name_of(owner)
    owner_id = str(owner.get("id"))
    if values.type_of(owner_id) == BALANCER:
        return foreign(ip, say("appliance_balancer", route=what, balancer=name), owner_id, name)
    vm_id = ref(props(owner).get("virtualMachine"))
    power = state.power.get(low(vm_id), "")
    reason: Text | None = None
    if values.flag(props(owner).get("enableIPForwarding")) is False:
        reason = say("no_forwarding", route=what, nic=name)
    elif power in _STOPPED:
        reason = say("appliance_power", route=what, appliance=name_of(vm_id), power=power)
    if reason:
        return _black_hole(Hop("appliance", owner_id, name, ip), reason)
    label = name_of(vm_id) or name
    return foreign(ip, say("appliance", route=what, appliance=label), vm_id or owner_id, label)


def foreign(ip: str, what: Text, hop_id: str | None = None, name: str = "") -> Leg:
    """Return the leg of an appliance of another maker: nobody can see what it forwards and where it leaves."""
    reason = say("foreign", what=what)
    left = egress("unknown", say("behind_appliance"))
    found = Hop("appliance", hop_id, name or ip, ip).judged(SUSPECT, reason)
    return Leg(SUSPECT, reason, judgement.APPLIANCE, (judgement.APPLIANCE,), (found,), left)


def nobody(state: NetworkState, network_id: str, ip: str, what: Text) -> Leg:
    """Judge a next hop address that nothing read owns. Raises NotKnownError when its network was not read."""
    wanted = addresses.address(ip)
    if wanted is None:
        raise NotKnownError(say("odd_hop", route=what))
    for peering in state.children(network_id, "virtualNetworkPeerings"):
        body = props(peering)
        remote = ref(body.get("remoteVirtualNetwork"))
        space = values.strings(values.mapping(body.get("remoteAddressSpace")).get("addressPrefixes"))
        holds = not space or any(addresses.inside(prefix, wanted) for prefix in space)
        if holds and remote and state.get(remote) is None:
            raise state.not_read(remote)
    if state.get(network_id) is None:
        raise state.not_read(network_id)
    for place in connected_networks(state, network_id):
        subscription = values.subscription(place)
        for kind in (FIREWALL, NIC, BALANCER):
            if state.unread_about(kind, f"/subscriptions/{subscription}"):
                raise state.not_listed(subscription, kind)
    return _unowned(state, network_id, ip, what)


def _unowned(state: NetworkState, network_id: str, ip: str, what: Text) -> Leg:
    wanted = addresses.address(ip)
    for place in connected_networks(state, network_id):
        for subnet in state.children(place, "subnets"):
            prefixes = values.strings(props(subnet).get("addressPrefix"), props(subnet).get("addressPrefixes"))
            if wanted is not None and any(addresses.inside(prefix, wanted) for prefix in prefixes):
                if name_of(subnet).lower() == FIREWALL_SUBNET:
                    return _no_firewall(state, subnet, ip, what)
                reason = say("unowned_subnet", route=what, subnet=name_of(subnet), address=ip)
                found = Hop("appliance", None, ip, ip).judged(SUSPECT, reason)
                left = egress("unknown", reason)
                return Leg(SUSPECT, reason, judgement.BLACKHOLE, (judgement.BLACKHOLE,), (found,), left)
    return foreign(ip, say("unowned", route=what, address=ip))


def is_stopped(firewall: Body) -> bool:
    """Tell whether a firewall is stopped: that takes its IP configurations, or its place in a virtual hub, away from it.

    Source: https://learn.microsoft.com/azure/firewall/firewall-faq#how-can-i-stop-and-start-azure-firewall
    """
    own = props(firewall)
    configured = own.get("ipConfigurations") or own.get("virtualHub") or own.get("hubIPAddresses")
    return not configured and not values.broken(own.get("ipConfigurations"))


def stopped(firewall: Body, what: Text, ip: str | None = None) -> Leg:
    """Return the leg that ends at a stopped firewall."""
    name = name_of(firewall)
    reason = say("firewall_stopped", route=what, firewall=name)
    return _black_hole(Hop("azure_firewall", str(firewall.get("id")), name, ip), reason)


def _no_firewall(state: NetworkState, subnet: Body, ip: str, what: Text) -> Leg:
    """Judge an address in a firewall's subnet that no firewall has. Raises NotKnownError when not all firewalls were read."""
    subscription = values.subscription(subnet["id"])
    if not state.complete(subscription, FIREWALL):
        raise state.not_listed(subscription, FIREWALL)
    near = [body for body in state.of_type(FIREWALL) if values.subscription(body["id"]) == subscription]
    for body in near:
        if low(subnet["id"]) in map(low, subnets_of(body)) and private_addresses(body):
            hop = Hop("azure_firewall", str(body["id"]), name_of(body), ip)
            now = ", ".join(private_addresses(body))
            return _black_hole(hop, say("firewall_moved", route=what, firewall=name_of(body), address=ip, now=now))
    group = low(subnet["id"]).partition("/providers/")[0]
    # A firewall is in the resource group of its network; a stopped one does not name the network.
    for body in near:
        if is_stopped(body) and low(body["id"]).startswith(f"{group}/"):
            return stopped(body, what, ip)
    reason = say("firewall_gone", route=what, subnet=name_of(subnet), address=ip)
    return _black_hole(Hop("appliance", None, ip, ip), reason)


def _black_hole(hop: Hop, reason: Text) -> Leg:
    left = egress("not_reached", reason)
    return Leg(BLOCKED, reason, judgement.BLACKHOLE, (judgement.BLACKHOLE,), (hop.judged(BLOCKED, reason),), left)
