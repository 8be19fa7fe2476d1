# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a connection that is routed to the Internet has an address to leave with."""

from __future__ import annotations

from tests.lab.azure import ids
from tests.lab.azure.paste import Body
from tests.lab.azure.topology import Topology, references

_POOLS = "loadBalancerBackendAddressPools"


class Egress:
    """Answers from the current resources."""

    def __init__(self, topology: Topology) -> None:
        """Look at the resources of `topology`."""
        self._topology = topology
        self._store = topology.store

    def leaves(self, nic: Body, subnet: ids.ResourceId) -> bool:
        """Whether an interface has a way out: NAT gateway, own address, load balancer or default outbound access."""
        configurations = [item.get("properties") or {} for item in nic["properties"].get("ipConfigurations") or []]
        if self.nat_gateway(subnet) or any(item.get("publicIPAddress") for item in configurations):
            return True
        pools = self._pools(nic)
        if any(self._snat(pool) for pool in pools):
            return True
        if any(self._standard(pool) for pool in pools) or self._sibling_behind_standard(nic):
            return False
        machine = self._topology.machine_of_interface(nic)
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
        return any(
            network is not None
            and ids.key((gateway["properties"].get("sourceVirtualNetwork") or {}).get("id")) == network.key
            and _has_address(gateway)
            for gateway in self._store.of_kind("microsoft.network/natgateways")
        )

    def _pools(self, nic: Body) -> list[ids.ResourceId]:
        found = {}
        for item in nic["properties"].get("ipConfigurations") or []:
            for pool in references(item.get("properties") or {}, _POOLS):
                pool_id = ids.parse(pool["id"])
                if pool_id:
                    found[pool_id.key] = pool_id
        return list(found.values())

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
                    if any(self._standard(pool) for pool in self._pools(other)):
                        return True
        return False


def _serves(rule: Body, pool: ids.ResourceId) -> bool:
    named = [*references(rule, "backendAddressPool"), *references(rule, "backendAddressPools")]
    return any(ids.key(item["id"]) == pool.key for item in named)


def _has_address(gateway: Body) -> bool:
    properties = gateway["properties"]
    return any(references(properties, name) for name in ("publicIpAddresses", "publicIpPrefixes"))
