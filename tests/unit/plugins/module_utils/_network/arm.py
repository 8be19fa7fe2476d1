# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Builders of Resource Manager bodies as GET prints them, and of the small worlds the tests share."""

from __future__ import annotations

import typing as t

from ansible_collections.azure_windows.activation.plugins.module_utils._network.judgement import KmsTargets
from ansible_collections.azure_windows.activation.plugins.module_utils._network.path import evaluate
from ansible_collections.azure_windows.activation.plugins.module_utils._network.state import (
    EffectiveRoutes,
    NetworkState,
)

SUB = "/subscriptions/11111111-aaaa-4bbb-8ccc-000000000001"
GROUP = f"{SUB}/resourceGroups/rg-Net/providers"
FIRST, SECOND, OLD, TYPO = "20.118.99.224", "40.83.235.53", "23.102.135.246", "20.118.99.244"
TARGETS = KmsTargets(("azkms.core.windows.net", "kms.core.windows.net"), (FIRST, SECOND), (OLD,), {TYPO: FIRST})
ONE = KmsTargets(("azkms.core.windows.net",), (FIRST,), (OLD,), {TYPO: FIRST})

Json = dict[str, t.Any]


def rid(kind: str, name: str) -> str:
    """Return an id; `kind` without provider is of Microsoft.Network."""
    provider = (
        "Microsoft.Compute" if kind in {"virtualMachines", "availabilitySets", "virtualMachineScaleSets"} else None
    )
    return f"{GROUP}/{provider or 'Microsoft.Network'}/{kind}/{name}"


def ref(kind: str, name: str) -> Json:
    return {"id": rid(kind, name)}


def body(kind: str, name: str, properties: Json, **more: t.Any) -> Json:
    full = {"provisioningState": "Succeeded", **properties}
    return {"id": rid(kind, name), "name": name, "location": "westeurope", "etag": 'W/"1"', "properties": full, **more}


def subnet_id(network: str, name: str) -> str:
    return f"{rid('virtualNetworks', network)}/subnets/{name}"


def subnet(network: str, name: str, prefix: str, **properties: t.Any) -> Json:
    return {"id": subnet_id(network, name), "name": name, "properties": {"addressPrefix": prefix, **properties}}


def peering(network: str, remote: str, space: str, **properties: t.Any) -> Json:
    own = {
        "peeringState": "Connected",
        "remoteVirtualNetwork": ref("virtualNetworks", remote),
        "remoteAddressSpace": {"addressPrefixes": [space]},
        "useRemoteGateways": False,
        **properties,
    }
    name = f"to-{remote}"
    return {"id": f"{rid('virtualNetworks', network)}/virtualNetworkPeerings/{name}", "name": name, "properties": own}


def network(name: str, space: str, *subnets: Json, peerings: t.Sequence[Json] = (), **properties: t.Any) -> Json:
    own = {"addressSpace": {"addressPrefixes": [space]}, "subnets": list(subnets)}
    return body("virtualNetworks", name, {**own, "virtualNetworkPeerings": list(peerings), **properties})


def route(name: str, prefix: str, hop: str, ip: str | None = None) -> Json:
    return {"name": name, "properties": {"addressPrefix": prefix, "nextHopType": hop, "nextHopIpAddress": ip}}


def table(name: str, *routes: Json, bgp_off: bool = True) -> Json:
    return body("routeTables", name, {"routes": list(routes), "disableBgpRoutePropagation": bgp_off})


def kms_routes(*addresses: str) -> list[Json]:
    return [route(f"kms-{address}", f"{address}/32", "Internet") for address in addresses]


def nic(name: str, ip: str, place: str, vm: str | None = None, config: Json | None = None, **properties: t.Any) -> Json:
    own = {"privateIPAddress": ip, "primary": True, "subnet": {"id": place}, **(config or {})}
    full = {
        "ipConfigurations": [
            {"id": f"{rid('networkInterfaces', name)}/ipConfigurations/c", "name": "c", "properties": own}
        ],
        "virtualMachine": ref("virtualMachines", vm) if vm else None,
        "enableIPForwarding": False,
        **properties,
    }
    return body("networkInterfaces", name, full)


def vm(name: str, *nics: str, **properties: t.Any) -> Json:
    listed = [
        {"id": rid("networkInterfaces", item), "properties": {"primary": index == 0}} for index, item in enumerate(nics)
    ]
    return body("virtualMachines", name, {"networkProfile": {"networkInterfaces": listed}, **properties})


def nsg_rule(name: str, priority: int, access: str, target: t.Any = "*", **properties: t.Any) -> Json:
    own = {
        "priority": priority,
        "access": access,
        "direction": "Outbound",
        "protocol": "*",
        "sourceAddressPrefix": "*",
        "sourceAddressPrefixes": [],
        "sourcePortRange": "*",
        "sourcePortRanges": [],
        "destinationAddressPrefix": target,
        "destinationAddressPrefixes": [],
        "destinationPortRange": "*",
        "destinationPortRanges": [],
    }
    return {"name": name, "properties": {**own, **properties}}


def nsg(name: str, *rules: Json) -> Json:
    return body("networkSecurityGroups", name, {"securityRules": list(rules)})


def effective(prefix: t.Any, hop: str, source: str = "Default", ip: t.Any = (), state: str = "Active") -> Json:
    return {
        "source": source,
        "state": state,
        "addressPrefix": prefix,
        "nextHopType": hop,
        "nextHopIpAddress": list(ip) if isinstance(ip, tuple) else ip,
        "hasBgpOverride": False,
    }


def world(
    *extra: Json, place: Json | None = None, config: Json | None = None, **parts: t.Any
) -> tuple[list[Json], str]:
    """Return one machine 'web01' (10.1.0.4) in subnet 'app' of network 'spoke', peered with 'hub', and its id.

    `place` adds to the subnet, `config` to the IP configuration, `nic` to the NIC, `vm` to the machine.
    """
    app = subnet("spoke", "app", "10.1.0.0/24", **(place or {}))
    spoke = network(
        "spoke", "10.1.0.0/16", app, peerings=[peering("spoke", "hub", "10.0.0.0/16", **parts.get("peering", {}))]
    )
    own = nic("web01-nic", "10.1.0.4", subnet_id("spoke", "app"), "web01", config, **parts.get("nic", {}))
    machine = vm("web01", "web01-nic", **parts.get("vm", {}))
    return [spoke, own, machine, *extra], rid("virtualMachines", "web01")


def with_routes(*rows: Json) -> dict[str, EffectiveRoutes]:
    """Return Azure's own routes for the subnet of web01."""
    return {subnet_id("spoke", "app"): EffectiveRoutes(rid("networkInterfaces", "web01-nic"), list(rows))}


def run(resources: t.Iterable[Json], machine: str, targets: KmsTargets = TARGETS, **state: t.Any) -> Json:
    return evaluate(NetworkState(resources, **state), machine, targets)


def firewall_place(*routes: Json, **place: t.Any) -> list[Json]:
    """Return the hub network with AzureFirewallSubnet, and its route table when there are routes."""
    if routes:
        place["routeTable"] = ref("routeTables", "rt-fw")
    hub = network("hub", "10.0.0.0/16", subnet("hub", "AzureFirewallSubnet", "10.0.1.0/26", **place))
    return [hub, *([table("rt-fw", *routes)] if routes else [])]


def firewall(name: str = "fw", /, ip: str = "10.0.1.4", **properties: t.Any) -> Json:
    config = {
        "privateIPAddress": ip,
        "subnet": {"id": subnet_id("hub", "AzureFirewallSubnet")},
        "publicIPAddress": ref("publicIPAddresses", "fw-pip"),
    }
    configs = [
        {"id": f"{rid('azureFirewalls', name)}/azureFirewallIpConfigurations/c", "name": "c", "properties": config}
    ]
    return body("azureFirewalls", name, {"ipConfigurations": configs, "threatIntelMode": "Alert", **properties})


def public_ip(name: str, address: str) -> Json:
    return body("publicIPAddresses", name, {"ipAddress": address}, sku={"name": "Standard"})


def network_rule(name: str = "kms", targets: t.Sequence[str] = (FIRST, SECOND), **properties: t.Any) -> Json:
    own = {
        "ruleType": "NetworkRule",
        "name": name,
        "ipProtocols": ["TCP"],
        "sourceAddresses": ["*"],
        "sourceIpGroups": [],
        "destinationAddresses": list(targets),
        "destinationIpGroups": [],
        "destinationFqdns": [],
        "destinationPorts": ["1688"],
    }
    return {**own, **properties}


def application_rule(name: str = "app", port: int = 1688, **properties: t.Any) -> Json:
    own = {
        "ruleType": "ApplicationRule",
        "name": name,
        "protocols": [{"protocolType": "Https", "port": port}],
        "targetFqdns": ["azkms.core.windows.net"],
        "sourceAddresses": ["10.1.0.0/16"],
    }
    return {**own, **properties}


def collection(name: str, priority: int, action: str, *rules: Json) -> Json:
    kind = "FirewallPolicyNatRuleCollection" if action == "DNAT" else "FirewallPolicyFilterRuleCollection"
    return {
        "ruleCollectionType": kind,
        "name": name,
        "priority": priority,
        "action": {"type": action},
        "rules": list(rules),
    }


def group(policy_name: str, name: str, priority: int, *collections: Json) -> Json:
    return {
        "id": f"{rid('firewallPolicies', policy_name)}/ruleCollectionGroups/{name}",
        "name": name,
        "properties": {"priority": priority, "ruleCollections": list(collections)},
    }


def policy(name: str, *groups: str, **properties: t.Any) -> Json:
    refs = [{"id": f"{rid('firewallPolicies', name)}/ruleCollectionGroups/{item}"} for item in groups]
    return body("firewallPolicies", name, {"ruleCollectionGroups": refs, "threatIntelMode": "Alert", **properties})
