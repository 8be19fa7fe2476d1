# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a connection that is routed to the Internet has an address to leave with."""

from __future__ import annotations

from tests.lab.azure import ids
from tests.lab.azure.paste import Body
from tests.lab.azure.topology import Topology, primary_configuration, references

_POOLS = "loadBalancerBackendAddressPools"


class Egress:
    """Answers from the current resources."""

    def __init__(self, topology: Topology) -> None:
        """Look at the resources of `topology`."""
        self._topology = topology
        self._store = topology.store

    def leaves(self, nic: Body, subnet: ids.ResourceId) -> bool:
        """Whether the primary address of an interface has a way out: NAT gateway, public IP, load balancer or default access.

        Order: https://learn.microsoft.com/azure/nat-gateway/nat-overview (Traffic routes). A public IP and a pool serve the
        configuration that they are on: https://learn.microsoft.com/azure/load-balancer/load-balancer-outbound-connections.
        """
        primary = primary_configuration(nic).get("properties") or {}
        if self.nat_gateway(subnet) or primary.get("publicIPAddress"):
            return True
        pools = _pools([primary])
        if any(self._snat(pool) for pool in pools):
            return True
        if any(self._standard(pool) for pool in pools):
            return False
        return self._default_access(nic, subnet)

    def _default_access(self, nic: Body, subnet: ids.ResourceId) -> bool:
        """Whether default outbound access is given, which one machine has or has not as a whole.

        https://learn.microsoft.com/azure/virtual-network/ip-services/default-outbound-access: a public IP on any interface
        prevents it for the machine, a load balancer with outbound rules ends it, flexible scale sets and private subnets have
        none. Availability sets: https://jpaztech.github.io/blog/network/snat-options-for-azure-vm/.
        """
        machine = self._topology.machine_of_interface(nic)
        configurations = [
            item.get("properties") or {}
            for other in (self._topology.interfaces(machine) if machine else [nic])
            for item in other["properties"].get("ipConfigurations") or []
        ]
        if any(item.get("publicIPAddress") for item in configurations):
            return False
        if any(self._standard(pool) for pool in _pools(configurations)) or self._sibling_behind_standard(nic):
            return False
        if machine and machine["properties"].get("virtualMachineScaleSet"):
            return False
        record = nic["properties"].get("defaultOutboundConnectivityEnabled")
        if record is not None:
            return bool(record)
        body = self._store.find(subnet)
        return (body or {}).get("properties", {}).get("defaultOutboundAccess") is not False

    def nat_gateway(self, subnet: ids.ResourceId) -> bool:
        """Whether a NAT gateway with an address serves the subnet, by itself or through its network."""
        body = self._store.find(subnet) or {"properties": {}}
        for reference in references(body["properties"], "natGateway"):
            gateway = self._store.find(reference["id"])
            if gateway is None or _has_address(gateway):
                return True
        network = subnet.parent
        whole = (self._store.find(network) or {}).get("properties", {}) if network else {}
        for reference in references(whole, "defaultPublicNatGateway"):
            gateway = self._store.find(reference["id"])
            if gateway is not None and _has_address(gateway):
                return True
        return any(
            network is not None
            and ids.key((gateway["properties"].get("sourceVirtualNetwork") or {}).get("id")) == network.key
            and _has_address(gateway)
            for gateway in self._store.of_kind("microsoft.network/natgateways")
        )

    def _snat(self, pool: ids.ResourceId) -> bool:
        balancer = self._store.find(pool.top)
        if balancer is None:
            return False
        properties = balancer["properties"]
        public = {
            ids.key(front["id"])
            for front in properties.get("frontendIPConfigurations") or []
            if front["properties"].get("publicIPAddress") or front["properties"].get("publicIPPrefix")
        }
        if not self._standard(pool):
            return bool(public)
        for rule in properties.get("outboundRules") or []:
            inner = rule["properties"]
            fronts = {ids.key(item["id"]) for item in references(inner, "frontendIPConfigurations")}
            if fronts & public and _serves(inner, pool) and str(inner.get("protocol")).lower() in ("tcp", "all"):
                return True
        return any(
            _serves(rule["properties"], pool)
            and not rule["properties"].get("disableOutboundSnat")
            and {ids.key(item["id"]) for item in references(rule["properties"], "frontendIPConfiguration")} & public
            for rule in properties.get("loadBalancingRules") or []
        )

    def _standard(self, pool: ids.ResourceId) -> bool:
        balancer = self._store.find(pool.top)
        return str(((balancer or {}).get("sku") or {}).get("name", "")).lower() in ("standard", "gateway")

    def _sibling_behind_standard(self, nic: Body) -> bool:
        machine = self._topology.machine_of_interface(nic)
        for reference in references(machine["properties"], "availabilitySet") if machine else []:
            for sibling_id in self._store.references.incoming(ids.key(reference["id"]), "availabilitySet"):
                sibling = self._store.find(sibling_id)
                for other in self._topology.interfaces(sibling) if sibling else []:
                    inner = [item.get("properties") or {} for item in other["properties"].get("ipConfigurations") or []]
                    if any(self._standard(pool) for pool in _pools(inner)):
                        return True
        return False


def _pools(configurations: list[Body]) -> list[ids.ResourceId]:
    """Return the pools that configurations (their properties) are in."""
    found = [ids.parse(pool["id"]) for inner in configurations for pool in references(inner, _POOLS)]
    return [pool for pool in found if pool]


def _serves(rule: Body, pool: ids.ResourceId) -> bool:
    named = [*references(rule, "backendAddressPool"), *references(rule, "backendAddressPools")]
    return any(ids.key(item["id"]) == pool.key for item in named)


def _has_address(gateway: Body) -> bool:
    properties = gateway["properties"]
    return any(references(properties, name) for name in ("publicIpAddresses", "publicIpPrefixes"))
