# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Small Azure worlds for the tests: a spoke with one machine, and a hub with a firewall."""

from __future__ import annotations

import typing as t

from tests.lab.azure import facts

SUBSCRIPTION = "0b1f6471-1bf0-4dda-aec3-000000000001"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg"
NETWORK = f"{GROUP}/providers/Microsoft.Network"
BOTH = list(facts.KMS_NAMES["AzureCloud"]["azkms.core.windows.net"][:2])
KMS, OTHER_KMS = BOTH
FIREWALL = "10.0.1.4"

Body = dict[str, t.Any]


def resource(kind: str, name: str, properties: Body | None = None, **envelope: t.Any) -> Body:
    """A network resource (`kind` as `routeTables`) in ARM's form; children as `virtualNetworks/hub/subnets`."""
    parts = kind.split("/")
    return {
        "id": f"{NETWORK}/{kind}/{name}",
        "name": name,
        "type": "Microsoft.Network/" + "/".join(parts[::2]),
        "location": "westeurope",
        **envelope,
        "properties": properties or {},
    }


def ref(path: str) -> Body:
    """A reference to a network resource, as `routeTables/rt`."""
    return {"id": f"{NETWORK}/{path}"}


def network(name: str, prefix: str, subnets: dict[str, Body], **properties: t.Any) -> Body:
    """A virtual network; a subnet's properties follow its name."""
    inner = [{"name": subnet, "properties": body} for subnet, body in subnets.items()]
    return resource(
        "virtualNetworks", name, {"addressSpace": {"addressPrefixes": [prefix]}, "subnets": inner, **properties}
    )


def machine(name: str, subnet: str, address: str, power: str | None = None, **nic: t.Any) -> list[Body]:
    """A virtual machine and its interface in `subnet` (`network/subnet`); `nic` are properties of the interface.

    The keys `configuration` and `machine` of `nic` are properties of its ipConfiguration and of the machine.
    """
    net, inner = subnet.split("/")
    configuration = {
        "privateIPAddress": address,
        "primary": True,
        "subnet": ref(f"virtualNetworks/{net}/subnets/{inner}"),
        **nic.pop("configuration", {}),
    }
    extra = nic.pop("machine", {})
    properties = {"networkProfile": {"networkInterfaces": [ref(f"networkInterfaces/{name}-nic")]}, **extra}
    if power:
        properties["instanceView"] = {"statuses": [{"code": f"PowerState/{power}"}]}
    vm = {
        "id": f"{GROUP}/providers/Microsoft.Compute/virtualMachines/{name}",
        "name": name,
        "type": "Microsoft.Compute/virtualMachines",
        "location": "westeurope",
        "properties": properties,
    }
    interface = {"ipConfigurations": [{"name": "ipconfig1", "properties": configuration}], **nic}
    return [resource("networkInterfaces", f"{name}-nic", interface), vm]


def route(prefix: str, hop: str, address: str | None = None, name: str | None = None) -> Body:
    """A route of a route table."""
    inner = {"addressPrefix": prefix, "nextHopType": hop}
    if address:
        inner["nextHopIpAddress"] = address
    return {"name": name or prefix.replace("/", "-"), "properties": inner}


def table(*routes: Body, name: str = "rt", **properties: t.Any) -> Body:
    """A route table."""
    return resource("routeTables", name, {"routes": list(routes), **properties})


def rule(priority: int, access: str, target: str = "*", ports: str = "*", **inner: t.Any) -> Body:
    """An outbound rule of a network security group."""
    properties = {
        "priority": priority,
        "access": access,
        "direction": "Outbound",
        "protocol": "*",
        "sourceAddressPrefix": "*",
        "sourcePortRange": "*",
        "destinationAddressPrefix": target,
        "destinationPortRange": ports,
        **inner,
    }
    return {"name": f"r{priority}", "properties": properties}


def group(*rules: Body, name: str = "nsg") -> Body:
    """A network security group."""
    return resource("networkSecurityGroups", name, {"securityRules": list(rules)})


def to_hub(state: str = "Connected", **more: t.Any) -> Body:
    """The peering of the spoke with the network `hub` (10.0.0.0/16)."""
    properties = {
        "peeringState": state,
        "remoteVirtualNetwork": ref("virtualNetworks/hub"),
        "remoteAddressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
        **more,
    }
    return {"name": "to-hub", "properties": properties}


def spoke(*more: Body, subnet: Body | None = None, nic: Body | None = None, peering: Body | None = None) -> list[Body]:
    """The network `spoke` with the subnet `work` and the machine `web` (10.1.1.4), beside `more`."""
    net = network("spoke", "10.1.0.0/16", {"work": {"addressPrefix": "10.1.1.0/24", **(subnet or {})}})
    net["properties"]["virtualNetworkPeerings"] = [to_hub()] if peering is None else [peering]
    return [net, *machine("web", "spoke/work", "10.1.1.4", **(nic or {})), *more]


def routed(*routes: Body, subnet: Body | None = None, more: t.Sequence[Body] = ()) -> list[Body]:
    """The spoke whose subnet has these routes."""
    return spoke(table(*routes), *more, subnet={"routeTable": ref("routeTables/rt"), **(subnet or {})})


def network_rule(action: str, *targets: str, port: str = "1688", **rule_body: t.Any) -> Body:
    """A collection with one network rule of a firewall policy."""
    body = {
        "ruleType": "NetworkRule",
        "name": "kms",
        "ipProtocols": ["TCP"],
        "sourceAddresses": ["10.1.0.0/16"],
        "destinationAddresses": list(targets),
        "destinationPorts": [port],
        **rule_body,
    }
    kind = "FirewallPolicyFilterRuleCollection"
    return {"ruleCollectionType": kind, "name": "kms", "priority": 200, "action": {"type": action}, "rules": [body]}


def application_rule(port: int) -> Body:
    """A collection with one application rule for HTTPS on `port`."""
    body = {
        "ruleType": "ApplicationRule",
        "name": "web",
        "sourceAddresses": ["*"],
        "protocols": [{"protocolType": "Https", "port": port}],
        "targetFqdns": ["azkms.core.windows.net"],
    }
    kind = "FirewallPolicyFilterRuleCollection"
    return {"ruleCollectionType": kind, "name": "web", "priority": 300, "action": {"type": "Allow"}, "rules": [body]}


def hub(*collections: Body, parent: t.Sequence[Body] = (), subnet: Body | None = None, **policy: t.Any) -> list[Body]:
    """The network `hub` with a firewall at 10.0.1.4 whose policy holds `collections`, and whose parent policy `parent`."""
    net = network("hub", "10.0.0.0/16", {"AzureFirewallSubnet": {"addressPrefix": "10.0.1.0/26", **(subnet or {})}})
    configuration = {
        "privateIPAddress": FIREWALL,
        "subnet": ref("virtualNetworks/hub/subnets/AzureFirewallSubnet"),
        "publicIPAddress": ref("publicIPAddresses/fw-pip"),
    }
    own = {**policy, **({"basePolicy": ref("firewallPolicies/parent")} if parent else {})}
    found = [
        net,
        resource(
            "azureFirewalls",
            "fw",
            {
                "ipConfigurations": [
                    {
                        "name": "c",
                        "id": f"{NETWORK}/azureFirewalls/fw/azureFirewallIpConfigurations/c",
                        "properties": configuration,
                    }
                ],
                "firewallPolicy": ref("firewallPolicies/policy"),
            },
        ),
        resource("firewallPolicies", "policy", own),
        resource(
            "firewallPolicies/policy/ruleCollectionGroups",
            "net",
            {"priority": 300, "ruleCollections": list(collections)},
        ),
    ]
    if parent:
        found += [
            resource("firewallPolicies", "parent", {}),
            resource(
                "firewallPolicies/parent/ruleCollectionGroups",
                "base",
                {"priority": 900, "ruleCollections": list(parent)},
            ),
        ]
    return found


def behind_firewall(*collections: Body, **more: t.Any) -> list[Body]:
    """The spoke with its default route to the firewall of the hub."""
    return routed(route("0.0.0.0/0", "VirtualAppliance", FIREWALL), more=hub(*collections, **more))


def balancer(kind: str, *, rules: Body | None = None, name: str = "lb", sku: str = "Standard") -> Body:
    """A load balancer (`kind` public or internal) with the pool `pool`."""
    front: Body = {"privateIPAddress": "10.1.1.100"}
    if kind == "public":
        front = {"publicIPAddress": ref("publicIPAddresses/lb-pip")}
    return resource(
        "loadBalancers",
        name,
        {
            "frontendIPConfigurations": [{"name": "front", "properties": front}],
            "backendAddressPools": [{"name": "pool", "properties": {}}],
            **(rules or {}),
        },
        sku={"name": sku},
    )


def in_pool(name: str = "lb") -> Body:
    """The `nic` properties of a machine in the pool of a load balancer."""
    return {
        "configuration": {"loadBalancerBackendAddressPools": [ref(f"loadBalancers/{name}/backendAddressPools/pool")]}
    }


def world(resources: t.Sequence[Body], guests: t.Sequence[str] = ("web",), **azure: t.Any) -> Body:
    """A world (the mapping of its file) with fast operations and one all-mighty credential; `faults` and `kms` are its own."""
    rest = {name: azure.pop(name) for name in ("faults", "kms", "cloud") if name in azure}
    options = {"write_seconds": 0, "question_seconds": 0, "retry_after": 1, **azure.pop("options", {})}
    credentials = azure.pop("credentials", [{"client_id": "reader", "secret": "s3cret"}])
    body = {"resources": list(resources), "credentials": credentials, "options": options, **azure}
    return {"guests": {guest: {} for guest in guests}, "azure": body, **rest}
