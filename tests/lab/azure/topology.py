# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How machines, interfaces, subnets and networks of the world hang together."""

from __future__ import annotations

import ipaddress
import typing as t

from tests.lab.azure import ids
from tests.lab.azure.paste import Body
from tests.lab.azure.store import Store
from tests.lab.azure.world import AzureWorld


class Topology:
    """Questions about the current resources. Bodies that it returns are the stored ones: to be read only."""

    def __init__(self, store: Store, world: AzureWorld) -> None:
        """Look at the resources of `store`."""
        self.store = store
        self.world = world

    def machine_of_guest(self, guest: str) -> Body | None:
        """Return the virtual machine of a guest: by its azure_id, else by name."""
        azure_id = self.world.guests.get(guest)
        if azure_id:
            return self.store.find(azure_id)
        machines = self.store.of_kind("microsoft.compute/virtualmachines")
        return next((vm for vm in machines if vm["name"].lower() == guest.lower()), None)

    def interfaces(self, machine: Body) -> list[Body]:
        """Network interfaces of a machine, the primary one first."""
        wanted = references(machine["properties"].get("networkProfile") or {}, "networkInterfaces")
        primary = [item for item in wanted if (item.get("properties") or {}).get("primary")]
        ordered = [*primary, *(item for item in wanted if item not in primary)]
        found = [nic for nic in (self.store.find(item["id"]) for item in ordered) if nic]
        if found:
            return found
        machine_key = ids.key(machine["id"])
        nics = [
            nic
            for nic in self.store.of_kind("microsoft.network/networkinterfaces")
            if ids.key((nic["properties"].get("virtualMachine") or {}).get("id")) == machine_key
        ]
        return sorted(nics, key=lambda nic: not nic["properties"].get("primary"))

    def machine_of_interface(self, nic: Body) -> Body | None:
        """Return the machine that an interface is attached to."""
        users = self.store.references.incoming(ids.key(nic["id"]), "networkInterfaces")
        given = (nic["properties"].get("virtualMachine") or {}).get("id")
        return self.store.find(users[0] if users else given)

    def running(self, machine: Body) -> bool:
        """Whether the machine runs, by its instance view; without one it does."""
        return power_state(machine) == "PowerState/running"

    def subnet_of(self, nic: Body) -> ids.ResourceId | None:
        """Return the subnet of an interface's primary configuration."""
        configuration = primary_configuration(nic)
        return ids.parse((configuration.get("properties", {}).get("subnet") or {}).get("id"))

    def owner_of_address(self, address: str, network: ids.ResourceId) -> Body | None:
        """Return the resource that holds a private address as seen from a network: interface, firewall or load balancer.

        Networks that are not connected may use the same addresses: one in the network itself or a peered one comes first.
        """
        owners = [
            body
            for kind in ("azurefirewalls", "networkinterfaces", "loadbalancers")
            for body in self.store.of_kind(f"microsoft.network/{kind}")
            if address in private_addresses(body)
        ]
        remote = [(peering.get("remoteVirtualNetwork") or {}).get("id") for peering in self.peerings(network)]
        near = {network.key, *map(ids.key, remote), *self.hubs(network)}
        return next((owner for owner in owners if _home(owner) in near), next(iter(owners), None))

    def hubs(self, network: ids.ResourceId) -> list[str]:
        """Keys of the virtual hubs that a network is connected to."""
        connections = self.store.of_kind("microsoft.network/virtualhubs/hubvirtualnetworkconnections")
        found = []
        for connection in connections:
            connection_id = ids.parse(connection["id"])
            remote = (connection["properties"].get("remoteVirtualNetwork") or {}).get("id")
            if connection_id and connection_id.parent and ids.key(remote) == network.key:
                found.append(connection_id.parent.key)
        return found

    def network_prefixes(self, network: ids.ResourceId) -> list[str]:
        """Address space of a virtual network."""
        body = self.store.find(network)
        return prefixes_of((body or {}).get("properties", {}).get("addressSpace"))

    def peerings(self, network: ids.ResourceId) -> list[Body]:
        """Properties of the peerings of a virtual network that are connected and let its machines reach the other one.

        https://learn.microsoft.com/rest/api/virtualnetwork/virtual-network-peerings (allowVirtualNetworkAccess)
        """
        found = [peering["properties"] for peering in self.store.below(network, "virtualNetworkPeerings")]
        open_ = [item for item in found if item.get("allowVirtualNetworkAccess") is not False]
        return [item for item in open_ if str(item.get("peeringState", "Connected")).lower() == "connected"]

    def near(self, network: ids.ResourceId, address: str) -> bool:
        """Return whether an address lies in the space of a network or of one that is peered with it."""
        prefixes = self.network_prefixes(network)
        for peering in self.peerings(network):
            prefixes += self.peer_prefixes(peering)
        return any(within(address, prefix) for prefix in prefixes)

    def peer_prefixes(self, peering: Body) -> list[str]:
        """Address space at the other end of a peering, as the peering or the other network says."""
        given = prefixes_of(peering.get("remoteVirtualNetworkAddressSpace") or peering.get("remoteAddressSpace"))
        remote = ids.parse((peering.get("remoteVirtualNetwork") or {}).get("id"))
        return given or (self.network_prefixes(remote) if remote else [])


def power_state(machine: Body) -> str:
    """Return the `PowerState/...` code of a machine; running when nothing is said."""
    view = machine["properties"].get("instanceView") or machine.get("instanceView") or {}
    codes = [str(status.get("code", "")) for status in view.get("statuses") or []]
    return next((code for code in codes if code.startswith("PowerState/")), "PowerState/running")


def primary_configuration(nic: Body) -> Body:
    """Return the primary ipConfiguration of an interface, {} when it has none."""
    configurations = nic["properties"].get("ipConfigurations") or [{}]
    return next((item for item in configurations if item.get("properties", {}).get("primary")), configurations[0])


def private_addresses(body: Body) -> list[str]:
    """Private addresses of an interface, firewall (of a network or of a hub) or load balancer."""
    properties = body["properties"]
    found = [(properties.get("hubIPAddresses") or {}).get("privateIPAddress")]
    for prop in ("ipConfigurations", "frontendIPConfigurations"):
        for item in properties.get(prop) or []:
            inner = item.get("properties") or {}
            found.append(inner.get("privateIPAddress"))
    return [str(address) for address in found if address]


def _home(body: Body) -> str:
    """Key of the network or virtual hub that an interface, firewall or load balancer lies in; empty when it names none."""
    hub = (body["properties"].get("virtualHub") or {}).get("id")
    if hub:
        return ids.key(hub)
    for prop in ("ipConfigurations", "frontendIPConfigurations"):
        for item in body["properties"].get(prop) or []:
            subnet = ids.parse(((item.get("properties") or {}).get("subnet") or {}).get("id"))
            if subnet and subnet.parent:
                return subnet.parent.key
    return ""


def references(properties: Body, name: str) -> list[Body]:
    """Return a property that holds one reference or a list of them, as a list of those with an id."""
    value = properties.get(name)
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, dict) and item.get("id")]


def prefixes_of(space: t.Any) -> list[str]:
    """IPv4 prefixes of an addressSpace."""
    return [str(prefix) for prefix in (space or {}).get("addressPrefixes") or [] if ":" not in str(prefix)]


def within(address: str, prefix: str) -> bool:
    """Whether an address or prefix lies within `prefix`; False when either is no IPv4 text."""
    try:
        inner, outer = ipaddress.IPv4Network(address, strict=False), ipaddress.IPv4Network(prefix, strict=False)
    except ValueError:
        return False
    return inner.subnet_of(outer)
