# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which public address a machine's traffic to the Internet leaves from, or why it has none.

Order: NAT gateway, instance public IP, load balancer, then default outbound access where nothing takes it away.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .._text import Text
from . import balancer, values
from .judgement import BLOCKED, NO_OUTBOUND, OPEN, Leg, NotKnownError, egress, unknown
from .links import ip_configurations, network_of, reference
from .state import BALANCER, NAT_GATEWAY, NIC, PRIVATE_SUBNETS, VM, NetworkState
from .values import Body, low, name_of, props, ref, refs, text
from .wording import say


@dataclasses.dataclass(frozen=True)
class Origin:
    """Where traffic starts: a NIC's IP configuration (its properties) in a subnet, and the machine if there is one."""

    nic: Body
    config: Body
    subnet_id: str
    vm: Body | None


def direct(state: NetworkState, place: Origin) -> Leg:
    """Return what becomes of traffic whose next hop is Internet."""
    missed: NotKnownError | None = None
    try:
        leg = _nat_gateway(state, place.subnet_id)
    except NotKnownError as problem:
        missed, leg = problem, None
    try:
        leg = leg or _instance_address(state, place.config) or _load_balancer(state, place)
        if missed is not None and (leg is None or leg.verdict != OPEN):
            raise missed
        return leg or _default(state, place)
    except NotKnownError as problem:
        return dataclasses.replace(unknown(problem), egress=egress("unknown", problem.reason))


def _out(method: str, reason: Text, resource_id: str | None, public: t.Sequence[str], *notes: str) -> Leg:
    return Leg(OPEN, reason, egress=egress(method, reason, resource_id, public), notes=notes)


def _none(reason: Text, *notes: str) -> Leg:
    return Leg(BLOCKED, reason, NO_OUTBOUND, (NO_OUTBOUND,), egress=egress("none", reason), notes=notes)


def public_addresses(state: NetworkState, ids: t.Iterable[str]) -> list[str]:
    """Return the addresses or prefixes behind public IP ids; the name stands for one that was not read."""
    found = []
    for public_id in ids:
        own = props(state.get(public_id))
        found.append(text(own.get("ipAddress")) or text(own.get("ipPrefix")) or name_of(public_id))
    return found


def nat_gateway_of(state: NetworkState, subnet_id: str) -> tuple[Body, list[str]] | None:
    """Return the NAT gateway that serves a subnet with its public IP ids, None when none does.

    Raises NotKnownError when the subnet or its NAT gateway was not read.
    """
    subnet = state.need(subnet_id)
    network_id = network_of(subnet_id)
    candidates = [reference(subnet, "natGateway"), ref(props(state.get(network_id)).get("defaultPublicNatGateway"))]
    candidates += [
        str(gateway["id"])
        for gateway in state.of_type(NAT_GATEWAY)
        if low(ref(props(gateway).get("sourceVirtualNetwork"))) == low(network_id)
    ]
    for gateway_id in filter(None, candidates):
        gateway = state.need(gateway_id)
        public = refs(props(gateway).get("publicIpAddresses")) + refs(props(gateway).get("publicIpPrefixes"))
        if public:
            return {**gateway, "id": gateway_id}, public
    return None


def _nat_gateway(state: NetworkState, subnet_id: str) -> Leg | None:
    found = nat_gateway_of(state, subnet_id)
    if found is None:
        return None
    gateway, public = found
    sku = text(values.mapping(gateway.get("sku")).get("name"))
    key = "nat_sku" if sku and sku.lower() != "standard" else "nat"
    reason = say(key, sku=sku, gateway=name_of(gateway))
    return _out("nat_gateway", reason, str(gateway["id"]), public_addresses(state, public))


def _instance_address(state: NetworkState, config: Body) -> Leg | None:
    public_id = reference(config, "publicIPAddress")
    if not public_id or text(props(state.get(public_id)).get("publicIPAddressVersion")).lower() == "ipv6":
        return None
    reason = say("own_ip", ip=name_of(public_id))
    return _out("instance_ip", reason, public_id, public_addresses(state, [public_id]))


def _load_balancer(state: NetworkState, place: Origin) -> Leg | None:
    pools = balancer.pools_of_nic(state, place.config)
    listed = balancer.pools_of_address(state, place.config)
    doubts = []
    for pool in (*pools, *listed):
        if pool.sku == "basic":
            continue
        way, doubt = balancer.egress_of(state, pool)
        if way:
            reason = say(way.method, rule=way.rule, balancer=pool.name)
            return _out(way.method, reason, str(way.balancer["id"]), public_addresses(state, way.public_ids))
        if doubt:
            doubts.append(doubt)
    if doubts:
        raise NotKnownError(say("out_doubt", reason=doubts[0]), cause=NO_OUTBOUND)
    standard = [pool for pool in pools if pool.sku in {"standard", "gateway"}]
    if standard:
        _sure_of_nat(state, place.subnet_id)
        key = "lb_none" if balancer.is_public(state, standard[0]) else "lb_none_internal"
        return _none(say(key, balancer=standard[0].name))
    strange = next((pool for pool in pools if pool.sku not in {"basic", "standard", "gateway"}), None)
    if strange:
        raise NotKnownError(say("lb_sku", balancer=strange.name, sku=strange.sku), cause=NO_OUTBOUND)
    public_basic = next((pool for pool in pools if balancer.is_public(state, pool)), None)
    if public_basic:
        reason = say("basic_lb", balancer=public_basic.name)
        return _out("basic_lb", reason, str(public_basic.balancer["id"]), [], say("basic_note"))
    if listed:
        reason = say("lb_lists", balancer=listed[0].name)
        return _out("default_outbound", reason, None, [], say("default_note"))
    return None


def _default(state: NetworkState, place: Origin) -> Leg:
    """Judge default outbound access: what is written on the NIC is Azure's own record, the subnet's flag takes effect later."""
    given = props(state.need(place.subnet_id)).get("defaultOutboundAccess")
    private = values.flag(given) is False
    if given is not None and values.flag(given) is None:
        raise NotKnownError(say("default_odd", subnet=name_of(place.subnet_id)))
    name = name_of(place.subnet_id)
    record = values.flag(props(place.nic).get("defaultOutboundConnectivityEnabled"))
    if record is True:
        extra = (say("ends_note", subnet=name),) if private else ()
        reason = say("default_record")
        return _out("default_outbound", reason, None, [], say("default_note"), *extra)
    loss, notes = _loss(state, place, private)
    if loss:
        _sure_of_nat(state, place.subnet_id)
        _sure_of_pools(state, place)
        return _none(say("default_lost", reason=loss), *notes)
    if given is None:
        _sure_of_privacy(state, place.subnet_id)
    if record is False:
        raise NotKnownError(
            say("default_denied", subnet=name),
            cause=NO_OUTBOUND,
        )
    if refs(place.config.get("loadBalancerInboundNatRules")):
        raise NotKnownError(say("default_inbound"))
    return _out("default_outbound", say("default", subnet=name), None, [], say("default_note"))


def _loss(state: NetworkState, place: Origin, private: bool) -> tuple[Text | None, tuple[str, ...]]:
    """Return what takes default outbound access away, None when nothing does."""
    if private:
        return say("private", subnet=name_of(place.subnet_id)), (say("private_note"),)
    vm_id = ref(props(place.nic).get("virtualMachine"))
    if place.vm is None and vm_id:
        raise state.not_read(vm_id)
    found = _explicit_elsewhere(state, place)
    if found:
        return found
    scale_set = reference(place.vm or {}, "virtualMachineScaleSet")
    if scale_set:
        return say("scale_set", set=name_of(scale_set)), ()
    set_id = reference(place.vm or {}, "availabilitySet")
    for sibling in _siblings(state, set_id, low(ref(place.vm))):
        for nic_id in state.nics_of(sibling):
            pool = balancer.standard_pool_of(state, nic_id)
            if pool is not None:
                reason = say("sibling", machine=name_of(sibling), set=name_of(set_id), balancer=pool.name)
                return reason, (say("set_note"),)
    return None, ()


def _explicit_elsewhere(state: NetworkState, place: Origin) -> tuple[Text, tuple[str, ...]] | None:
    """Return the public IP or Standard pool of another NIC or configuration of the machine: either takes it from all.

    Source: https://learn.microsoft.com/azure/virtual-network/ip-services/default-outbound-access ("having a single one with a
    public IP will prevent default outbound access for the virtual machine").
    """
    attached = state.attached(place.vm) if place.vm else []
    others = [nic_id for nic_id in attached if low(nic_id) != low(place.nic.get("id"))]
    if state.complete(values.subscription(ref(place.vm)), NIC):
        # NICs live in the subscription of their machine: what its whole list does not hold is gone.
        others = [nic_id for nic_id in others if state.get(nic_id)]
    nics = [place.nic, *map(state.need, others)]
    for nic in nics:
        for config in ip_configurations(nic):
            own = _instance_address(state, config)
            if own is not None:
                ip = name_of(reference(config, "publicIPAddress"))
                return say("ip_elsewhere", ip=ip, nic=name_of(nic)), ()
    for nic in nics:
        pool = balancer.standard_pool_of(state, str(nic.get("id")))
        if pool is not None:
            return say("pool_elsewhere", nic=name_of(nic), balancer=pool.name), (say("pool_note"),)
    return None


def _siblings(state: NetworkState, set_id: str, own_id: str) -> list[Body]:
    if not set_id:
        return []
    members = [vm for vm in state.set_members.get(low(set_id), ()) if low(vm.get("id")) != own_id]
    named = refs(props(state.get(set_id)).get("virtualMachines"))
    known = {low(vm.get("id")) for vm in members}
    members += [state.need(vm_id) for vm_id in named if low(vm_id) not in known | {own_id}]
    if not named and state.unread_about(VM, f"/subscriptions/{values.subscription(set_id)}"):
        raise state.not_listed(values.subscription(set_id), VM)
    return members


def _sure_of_nat(state: NetworkState, subnet_id: str) -> None:
    """Raise NotKnownError when a NAT gateway that serves the whole network may have been missed."""
    subscription = values.subscription(subnet_id)
    if state.unread_about(NAT_GATEWAY, f"/subscriptions/{subscription}"):
        raise state.not_listed(subscription, NAT_GATEWAY)


def _sure_of_privacy(state: NetworkState, subnet_id: str) -> None:
    """Raise NotKnownError when the version that was read does not show whether a subnet is private."""
    entry = state.unread_about(PRIVATE_SUBNETS, f"/subscriptions/{values.subscription(subnet_id)}")
    if entry:
        raise NotKnownError(say("private_unread", subnet=name_of(subnet_id)), entry, cause=NO_OUTBOUND)


def _sure_of_pools(state: NetworkState, place: Origin) -> None:
    """Raise NotKnownError when a pool that lists the address itself may have been missed."""
    subscription = values.subscription(place.subnet_id)
    if state.unread_about(BALANCER, f"/subscriptions/{subscription}"):
        raise state.not_listed(subscription, BALANCER)
