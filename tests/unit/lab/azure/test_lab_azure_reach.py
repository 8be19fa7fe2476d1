# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far a guest's connection gets in the lab, for many shapes of network."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest

from tests.lab.azure import half
from tests.unit.lab.azure import builders as b

GATEWAY_DEFAULT = [{"prefix": "0.0.0.0/0", "next_hop": "VirtualNetworkGateway"}]
HUB = f"{b.NETWORK}/virtualHubs/vhub"
SPOKE = f"{b.NETWORK}/virtualNetworks/spoke"
KMS_ROUTES = [b.route(f"{address}/32", "Internet") for address in (b.KMS, b.OTHER_KMS)]
TO_FIREWALL = b.route("0.0.0.0/0", "VirtualAppliance", b.FIREWALL)
DENY_INTERNET = b.rule(200, "Deny", "Internet")
NAT = b.resource("natGateways", "nat", {"publicIpAddresses": [b.ref("publicIPAddresses/nat-pip")]})
NAT_WITHOUT_ADDRESS = b.resource("natGateways", "nat", {})
PRIVATE = {"defaultOutboundAccess": False}
GROUPED = {"networkSecurityGroup": b.ref("networkSecurityGroups/nsg")}
OUTBOUND_RULE = {
    "outboundRules": [
        {
            "name": "out",
            "properties": {
                "protocol": "All",
                "backendAddressPool": b.ref("loadBalancers/lb/backendAddressPools/pool"),
                "frontendIPConfigurations": [b.ref("loadBalancers/lb/frontendIPConfigurations/front")],
            },
        }
    ]
}


def _balancing_rule(*, disabled: bool) -> b.Body:
    inner = {
        "protocol": "Tcp",
        "backendAddressPool": b.ref("loadBalancers/lb/backendAddressPools/pool"),
        "frontendIPConfiguration": b.ref("loadBalancers/lb/frontendIPConfigurations/front"),
        "disableOutboundSnat": disabled,
    }
    return {"loadBalancingRules": [{"name": "web", "properties": inner}]}


def _sibling(*, nic: b.Body) -> list[b.Body]:
    avset = {"id": f"{b.GROUP}/providers/Microsoft.Compute/availabilitySets/as"}
    whole = {**avset, "type": "Microsoft.Compute/availabilitySets", "name": "as", "location": "westeurope"}
    return [
        *b.spoke(b.balancer("internal"), whole, nic={"machine": {"availabilitySet": avset}}),
        *b.machine("sibling", "spoke/work", "10.1.1.5", machine={"availabilitySet": avset}, **nic),
    ]


def _appliance(**nic: t.Any) -> list[b.Body]:
    subnets = {"outside": {"addressPrefix": "10.0.9.0/24"}}
    return [
        *b.routed(b.route("0.0.0.0/0", "VirtualAppliance", "10.0.9.4")),
        b.network("hub", "10.0.0.0/16", subnets),
        *b.machine("nva", "hub/outside", "10.0.9.4", **nic),
    ]


def _hub_network(*, secured: bool | None) -> list[b.Body]:
    firewall = b.resource(
        "azureFirewalls",
        "hubfw",
        {
            "hubIPAddresses": {"privateIPAddress": "10.9.0.4", "publicIPs": {"count": 1}},
            "virtualHub": b.ref("virtualHubs/vhub"),
            "firewallPolicy": b.ref("firewallPolicies/policy"),
        },
    )
    policy = {"name": "Internet", "destinations": ["Internet"], "nextHop": firewall["id"]}
    connection = {"remoteVirtualNetwork": b.ref("virtualNetworks/spoke")}
    if secured is not None:
        connection["enableInternetSecurity"] = secured
    return [
        *b.spoke(*b.hub(b.network_rule("Deny", "*"))),
        firewall,
        b.resource("virtualHubs", "vhub", {"addressPrefix": "10.9.0.0/23"}),
        b.resource("virtualHubs/vhub/routingIntent", "intent", {"routingPolicies": [policy]}),
        b.resource("virtualHubs/vhub/hubVirtualNetworkConnections", "spoke", connection),
    ]


def _in_hub(
    *policies: str, firewall: list[b.Body], default: str = "defaultRouteTable", **connection: t.Any
) -> list[b.Body]:
    """A hub whose table `default` sends 0.0.0.0/0 to its firewall; `firewall`: rule collections of its policy."""
    found = [body for body in _hub_network(secured=True) if not body["type"].endswith("routingIntent")]
    fw = next(body["id"] for body in found if body["name"] == "hubfw")
    row = {
        "name": "all",
        "destinationType": "CIDR",
        "destinations": ["0.0.0.0/0"],
        "nextHopType": "ResourceId",
        "nextHop": fw,
    }
    found = [body for body in found if not body["type"].endswith("ruleCollectionGroups")]
    link = next(body for body in found if body["type"].endswith("hubVirtualNetworkConnections"))
    link["properties"].update(connection)
    group = b.resource(
        "firewallPolicies/policy/ruleCollectionGroups", "g", {"priority": 200, "ruleCollections": firewall}
    )
    intent = {"routingPolicies": [{"name": name, "destinations": [name], "nextHop": fw} for name in policies]}
    return [
        *found,
        group,
        b.resource("virtualHubs/vhub/hubRouteTables", default, {"routes": [row]}),
        *([b.resource("virtualHubs/vhub/routingIntent", "intent", intent)] if policies else []),
    ]


def _second(configuration: b.Body) -> list[b.Body]:
    """The machine with a second interface."""
    nics = {"networkInterfaces": [b.ref("networkInterfaces/web-nic"), b.ref("networkInterfaces/more-nic")]}
    second, _vm = b.machine("more", "spoke/work", "10.1.1.9", configuration=configuration)
    return [*b.spoke(b.balancer("public", rules=OUTBOUND_RULE), nic={"machine": {"networkProfile": nics}}), second]


def _admin(access: str) -> list[b.Body]:
    manager = "networkManagers/avnm"
    rules = f"{manager}/securityAdminConfigurations/conf/ruleCollections/col"
    applies = {"appliesToGroups": [{"networkGroupId": f"{b.NETWORK}/{manager}/networkGroups/all"}]}
    inner = {
        "access": access,
        "direction": "Outbound",
        "priority": 10,
        "protocol": "Tcp",
        "sourcePortRanges": ["0-65535"],
        "destinationPortRanges": ["1688"],
        "sources": [{"addressPrefixType": "IPPrefix", "addressPrefix": "10.1.0.0/16"}],
        "destinations": [{"addressPrefixType": "IPPrefix", "addressPrefix": "*"}],
    }
    return [
        b.resource("networkManagers", "avnm", {}),
        b.resource(f"{manager}/networkGroups", "all", {}),
        b.resource(f"{manager}/networkGroups/all/staticMembers", "m", {"resourceId": SPOKE.upper()}),
        b.resource(f"{manager}/securityAdminConfigurations", "conf", {}),
        b.resource(f"{manager}/securityAdminConfigurations/conf/ruleCollections", "col", applies),
        b.resource(f"{rules}/rules", "r", inner),
    ]


def _classic(collections: b.Body) -> list[b.Body]:
    found = b.behind_firewall()
    firewall = next(body for body in found if body["type"].endswith("azureFirewalls"))
    firewall["properties"].pop("firewallPolicy")
    firewall["properties"].update(collections)
    return found


def _classic_rule(kind: str, priority: int, action: str, **body: t.Any) -> b.Body:
    inner = {
        "priority": priority,
        "action": {"type": action},
        "rules": [{"name": "x", "sourceAddresses": ["*"], **body}],
    }
    return {f"{kind}RuleCollections": [{"name": f"{kind}{priority}", "properties": inner}]}


TO_KMS = {"protocols": ["TCP"], "destinationAddresses": [b.KMS], "destinationPorts": ["1688"]}
FQDN = {"destinationAddresses": [], "destinationFqdns": ["azkms.core.windows.net"]}
IP_GROUP = b.resource("ipGroups", "kms", {"ipAddresses": [b.KMS, "40.83.235.53/32"]})
BY_GROUP = {"destinationAddresses": [], "destinationIpGroups": [IP_GROUP["id"].upper()]}
TO_ONPREM = b.route("0.0.0.0/0", "VirtualNetworkGateway")
FORCED_FIREWALL = {"subnet": {"routeTable": b.ref("routeTables/fwrt")}}

CASES: list[tuple[str, str, list[b.Body], dict[str, t.Any]]] = [
    ("nothing in the way", "kms", b.spoke(), {}),
    # Routes
    ("default route by BGP", "open", b.spoke(), {"bgp": {SPOKE: GATEWAY_DEFAULT}}),
    ("BGP switched off", "kms", b.spoke(b.table(disableBgpRoutePropagation=True), subnet={"routeTable": b.ref("routeTables/rt")}),
     {"bgp": {SPOKE: GATEWAY_DEFAULT}}),
    ("BGP and KMS routes", "kms", b.routed(*KMS_ROUTES), {"bgp": {SPOKE: GATEWAY_DEFAULT}}),
    ("table and BGP for one prefix", "kms", b.routed(b.route("0.0.0.0/0", "Internet")), {"bgp": {SPOKE: GATEWAY_DEFAULT}}),
    ("gateway accepts any egress", "kms", b.spoke(), {"bgp": {SPOKE: GATEWAY_DEFAULT}, "kms": {"egress": "any"}}),
    ("default route by table", "open", b.routed(TO_ONPREM), {}),
    ("old KMS route beside the default", "open", b.routed(TO_ONPREM, b.route("23.102.135.246/32", "Internet")), {}),
    ("dropped default", "filtered", b.routed(b.route("0.0.0.0/0", "None")), {}),
    ("dropped default, KMS routes", "kms", b.routed(b.route("0.0.0.0/0", "None"), *KMS_ROUTES), {}),
    ("dropped by a service tag", "filtered", b.routed(b.route("AzureCloud", "None")), {}),
    ("a route by its prefix beats a tag", "kms", b.routed(b.route("AzureCloud", "None"), *KMS_ROUTES), {}),
    ("appliance that nobody owns", "filtered", b.routed(b.route("0.0.0.0/0", "VirtualAppliance", "10.0.7.7")), {}),
    ("peered gateway", "open", [*b.spoke(peering=b.to_hub(useRemoteGateways=True)), *b.hub()],
     {"bgp": {f"{b.NETWORK}/virtualNetworks/hub": GATEWAY_DEFAULT}}),
    ("peered gateway that is not used", "kms", [*b.spoke(), *b.hub()],
     {"bgp": {f"{b.NETWORK}/virtualNetworks/hub": GATEWAY_DEFAULT}}),
    ("raw rows", "filtered", b.spoke(), {"effective_routes": {f"{b.NETWORK}/networkInterfaces/web-nic": [
        {"source": "Default", "state": "Active", "addressPrefix": ["0.0.0.0/0"], "nextHopType": "None"}]}}),
    # Security rules
    ("platform rule beats a deny", "kms", b.spoke(b.group(DENY_INTERNET), subnet=GROUPED), {}),
    ("platform rule off with a default route", "filtered",
     b.routed(b.route("0.0.0.0/0", "Internet"), subnet=GROUPED, more=[b.group(DENY_INTERNET)]), {}),
    ("explicit allow with a default route", "kms", b.routed(b.route("0.0.0.0/0", "Internet"), subnet=GROUPED, more=[
        b.group(b.rule(100, "Allow", b.KMS, "1688"), DENY_INTERNET)]), {}),
    ("licensing tag denied", "filtered", b.spoke(b.group(b.rule(300, "Deny", "AzurePlatformLKM")), subnet=GROUPED), {}),
    ("licensing tag denied after an allow", "kms", b.spoke(
        b.group(b.rule(150, "Allow", "Internet", "1688"), b.rule(300, "Deny", "AzurePlatformLKM")), subnet=GROUPED), {}),
    ("licensing tag denied at the interface", "filtered",
     b.spoke(b.group(b.rule(300, "Deny", "AzurePlatformLKM")), nic=GROUPED), {}),
    ("deny of another port", "kms", b.routed(b.route("0.0.0.0/0", "Internet"), subnet=GROUPED, more=[
        b.group(b.rule(200, "Deny", "*", "", destinationPortRanges=["80", "440-450"]))]), {}),
    ("admin rule denies", "filtered", b.spoke(*_admin("Deny")), {}),
    ("admin rule always allows", "kms", b.spoke(
        *_admin("AlwaysAllow"), b.group(b.rule(300, "Deny", "AzurePlatformLKM")), subnet=GROUPED), {}),
    ("admin rule allows, the group denies", "filtered", b.spoke(
        *_admin("Allow"), b.group(b.rule(300, "Deny", "AzurePlatformLKM")), subnet=GROUPED), {}),
    # Azure Firewall
    ("firewall without a rule", "filtered", b.behind_firewall(), {}),
    ("firewall allows", "kms", b.behind_firewall(b.network_rule("Allow", b.KMS)), {}),
    ("firewall allows another port", "filtered", b.behind_firewall(b.network_rule("Allow", b.KMS, port="1687,1689-1700")), {}),
    ("firewall allows another source", "filtered",
     b.behind_firewall(b.network_rule("Allow", b.KMS, sourceAddresses=["10.2.0.0/16"])), {}),
    ("firewall behind a broken peering", "filtered", [
        *b.spoke(b.table(TO_FIREWALL), subnet={"routeTable": b.ref("routeTables/rt")}, peering=b.to_hub("Disconnected")),
        *b.hub(b.network_rule("Allow", b.KMS))], {}),
    ("parent denies first", "filtered",
     b.behind_firewall(b.network_rule("Allow", b.KMS), parent=[b.network_rule("Deny", "*", port="*")]), {}),
    ("parent allows", "kms", b.behind_firewall(parent=[b.network_rule("Allow", b.KMS)]), {}),
    ("application rule answers", "open", b.behind_firewall(b.application_rule(1688)), {}),
    ("application rule of the parent, network rule of the child", "kms",
     b.behind_firewall(b.network_rule("Allow", b.KMS), parent=[b.application_rule(1688)]), {}),
    ("application rule for 443", "filtered", b.behind_firewall(b.application_rule(443)), {}),
    ("name with DNS proxy", "kms", b.behind_firewall(b.network_rule("Allow", **FQDN), dnsSettings={"enableProxy": True}), {}),
    ("name without DNS proxy", "filtered", b.behind_firewall(b.network_rule("Allow", **FQDN)), {}),
    ("IP group", "kms", [*b.behind_firewall(b.network_rule("Allow", **BY_GROUP)), IP_GROUP], {}),
    ("classic allows", "kms", _classic(_classic_rule("network", 200, "Allow", **TO_KMS)), {}),
    ("classic denies", "filtered", _classic(_classic_rule("network", 200, "Deny", **TO_KMS)), {}),
    ("classic application rule", "open",
     _classic(_classic_rule("application", 200, "Allow", protocols=[{"protocolType": "Https", "port": 1688}])), {}),
    ("forced-tunnel firewall", "open", [*b.behind_firewall(b.network_rule("Allow", b.KMS), **FORCED_FIREWALL),
                                        b.table(TO_ONPREM, name="fwrt")], {}),
    ("forced-tunnel firewall with KMS routes", "kms", [*b.behind_firewall(b.network_rule("Allow", b.KMS), **FORCED_FIREWALL),
                                                       b.table(TO_ONPREM, *KMS_ROUTES, name="fwrt")], {}),
    ("routing intent", "filtered", _hub_network(secured=None), {}),
    ("routing intent, spoke opted out", "kms", _hub_network(secured=False), {}),
    ("hub table with a default route", "filtered", _in_hub(firewall=[]), {}),
    ("hub table that is not associated", "kms", _in_hub(firewall=[], default="other"), {}),
    ("hub table that is associated", "filtered", _in_hub(
        firewall=[], default="other",
        routingConfiguration={"associatedRouteTable": b.ref("virtualHubs/vhub/hubRouteTables/other")}), {}),
    ("forced-tunnel hub that learnt a default route", "open",
     _in_hub("PrivateTraffic", firewall=[b.network_rule("Allow", b.KMS)]), {"bgp": {HUB: GATEWAY_DEFAULT}}),
    ("forced-tunnel hub that learnt none", "kms", _in_hub("PrivateTraffic", firewall=[b.network_rule("Allow", b.KMS)]), {}),
    # Appliances
    ("appliance forwards", "kms", _appliance(enableIPForwarding=True), {}),
    ("appliance forwards 443 only", "filtered", _appliance(enableIPForwarding=True),
     {"appliances": {"10.0.9.4": {"forwards": ["tcp/443"]}}}),
    ("appliance forwards a range", "kms", _appliance(enableIPForwarding=True),
     {"appliances": {"10.0.9.4": {"forwards": ["udp/*", "tcp/1600-1700"]}}}),
    ("appliance without IP forwarding", "filtered", _appliance(), {}),
    ("appliance that is stopped", "filtered", _appliance(enableIPForwarding=True, power="deallocated"), {}),
    ("appliance known by its address", "kms", b.routed(b.route("0.0.0.0/0", "VirtualAppliance", "10.0.9.9")),
     {"appliances": {"10.0.9.9": {}}}),
    ("appliance on-premises", "open", b.routed(b.route("0.0.0.0/0", "VirtualAppliance", "10.0.9.9")),
     {"appliances": {"10.0.9.9": {"egress": "on-premises"}}}),
    ("appliances in a circle", "filtered", [
        *b.routed(b.route("0.0.0.0/0", "VirtualAppliance", "10.1.1.5")),
        *b.machine("loop", "spoke/work", "10.1.1.5", enableIPForwarding=True)], {}),
    # Ways out
    ("private subnet", "filtered", b.spoke(subnet=PRIVATE), {}),
    ("private subnet, KMS routes", "filtered", b.routed(*KMS_ROUTES, subnet=PRIVATE), {}),
    ("private subnet, NAT gateway", "kms", b.spoke(NAT, subnet={**PRIVATE, "natGateway": b.ref("natGateways/nat")}), {}),
    ("private subnet, NAT gateway without address", "filtered",
     b.spoke(NAT_WITHOUT_ADDRESS, subnet={**PRIVATE, "natGateway": b.ref("natGateways/nat")}), {}),
    ("private subnet, own address", "kms",
     b.spoke(subnet=PRIVATE, nic={"configuration": {"publicIPAddress": b.ref("publicIPAddresses/p")}}), {}),
    ("record of the platform", "filtered", b.spoke(nic={"defaultOutboundConnectivityEnabled": False}), {}),
    ("internal Standard balancer", "filtered", b.spoke(b.balancer("internal"), nic=b.in_pool()), {}),
    ("internal Basic balancer", "kms", b.spoke(b.balancer("internal", sku="Basic"), nic=b.in_pool()), {}),
    ("public Standard balancer without rules", "filtered", b.spoke(b.balancer("public"), nic=b.in_pool()), {}),
    ("outbound rule", "kms", b.spoke(b.balancer("public", rules=OUTBOUND_RULE), nic=b.in_pool()), {}),
    ("balancing rule with SNAT", "kms",
     b.spoke(b.balancer("public", rules=_balancing_rule(disabled=False)), nic=b.in_pool()), {}),
    ("balancing rule without SNAT", "filtered",
     b.spoke(b.balancer("public", rules=_balancing_rule(disabled=True)), nic=b.in_pool()), {}),
    ("sibling behind a Standard balancer", "filtered", _sibling(nic=b.in_pool()), {}),
    ("sibling without a balancer", "kms", _sibling(nic={}), {}),
    ("public IP on another interface", "filtered", _second({"publicIPAddress": b.ref("publicIPAddresses/p")}), {}),
    ("another interface in a Standard pool", "filtered", _second(b.in_pool()["configuration"]), {}),
    ("another interface with nothing", "kms", _second({}), {}),
    ("public IP on another configuration", "filtered", b.spoke(nic={"ipConfigurations": [
        {"name": "one", "properties": {"privateIPAddress": "10.1.1.4", "primary": True,
                                       "subnet": b.ref("virtualNetworks/spoke/subnets/work")}},
        {"name": "two", "properties": {"privateIPAddress": "10.1.1.8", "primary": False,
                                       "subnet": b.ref("virtualNetworks/spoke/subnets/work"),
                                       "publicIPAddress": b.ref("publicIPAddresses/p")}}]}), {}),
    ("flexible scale set", "filtered", b.spoke(nic={"machine": {"virtualMachineScaleSet": {"id": f"{b.GROUP}/x"}}}), {}),
    ("firewall needs no way out of the subnet", "kms",
     b.routed(TO_FIREWALL, subnet=PRIVATE, more=b.hub(b.network_rule("Allow", b.KMS))), {}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("expected", "resources", "more"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_reach(expected: str, resources: list[b.Body], more: dict[str, t.Any], tmp_path: pathlib.Path) -> None:
    lab = half.start(b.world(resources, **more), tmp_path)
    assert lab is not None
    try:
        assert lab.reach("web", b.KMS, 1688) == expected
    finally:
        lab.stop()


def test_other_ports_and_addresses_are_silent(tmp_path: pathlib.Path) -> None:
    lab = half.start(
        b.world(b.spoke(), kms={"servers": {b.KMS: {"state": "healthy"}, b.OTHER_KMS: {"state": "down"}}}), tmp_path
    )
    assert lab is not None
    try:
        assert lab.reach("web", b.KMS, 443) == "filtered"
        assert lab.reach("web", "10.9.9.9", 1688) == "filtered"
        assert lab.reach("web", b.OTHER_KMS, 1688) == "filtered"
    finally:
        lab.stop()


def test_the_same_address_in_networks_that_are_not_connected(tmp_path: pathlib.Path) -> None:
    own, other = f"/subscriptions/{b.SUBSCRIPTION}/", "/subscriptions/0b1f6471-1bf0-4dda-aec3-000000000009/"
    twin = json.loads(json.dumps(b.hub(b.network_rule("Deny", "*"))).replace(own, other))
    lab = half.start(b.world([*twin, *b.behind_firewall(b.network_rule("Allow", b.KMS))]), tmp_path)
    assert lab is not None
    try:
        assert lab.reach("web", b.KMS, 1688) == "kms"
    finally:
        lab.stop()


def test_the_spelling_of_given_routes_does_not_matter(tmp_path: pathlib.Path) -> None:
    row = {"source": "default", "state": "active", "addressPrefix": ["0.0.0.0/0"], "nextHopType": "INTERNET"}
    routes = {f"{b.NETWORK}/networkInterfaces/web-nic": [row]}
    lab = half.start(b.world(b.spoke(), effective_routes=routes), tmp_path)
    assert lab is not None
    try:
        assert lab.reach("web", b.KMS, 1688) == "kms"
    finally:
        lab.stop()
