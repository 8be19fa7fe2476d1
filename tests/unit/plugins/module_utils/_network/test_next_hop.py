# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Next hops that are no Azure Firewall in a subnet: virtual hubs, appliances, gateways and nobody."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._network.state import EffectiveRoutes

from . import arm

HUB = arm.rid("virtualHubs", "vhub")
FW = arm.rid("azureFirewalls", "hub-fw")
TABLE = {"routeTable": arm.ref("routeTables", "rt")}
FROM_HUB = arm.effective(["0.0.0.0/0"], "VirtualNetworkGateway", "VirtualNetworkGateway", ("10.50.0.132",))
FROM_ROUTER = arm.effective(["0.0.0.0/0"], "VirtualNetworkGateway", "VirtualNetworkGateway", ("20.77.0.9",))
ALLOW = arm.collection("allow", 100, "Allow", arm.network_rule())
POLICY = [arm.policy("p", "g"), arm.group("p", "g", 100, ALLOW)]
DENYING = [arm.policy("p", "g"), arm.group("p", "g", 100)]


def hub_firewall() -> arm.Json:
    addresses = {"privateIPAddress": "10.50.0.132", "publicIPs": {"count": 1, "addresses": [{"address": "20.3.3.3"}]}}
    own = {"virtualHub": {"id": HUB}, "hubIPAddresses": addresses, "firewallPolicy": arm.ref("firewallPolicies", "p")}
    return arm.body("azureFirewalls", "hub-fw", {**own, "sku": {"name": "AZFW_Hub", "tier": "Standard"}})


def hub(**properties: t.Any) -> arm.Json:
    return arm.body("virtualHubs", "vhub", {"addressPrefix": "10.50.0.0/23", "azureFirewall": {"id": FW}, **properties})


def connection(secured: bool | None = True) -> arm.Json:
    own = {"remoteVirtualNetwork": arm.ref("virtualNetworks", "SPOKE"), "enableInternetSecurity": secured}
    return {"id": f"{HUB}/hubVirtualNetworkConnections/spoke", "name": "spoke", "properties": own}


def intent(*destinations: str, to: str = FW) -> arm.Json:
    policies = [{"name": "p", "destinations": list(destinations), "nextHop": to}]
    return {"id": f"{HUB}/routingIntent/ri", "name": "ri", "properties": {"routingPolicies": policies}}


def static(prefix: str, to: str) -> arm.Json:
    row = {
        "name": "all",
        "destinationType": "CIDR",
        "destinations": [prefix],
        "nextHopType": "ResourceId",
        "nextHop": to,
    }
    return {
        "id": f"{HUB}/hubRouteTables/defaultRouteTable",
        "name": "defaultRouteTable",
        "properties": {"routes": [row]},
    }


LISTED = [(HUB, "routingIntent"), (HUB, "hubRouteTables")]
NVA = arm.rid("networkVirtualAppliances", "sdwan")


@pytest.mark.parametrize(
    ("row", "bodies", "listed", "verdict", "cause"),
    [
        (FROM_HUB, [hub(), connection(), hub_firewall(), intent("Internet"), *POLICY], LISTED, "open", None),
        (
            FROM_ROUTER,
            [hub(), connection(), hub_firewall(), intent("PrivateTraffic", "Internet"), *POLICY],
            LISTED,
            "open",
            None,
        ),
        (
            FROM_ROUTER,
            [hub(), connection(), hub_firewall(), intent("Internet"), *DENYING],
            LISTED,
            "blocked",
            "azure-firewall-denies-kms",
        ),
        (FROM_ROUTER, [hub(), connection(), hub_firewall(), intent("Internet"), *POLICY], [], "open", None),
        (FROM_ROUTER, [hub(), connection(), hub_firewall(), *POLICY], [], "unknown", None),
        (FROM_ROUTER, [hub(), connection(), hub_firewall(), *POLICY], LISTED[:1], "unknown", None),
        (FROM_ROUTER, [hub(), connection(), hub_firewall(), *POLICY, static("0.0.0.0/0", FW)], LISTED, "open", None),
        (
            FROM_ROUTER,
            [hub(), connection(), hub_firewall(), *POLICY, static("10.0.0.0/8", FW)],
            LISTED,
            "blocked",
            "forced-tunneling",
        ),
        (FROM_ROUTER, [hub(), connection(), intent("Internet")], LISTED, "unknown", None),
        (FROM_ROUTER, [hub(), connection(), intent("PrivateTraffic")], LISTED, "blocked", "forced-tunneling"),
        (FROM_ROUTER, [hub(), connection()], LISTED, "blocked", "forced-tunneling"),
        (FROM_ROUTER, [hub(), connection(), intent("Internet", to=NVA)], LISTED, "suspect", "appliance-blocks-kms"),
        (
            FROM_ROUTER,
            [hub(virtualNetworkConnections=[connection()]), intent("Internet", to=NVA)],
            LISTED,
            "suspect",
            "appliance-blocks-kms",
        ),
        (FROM_ROUTER, [], [], "blocked", "forced-tunneling"),
    ],
)
def test_default_route_of_a_virtual_hub(
    row: arm.Json, bodies: list[arm.Json], listed: list[tuple[str, str]], verdict: str, cause: str | None
) -> None:
    resources, vm_id = arm.world(*bodies)
    path = arm.run(resources, vm_id, effective_routes=arm.with_routes(row), listed=listed)
    assert (path["verdict"], path["cause"]) == (verdict, cause)
    if verdict == "open":
        assert path["addresses"][0]["egress"]["public_ips"] == ["20.3.3.3"]
        assert path["addresses"][0]["hops"][-1]["kind"] == "azure_firewall"


def test_the_default_route_of_a_hub_that_was_not_read_is_not_taken_for_a_gateways() -> None:
    name = {"name": "RemoteVnetToHubPeering_6b0a"}
    managed = "/subscriptions/1/resourceGroups/RG_hub_6b0a/providers/Microsoft.Network/virtualNetworks/HV_hub_6b0a"
    for peering in (name, {"properties": {"remoteVirtualNetwork": {"id": managed}, "peeringState": "Connected"}}):
        resources, vm_id = arm.world()
        resources[0]["properties"]["virtualNetworkPeerings"][0] |= {"id": f"{resources[0]['id']}/x/y", **peering}
        path = arm.run(resources, vm_id, effective_routes=arm.with_routes(FROM_ROUTER))
        assert (path["verdict"], path["cause"]) == ("unknown", None)
        assert [entry["what"] for entry in path["unread"]] == ["Microsoft.Network/virtualHubs"]


def test_a_network_that_was_not_read_may_be_connected_to_a_hub() -> None:
    resources, vm_id = arm.world()
    path = arm.run(resources[1:], vm_id, effective_routes=arm.with_routes(FROM_ROUTER))
    assert (path["verdict"], path["cause"]) == ("unknown", None)
    assert "Microsoft.Network/virtualNetworks/read" in [entry["action"] for entry in path["unread"]]


def test_what_was_not_read_of_a_hub_is_named() -> None:
    resources, vm_id = arm.world(hub(), connection(), hub_firewall(), *POLICY)
    actions = []
    for listed in ([], LISTED[:1]):
        path = arm.run(resources, vm_id, effective_routes=arm.with_routes(FROM_ROUTER), listed=listed)
        actions += [entry["action"] for entry in path["unread"]]
    assert set(actions) == {
        "Microsoft.Network/virtualHubs/routingIntent/read",
        "Microsoft.Network/virtualHubs/hubRouteTables/read",
    }


@pytest.mark.parametrize(
    ("secured", "policy", "verdict"),
    [(True, POLICY, "open"), (True, DENYING, "blocked"), (False, DENYING, "open"), (None, POLICY, "unknown")],
)
def test_stopped_machine_in_a_hub(secured: bool | None, policy: list[arm.Json], verdict: str) -> None:
    resources, vm_id = arm.world(hub(), connection(secured), hub_firewall(), intent("Internet"), *policy)
    assert arm.run(resources, vm_id, listed=LISTED)["verdict"] == verdict


def test_a_user_route_still_wins_over_the_hub() -> None:
    rows = [FROM_ROUTER, *(arm.effective([f"{ip}/32"], "Internet", "User") for ip in (arm.FIRST, arm.SECOND))]
    resources, vm_id = arm.world(hub(), connection(), hub_firewall(), intent("Internet"), *DENYING)
    assert arm.run(resources, vm_id, effective_routes=arm.with_routes(*rows), listed=LISTED)["verdict"] == "open"


def test_a_user_route_to_the_hub_firewall() -> None:
    row = arm.effective(["0.0.0.0/0"], "VirtualAppliance", "User", ("10.50.0.132",))
    resources, vm_id = arm.world(hub(), connection(), hub_firewall(), *POLICY)
    answer = arm.with_routes(row)
    assert arm.run(resources, vm_id, effective_routes=answer, listed=LISTED)["verdict"] == "open"
    # Routing intent decides whether the hub's firewall goes out by itself.
    assert arm.run(resources, vm_id, effective_routes=answer)["verdict"] == "unknown"


def to_appliance(*extra: arm.Json, ip: str = "10.0.2.4", **state: t.Any) -> arm.Json:
    net = arm.network("hub", "10.0.0.0/16", arm.subnet("hub", "nva", "10.0.2.0/24"))
    resources, vm_id = arm.world(
        arm.table("rt", arm.route("nva", "0.0.0.0/0", "VirtualAppliance", ip)), net, *extra, place=TABLE
    )
    return arm.run(resources, vm_id, **state)


def nva(forwards: t.Any, **change: t.Any) -> list[arm.Json]:
    nic = arm.nic("nva-nic", "10.0.2.4", arm.subnet_id("hub", "nva"), "nva", enableIPForwarding=forwards, **change)
    return [nic, arm.vm("nva", "nva-nic")]


FRONT = {"privateIPAddress": "10.0.2.4", "subnet": {"id": arm.subnet_id("hub", "nva")}}
BALANCER = arm.body(
    "loadBalancers", "ilb", {"frontendIPConfigurations": [{"name": "f", "properties": FRONT}]}, sku={"name": "Standard"}
)


@pytest.mark.parametrize(
    ("extra", "power", "verdict", "cause", "word"),
    [
        (nva(True), "running", "suspect", "appliance-blocks-kms", "'nva'"),
        (nva(None), "running", "suspect", "appliance-blocks-kms", "'nva'"),
        (nva(False), "running", "blocked", "route-blackhole", "enableIPForwarding"),
        (nva(True), "deallocated", "blocked", "route-blackhole", "deallocated"),
        (nva(True), "stopped", "blocked", "route-blackhole", "stopped"),
        ([BALANCER], "running", "suspect", "appliance-blocks-kms", "'ilb'"),
        ([], "running", "suspect", "route-blackhole", "nothing in subnet 'nva'"),
    ],
)
def test_appliances(extra: list[arm.Json], power: str, verdict: str, cause: str, word: str) -> None:
    path = to_appliance(*extra, power={arm.rid("virtualMachines", "nva"): power})
    assert (path["verdict"], path["cause"]) == (verdict, cause)
    assert word in path["reason"]
    assert "10.0.2.4" in path["reason"]
    assert path["addresses"][0]["hops"][0]["kind"] == "appliance"


def test_an_address_that_nobody_owns_in_no_known_subnet_is_a_suspect() -> None:
    path = to_appliance(ip="10.0.200.4")
    assert (path["verdict"], path["cause"]) == ("suspect", "appliance-blocks-kms")


@pytest.mark.parametrize("kind", ["Microsoft.Network/azureFirewalls", "Microsoft.Network/networkInterfaces"])
def test_nobody_is_only_said_when_the_lists_were_read(kind: str) -> None:
    refused = {"what": kind, "scope": arm.SUB, "reason": "403", "action": f"{kind}/read"}
    path = to_appliance(unread=[refused])
    assert (path["verdict"], path["cause"]) == ("unknown", None)
    assert f"{kind}/read" in [entry["action"] for entry in path["unread"]]


def test_a_next_hop_in_an_unread_network_is_unknown_and_names_it() -> None:
    row = arm.effective(["0.0.0.0/0"], "VirtualAppliance", "User", ("10.0.1.4",))
    resources, vm_id = arm.world()
    path = arm.run(resources, vm_id, effective_routes=arm.with_routes(row))
    assert (path["verdict"], path["cause"]) == ("unknown", None)
    assert path["unread"][0]["scope"] == arm.rid("virtualNetworks", "hub")


def test_the_same_address_in_another_network_is_not_taken_for_the_next_hop() -> None:
    stranger = arm.nic("stranger", "10.0.2.4", arm.subnet_id("other", "x"), enableIPForwarding=False)
    other = arm.network("other", "10.0.0.0/16", arm.subnet("other", "x", "10.0.2.0/24"))
    path = to_appliance(*nva(True), stranger, other)
    assert path["verdict"] == "suspect"
    assert "'nva'" in path["reason"]


@pytest.mark.parametrize("hop_ip", ["10.0.0.5", ""])
def test_gateways_are_a_fault(hop_ip: str) -> None:
    row = arm.effective(["0.0.0.0/0"], "VirtualNetworkGateway", "VirtualNetworkGateway", (hop_ip,) if hop_ip else ())
    resources, vm_id = arm.world()
    path = arm.run(resources, vm_id, effective_routes=arm.with_routes(row))
    assert (path["verdict"], path["cause"]) == ("blocked", "forced-tunneling")
    assert path["addresses"][0]["hops"][0]["kind"] == "gateway"


@pytest.mark.parametrize(
    ("hop_ip", "verdict", "cause"),
    [
        ("10.0.2.4", "suspect", "appliance-blocks-kms"),
        ("10.0.0.5", "blocked", "forced-tunneling"),
        ("10.0.7.7", "suspect", "appliance-blocks-kms"),
    ],
)
def test_route_server_next_hops(hop_ip: str, verdict: str, cause: str) -> None:
    row = arm.effective(["0.0.0.0/0"], "VirtualNetworkGateway", "VirtualNetworkGateway", (hop_ip,))
    places = [("GatewaySubnet", "10.0.0.0/27"), ("RouteServerSubnet", "10.0.3.0/27"), ("nva", "10.0.2.0/24")]
    net = arm.network("hub", "10.0.0.0/16", *(arm.subnet("hub", *place) for place in places))
    resources, vm_id = arm.world(net, *nva(True))
    path = arm.run(resources, vm_id, effective_routes=arm.with_routes(row))
    assert (path["verdict"], path["cause"]) == (verdict, cause)


def test_a_suspect_appliance_with_old_kms_routes_points_to_the_routes() -> None:
    routes = [arm.route("nva", "0.0.0.0/0", "VirtualAppliance", "10.0.2.4"), *arm.kms_routes(arm.OLD)]
    net = arm.network("hub", "10.0.0.0/16", arm.subnet("hub", "nva", "10.0.2.0/24"))
    resources, vm_id = arm.world(arm.table("rt", *routes), net, *nva(True), place=TABLE)
    path = arm.run(resources, vm_id)
    assert (path["verdict"], path["causes"]) == ("suspect", ["stale-kms-routes", "appliance-blocks-kms"])


def test_effective_answer_of_another_subnet_is_not_taken() -> None:
    resources, vm_id = arm.world()
    other = {arm.subnet_id("spoke", "data"): EffectiveRoutes("nic", [FROM_HUB])}
    assert arm.run(resources, vm_id, effective_routes=other)["addresses"][0]["route"]["origin"] == "computed"
