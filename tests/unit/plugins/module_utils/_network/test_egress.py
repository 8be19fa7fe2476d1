# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way out: NAT gateways, public IPs, load balancers, default outbound access and what takes it away."""

from __future__ import annotations

import typing as t

import pytest

from . import arm

PRIVATE = {"defaultOutboundAccess": False}
POOL = f"{arm.rid('loadBalancers', 'lb')}/backendAddressPools/web"
IN_POOL = {"loadBalancerBackendAddressPools": [{"id": POOL}]}
FRONT = f"{arm.rid('loadBalancers', 'lb')}/frontendIPConfigurations/front"
PUBLIC = {"publicIPAddress": arm.ref("publicIPAddresses", "lb-pip")}
INTERNAL = {"privateIPAddress": "10.1.0.200", "subnet": {"id": arm.subnet_id("spoke", "app")}}
NAT = {"natGateway": arm.ref("natGateways", "nat")}
PIP = {"publicIPAddress": arm.ref("publicIPAddresses", "web-pip")}


def balancer(
    sku: str | None = "Standard", front: arm.Json | None = None, pool: arm.Json | None = None, **rules: t.Any
) -> arm.Json:
    own = {
        "frontendIPConfigurations": [{"id": FRONT, "name": "front", "properties": front or PUBLIC}],
        "backendAddressPools": [{"id": POOL, "name": "web", "properties": pool or {}}],
        "loadBalancingRules": [],
        "outboundRules": [],
        **rules,
    }
    return arm.body("loadBalancers", "lb", own, **({"sku": {"name": sku}} if sku else {}))


def outbound(**change: t.Any) -> list[arm.Json]:
    own = {"protocol": "All", "backendAddressPool": {"id": POOL}, "frontendIPConfigurations": [{"id": FRONT}], **change}
    return [{"name": "out", "properties": own}]


def load_rule(**change: t.Any) -> list[arm.Json]:
    own = {
        "protocol": "Tcp",
        "backendAddressPool": {"id": POOL},
        "frontendIPConfiguration": {"id": FRONT},
        "disableOutboundSnat": False,
        **change,
    }
    return [{"name": "web", "properties": own}]


def nat(sku: str = "Standard", /, **properties: t.Any) -> arm.Json:
    return arm.body("natGateways", "nat", properties, sku={"name": sku})


NAT_PIP = {"publicIpAddresses": [arm.ref("publicIPAddresses", "nat-pip")]}
BY_ADDRESS = {
    "loadBalancerBackendAddresses": [
        {"name": "a", "properties": {"ipAddress": "10.1.0.4", "virtualNetwork": arm.ref("virtualNetworks", "spoke")}}
    ]
}
PREFIX = {"publicIpAddresses": [], "publicIpPrefixes": [arm.ref("publicIPPrefixes", "pre")]}


@pytest.mark.parametrize(
    ("extra", "parts", "method", "verdict"),
    [
        ([], {}, "default_outbound", "open"),
        ([], {"place": {"defaultOutboundAccess": None}}, "default_outbound", "open"),
        ([], {"place": {"defaultOutboundAccess": True}}, "default_outbound", "open"),
        ([], {"place": PRIVATE}, "none", "blocked"),
        ([], {"place": PRIVATE, "config": PIP}, "instance_ip", "open"),
        ([nat(**NAT_PIP)], {"place": {**PRIVATE, **NAT}}, "nat_gateway", "open"),
        ([nat(**PREFIX)], {"place": {**PRIVATE, **NAT}}, "nat_gateway", "open"),
        ([nat("StandardV2", **NAT_PIP)], {"place": {**PRIVATE, **NAT}}, "nat_gateway", "open"),
        (
            [nat("StandardV2", sourceVirtualNetwork=arm.ref("virtualNetworks", "SPOKE"), **NAT_PIP)],
            {"place": PRIVATE},
            "nat_gateway",
            "open",
        ),
        (
            [nat("StandardV2", sourceVirtualNetwork=arm.ref("virtualNetworks", "other"), **NAT_PIP)],
            {"place": PRIVATE},
            "none",
            "blocked",
        ),
        ([nat(publicIpAddresses=[], publicIpPrefixes=None)], {"place": {**PRIVATE, **NAT}}, "none", "blocked"),
        ([nat(publicIpAddresses=[])], {"place": NAT, "config": PIP}, "instance_ip", "open"),
        ([nat(**NAT_PIP)], {"place": NAT, "config": PIP}, "nat_gateway", "open"),
        ([nat(**NAT_PIP), balancer()], {"place": NAT, "config": IN_POOL}, "nat_gateway", "open"),
        ([], {"place": {**PRIVATE, **NAT}}, "unknown", "unknown"),
        ([], {"place": {**PRIVATE, **NAT}, "config": PIP}, "instance_ip", "open"),
        ([balancer()], {"config": IN_POOL}, "none", "blocked"),
        ([balancer(front=INTERNAL)], {"config": IN_POOL}, "none", "blocked"),
        ([balancer(front=INTERNAL, loadBalancingRules=load_rule())], {"config": IN_POOL}, "none", "blocked"),
        ([balancer(outboundRules=outbound())], {"config": IN_POOL}, "lb_outbound_rule", "open"),
        ([balancer(outboundRules=outbound())], {"config": IN_POOL, "place": PRIVATE}, "lb_outbound_rule", "open"),
        ([balancer(outboundRules=outbound(protocol="Tcp"))], {"config": IN_POOL}, "lb_outbound_rule", "open"),
        ([balancer(outboundRules=outbound(protocol="Udp"))], {"config": IN_POOL}, "none", "blocked"),
        (
            [balancer(outboundRules=outbound(backendAddressPool={"id": POOL + "2"}))],
            {"config": IN_POOL},
            "none",
            "blocked",
        ),
        (
            [balancer(front={"publicIPPrefix": arm.ref("publicIPPrefixes", "p")}, outboundRules=outbound())],
            {"config": IN_POOL},
            "lb_outbound_rule",
            "open",
        ),
        ([balancer(loadBalancingRules=load_rule())], {"config": IN_POOL}, "lb_rule", "open"),
        (
            [
                balancer(
                    loadBalancingRules=load_rule(backendAddressPool=None, backendAddressPools=[{"id": POOL.upper()}])
                )
            ],
            {"config": IN_POOL},
            "lb_rule",
            "open",
        ),
        ([balancer(loadBalancingRules=load_rule(disableOutboundSnat=True))], {"config": IN_POOL}, "none", "blocked"),
        (
            [balancer(loadBalancingRules=load_rule(disableOutboundSnat=True), outboundRules=outbound())],
            {"config": IN_POOL},
            "lb_outbound_rule",
            "open",
        ),
        ([balancer(loadBalancingRules=load_rule(protocol="Udp"))], {"config": IN_POOL}, "unknown", "unknown"),
        ([balancer(loadBalancingRules="?")], {"config": IN_POOL}, "unknown", "unknown"),
        ([balancer()], {"config": {**IN_POOL, **PIP}}, "instance_ip", "open"),
        ([balancer("Basic")], {"config": IN_POOL}, "basic_lb", "open"),
        ([balancer("Basic", loadBalancingRules=load_rule())], {"config": IN_POOL}, "basic_lb", "open"),
        ([balancer("Basic", INTERNAL)], {"config": IN_POOL}, "default_outbound", "open"),
        ([balancer("Basic", INTERNAL)], {"config": IN_POOL, "place": PRIVATE}, "none", "blocked"),
        ([balancer(None)], {"config": IN_POOL}, "unknown", "unknown"),
        ([], {"config": IN_POOL}, "unknown", "unknown"),
        ([balancer(pool=BY_ADDRESS)], {"place": PRIVATE}, "default_outbound", "open"),
        ([balancer(pool=BY_ADDRESS)], {}, "default_outbound", "open"),
        ([balancer(pool=BY_ADDRESS, outboundRules=outbound())], {"place": PRIVATE}, "lb_outbound_rule", "open"),
        ([], {"place": PRIVATE, "nic": {"defaultOutboundConnectivityEnabled": True}}, "default_outbound", "open"),
        ([], {"nic": {"defaultOutboundConnectivityEnabled": False}}, "unknown", "unknown"),
        ([], {"vm": {"virtualMachineScaleSet": arm.ref("virtualMachineScaleSets", "flex")}}, "none", "blocked"),
        ([], {"config": {"loadBalancerInboundNatRules": [{"id": f"{POOL}/r"}]}}, "unknown", "unknown"),
    ],
)
def test_way_out(extra: list[arm.Json], parts: arm.Json, method: str, verdict: str) -> None:
    resources, vm_id = arm.world(*extra, **parts)
    path = arm.run(resources, vm_id)
    assert (path["addresses"][0]["egress"]["method"], path["verdict"]) == (method, verdict)
    if verdict == "blocked":
        assert path["causes"] == ["no-outbound-path"]


def test_public_addresses_are_named() -> None:
    prefix = arm.body("publicIPPrefixes", "pre", {"ipPrefix": "20.9.9.0/30"})
    address = arm.public_ip("nat-pip", "20.8.8.8")
    resources, vm_id = arm.world(nat(**{**PREFIX, **NAT_PIP}), prefix, address, place=NAT)
    egress = arm.run(resources, vm_id)["addresses"][0]["egress"]
    assert egress["public_ips"] == ["20.8.8.8", "20.9.9.0/30"]
    assert egress["resource_id"].endswith("/natGateways/nat")


SET = {"availabilitySet": arm.ref("availabilitySets", "aset")}


def sibling(config: arm.Json) -> list[arm.Json]:
    nic = arm.nic("web02-nic", "10.1.0.5", arm.subnet_id("spoke", "app"), "web02", config)
    return [arm.vm("web02", "web02-nic", **SET), nic]


@pytest.mark.parametrize(
    ("extra", "parts", "verdict"),
    [
        ([*sibling(IN_POOL), balancer()], {"vm": SET}, "blocked"),
        ([*sibling(IN_POOL), balancer(front=INTERNAL)], {"vm": SET}, "blocked"),
        ([*sibling(IN_POOL), balancer("Basic")], {"vm": SET}, "open"),
        ([*sibling({}), balancer()], {"vm": SET}, "open"),
        ([*sibling(IN_POOL), balancer()], {}, "open"),
        ([*sibling(IN_POOL), balancer()], {"vm": SET, "config": PIP}, "open"),
        ([*sibling(IN_POOL)], {"vm": SET}, "unknown"),
        ([*sibling(IN_POOL), balancer(None)], {"vm": SET}, "unknown"),
        (
            [arm.body("availabilitySets", "aset", {"virtualMachines": [arm.ref("virtualMachines", "gone")]})],
            {"vm": SET},
            "unknown",
        ),
        ([arm.vm("web02", "web02-nic", **SET)], {"vm": SET}, "unknown"),
    ],
)
def test_availability_set_siblings(extra: list[arm.Json], parts: arm.Json, verdict: str) -> None:
    resources, vm_id = arm.world(*extra, **parts)
    path = arm.run(resources, vm_id)
    assert path["verdict"] == verdict
    if verdict == "blocked":
        assert path["cause"] == "no-outbound-path"
        assert "web02" in path["reason"]
        assert "aset" in path["reason"]
        assert any("Japan" in note for note in path["notes"])


@pytest.mark.parametrize("kind", ["Microsoft.Network/natGateways", "Microsoft.Network/loadBalancers"])
def test_no_way_out_is_only_said_when_the_lists_were_read(kind: str) -> None:
    resources, vm_id = arm.world(place=PRIVATE)
    for reason, right in (("403", f"{kind}/read"), ("429", None)):
        unread = [{"what": kind, "scope": arm.SUB, "reason": reason, "action": right}]
        path = arm.run(resources, vm_id, unread=unread)
        assert path["verdict"] == "unknown"
        # A right is only asked for where one is missing.
        assert {entry["action"] for entry in path["unread"] if entry["reason"] == reason} == {right}


@pytest.mark.parametrize("hop", ["VirtualNetworkGateway", "None"])
def test_two_causes_the_route_first(hop: str) -> None:
    route = arm.route("dead", "0.0.0.0/0", hop)
    resources, vm_id = arm.world(arm.table("rt", route), place={**PRIVATE, "routeTable": arm.ref("routeTables", "rt")})
    path = arm.run(resources, vm_id)
    assert path["causes"][1:] == ["no-outbound-path"]
    assert path["cause"] in {"forced-tunneling", "route-blackhole"}
    assert "a route to the Internet alone would not help" in path["reason"]
    assert path["addresses"][0]["egress"]["method"] == "not_reached"


def test_kms_routes_do_nothing_in_a_private_subnet() -> None:
    routes = [arm.route("dead", "0.0.0.0/0", "VirtualNetworkGateway"), *arm.kms_routes(arm.FIRST, arm.SECOND)]
    resources, vm_id = arm.world(
        arm.table("rt", *routes), place={**PRIVATE, "routeTable": arm.ref("routeTables", "rt")}
    )
    assert arm.run(resources, vm_id)["causes"] == ["no-outbound-path"]


@pytest.mark.parametrize(
    ("listed", "verdict"), [([], "unknown"), ([(arm.SUB.split("/")[2], "microsoft.network/networkinterfaces")], "open")]
)
def test_a_further_nic_that_was_not_read_may_have_a_public_ip(listed: list[tuple[str, str]], verdict: str) -> None:
    nics = [{"id": arm.rid("networkInterfaces", name)} for name in ("web01-nic", "web01-second")]
    resources, vm_id = arm.world(vm={"networkProfile": {"networkInterfaces": nics}})
    assert arm.run(resources, vm_id, listed=listed)["verdict"] == verdict


def test_nics_without_a_machine_say_nothing_about_another_one() -> None:
    loose = arm.nic("loose", "10.1.0.9", arm.subnet_id("spoke", "app"), None, PIP)
    resources, _vm_id = arm.world(loose)
    own = next(body for body in resources if body["name"] == "web01-nic")
    own["properties"]["virtualMachine"] = None
    assert arm.run([body for body in resources if body["name"] != "web01"], "10.1.0.4")["verdict"] == "open"
