# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a snapshot says about what else has to be read: NICs, subnets, further subscriptions, service tags. Pure."""

from __future__ import annotations

import ipaddress
import itertools
import typing as t

from .._network.addresses import Address, address, inside
from .._network.links import ip_configurations, leads_to_hub, network_of, private_addresses, subnets_of
from .._network.names import covers
from .._network.routes import BGP
from .._network.state import FIREWALL, VM, ZONE
from .._network.subnet_routes import GATEWAY_SUBNETS, bgp_of_sibling, bgp_source, on_the_gateway, takes_bgp
from .._network.values import items, low, mapping, name_of, parent, props, ref, refs, strings, subscription, text
from .._reference import endpoints
from .snapshot import Snapshot

HUB = "Microsoft.Network/virtualHubs"
RUNNING = "running"
# Tags whose meaning needs no list of addresses.
KNOWN_TAGS = ("internet", "virtualnetwork", "azureloadbalancer", "azureplatform")


def vm_of(snapshot: Snapshot, address: str) -> str | None:
    """Return the id of the one virtual machine with a private address, None when there is none or more than one."""
    owners = {
        ref(props(nic).get("virtualMachine"))
        for nic in snapshot.of_type("Microsoft.Network/networkInterfaces")
        for config in ip_configurations(nic)
        if config.get("privateIPAddress") == address
    }
    owners.discard("")
    return owners.pop() if len(owners) == 1 else None


def nics(snapshot: Snapshot, vm_id: str) -> list[tuple[str, str]]:
    """Return the NICs of a virtual machine as (subnet id, NIC id), both as keys."""
    profile = mapping(props(snapshot.resources.get(vm_id)).get("networkProfile"))
    found: list[tuple[str, str]] = []
    for nic in map(low, refs(profile.get("networkInterfaces"))):
        configs = ip_configurations(snapshot.resources.get(nic, {}))
        found.extend((low(ref(config.get("subnet"))), nic) for config in configs[:1])
    return [(subnet, nic) for subnet, nic in found if subnet]


def subnets(snapshot: Snapshot, vm_ids: t.Iterable[str]) -> set[str]:
    """Return the subnets of the virtual machines."""
    return {subnet for vm_id in vm_ids for subnet, _nic in nics(snapshot, vm_id)}


def networks(snapshot: Snapshot, vm_ids: t.Iterable[str]) -> list[str]:
    """Return the virtual networks of the virtual machines that were read."""
    found = {subnet.split("/subnets/", maxsplit=1)[0] for subnet in subnets(snapshot, vm_ids)}
    return sorted(found & snapshot.resources.keys())


def referenced(snapshot: Snapshot, vm_ids: t.Sequence[str]) -> set[str]:
    """Return the subscriptions that the machines' networks and NICs, the firewalls and their policies refer to."""
    found: set[str] = set()
    for network in _on_the_way(snapshot, networks(snapshot, vm_ids)):
        found.add(subscription(network))
        own = props(snapshot.resources.get(network))
        found |= _subscriptions(own.get("subnets"), "routeTable", "networkSecurityGroup", "natGateway")
        hubs = {low(hub) for hub in _hubs(snapshot).get(network, ())}
        found |= {subscription(place) for place, _address in _static_hops(snapshot, hubs)}
    for vm_id in vm_ids:
        for _subnet, nic in nics(snapshot, vm_id):
            for config in ip_configurations(snapshot.resources.get(nic, {})):
                found |= set(map(subscription, refs(config.get("loadBalancerBackendAddressPools"))))
    found |= _subscriptions(firewalls(snapshot, vm_ids), "firewallPolicy", "virtualHub")
    found |= _subscriptions([snapshot.resources.get(key) for key in policies(snapshot, vm_ids)], "basePolicy")
    for group in snapshot.of_type("Microsoft.Network/firewallPolicies/ruleCollectionGroups"):
        for rule in _rules(group):
            found |= set(map(subscription, strings(rule.get("sourceIpGroups"), rule.get("destinationIpGroups"))))
    return found - {""}


def firewalls(snapshot: Snapshot, vm_ids: t.Iterable[str]) -> list[dict[str, t.Any]]:
    """Return the firewalls that traffic of the machines, or their questions for names, may go to: what other ones do is no matter."""
    wanted = list(vm_ids)
    near = _on_the_way(snapshot, networks(snapshot, wanted))
    bodies = [props(snapshot.resources.get(network)) for network in near]
    asked = [mapping(body.get("dhcpOptions")).get("dnsServers") for body in bodies]
    own = [props(snapshot.resources.get(nic)) for vm_id in wanted for _subnet, nic in nics(snapshot, vm_id)]
    asked += [mapping(body.get("dnsSettings")).get("dnsServers") for body in own]
    places = {str(hop) for network in near for hop in _next_hops(snapshot, network)} | set(strings(*asked))
    connected = _hubs(snapshot)
    hubs = {low(hub) for network in near for hub in connected.get(network, ())}
    exits = _hub_exits(snapshot, hubs)
    places |= {address for _network, address in _static_hops(snapshot, hubs)}
    return [
        body
        for body in snapshot.of_type(FIREWALL)
        if places.intersection(private_addresses(body))
        or low(ref(props(body).get("virtualHub"))) in hubs
        or low(body["id"]) in exits
    ]


def policies(snapshot: Snapshot, vm_ids: t.Iterable[str]) -> set[str]:
    """Return, as keys, the policies of these firewalls that were read, with their parents."""
    found: set[str] = set()
    todo = {low(ref(props(body).get("firewallPolicy"))) for body in firewalls(snapshot, vm_ids)}
    while todo:
        found |= todo
        todo = {low(ref(props(snapshot.resources.get(key)).get("basePolicy"))) for key in todo} - found
    return found & snapshot.resources.keys()


def _static_hops(snapshot: Snapshot, hubs: t.Collection[str]) -> set[tuple[str, str]]:
    """Return (network, next hop) of the static routes of connections with hubs, which may lead to a firewall there."""
    found: set[tuple[str, str]] = set()
    for connection in snapshot.of_type(f"{HUB}/hubVirtualNetworkConnections"):
        if low(parent(connection["id"])) in hubs:
            network = low(ref(props(connection).get("remoteVirtualNetwork")))
            routing = mapping(props(connection).get("routingConfiguration"))
            routes = items(mapping(routing.get("vnetRoutes")).get("staticRoutes"))
            found |= {(network, text(route.get("nextHopIpAddress"))) for route in routes}
    return found


def _hub_exits(snapshot: Snapshot, hubs: t.Collection[str]) -> set[str]:
    """Return what routing intent and route tables of hubs send traffic to."""
    intents = snapshot.of_type(f"{HUB}/routingIntent")
    tables = snapshot.of_type(f"{HUB}/hubRouteTables")
    lists = [(body, props(body).get("routingPolicies")) for body in intents]
    lists += [(body, props(body).get("routes")) for body in tables]
    rows = [row for body, found in lists if low(parent(body["id"])) in hubs for row in items(found)]
    bodies = [props(snapshot.resources.get(hub)) for hub in hubs]
    return {low(ref(row.get("nextHop"))) for row in rows} | {low(ref(body.get("azureFirewall"))) for body in bodies}


def _on_the_way(snapshot: Snapshot, start: t.Sequence[str]) -> set[str]:
    """Return networks and, of those that they are peered with, the ones that a next hop of their routes lies in.

    A network whose address space is not told may hold any of them. That of a gateway in use counts too: behind ExpressRoute a
    next hop is an address of Microsoft's routers.
    """
    found: set[str] = set()
    todo = set(start)
    while todo:
        network = todo.pop()
        found.add(network)
        hops = _next_hops(snapshot, network)
        for peering in map(props, items(props(snapshot.resources.get(network)).get("virtualNetworkPeerings"))):
            spaces = (mapping(peering.get(name)) for name in ("remoteAddressSpace", "remoteVirtualNetworkAddressSpace"))
            prefixes = strings(*(space.get("addressPrefixes") for space in spaces))
            near = any(inside(prefix, hop) for prefix in prefixes for hop in hops)
            if near or not prefixes or peering.get("useRemoteGateways") is True:
                todo |= {low(ref(peering.get("remoteVirtualNetwork")))} - found - {""}
    return found


def _next_hops(snapshot: Snapshot, network: str) -> set[Address]:
    """Return the addresses that routes of a network's subnets name as next hops: Azure's own answer, and the tables."""
    rows = [
        row
        for subnet, answer in snapshot.routes.items()
        if subnet.startswith(f"{network}/")
        for row in answer.rows or ()
    ]
    for subnet in items(props(snapshot.resources.get(network)).get("subnets")):
        table = snapshot.resources.get(low(ref(props(subnet).get("routeTable"))))
        rows += [props(route) for route in items(props(table).get("routes"))]
    named = (
        strings(row.get("nextHopIpAddress"), mapping(row.get("nextHop")).get("nextHopIpAddresses")) for row in rows
    )
    return {hop for texts in named for hop in map(address, texts) if hop is not None}


def witnesses(snapshot: Snapshot, vm_ids: t.Sequence[str]) -> set[str]:
    """Return subnets whose routes tell what a gateway announces to a firewall with a management NIC, one for each firewall.

    Nobody can ask for the routes of a firewall, and with such a NIC it may be forced elsewhere by a route of BGP.
    """
    state = snapshot.state()
    near = _on_the_way(snapshot, networks(snapshot, vm_ids))
    peopled = {subnet for vm in snapshot.of_type(VM) for subnet, _nic in running(snapshot, vm)}
    found: set[str] = set()
    for firewall in snapshot.of_type(FIREWALL):
        places = [low(network_of(subnet)) for subnet in subnets_of(firewall)]
        if not props(firewall).get("managementIpConfiguration") or not near & set(places):
            continue
        network = places[0]
        if bgp_source(state, network) is None or bgp_of_sibling(state, network) is not None:
            continue
        shared = on_the_gateway(state, network)
        able = (subnet for subnet in sorted(peopled) if low(network_of(subnet)) in shared and takes_bgp(state, subnet))
        found |= set(itertools.islice(able, 1))
    return found


def running(snapshot: Snapshot, vm: t.Mapping[str, t.Any]) -> list[tuple[str, str]]:
    """Return the NICs, as `nics` does, of a machine that is not known to be stopped."""
    key = low(vm["id"])
    return nics(snapshot, key) if snapshot.power.get(key, RUNNING) == RUNNING else []


def kms_zones(snapshot: Snapshot) -> list[str]:
    """Return the private DNS zones that hold a name of Azure's KMS in any cloud."""
    wanted = {name for cloud in endpoints.CLOUDS.values() for name in cloud.names}
    zones = ((str(zone["id"]), name_of(zone)) for zone in snapshot.of_type(ZONE))
    return [zone_id for zone_id, zone in zones if any(covers(zone, name) for name in wanted)]


def missing_hubs(snapshot: Snapshot, vm_ids: t.Iterable[str]) -> bool:
    """Tell whether a network of the machines seems to be connected to a virtual hub that was not read."""
    connected = _hubs(snapshot)
    return any(
        network not in connected and (_hub_peerings(snapshot, network) or _unseen_gateway(snapshot, network))
        for network in networks(snapshot, vm_ids)
    )


def hub_subscriptions(snapshot: Snapshot, networks: t.Iterable[str]) -> set[str]:
    """Return the subscriptions of the virtual hubs that have a connection to one of the networks."""
    connected = _hubs(snapshot)
    return {subscription(hub) for network in networks for hub in connected.get(network, ())}


def managed_subscriptions(snapshot: Snapshot, vm_ids: t.Iterable[str]) -> set[str]:
    """Return the subscriptions in which Microsoft keeps the networks of the virtual hubs that were read."""
    connected = _hubs(snapshot)
    return {
        subscription(ref(props(peering).get("remoteVirtualNetwork")))
        for network in networks(snapshot, vm_ids)
        if network in connected
        for peering in _hub_peerings(snapshot, network)
    }


def _hubs(snapshot: Snapshot) -> dict[str, list[str]]:
    """Return virtual network -> virtual hubs that have a connection to it."""
    found: dict[str, list[str]] = {}
    inline = [(hub["id"], props(hub).get("virtualNetworkConnections")) for hub in snapshot.of_type(HUB)]
    listed = [(parent(body["id"]), [body]) for body in snapshot.of_type(f"{HUB}/hubVirtualNetworkConnections")]
    for hub_id, connections in (*inline, *listed):
        for connection in items(connections):
            found.setdefault(low(ref(props(connection).get("remoteVirtualNetwork"))), []).append(hub_id)
    return found


def _hub_peerings(snapshot: Snapshot, network: str) -> list[t.Mapping[str, t.Any]]:
    return [
        peering
        for peering in items(props(snapshot.resources[network]).get("virtualNetworkPeerings"))
        if leads_to_hub(peering) and low(ref(props(peering).get("remoteVirtualNetwork"))) not in snapshot.resources
    ]


def _unseen_gateway(snapshot: Snapshot, network: str) -> bool:
    """Tell whether a network gets BGP routes and nothing that was read could announce them."""
    peerings = items(props(snapshot.resources[network]).get("virtualNetworkPeerings"))
    near = [network, *(low(ref(props(peering).get("remoteVirtualNetwork"))) for peering in peerings)]
    subnets = [subnet for place in near for subnet in items(props(snapshot.resources.get(place)).get("subnets"))]
    if any(name_of(subnet).lower() in GATEWAY_SUBNETS for subnet in subnets):
        return False
    return any(
        text(row.get("source")).lower() == BGP and text(row.get("state")).lower() != "invalid"
        for subnet, answer in snapshot.routes.items()
        if subnet.startswith(f"{network}/")
        for row in answer.rows or ()
    )


def unread_near(snapshot: Snapshot, paths: t.Iterable[t.Mapping[str, t.Any]]) -> t.Iterator[list[dict[str, t.Any]]]:
    """Return for each path what could not be read and might have changed it, though it did not decide it."""
    connected = _hubs(snapshot) if snapshot.unread else {}
    for path in paths:
        subnet = low(path["subnet_id"])
        network = subnet.split("/subnets/", maxsplit=1)[0]
        peerings = items(props(snapshot.resources.get(network)).get("virtualNetworkPeerings"))
        near = [path["vm_id"], network, *connected.get(network, ())]
        near += [ref(props(peering).get("remoteVirtualNetwork")) for peering in peerings]
        subscriptions = {"", *map(subscription, near)}
        yield [
            entry
            for entry in snapshot.unread
            if (low(entry["scope"]) in (subnet, network))
            or ("/virtualnetworks/" not in low(entry["scope"]) and subscription(entry["scope"]) in subscriptions)
        ]


def tag_places(snapshot: Snapshot) -> dict[str, str]:
    """Return location -> subscription of the places where a rule or route uses a service tag that has to be looked up."""
    places: dict[str, str] = {}
    for body, prefixes in _prefixes(snapshot):
        if any(map(_is_tag, prefixes)):
            places.setdefault(str(body.get("location") or "").lower(), subscription(body.get("id")))
    places.pop("", None)
    return places


def _prefixes(snapshot: Snapshot) -> t.Iterator[tuple[t.Mapping[str, t.Any], list[str]]]:
    """Bodies that have a location, with the destinations that their rules or routes name."""
    for table in snapshot.of_type("Microsoft.Network/routeTables"):
        routes = items(props(table).get("routes"))
        yield table, strings(*(props(route).get("addressPrefix") for route in routes))
    for group in snapshot.of_type("Microsoft.Network/networkSecurityGroups"):
        rules = [props(rule) for rule in items(props(group).get("securityRules"))]
        names = ("destinationAddressPrefix", "destinationAddressPrefixes")
        yield group, strings(*(rule.get(name) for rule in rules for name in names))
    for group in snapshot.of_type("Microsoft.Network/firewallPolicies/ruleCollectionGroups"):
        policy = snapshot.resources.get(parent(low(group.get("id"))), {})
        yield policy, strings(*(rule.get("destinationAddresses") for rule in _rules(group)))


def _is_tag(prefix: str) -> bool:
    """Tell whether a destination is a service tag whose addresses have to be asked for."""
    if prefix == "*" or prefix.lower().startswith(KNOWN_TAGS):
        return False
    try:
        ipaddress.ip_network(prefix.split("-", maxsplit=1)[0], strict=False)
    except ValueError:
        return True
    return False


def _subscriptions(bodies: t.Any, *names: str) -> set[str]:
    """Return the subscriptions of the references called `names` in some bodies."""
    return {subscription(ref(props(body).get(name))) for body in items(bodies) for name in names}


def _rules(group: t.Mapping[str, t.Any]) -> list[t.Mapping[str, t.Any]]:
    """Return the rules of all collections of a rule collection group."""
    return [
        rule for collection in items(props(group).get("ruleCollections")) for rule in items(collection.get("rules"))
    ]
