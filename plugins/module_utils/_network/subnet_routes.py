# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The routes of a subnet: Azure's own answer where there is one, else computed from what was read."""

from __future__ import annotations

import dataclasses
import typing as t

from .._text import Text
from . import values
from .judgement import NotKnownError
from .links import is_open, leads_to_hub, network_of, reference
from .routes import BGP, Route, RouteView
from .state import NetworkState
from .values import Body, low, name_of, props, ref, strings, text
from .wording import say

GATEWAY_SUBNETS = ("gatewaysubnet", "routeserversubnet")
# What the system drops unless the user's default route takes it.
_PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
EFFECTIVE_ACTION = "Microsoft.Network/networkInterfaces/effectiveRouteTable/action"


def route_view(state: NetworkState, subnet_id: str) -> RouteView:
    """Return the routes of a subnet. Raises NotKnownError when neither kind of answer can be had."""
    answer = state.effective_routes.get(low(subnet_id))
    if answer is not None and answer.rows is not None:
        return effective(state, subnet_id, answer.rows)
    problem = answer.problem if answer and answer.problem else say("routes_not_asked")
    entry = state.unread_about("effective routes", subnet_id) or {
        "what": "effective routes",
        "scope": subnet_id,
        "reason": problem,
        "action": None if answer else EFFECTIVE_ACTION,
    }
    view = computed(state, subnet_id)
    note = say("computed_note", subnet=name_of(subnet_id), problem=problem)
    return dataclasses.replace(view, notes=(note, *view.notes), unread=(entry,))


def effective(state: NetworkState, subnet_id: str, rows: t.Sequence[Body]) -> RouteView:
    """Return Azure's own answer; the user's rows get the name and table they were defined in."""
    table = _table(state, subnet_id)
    known = {prefix: route for route in _user_routes(state, table) for prefix in route.prefixes} if table else {}
    found = [_row(row, known) for row in rows if isinstance(row, t.Mapping)]
    notes = []
    listed = {prefix: route for prefix, route in known.items() if "/" in prefix}
    shown = {prefix: route for route in found if route.origin == "user" for prefix in route.prefixes}
    for prefix, route in listed.items():
        other = shown.get(prefix)
        if other is None or other.kind != route.kind or (route.hop_ips and other.hop_ips != route.hop_ips):
            notes.append(say("pending_note", route=route.name, prefix=prefix))
    return RouteView(tuple(found), "effective", notes=tuple(notes[:3]))


def _row(row: Body, known: t.Mapping[str, Route]) -> Route:
    prefixes = tuple(strings(row.get("addressPrefix"), row.get("addressPrefixes")))
    defined = next((known[prefix] for prefix in prefixes if prefix in known), None)
    source = text(row.get("source"))
    if source.lower() != "user":
        defined = None
    tags = {str(tag).lower(): tuple(strings(found)) for tag, found in values.mapping(row.get("tagMap")).items()}
    return Route(
        prefixes=prefixes,
        source=source,
        hop=text(row.get("nextHopType")),
        hop_ips=tuple(strings(row.get("nextHopIpAddress"), row.get("nextHopIpAddresses")))
        or (defined.hop_ips if defined else ()),
        name=text(row.get("name")) or (defined.name if defined else ""),
        state=text(row.get("state")) or "Active",
        table_id=defined.table_id if defined else None,
        tags=tags,
    )


def computed(state: NetworkState, subnet_id: str) -> RouteView:
    """Return the routes that follow from route table, address space and peerings; BGP is only known by luck."""
    subnet = state.need(subnet_id)
    network_id = network_of(subnet_id)
    network = state.need(network_id)
    table = reference(subnet, "routeTable")
    table_body = state.need(table) if table else {}
    if values.broken(props(table_body).get("routes")):
        raise NotKnownError(say("routes_odd", table=name_of(table)))
    own = _user_routes(state, table)
    found = [*own, *_system_routes(state, network, own)]
    blind = None
    if values.flag(props(table_body).get("disableBgpRoutePropagation")) is not True:
        learnt = bgp_of_sibling(state, network_id)
        if learnt is None:
            blind = bgp_source(state, network_id)
        else:
            found += learnt
    return RouteView(tuple(found), "computed", blind)


def _table(state: NetworkState, subnet_id: str) -> str:
    return ref(props(state.get(subnet_id)).get("routeTable"))


def _user_routes(state: NetworkState, table_id: str) -> list[Route]:
    if not table_id:
        return []
    found = []
    for route in state.children(table_id, "routes"):
        body = props(route)
        hop = values.mapping(body.get("nextHop"))
        found.append(
            Route(
                prefixes=tuple(strings(body.get("addressPrefix"))),
                source="User",
                hop=text(body.get("nextHopType")),
                hop_ips=tuple(strings(body.get("nextHopIpAddress"), hop.get("nextHopIpAddresses"))),
                name=name_of(route),
                table_id=table_id,
            )
        )
    return found


def _system_routes(state: NetworkState, network: Body, own: t.Sequence[Route]) -> list[Route]:
    space = strings(values.mapping(props(network).get("addressSpace")).get("addressPrefixes"))
    found = [Route(tuple(space), "Default", "VnetLocal")] if space else []
    for peering in state.children(str(network["id"]), "virtualNetworkPeerings"):
        body = props(peering)
        if not is_open(body):
            continue
        remote = strings(
            values.mapping(body.get("remoteVirtualNetworkAddressSpace")).get("addressPrefixes")
        ) or strings(values.mapping(body.get("remoteAddressSpace")).get("addressPrefixes"))
        if not remote:
            other = props(state.get(ref(body.get("remoteVirtualNetwork"))))
            remote = strings(values.mapping(other.get("addressSpace")).get("addressPrefixes"))
        if remote:
            found.append(Route(tuple(remote), "Default", "VNetPeering", name=name_of(peering)))
    found.append(Route(("0.0.0.0/0",), "Default", "Internet"))
    if not any("0.0.0.0/0" in route.prefixes for route in own):
        found.append(Route(_PRIVATE, "Default", "None"))
    return found


def bgp_of_sibling(state: NetworkState, network_id: str) -> list[Route] | None:
    """Return the BGP routes that Azure named for another subnet on the same gateway, None when there is no such answer."""
    places = on_the_gateway(state, low(network_id))
    answers = sorted(state.effective_routes.items(), key=lambda item: low(network_of(item[0])) != low(network_id))
    for subnet_id, answer in answers:
        if answer.rows is None or low(network_of(subnet_id)) not in places:
            continue
        if not takes_bgp(state, subnet_id):
            continue
        rows = [_row(row, {}) for row in answer.rows if isinstance(row, t.Mapping)]
        return [dataclasses.replace(row, state="Active") for row in rows if row.origin == BGP]
    return None


def takes_bgp(state: NetworkState, subnet_id: str) -> bool:
    """Tell whether a subnet is known to take the routes that a gateway announces."""
    table = _table(state, subnet_id)
    if state.get(subnet_id) is None or (table and state.get(table) is None):
        return False
    return values.flag(props(state.get(table)).get("disableBgpRoutePropagation")) is not True


def on_the_gateway(state: NetworkState, network_id: str) -> set[str]:
    """Return the networks that get the routes of the same gateway: its own, and those whose peering uses it."""
    owner = next(iter(_gateways_used(state, network_id)), network_id)
    users = (low(network["id"]) for network in state.of_type("microsoft.network/virtualnetworks"))
    return {network_id, owner, *(user for user in users if owner in _gateways_used(state, user))}


def _gateways_used(state: NetworkState, network_id: str) -> set[str]:
    peerings = map(props, state.children(network_id, "virtualNetworkPeerings"))
    return {
        low(ref(peering.get("remoteVirtualNetwork")))
        for peering in peerings
        if is_open(peering) and values.flag(peering.get("useRemoteGateways")) is True
    }


def bgp_source(state: NetworkState, network_id: str) -> Text | None:
    """Return what may announce BGP routes to a network, None when nothing does."""
    network = state.get(network_id)
    if network is None:
        return say("network_not_read", network=name_of(network_id))
    for subnet in state.children(network_id, "subnets"):
        if name_of(subnet).lower() in GATEWAY_SUBNETS:
            return say("has_gateway", network=name_of(network_id), subnet=name_of(subnet))
    for peering in state.children(network_id, "virtualNetworkPeerings"):
        if values.flag(props(peering).get("useRemoteGateways")) is True:
            return say("remote_gateway", peering=name_of(peering))
    if hub_connection(state, network_id) is not None:
        return say("in_hub", network=name_of(network_id))
    for peering in state.children(network_id, "virtualNetworkPeerings"):
        if leads_to_hub(peering):
            return say("hub_peering", peering=name_of(peering))
    return None


def hub_connection(state: NetworkState, network_id: str) -> Body | None:
    """Return the connection of a network to a virtual hub, None when none was read."""
    for hub in state.of_type("microsoft.network/virtualhubs"):
        for connection in connections_of(state, str(hub["id"])):
            if low(ref(props(connection).get("remoteVirtualNetwork"))) == low(network_id):
                return {**connection, "hub": hub["id"]}
    return None


def connections_of(state: NetworkState, hub_id: str) -> list[Body]:
    """Return the connections of a virtual hub with virtual networks."""
    inline = values.items(props(state.get(hub_id)).get("virtualNetworkConnections"))
    return [*state.children(hub_id, "hubVirtualNetworkConnections"), *inline]
