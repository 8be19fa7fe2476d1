# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the bodies of a documented situation from its few words; situations.yml explains them."""

from __future__ import annotations

import typing as t

from . import arm

HUB = arm.rid("virtualHubs", "vhub")
HUB_FIREWALL = arm.rid("azureFirewalls", "fw")
_COMPUTE = {"virtualMachines", "availabilitySets", "virtualMachineScaleSets"}


def _resolved(value: t.Any) -> t.Any:
    """Return a value with `ref:` and `id:` texts replaced."""
    if isinstance(value, dict):
        return {key: _resolved(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_resolved(item) for item in value]
    if isinstance(value, str) and value.startswith("ref:"):
        kind, name, *rest = value.removeprefix("ref:").split("/")
        return {"id": "/".join([arm.rid(kind, name), *rest])}
    return value


def _route(text: str, place: int) -> arm.Json:
    prefix, hop, *address = text.split()
    return arm.route(f"r{place}", prefix, hop, address[0] if address else None)


def _routes(lines: t.Sequence[str]) -> list[arm.Json]:
    return [_route(line, place) for place, line in enumerate(lines)]


def _row(text: str) -> arm.Json:
    source, prefix, hop, *rest = text.split()
    address = tuple(item for item in rest[:1] if item != "-")
    return arm.effective([prefix], hop, source, address, *rest[1:2])


def _rule(text: str) -> arm.Json:
    access, priority, target, ports, *protocol = text.split()
    more = {"destinationPortRange": ports, "protocol": protocol[0] if protocol else "*"}
    return arm.nsg_rule(f"{access}-{priority}", int(priority), access, target, **more)


def _admin_rule(text: str) -> arm.Json:
    access, priority, target, ports = text.split()
    own = {
        "priority": int(priority),
        "access": access,
        "direction": "Outbound",
        "protocol": "Any",
        "sources": [],
        "destinations": [{"addressPrefix": target, "addressPrefixType": "IPPrefix"}],
        "sourcePortRanges": ["0-65535"],
        "destinationPortRanges": [ports if ports != "*" else "0-65535"],
    }
    return {"id": f"{arm.GROUP}/Microsoft.Network/networkManagers/m/{access}-{priority}", "properties": own}


def _balancer(words: arm.Json) -> arm.Json:
    """Return load balancer lb with pool web: sku, internal, outbound (a protocol), rule, disabled (SNAT), addresses."""
    balancer = arm.rid("loadBalancers", "lb")
    front = f"{balancer}/frontendIPConfigurations/front"
    pool = f"{balancer}/backendAddressPools/web"
    inside = {"privateIPAddress": "10.1.0.200", "subnet": {"id": arm.subnet_id("spoke", "app")}}
    outside = {"publicIPAddress": arm.ref("publicIPAddresses", "lb-pip")}
    listed = [
        {"name": address, "properties": {"ipAddress": address, "virtualNetwork": arm.ref("virtualNetworks", "spoke")}}
        for address in words.get("addresses", [])
    ]
    outbound = {
        "protocol": words.get("outbound"),
        "backendAddressPool": {"id": pool},
        "frontendIPConfigurations": [{"id": front}],
    }
    rule = {
        "protocol": "Tcp",
        "backendAddressPool": {"id": pool},
        "frontendIPConfiguration": {"id": front},
        "disableOutboundSnat": words.get("disabled", False),
    }
    own = {
        "frontendIPConfigurations": [
            {"id": front, "name": "front", "properties": inside if words.get("internal") else outside}
        ],
        "backendAddressPools": [{"id": pool, "name": "web", "properties": {"loadBalancerBackendAddresses": listed}}],
        "outboundRules": [{"name": "out", "properties": outbound}] if words.get("outbound") else [],
        "loadBalancingRules": [{"name": "rule", "properties": rule}] if words.get("rule") else [],
    }
    return arm.body("loadBalancers", "lb", own, sku={"name": words.get("sku", "Standard")})


def _firewall_rule(text: str) -> tuple[str, int, str, arm.Json]:
    """Return access, priority, kind and rule of `access priority [network|application|fqdn|tag] [protocol]`."""
    access, priority, *rest = text.split()
    word = rest[0] if rest else "network"
    if word == "application":
        return access, int(priority), word, arm.application_rule()
    if word == "tag":
        return (
            access,
            int(priority),
            "application",
            arm.application_rule(targetFqdns=[], fqdnTags=["WindowsVirtualDesktop"], port=443),
        )
    more = {"destinationAddresses": [], "destinationFqdns": ["azkms.core.windows.net"]} if word == "fqdn" else {}
    return access, int(priority), "network", arm.network_rule(ipProtocols=[rest[1] if rest[1:] else "TCP"], **more)


def _classic(lines: t.Sequence[str]) -> arm.Json:
    lists: dict[str, list[arm.Json]] = {"networkRuleCollections": [], "applicationRuleCollections": []}
    for access, priority, kind, rule in map(_firewall_rule, lines):
        classic = {**rule, "protocols": rule.get("ipProtocols", rule.get("protocols"))}
        own = {"priority": priority, "action": {"type": access}, "rules": [classic]}
        lists[f"{kind}RuleCollections"].append({"name": f"{access}-{priority}", "properties": own})
    return lists


def _policy(name: str, lines: t.Sequence[str], **properties: t.Any) -> list[arm.Json]:
    collections = [
        arm.collection(f"{access}-{priority}", priority, access, rule)
        for access, priority, _kind, rule in map(_firewall_rule, lines)
    ]
    return [arm.policy(name, "g", **properties), arm.group(name, "g", 200, *collections)]


def _firewalls(words: arm.Json) -> list[arm.Json]:
    """Return the firewall of the network hub with its subnet and rules."""
    place = _resolved(words.get("firewall_subnet", {}))
    bodies = arm.firewall_place(*_routes(words.get("firewall_routes", [])), **place)
    if "policy" not in words:
        return [*bodies, arm.firewall(**_classic(words["firewall"]), **_resolved(words.get("firewall_body", {})))]
    proxy = {"dnsSettings": {"enableProxy": True}} if words.get("proxy") else {}
    base = {"basePolicy": arm.ref("firewallPolicies", "parent")} if "parent" in words else {}
    bodies += _policy("child", words["policy"], **base, **proxy)
    bodies += _policy("parent", words["parent"]) if "parent" in words else []
    return [*bodies, arm.firewall(firewallPolicy=arm.ref("firewallPolicies", "child"))]


def _virtual_hub(words: arm.Json) -> list[arm.Json]:
    """Return a virtual hub: policy (destinations of its routing intent), tables, associated, secured, firewall (rules)."""
    routing = (
        {"associatedRouteTable": {"id": f"{HUB}/hubRouteTables/{words['associated']}"}}
        if "associated" in words
        else None
    )
    connection = {
        "remoteVirtualNetwork": arm.ref("virtualNetworks", "spoke"),
        "enableInternetSecurity": words.get("secured", True),
        **({"routingConfiguration": routing} if routing else {}),
    }
    bodies = [
        arm.body("virtualHubs", "vhub", {"addressPrefix": "10.50.0.0/23", "azureFirewall": {"id": HUB_FIREWALL}}),
        {"id": f"{HUB}/hubVirtualNetworkConnections/spoke", "name": "spoke", "properties": connection},
    ]
    if "policy" in words:
        own = [{"name": "p", "destinations": words["policy"], "nextHop": HUB_FIREWALL}]
        bodies.append({"id": f"{HUB}/routingIntent/i", "name": "i", "properties": {"routingPolicies": own}})
    for name, line in words.get("tables", {}).items():
        row = {
            "name": "all",
            "destinationType": "CIDR",
            "destinations": [line.split()[0]],
            "nextHopType": "ResourceId",
            "nextHop": HUB_FIREWALL,
        }
        bodies.append({"id": f"{HUB}/hubRouteTables/{name}", "name": name, "properties": {"routes": [row]}})
    addresses = {"privateIPAddress": "10.50.0.132", "publicIPs": {"count": 1, "addresses": [{"address": "20.3.3.3"}]}}
    policy = {
        "virtualHub": {"id": HUB},
        "hubIPAddresses": addresses,
        "firewallPolicy": arm.ref("firewallPolicies", "hub"),
    }
    return [*bodies, *_policy("hub", words["firewall"]), arm.body("azureFirewalls", "fw", policy)]


def _further(words: arm.Json) -> list[arm.Json]:
    """Return the resources under `with`."""
    place = arm.subnet_id("spoke", "app")
    found: list[arm.Json] = []
    for key, value in words.items():
        if "/" in key:
            kind, name = key.split("/")
            own = {item: inner for item, inner in _resolved(value).items() if item != "sku"}
            found.append(arm.body(kind, name, own, sku={"name": value["sku"]}))
        elif key == "balancer":
            found.append(_balancer(value))
        elif key == "second_nic":
            found.append(arm.nic("web01-second", "10.1.0.5", place, "web01", _resolved(value)))
        elif key == "sibling":
            found.append(arm.nic("web02-nic", "10.1.0.6", place, "web02", _resolved(value)))
            found.append(arm.vm("web02", "web02-nic", availabilitySet=arm.ref("availabilitySets", "as")))
        elif key == "appliance":
            found.append(arm.network("hub", "10.0.0.0/16", arm.subnet("hub", "nva", "10.0.1.0/24")))
            found.append(arm.nic("nva-nic", "10.0.1.4", arm.subnet_id("hub", "nva"), "nva", **value))
    if "firewall" in words or "policy" in words:
        found += _firewalls(words)
    return found


def path_of(given: arm.Json) -> arm.Json:
    """Return the path that the collection judges for a situation."""
    place, nic, machine = (_resolved(given.get(key, {})) for key in ("subnet", "nic", "machine"))
    extra = _further(given.get("with", {}))
    rows = given.get("effective")
    if "routes" in given:
        place["routeTable"] = arm.ref("routeTables", "rt")
        extra.append(arm.table("rt", *_routes(given["routes"]), bgp_off=given.get("bgp_off", True)))
    for key, name, at in (("nsg", "on-subnet", place), ("nsg_on_nic", "on-nic", nic)):
        if key in given:
            at["networkSecurityGroup"] = arm.ref("networkSecurityGroups", name)
            extra.append(arm.nsg(name, *map(_rule, given[key])))
    listed: list[tuple[str, str]] = [(arm.SUB.rpartition("/")[2], "Microsoft.Network/azureFirewalls")]
    if "hub" in given:
        extra += _virtual_hub(given["hub"])
        listed += [(HUB, "routingIntent"), (HUB, "hubRouteTables")]
        rows = rows or ["VirtualNetworkGateway 0.0.0.0/0 VirtualNetworkGateway 20.77.0.9"]
    resources, vm_id = arm.world(*extra, place=place, config=_resolved(given.get("config", {})), nic=nic, vm=machine)
    spoke, own = resources[0], resources[1]
    spoke["properties"] |= _resolved(given.get("network", {}))
    if given.get("gateway"):
        spoke["properties"]["subnets"].append(arm.subnet("spoke", "GatewaySubnet", "10.1.255.0/27"))
    if "second_config" in given:
        more = {"privateIPAddress": "10.1.0.7", "primary": False, "subnet": {"id": arm.subnet_id("spoke", "app")}}
        config = {
            "id": f"{own['id']}/ipConfigurations/d",
            "name": "d",
            "properties": more | _resolved(given["second_config"]),
        }
        own["properties"]["ipConfigurations"].append(config)
    if "second_nic" in given.get("with", {}):
        second = {"id": arm.rid("networkInterfaces", "web01-second"), "properties": {"primary": False}}
        resources[2]["properties"]["networkProfile"]["networkInterfaces"].append(second)
    return arm.run(
        resources,
        vm_id,
        effective_routes=arm.with_routes(*map(_row, rows)) if rows else {},
        service_tags={"westeurope": given.get("tags", {})},
        admin_rules={arm.rid("virtualNetworks", "spoke"): list(map(_admin_rule, given.get("admin", [])))},
        listed=listed,
    )
