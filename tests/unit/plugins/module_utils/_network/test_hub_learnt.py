# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A default route that a virtual hub learnt: from a branch, from an appliance that it has as a BGP peer, or from a connection.

https://learn.microsoft.com/azure/virtual-wan/about-virtual-hub-routing, https://learn.microsoft.com/azure/virtual-wan/scenario-bgp-peering-hub.
"""

from __future__ import annotations

import typing as t

import pytest

from . import arm

HUB = arm.rid("virtualHubs", "vhub")
LEARNT = arm.effective(["0.0.0.0/0"], "VirtualNetworkGateway", "VirtualNetworkGateway", ("10.50.0.68",))
VPN = {"vpnGateway": arm.ref("vpnGateways", "vpn")}
EXPRESS = {"expressRouteGateway": arm.ref("expressRouteGateways", "er")}
PEER = {"bgpConnections": [{"id": f"{HUB}/bgpConnections/nva"}]}
PARTNER = {"securityPartnerProvider": arm.ref("securityPartnerProviders", "zscaler")}


def connection(name: str, **routing: t.Any) -> arm.Json:
    properties = {"remoteVirtualNetwork": arm.ref("virtualNetworks", name), "enableInternetSecurity": True}
    if routing:
        properties["routingConfiguration"] = routing
    return {"id": f"{HUB}/hubVirtualNetworkConnections/{name}", "name": name, "properties": properties}


def static(address: str, prefix: str = "0.0.0.0/0", **more: t.Any) -> dict[str, t.Any]:
    """Routing of a connection with a static route."""
    return {"vnetRoutes": {"staticRoutes": [{"addressPrefixes": [prefix], "nextHopIpAddress": address}]}, **more}


def judged(*bodies: arm.Json, hub: arm.Json, row: arm.Json = LEARNT, own: arm.Json | None = None) -> arm.Json:
    vhub = arm.body("virtualHubs", "vhub", {"addressPrefix": "10.50.0.0/23", **hub})
    resources, vm_id = arm.world(vhub, own or connection("spoke"), *bodies)
    listed = [
        (HUB, "routingIntent"),
        (HUB, "hubRouteTables"),
        (arm.SUB.rpartition("/")[2], "Microsoft.Network/azureFirewalls"),
    ]
    return arm.run(resources, vm_id, effective_routes=arm.with_routes(row), listed=listed)


@pytest.mark.parametrize(
    ("hub", "verdict", "cause"),
    [
        (VPN, "blocked", "forced-tunneling"),
        (EXPRESS, "blocked", "forced-tunneling"),
        (PEER, "suspect", "appliance-blocks-kms"),
        (PARTNER, "suspect", "appliance-blocks-kms"),
        ({**VPN, **PEER}, "unknown", "forced-tunneling"),
        ({**EXPRESS, **PARTNER}, "unknown", "forced-tunneling"),
    ],
)
def test_who_may_have_announced_it(hub: arm.Json, verdict: str, cause: str) -> None:
    path = judged(hub=hub)
    assert (path["verdict"], path["cause"]) == (verdict, cause), path["reason"]


NVA = [
    arm.network("edge", "10.60.0.0/16", arm.subnet("edge", "nva", "10.60.1.0/24")),
    arm.nic("nva-nic", "10.60.1.4", arm.subnet_id("edge", "nva"), "nva", enableIPForwarding=True),
]
FIREWALL = [
    arm.network("edge", "10.60.0.0/16", arm.subnet("edge", "AzureFirewallSubnet", "10.60.1.0/26")),
    arm.firewall(
        "fw",
        ipConfigurations=[
            {
                "name": "c",
                "properties": {
                    "privateIPAddress": "10.60.1.4",
                    "subnet": {"id": arm.subnet_id("edge", "AzureFirewallSubnet")},
                    "publicIPAddress": arm.ref("publicIPAddresses", "fw-pip"),
                },
            }
        ],
        firewallPolicy=arm.ref("firewallPolicies", "p"),
    ),
    arm.public_ip("fw-pip", "20.4.5.6"),
    arm.policy("p", "g"),
]
ALLOW = arm.group("p", "g", 100, arm.collection("c", 100, "Allow", arm.network_rule()))
DENY = arm.group("p", "g", 100, arm.collection("c", 100, "Deny", arm.network_rule()))


@pytest.mark.parametrize(
    ("bodies", "verdict", "cause"),
    [
        (NVA, "suspect", "appliance-blocks-kms"),
        ([*FIREWALL, ALLOW], "open", None),
        ([*FIREWALL, DENY], "blocked", "azure-firewall-denies-kms"),
        ([], "unknown", None),
    ],
    ids=["appliance", "firewall allows", "firewall denies", "network not read"],
)
def test_a_static_route_of_another_connection(bodies: list[arm.Json], verdict: str, cause: str | None) -> None:
    path = judged(connection("edge", **static("10.60.1.4")), *bodies, hub=VPN)
    assert (path["verdict"], path["cause"]) == (verdict, cause), path["reason"]


def test_a_route_of_the_table_that_leads_to_a_connection() -> None:
    table = {
        "id": f"{HUB}/hubRouteTables/defaultRouteTable",
        "name": "defaultRouteTable",
        "properties": {
            "routes": [
                {
                    "name": "all",
                    "destinationType": "CIDR",
                    "destinations": ["0.0.0.0/0"],
                    "nextHopType": "ResourceId",
                    "nextHop": f"{HUB}/hubVirtualNetworkConnections/edge",
                }
            ]
        },
    }
    path = judged(connection("edge", **static("10.60.1.4")), table, *FIREWALL, DENY, hub=VPN)
    assert (path["verdict"], path["cause"]) == ("blocked", "azure-firewall-denies-kms"), path["reason"]


@pytest.mark.parametrize(
    ("routing", "own"),
    [
        # Another prefix; a table that the network is not associated with; its own network's.
        (static("10.60.1.4", "10.0.0.0/8"), {}),
        (static("10.60.1.4", propagatedRouteTables={"ids": [{"id": f"{HUB}/hubRouteTables/other"}]}), {}),
        (static("10.60.1.4"), {"associatedRouteTable": {"id": f"{HUB}/hubRouteTables/own"}}),
        (static("10.60.1.4", propagatedRouteTables={"labels": ["other"]}), {}),
    ],
)
def test_a_static_route_that_does_not_count(routing: dict[str, t.Any], own: dict[str, t.Any]) -> None:
    path = judged(connection("edge", **routing), *FIREWALL, ALLOW, hub=VPN, own=connection("spoke", **own))
    assert (path["verdict"], path["cause"]) == ("blocked", "forced-tunneling"), path["reason"]


def test_a_static_route_of_its_own_connection_leads_others_to_the_network() -> None:
    path = judged(*FIREWALL, ALLOW, hub=VPN, own=connection("spoke", **static("10.60.1.4")))
    assert (path["verdict"], path["cause"]) == ("blocked", "forced-tunneling"), path["reason"]


def test_an_internet_policy_announces_the_default_route_alone() -> None:
    intent = {"name": "all", "destinations": ["Internet"], "nextHop": arm.rid("azureFirewalls", "fw")}
    body = {"id": f"{HUB}/routingIntent/i", "name": "i", "properties": {"routingPolicies": [intent]}}
    row = arm.effective(
        [f"{arm.FIRST}/32", f"{arm.SECOND}/32"], "VirtualNetworkGateway", "VirtualNetworkGateway", ("10.50.0.68",)
    )
    path = judged(body, *FIREWALL, ALLOW, hub=VPN, row=row)
    assert (path["verdict"], path["cause"]) == ("blocked", "forced-tunneling"), path["reason"]


def test_routes_for_the_kms_alone_are_followed_too() -> None:
    row = arm.effective(
        [f"{arm.FIRST}/32", f"{arm.SECOND}/32"], "VirtualNetworkGateway", "VirtualNetworkGateway", ("10.50.0.68",)
    )
    both = [connection("edge", **static("10.60.1.4", f"{address}/32")) for address in (arm.FIRST,)]
    path = judged(*both, *FIREWALL, ALLOW, hub=VPN, row=row)
    verdicts = {entry["address"]: entry["verdict"] for entry in path["addresses"]}
    assert verdicts == {arm.FIRST: "open", arm.SECOND: "blocked"}
