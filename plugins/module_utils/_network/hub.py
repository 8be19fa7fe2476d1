# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a virtual hub sends the Internet traffic of a connected network."""

from __future__ import annotations

import dataclasses

from .._text import Text
from . import values
from .judgement import NotKnownError
from .state import NetworkState
from .subnet_routes import hub_connection
from .values import Body, low, name_of, props, ref, strings, text
from .wording import say

DEFAULT = "0.0.0.0/0"
DEFAULT_TABLE = "defaultroutetable"


@dataclasses.dataclass(frozen=True)
class HubExit:
    """The hub and the resource that takes its Internet traffic; `next_id` is empty when that is a branch (VPN, ExpressRoute)."""

    hub_id: str
    next_id: str
    reason: Text


def internet_exit(state: NetworkState, network_id: str) -> HubExit | None:
    """Return where the hub of a network sends 0.0.0.0/0, None when the network is in no hub.

    Raises NotKnownError when routing intent or route tables of the hub were not read.
    """
    connection = hub_connection(state, network_id)
    if connection is None:
        return None
    hub_id = str(connection["hub"])
    name = name_of(hub_id)
    for policy in _routing_policies(state, hub_id):
        if "internet" in map(str.lower, strings(policy.get("destinations"))):
            reason = say("hub_intent", hub=name, next=name_of(ref(policy.get("nextHop"))))
            return HubExit(hub_id, ref(policy.get("nextHop")), reason)
    for table, route in _static_routes(state, hub_id, _associated(connection)):
        destinations = strings(route.get("destinations"), route.get("addressPrefixes"))
        if DEFAULT in destinations and ref(route.get("nextHop")):
            reason = say("hub_route", table=table, hub=name, prefix=DEFAULT, next=name_of(ref(route.get("nextHop"))))
            return HubExit(hub_id, ref(route.get("nextHop")), reason)
    if not state.complete(hub_id, "hubRouteTables") and not state.children(hub_id, "hubRouteTables"):
        raise state.not_read(hub_id, "hubRouteTables")
    return HubExit(hub_id, "", say("hub_branch", hub=name))


def default_of_stopped(state: NetworkState, network_id: str) -> bool | None:
    """Tell whether the hub gives a connected network a default route; None when that cannot be told."""
    connection = hub_connection(state, network_id)
    if connection is None:
        return False
    secured = values.flag(props(connection).get("enableInternetSecurity"))
    if secured is not True:
        return secured
    exit_ = internet_exit(state, network_id)
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
