# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a virtual hub sends the Internet traffic of a connected network."""

from __future__ import annotations

import dataclasses

from .._text import Text
from . import values
from .judgement import FORCED_TUNNELING, NotKnownError
from .state import NetworkState
from .subnet_routes import connections_of, hub_connection
from .values import Body, low, name_of, props, ref, strings, text
from .wording import say

DEFAULT = "0.0.0.0/0"
DEFAULT_TABLE = "defaultroutetable"


@dataclasses.dataclass(frozen=True)
class HubExit:
    """The hub and the resource that takes its Internet traffic; `next_id` is empty when that is a branch (VPN, ExpressRoute).

    `address`: the next hop in the network `next_id`, where a static route of that network's connection names one.
    """

    hub_id: str
    next_id: str
    reason: Text
    address: str = ""


def way_out(state: NetworkState, network_id: str, prefix: str) -> HubExit | None:
    """Return where the hub of a network sends a prefix that covers the KMS, None when the network is in no hub.

    Raises NotKnownError when routing intent or route tables of the hub were not read, or several may have announced the prefix.
    """
    connection = hub_connection(state, network_id)
    if connection is None:
        return None
    hub_id = str(connection["hub"])
    name = name_of(hub_id)
    for policy in _routing_policies(state, hub_id) if prefix == DEFAULT else ():
        if "internet" in map(str.lower, strings(policy.get("destinations"))):
            reason = say("hub_intent", hub=name, next=name_of(ref(policy.get("nextHop"))))
            return HubExit(hub_id, ref(policy.get("nextHop")), reason)
    for table, route in _static_routes(state, hub_id, _associated(connection)):
        destinations = strings(route.get("destinations"), route.get("addressPrefixes"))
        if prefix in destinations and ref(route.get("nextHop")):
            next_id = ref(route.get("nextHop"))
            reason = say("hub_route", table=table, hub=name, prefix=prefix, next=name_of(next_id))
            # The connection of another network, whose own static route names the appliance.
            spoke = next((one for one in connections_of(state, hub_id) if low(one.get("id")) == low(next_id)), {})
            network = ref(props(spoke).get("remoteVirtualNetwork"))
            return HubExit(hub_id, network or next_id, reason, static_hop(spoke, prefix) if network else "")
    if not state.complete(hub_id, "hubRouteTables") and not state.children(hub_id, "hubRouteTables"):
        raise state.not_read(hub_id, "hubRouteTables")
    return _of_connection(state, hub_id, connection, prefix) or _learnt(state, hub_id)


def _of_connection(state: NetworkState, hub_id: str, own: Body, prefix: str) -> HubExit | None:
    """Return the appliance that a static route of another network's connection names for the prefix.

    Source: https://learn.microsoft.com/azure/virtual-wan/about-virtual-hub-routing#static
    """
    table = _associated(own)
    for connection in connections_of(state, hub_id):
        network = ref(props(connection).get("remoteVirtualNetwork"))
        address = static_hop(connection, prefix)
        same = low(network) == low(ref(props(own).get("remoteVirtualNetwork")))
        if address and not same and _propagates(state, hub_id, connection, table):
            reason = say("hub_static", hub=name_of(hub_id), network=name_of(network), prefix=prefix, next=address)
            return HubExit(hub_id, network, reason, address)
    return None


def static_hop(connection: Body, prefix: str) -> str:
    """Return the next hop that the static routes of a connection name for a prefix, empty where they name none."""
    routing = values.mapping(props(connection).get("routingConfiguration"))
    routes = values.items(values.mapping(routing.get("vnetRoutes")).get("staticRoutes"))
    named = (text(route.get("nextHopIpAddress")) for route in routes if prefix in strings(route.get("addressPrefixes")))
    return next(named, "")


def _propagates(state: NetworkState, hub_id: str, connection: Body, table: str) -> bool:
    """Tell whether a connection propagates to a route table; one that names none does so to the default table."""
    routing = values.mapping(props(connection).get("routingConfiguration"))
    given = values.mapping(routing.get("propagatedRouteTables"))
    names = {name_of(table_id).lower() for table_id in values.refs(given.get("ids"))}
    labels = set(map(str.lower, strings(given.get("labels"))))
    body = next((one for one in state.children(hub_id, "hubRouteTables") if name_of(one).lower() == table), {})
    own = set(map(str.lower, strings(props(body).get("labels")))) | ({"default"} if table == DEFAULT_TABLE else set())
    return table in names or bool(labels & own) or (not (names or labels) and table == DEFAULT_TABLE)


def _learnt(state: NetworkState, hub_id: str) -> HubExit:
    """Return who may have announced a route to the hub: a branch through its gateway, or an appliance that it has as a BGP peer.

    Sources: https://learn.microsoft.com/azure/virtual-wan/scenario-bgp-peering-hub,
    https://learn.microsoft.com/azure/virtual-wan/hub-settings#gateway
    """
    own, name = props(state.need(hub_id)), name_of(hub_id)
    peers = [*values.refs(own.get("bgpConnections")), *filter(None, [ref(own.get("securityPartnerProvider"))])]
    if not peers:
        return HubExit(hub_id, "", say("hub_branch", hub=name))
    if any(ref(own.get(gateway)) for gateway in ("vpnGateway", "p2SVpnGateway", "expressRouteGateway")):
        reason = say("hub_either", hub=name, next=name_of(peers[0]))
        raise NotKnownError(reason, cause=FORCED_TUNNELING)
    return HubExit(hub_id, peers[0], say("hub_peer", hub=name, next=name_of(peers[0])))


def default_of_stopped(state: NetworkState, network_id: str) -> bool | None:
    """Tell whether the hub gives a connected network a default route; None when that cannot be told."""
    connection = hub_connection(state, network_id)
    if connection is None:
        return False
    secured = values.flag(props(connection).get("enableInternetSecurity"))
    if secured is not True:
        return secured
    exit_ = way_out(state, network_id, DEFAULT)
    return True if exit_ and exit_.next_id else None


def _routing_policies(state: NetworkState, hub_id: str) -> list[Body]:
    found: list[Body] = []
    intents = state.children(hub_id, "routingIntent")
    for intent in intents:
        if values.broken(props(intent).get("routingPolicies")) or values.is_stub(intent):
            raise state.not_read(hub_id, "routingIntent")
        found += values.items(props(intent).get("routingPolicies"))
    if not intents and not state.complete(hub_id, "routingIntent"):
        raise state.not_read(hub_id, "routingIntent")
    return found


def forced_tunnel(state: NetworkState, hub_id: str) -> bool:
    """Tell whether a hub's firewall does not go out by itself but follows the default route that the hub learnt.

    So it is with a private policy, 0.0.0.0/0 among its prefixes, and no Internet policy. Raises NotKnownError when routing
    intent was not read. Source: https://learn.microsoft.com/azure/virtual-wan/about-internet-routing#forced-tunnel
    """
    policies = [set(map(str.lower, strings(policy.get("destinations")))) for policy in _routing_policies(state, hub_id)]
    if not policies or any("internet" in destinations for destinations in policies):
        return False
    routes = [route for _table, route in _static_routes(state, hub_id, DEFAULT_TABLE)]
    return any(DEFAULT in strings(route.get("destinations"), route.get("addressPrefixes")) for route in routes)


def _associated(connection: Body) -> str:
    """Return the name of the one route table that counts for a connection; the default table where none is named.

    Source: https://learn.microsoft.com/azure/virtual-wan/about-virtual-hub-routing#association
    """
    routing = values.mapping(props(connection).get("routingConfiguration"))
    return name_of(ref(routing.get("associatedRouteTable"))).lower() or DEFAULT_TABLE


def _static_routes(state: NetworkState, hub_id: str, table_name: str) -> list[tuple[str, Body]]:
    found: list[tuple[str, Body]] = []
    hub = props(state.need(hub_id))
    for route in values.items(values.mapping(hub.get("routeTable")).get("routes")):
        if text(route.get("nextHopIpAddress")):
            raise NotKnownError(say("hub_old_table", hub=name_of(hub_id)))
    for table in state.children(hub_id, "hubRouteTables"):
        if name_of(table).lower() == table_name:
            found += [(name_of(table), route) for route in values.items(props(table).get("routes"))]
    return found


def serves(state: NetworkState, firewall: Body, network_id: str) -> bool:
    """Tell whether a firewall sits in the hub that a network is connected to."""
    connection = hub_connection(state, network_id)
    if connection is None:
        return False
    hub_id = low(connection["hub"])
    own = low(ref(props(firewall).get("virtualHub")))
    return own == hub_id or low(ref(props(state.get(hub_id)).get("azureFirewall"))) == low(firewall.get("id"))


def public_ips(firewall: Body) -> list[str]:
    """Return the public addresses of a hub's firewall."""
    found = values.mapping(values.mapping(props(firewall).get("hubIPAddresses")).get("publicIPs"))
    return [text(item.get("address")) for item in values.items(found.get("addresses")) if text(item.get("address"))]


def is_hub_firewall(firewall: Body) -> bool:
    """Tell whether a firewall lives in a virtual hub instead of a subnet."""
    own = props(firewall)
    return bool(ref(own.get("virtualHub")) or own.get("hubIPAddresses"))
