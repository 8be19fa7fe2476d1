# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Effective routes of a subnet, as ARM's effectiveRouteTable shows them."""

from __future__ import annotations

import copy
import json

from tests.lab.azure import facts, ids
from tests.lab.azure.paste import Body
from tests.lab.azure.topology import Topology, within

GATEWAY = "VirtualNetworkGateway"
# Which source wins for one prefix.
_RANK = {"User": 0, GATEWAY: 1, "Default": 2}
_ONLY_SYSTEM = ("VnetLocal", "VNetPeering", "VNetGlobalPeering", "VirtualNetworkServiceEndpoint", "InterfaceEndpoint")


class Routes:
    """Effective routes, computed from the current resources; raw ones of the world come first."""

    def __init__(self, topology: Topology) -> None:
        """Look at the resources of `topology`."""
        self._topology = topology
        self._store = topology.store
        self._world = topology.world
        self._given: dict[str, tuple[list[Body], str]] = {}
        for nic_key, rows in self._world.effective_routes.items():
            nic = self._store.find(nic_key)
            subnet = topology.subnet_of(nic) if nic else None
            if subnet:
                self._given[subnet.key] = (rows, self._print_of_table(subnet))

    def of_subnet(self, subnet: ids.ResourceId) -> list[Body]:
        """Rows for the interfaces of a subnet."""
        with self._store.lock:
            user = self._user_rows(subnet)
            if subnet.key in self._given:
                given, printed = self._given[subnet.key]
                if printed == self._print_of_table(subnet):
                    return copy.deepcopy(given)
                others = [copy.deepcopy(row) for row in given if row.get("source") != "User"]
                return _decide([*others, *user])
            table = self._table(subnet)
            rows = [*self._system_rows(subnet, user, table), *user]
            if not table.get("disableBgpRoutePropagation"):
                rows += self._gateway_rows(subnet.parent or subnet)
            return _decide(rows)

    def winners(self, subnet: ids.ResourceId, address: str) -> list[Body]:
        """Active rows of the longest prefix that holds `address`; several are equal-cost."""
        best: list[Body] = []
        length = -1
        for row in self.of_subnet(subnet):
            if str(row.get("state", "Active")).lower() != "active":
                continue
            for prefix in row.get("addressPrefix") or []:
                if not within(address, prefix):
                    continue
                bits = int(prefix.partition("/")[2] or 32)
                if bits > length:
                    best, length = [row], bits
                elif bits == length:
                    best.append(row)
        return best

    def user_default(self, subnet: ids.ResourceId) -> bool:
        """Whether the user routes 0.0.0.0/0 of this subnet."""
        return any(
            "0.0.0.0/0" in (row.get("addressPrefix") or [])
            for row in self.of_subnet(subnet)
            if row.get("source") == "User" and str(row.get("state", "Active")).lower() == "active"
        )

    def _table(self, subnet: ids.ResourceId) -> Body:
        body = self._store.find(subnet)
        table = self._store.find(((body or {}).get("properties", {}).get("routeTable") or {}).get("id"))
        return table["properties"] if table else {}

    def _print_of_table(self, subnet: ids.ResourceId) -> str:
        routes = self._table(subnet).get("routes") or []
        return json.dumps([[route["name"], _hop(route["properties"])] for route in routes], sort_keys=True)

    def _user_rows(self, subnet: ids.ResourceId) -> list[Body]:
        rows = []
        for route in self._table(subnet).get("routes") or []:
            prefix = str(route["properties"].get("addressPrefix", ""))
            prefixes = self._world.service_tags.get(prefix)
            _prefix, hop_type, addresses = _hop(route["properties"])
            row = {"name": route["name"], **_row("User", prefixes or (prefix,), hop_type, addresses)}
            if prefixes:
                row.update(destinationServiceTags=[prefix], tagMap={prefix: list(prefixes)})
            rows.append(row)
        return rows

    def _system_rows(self, subnet: ids.ResourceId, user: list[Body], table: Body) -> list[Body]:
        network = subnet.parent or subnet
        rows = [_row("Default", self._topology.network_prefixes(network), "VnetLocal", [])]
        home = (self._store.find(network) or {}).get("location")
        for peering in self._topology.peerings(network) if table.get("disablePeeringRoute") != "All" else []:
            remote = self._store.find((peering.get("remoteVirtualNetwork") or {}).get("id"))
            local = remote is None or remote.get("location") == home
            kind = "VNetPeering" if local else "VNetGlobalPeering"
            rows.append(_row("Default", self._topology.peer_prefixes(peering), kind, []))
        rows.append(_row("Default", ("0.0.0.0/0",), "Internet", []))
        overridden = any("0.0.0.0/0" in row["addressPrefix"] for row in user)
        dropped = facts.RESERVED_SPACE if overridden else (*facts.PRIVATE_SPACE, *facts.RESERVED_SPACE)
        rows += [_row("Default", (prefix,), "None", []) for prefix in dropped]
        body = self._store.find(subnet) or {"properties": {}}
        for endpoint in body["properties"].get("serviceEndpoints") or []:
            prefixes = self._world.service_tags.get(str(endpoint.get("service", "")).replace("Microsoft.", ""), ())
            rows.append(_row("Default", prefixes, "VirtualNetworkServiceEndpoint", []))
        return [row for row in rows if row["addressPrefix"]]

    def _gateway_rows(self, network: ids.ResourceId) -> list[Body]:
        rows = self._announced(network)
        for peering in self._topology.peerings(network):
            remote = ids.parse((peering.get("remoteVirtualNetwork") or {}).get("id"))
            if remote and peering.get("useRemoteGateways"):
                rows += self._announced(remote)
        for connection in self._store.of_kind("microsoft.network/virtualhubs/hubvirtualnetworkconnections"):
            remote_id = (connection["properties"].get("remoteVirtualNetwork") or {}).get("id")
            if ids.key(remote_id) == network.key:
                rows += self._hub_rows(connection)
        return rows

    def _announced(self, network: ids.ResourceId) -> list[Body]:
        speakers = [network.key]
        for gateway in self._store.of_kind("microsoft.network/virtualnetworkgateways"):
            for configuration in gateway["properties"].get("ipConfigurations") or []:
                subnet = ids.parse((configuration.get("properties", {}).get("subnet") or {}).get("id"))
                if subnet and subnet.parent and subnet.parent.key == network.key:
                    speakers.append(ids.key(gateway["id"]))
        return [
            _announced_row(route) for speaker in dict.fromkeys(speakers) for route in self._world.bgp.get(speaker, [])
        ]

    def _hub_rows(self, connection: Body) -> list[Body]:
        connection_id = ids.parse(connection["id"])
        hub = connection_id.parent if connection_id else None
        if hub is None:
            return []
        rows = [_announced_row(route) for route in self._world.bgp.get(hub.key, [])]
        secured = connection["properties"].get("enableInternetSecurity") is not False
        routing = connection["properties"].get("routingConfiguration") or {}
        associated = ids.parse((routing.get("associatedRouteTable") or {}).get("id"))
        for destinations, next_hop in self._hub_policies(hub, associated.name if associated else "defaultRouteTable"):
            firewall = self._store.find(next_hop)
            hop = ((firewall or {}).get("properties", {}).get("hubIPAddresses") or {}).get("privateIPAddress")
            if "0.0.0.0/0" not in destinations or secured:
                rows.append(_row(GATEWAY, destinations, GATEWAY, [hop] if hop else []))
        return rows

    def forced_tunnel(self, hub: ids.ResourceId) -> bool:
        """Whether routing intent of a hub has a private policy with 0.0.0.0/0 among its prefixes, and no Internet policy."""
        intents = [intent["properties"] for intent in self._store.below(hub, "routingIntent")]
        policies = [policy for intent in intents for policy in intent.get("routingPolicies") or []]
        named = {destination for policy in policies for destination in policy.get("destinations") or []}
        given = any("0.0.0.0/0" in found for found, _hop in self._hub_policies(hub, "defaultRouteTable"))
        return "PrivateTraffic" in named and "Internet" not in named and given

    def _hub_policies(self, hub: ids.ResourceId, table_name: str) -> list[tuple[tuple[str, ...], str]]:
        """Routing intent, and the routes of the one table that a connection is associated with.

        https://learn.microsoft.com/azure/virtual-wan/about-virtual-hub-routing#association
        """
        found: list[tuple[tuple[str, ...], str]] = []
        for intent in self._store.below(hub, "routingIntent"):
            for policy in intent["properties"].get("routingPolicies") or []:
                if "Internet" in (policy.get("destinations") or []):
                    found.append((("0.0.0.0/0",), policy.get("nextHop", "")))
                if "PrivateTraffic" in (policy.get("destinations") or []):
                    found.append((facts.PRIVATE_SPACE[:3], policy.get("nextHop", "")))
        for table in self._store.below(hub, "hubRouteTables"):
            if str(table["name"]).lower() != table_name.lower():
                continue
            found.extend(
                (tuple(route.get("destinations") or ()), route.get("nextHop", ""))
                for route in table["properties"].get("routes") or []
                if str(route.get("nextHopType", "")).lower() == "resourceid"
            )
        return found


def _hop(properties: Body) -> tuple[str, str, list[str]]:
    several = (properties.get("nextHop") or {}).get("nextHopIpAddresses")
    single = properties.get("nextHopIpAddress")
    return (
        str(properties.get("addressPrefix")),
        str(properties.get("nextHopType")),
        list(several or ([single] if single else [])),
    )


def _announced_row(route: Body) -> Body:
    hop = str(route.get("next_hop") or GATEWAY)
    is_address = hop[:1].isdigit()
    address = hop if is_address else route.get("next_hop_ip")
    prefixes = route.get("prefix")
    return _row(
        GATEWAY,
        prefixes if isinstance(prefixes, list) else [str(prefixes)],
        GATEWAY if is_address else hop,
        [str(address)] if address else [],
    )


def _row(source: str, prefixes: list[str] | tuple[str, ...], hop: str, addresses: list[str]) -> Body:
    return {
        "source": source,
        "state": "Active",
        "addressPrefix": list(prefixes),
        "nextHopType": hop,
        "nextHopIpAddress": list(addresses),
        "disableBgpRoutePropagation": False,
        "hasBgpOverride": False,
        "destinationServiceTags": [],
        "tagMap": {},
    }


def _decide(rows: list[Body]) -> list[Body]:
    """Mark the rows that lose their prefix to another one Invalid; a row with several prefixes is split for that."""
    split = [{**row, "addressPrefix": [prefix]} for row in rows for prefix in row["addressPrefix"]]
    best: dict[str, tuple[int, bool]] = {}
    for row in split:
        prefix = row["addressPrefix"][0]
        best[prefix] = min(best.get(prefix, (9, True)), _strength(row))
    system = [row["addressPrefix"][0] for row in split if row["nextHopType"] in _ONLY_SYSTEM]
    for row in split:
        prefix = row["addressPrefix"][0]
        covered = row["source"] == GATEWAY and any(within(prefix, outer) for outer in system)
        row["state"] = "Invalid" if covered or _strength(row) > best[prefix] else "Active"
    return split


def _strength(row: Body) -> tuple[int, bool]:
    return _RANK.get(str(row.get("source")), 3), bool(row.get("destinationServiceTags"))
