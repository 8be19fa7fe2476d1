# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far a guest's connection gets, from the Azure half of the world as it stands now."""

from __future__ import annotations

import typing as t

from tests.lab.azure import ids
from tests.lab.azure.egress import Egress
from tests.lab.azure.firewall import Firewalls
from tests.lab.azure.matching import Packet, is_kms_service, port_in
from tests.lab.azure.paste import Body
from tests.lab.azure.routes import GATEWAY, Routes
from tests.lab.azure.security import Security
from tests.lab.azure.topology import Topology, primary_configuration, references

Outcome = t.Literal["kms", "open", "filtered"]
MAX_HOPS = 6


class Reach:
    """Derives outcomes; nothing is kept between two questions."""

    def __init__(self, topology: Topology, routes: Routes, security: Security) -> None:
        """Look at the resources of `topology`."""
        self._topology = topology
        self._world = topology.world
        self._store = topology.store
        self._routes = routes
        self._security = security
        self._firewalls = Firewalls(topology)
        self._egress = Egress(topology)

    def of_guest(self, guest: str, address: str, port: int) -> Outcome | None:
        """`kms`: a KMS answers; `open`: something accepts and no KMS answers; `filtered`: nothing answers."""
        with self._store.lock:
            machine = self._topology.machine_of_guest(guest)
            if machine is None:
                return None
            nics = self._topology.interfaces(machine)
            subnet = self._topology.subnet_of(nics[0]) if nics else None
            if not nics or subnet is None:
                return self._arrived(address, port)
            source = str(primary_configuration(nics[0])["properties"].get("privateIPAddress") or "10.0.0.4")
            packet = Packet(source, address, port, is_kms_service(address, port, self._world.cloud))
            overridden = self._routes.user_default(subnet)
            if not self._security.allows(nics[0], subnet, packet, default_overridden=overridden):
                return "filtered"
            return self._onwards(nics[0], subnet, packet, MAX_HOPS)

    def _onwards(self, nic: Body | None, subnet: ids.ResourceId, packet: Packet, hops: int) -> Outcome:
        """Route from a subnet. `nic` is who sends, None for an Azure Firewall."""
        rows = self._routes.winners(subnet, packet.destination)
        if not rows or hops == 0:
            return "filtered"
        row = rows[0]
        kind = str(row["nextHopType"]).replace(" ", "").lower()
        network = subnet.parent or subnet
        next_hops = [str(item) for item in row.get("nextHopIpAddress") or []]
        if kind == "internet":
            if nic is not None and not self._egress.leaves(nic, subnet):
                return "filtered"
            return self._arrived(packet.destination, packet.port)
        gateway = kind == GATEWAY.lower()
        if gateway and not self._known(next_hops, network):
            return self._outside(packet)
        # Azure drops what is sent to a next hop outside of the own and the peered networks.
        near = gateway or (next_hops and self._topology.near(network, next_hops[0]))
        if (gateway or kind in ("virtualappliance", "virtualapplianceecmp")) and near:
            return self._through(next_hops[0], network, packet, hops - 1)
        return "filtered"

    def _known(self, next_hops: list[str], network: ids.ResourceId) -> bool:
        """Return whether a next hop is a firewall or appliance of the world; that of a gateway mostly is not."""
        return any(self._topology.owner_of_address(hop, network) or hop in self._world.appliances for hop in next_hops)

    def _through(self, address: str, network: ids.ResourceId, packet: Packet, hops: int) -> Outcome:
        owner = self._topology.owner_of_address(address, network)
        kind = owner["type"].lower() if owner else ""
        if owner and kind == "microsoft.network/azurefirewalls":
            return self._through_firewall(owner, packet, hops)
        if owner and kind == "microsoft.network/loadbalancers":
            return self._through_balancer(owner, address, packet, hops)
        if owner:
            return self._through_machine(owner, address, packet, hops)
        appliance = self._world.appliances.get(address)
        if appliance is None or not _forwards(appliance, packet):
            return "filtered"
        return self._outside(packet) if appliance.get("egress") else self._arrived(packet.destination, packet.port)

    def _through_firewall(self, firewall: Body, packet: Packet, hops: int) -> Outcome:
        if firewall["properties"].get("provisioningState") == "Failed":
            return "filtered"
        verdict = self._firewalls.verdict(firewall, packet)
        if verdict != "allow":
            return "open" if verdict == "answers" else "filtered"
        configurations = [item.get("properties") or {} for item in firewall["properties"].get("ipConfigurations") or []]
        subnets = [ids.parse(item["id"]) for inner in configurations for item in references(inner, "subnet")]
        subnet = subnets[0] if subnets else None
        if subnet is None:
            return self._from_hub(firewall, packet)
        result = self._onwards(None, subnet, packet, hops)
        public = any(inner.get("publicIPAddress") for inner in configurations) or self._egress.nat_gateway(subnet)
        leaves_here = any(
            str(row["nextHopType"]).lower() == "internet" for row in self._routes.winners(subnet, packet.destination)
        )
        return "filtered" if leaves_here and not public else result

    def _from_hub(self, firewall: Body, packet: Packet) -> Outcome:
        """Where a virtual hub's firewall sends what it lets through.

        https://learn.microsoft.com/azure/virtual-wan/about-internet-routing#forced-tunnel: with a private policy, 0.0.0.0/0
        among its prefixes and no Internet policy it follows the default route that the hub learnt; where none is learnt it
        leaves by its public address, if it has one.
        """
        hub = ids.parse((firewall["properties"].get("virtualHub") or {}).get("id"))
        if hub is not None and self._routes.forced_tunnel(hub):
            learnt = any(route.get("prefix") == "0.0.0.0/0" for route in self._world.bgp.get(hub.key, []))
            if learnt:
                return self._outside(packet)
            addresses = (firewall["properties"].get("hubIPAddresses") or {}).get("publicIPs") or {}
            if not addresses.get("count") and not addresses.get("addresses"):
                return "filtered"
        return self._arrived(packet.destination, packet.port)

    def _through_balancer(self, balancer: Body, address: str, packet: Packet, hops: int) -> Outcome:
        if address in self._world.appliances and not _forwards(self._world.appliances[address], packet):
            return "filtered"
        for pool in balancer["properties"].get("backendAddressPools") or []:
            for member in self._store.references.incoming(ids.key(pool["id"]), "loadBalancerBackendAddressPools"):
                member_id = ids.parse(member)
                nic = self._store.find(member_id.top) if member_id else None
                if nic:
                    inner = str(primary_configuration(nic)["properties"].get("privateIPAddress"))
                    return self._through_machine(nic, inner, packet, hops)
        return self._arrived(packet.destination, packet.port) if address in self._world.appliances else "filtered"

    def _through_machine(self, nic: Body, address: str, packet: Packet, hops: int) -> Outcome:
        machine = self._topology.machine_of_interface(nic)
        appliance = self._world.appliances.get(address, {})
        down = machine is None or not self._topology.running(machine)
        if down or not nic["properties"].get("enableIPForwarding") or not _forwards(appliance, packet):
            return "filtered"
        if appliance.get("egress"):
            return self._outside(packet)
        # What an appliance forwards may leave by another of its interfaces.
        outer = self._topology.interfaces(machine)[-1] if machine else nic
        subnet = self._topology.subnet_of(outer)
        return self._onwards(outer, subnet, packet, hops) if subnet else self._arrived(packet.destination, packet.port)

    def _outside(self, packet: Packet) -> Outcome:
        """Return a connection that left through a gateway, so without an address of Azure."""
        result = self._arrived(packet.destination, packet.port)
        return "open" if result == "kms" and self._world.kms_egress == "azure-public-ip" else result

    def _arrived(self, address: str, port: int) -> Outcome:
        server = self._world.kms_servers.get(address)
        if server is None or port != 1688:
            return "filtered"
        return "filtered" if (server or {}).get("state") == "down" else "kms"


def _forwards(appliance: Body, packet: Packet) -> bool:
    entries = appliance.get("forwards")
    if entries is None:
        return True
    for entry in entries:
        protocol, _slash, port = str(entry).partition("/")
        if protocol.lower() in ("tcp", "any", "*") and port_in([port or "*"], packet.port):
            return True
    return False
