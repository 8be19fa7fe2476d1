# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Follow a route's next hop: Internet, firewall, appliance, gateway or nowhere."""

from __future__ import annotations

import dataclasses
import typing as t

from .._text import Text
from . import addresses, appliance, firewall, hub, judgement, sources, values
from .egress import nat_gateway_of, public_addresses
from .firewall_rules import Traffic
from .judgement import BLOCKED, OPEN, SUSPECT, UNKNOWN, KmsTargets, Leg, NotKnownError, egress, unknown
from .links import leads_to_hub, network_of
from .routes import BGP, LOCAL_HOPS, SYSTEM, Choice, Route, choose, describe
from .state import FIREWALL, NetworkState
from .subnet_routes import GATEWAY_SUBNETS, computed
from .values import Body, low, name_of, props, ref, text
from .wording import say


@dataclasses.dataclass(frozen=True)
class Journey:
    """Traffic on its way. `leave` judges what happens at next hop Internet; `seen` holds the firewalls it came through."""

    state: NetworkState
    network_id: str
    source: addresses.Address | None
    target: addresses.Address
    targets: KmsTargets
    resolvers: tuple[str, ...]
    leave: t.Callable[[], Leg]
    seen: frozenset[str] = frozenset()


def follow(journey: Journey, choice: Choice) -> Leg:
    """Return what becomes of the traffic behind the winning routes; equal paths must all pass."""
    legs = [
        _known_or_not(journey, route, choice.prefix, hop_ip)
        for route in choice.winners
        for hop_ip in (route.hop_ips or ("",))[: None if "appliance" in route.kind else 1]
    ]
    return legs[0] if len(legs) == 1 else _equal_paths(legs)


def _known_or_not(journey: Journey, route: Route, prefix: str, hop_ip: str) -> Leg:
    try:
        return _one(journey, route, prefix, hop_ip)
    except NotKnownError as problem:
        return dataclasses.replace(unknown(problem), egress=egress("unknown", problem.reason))


def _equal_paths(legs: t.Sequence[Leg]) -> Leg:
    verdicts = {leg.verdict for leg in legs}
    hops = tuple(hop for leg in legs for hop in leg.hops)
    unread = tuple(entry for leg in legs for entry in leg.unread)
    if verdicts in ({BLOCKED, OPEN}, {BLOCKED, SUSPECT}):
        verdict = SUSPECT
    else:
        verdict = UNKNOWN if len(verdicts) > 1 and UNKNOWN in verdicts else judgement.worst(verdicts)
    first = next(leg for leg in legs if leg.verdict != OPEN or verdict == OPEN)
    told = first.reason
    reason = told if len(verdicts) == 1 else say("equal_paths", count=len(legs), reason=told)
    causes = tuple(cause for leg in legs for cause in leg.causes)
    return dataclasses.replace(first, verdict=verdict, reason=reason, hops=hops, unread=unread, causes=causes)


def _blocked(cause: str, reason: Text) -> Leg:
    return Leg(BLOCKED, reason, cause, (cause,), egress=egress("not_reached", reason))


def _one(journey: Journey, route: Route, prefix: str, hop_ip: str) -> Leg:
    what = describe(route, prefix)
    kind = route.kind
    if kind == "internet":
        return journey.leave()
    if kind == "none":
        return _blocked(judgement.BLACKHOLE, say("drops", route=what))
    if kind in LOCAL_HOPS:
        return _blocked(judgement.BLACKHOLE, say("keeps", route=what))
    if kind in {"virtualappliance", "virtualapplianceecmp"}:
        return _appliance(journey, hop_ip, what)
    if kind == "virtualnetworkgateway":
        return _gateway(journey, route, prefix, hop_ip)
    raise NotKnownError(say("odd_hop_type", route=what))


def _appliance(journey: Journey, hop_ip: str, what: Text) -> Leg:
    if addresses.address(hop_ip) is None:
        raise NotKnownError(say("odd_hop", route=what))
    owner, connected = appliance.owner_of(journey.state, journey.network_id, hop_ip)
    if owner is None:
        return appliance.nobody(journey.state, journey.network_id, hop_ip, what)
    if values.type_of(owner.get("id")) == FIREWALL:
        leg = through_firewall(journey, owner)
    else:
        leg = appliance.judge(journey.state, owner, hop_ip, what)
    if not connected and leg.verdict in {OPEN, SUSPECT}:
        reason = say("not_peered", route=what, owner=name_of(owner))
        return dataclasses.replace(
            leg, verdict=SUSPECT, reason=reason, cause=judgement.BLACKHOLE, causes=(judgement.BLACKHOLE,)
        )
    return leg


def _gateway(journey: Journey, route: Route, prefix: str, hop_ip: str) -> Leg:
    """Judge a gateway: a fault, unless the BGP route really leads to a firewall or an appliance in Azure."""
    what = describe(route, prefix)
    if route.origin == BGP:
        owner, _connected = appliance.owner_of(journey.state, journey.network_id, hop_ip) if hop_ip else (None, True)
        if owner is not None:
            return _appliance(journey, hop_ip, what)
        exit_ = hub.way_out(journey.state, journey.network_id, prefix)
        if exit_ is None:
            _hub_known(journey.state, journey.network_id, what)
        elif exit_.next_id:
            return _through_hub(journey, exit_)
        if exit_ is None and hop_ip and _route_server(journey.state, journey.network_id, hop_ip):
            return appliance.foreign(hop_ip, say("route_server", route=what))
        if exit_ is not None:
            what = say("then", first=what, rest=exit_.reason)
    reason = say("gateway", route=what)
    hop = appliance.Hop("gateway", None, name_of(journey.network_id), hop_ip or None).judged(BLOCKED, reason)
    return _blocked(judgement.FORCED_TUNNELING, reason).behind(hop)


def _hub_known(state: NetworkState, network_id: str, what: Text) -> None:
    """Raise NotKnownError when a network is connected to a virtual hub that was not read: it may route through a firewall."""
    if state.get(network_id) is None:
        raise state.not_read(network_id)
    peering = next(filter(leads_to_hub, state.children(network_id, "virtualNetworkPeerings")), None)
    if peering is not None:
        entry = {
            "what": "Microsoft.Network/virtualHubs",
            "scope": network_id,
            "reason": say("no_hub"),
            "action": "Microsoft.Network/virtualHubs/hubVirtualNetworkConnections/read",
        }
        reason = say("hub_not_read", route=what, peering=name_of(peering))
        raise NotKnownError(reason, entry)


def _through_hub(journey: Journey, exit_: hub.HubExit) -> Leg:
    hub_hop = appliance.Hop("hub", exit_.hub_id, name_of(exit_.hub_id), None).judged(OPEN, exit_.reason)
    if exit_.address:
        there = dataclasses.replace(journey, network_id=exit_.next_id)
        return _appliance(there, exit_.address, exit_.reason).behind(hub_hop)
    if values.type_of(exit_.next_id) == FIREWALL:
        body = journey.state.need(exit_.next_id)
        if appliance.is_stopped(body):
            return appliance.stopped(body, exit_.reason).behind(hub_hop)
        return through_firewall(journey, body).behind(hub_hop)
    return appliance.foreign(name_of(exit_.next_id), exit_.reason).behind(hub_hop)


def _route_server(state: NetworkState, network_id: str, hop_ip: str) -> bool:
    """Tell whether a BGP next hop may be an appliance that a Route Server learnt of, and not a gateway."""
    wanted = addresses.address(hop_ip)
    server = False
    for place in appliance.connected_networks(state, network_id):
        for subnet in state.children(place, "subnets"):
            name = name_of(subnet).lower()
            server = server or name == GATEWAY_SUBNETS[1]
            prefixes = values.strings(props(subnet).get("addressPrefix"), props(subnet).get("addressPrefixes"))
            inside = wanted is not None and any(addresses.inside(prefix, wanted) for prefix in prefixes)
            if name == GATEWAY_SUBNETS[0] and inside:
                return False
    return server


def through_firewall(journey: Journey, body: Body) -> Leg:
    """Return what becomes of traffic that an Azure Firewall gets: its rules, then its own way out."""
    key = low(body.get("id"))
    if key in journey.seen:
        raise NotKnownError(say("own_traffic", firewall=name_of(body)))
    names = tuple(name.lower().rstrip(".") for name in journey.targets.names)
    # Another firewall has put an address of its own in the place of the machine's.
    source = sources.ANYWHERE if journey.seen else sources.of_address(journey.source)
    traffic = Traffic(source, journey.target, journey.targets.port, names, None)
    leg = firewall.inspect(journey.state, body, traffic, journey.resolvers)
    if leg.verdict == OPEN and text(props(body).get("provisioningState")).lower() == "failed":
        raise NotKnownError(say("firewall_failed", firewall=name_of(body)), cause=judgement.FIREWALL_DENIES)
    own = leg.hops[0]
    try:
        out = _firewall_exit(journey, body)
    except NotKnownError as problem:
        out = dataclasses.replace(unknown(problem), egress=egress("unknown", problem.reason))
    own["egress"] = dict(out.egress or egress("not_reached", out.reason))
    verdict = judgement.worst((leg.verdict, out.verdict))
    if leg.verdict == BLOCKED:
        left: t.Mapping[str, t.Any] = egress("not_reached", leg.reason)
    elif own["egress"]["method"] in {"instance_ip", "nat_gateway"}:
        left = {**own["egress"], "method": "firewall", "resource_id": body.get("id")}
    else:
        left = own["egress"]
    decides = out if out.verdict == verdict and leg.verdict != verdict else leg
    return Leg(
        verdict,
        decides.reason if verdict != OPEN else say("and_way", first=leg.reason, rest=out.reason),
        decides.cause,
        (*leg.causes, *out.causes),
        (own, *out.hops),
        left,
        (*leg.unread, *(out.unread if leg.verdict != BLOCKED else ())),
        (*leg.notes, *out.notes),
    )


def _firewall_exit(journey: Journey, body: Body) -> Leg:
    name = name_of(body)
    if hub.is_hub_firewall(body):
        own_hub = ref(props(body).get("virtualHub"))
        if own_hub and hub.forced_tunnel(journey.state, own_hub):
            raise NotKnownError(
                say("hub_forced", firewall=name, hub=name_of(own_hub)), cause=judgement.FORCED_TUNNELING
            )
        reason = say("firewall_hub", firewall=name)
        return Leg(OPEN, reason, egress=egress("instance_ip", reason, str(body.get("id")), hub.public_ips(body)))
    state = journey.state
    configs = [props(config) for config in values.items(props(body).get("ipConfigurations"))]
    subnet_id = next((ref(config.get("subnet")) for config in configs if ref(config.get("subnet"))), "")
    if not subnet_id:
        raise NotKnownError(say("firewall_no_subnet", firewall=name))
    view = computed(state, subnet_id)
    choice = choose(view, journey.target, state.tag_prefixes)
    managed = bool(values.mapping(props(body).get("managementIpConfiguration")))
    # Without a management NIC a firewall must reach the Internet itself; with one it may, or may be forced elsewhere.
    if view.blind and managed and all(route.origin == SYSTEM for route in choice.winners):
        raise NotKnownError(say("firewall_blind", firewall=name, reason=view.blind))
    public_ids = [found for config in configs if (found := ref(config.get("publicIPAddress")))]

    def leave() -> Leg:
        nat = nat_gateway_of(state, subnet_id)
        if nat is not None:
            reason = say("firewall_nat", firewall=name, gateway=name_of(nat[0]))
            found = egress("nat_gateway", reason, str(nat[0]["id"]), public_addresses(state, nat[1]))
        elif public_ids:
            reason = say("firewall_ip", firewall=name)
            found = egress("instance_ip", reason, public_ids[0], public_addresses(state, public_ids))
        else:
            raise NotKnownError(say("firewall_no_ip", firewall=name), cause=judgement.NO_OUTBOUND)
        return Leg(OPEN, reason, egress=found)

    onward = dataclasses.replace(
        journey, network_id=network_of(subnet_id), leave=leave, seen=journey.seen | {low(body.get("id"))}
    )
    leg = follow(onward, choice)
    if leg.verdict != OPEN:
        leg = dataclasses.replace(leg, reason=say("firewall_stuck", firewall=name, reason=leg.reason))
    return leg


def resolvers_of(state: NetworkState, nic: Body, network_id: str) -> tuple[str, ...]:
    """Return the DNS servers that Azure gives a NIC: its own, else those of its network."""
    own = values.strings(values.mapping(props(nic).get("dnsSettings")).get("dnsServers"))
    network = values.mapping(props(state.get(network_id)).get("dhcpOptions"))
    return tuple(text(server) for server in own or values.strings(network.get("dnsServers")))
