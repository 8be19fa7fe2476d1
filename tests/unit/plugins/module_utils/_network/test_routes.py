# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Routes: which wins, where each next hop leads, and the user's routes for KMS addresses."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._network.state import EffectiveRoutes

from . import arm

TABLE = {"routeTable": arm.ref("routeTables", "rt")}
FORCED = arm.route("to-onprem", "0.0.0.0/0", "VirtualNetworkGateway")
INTERNET = arm.effective(["0.0.0.0/0"], "Internet")
BGP_DEFAULT = arm.effective(["0.0.0.0/0"], "VirtualNetworkGateway", "VirtualNetworkGateway", ("10.0.0.5",))
PIP = {"publicIPAddress": arm.ref("publicIPAddresses", "web-pip")}


def computed(*routes: arm.Json, targets: t.Any = arm.TARGETS, **parts: t.Any) -> arm.Json:
    resources, vm_id = arm.world(arm.table("rt", *routes), place=TABLE, config=PIP, **parts)
    return arm.run(resources, vm_id, targets)


def effective(*rows: arm.Json, targets: t.Any = arm.ONE, **state: t.Any) -> arm.Json:
    resources, vm_id = arm.world(config=PIP)
    return arm.run(resources, vm_id, targets, effective_routes=arm.with_routes(*rows), **state)


@pytest.mark.parametrize(
    ("routes", "verdict", "causes"),
    [
        ([], "open", []),
        ([FORCED], "blocked", ["forced-tunneling"]),
        ([FORCED, *arm.kms_routes(arm.FIRST, arm.SECOND)], "open", []),
        ([FORCED, *arm.kms_routes(arm.FIRST)], "blocked", ["forced-tunneling"]),
        ([FORCED, *arm.kms_routes(arm.OLD)], "blocked", ["stale-kms-routes", "forced-tunneling"]),
        ([FORCED, *arm.kms_routes(arm.TYPO)], "blocked", ["stale-kms-routes", "forced-tunneling"]),
        ([FORCED, *arm.kms_routes(arm.TYPO, arm.SECOND)], "blocked", ["stale-kms-routes", "forced-tunneling"]),
        ([FORCED, *arm.kms_routes(arm.OLD, arm.SECOND)], "blocked", ["forced-tunneling"]),
        ([FORCED, *arm.kms_routes(arm.OLD, arm.FIRST, arm.SECOND)], "open", []),
        ([arm.route("hole", "0.0.0.0/0", "None")], "blocked", ["route-blackhole"]),
        ([arm.route("hole", "20.0.0.0/8", "None")], "blocked", ["route-blackhole"]),
        ([arm.route("direct", "0.0.0.0/0", "Internet")], "open", []),
        ([arm.route("half", "0.0.0.0/1", "VirtualNetworkGateway")], "blocked", ["forced-tunneling"]),
        ([arm.route("local", "20.118.0.0/16", "VnetLocal")], "blocked", ["route-blackhole"]),
        ([arm.route("odd", "0.0.0.0/0", "Teleport")], "unknown", []),
        ([arm.route("odd", "not-a-prefix/99", "None")], "unknown", []),
        ([arm.route("odd", "20.118.99.0/240", "None"), *arm.kms_routes(arm.FIRST, arm.SECOND)], "open", []),
        ([arm.route("no-ip", "0.0.0.0/0", "VirtualAppliance")], "unknown", []),
        ([arm.route("v6", "::/0", "None")], "open", []),
        ([arm.route("host-bits", "20.118.99.77/24", "None")], "blocked", ["route-blackhole"]),
    ],
)
def test_user_routes(routes: list[arm.Json], verdict: str, causes: list[str]) -> None:
    path = computed(*routes)
    assert (path["verdict"], path["causes"]) == (verdict, causes)
    assert path["cause"] == (causes[0] if causes else None)


@pytest.mark.parametrize(
    ("rows", "verdict", "cause"),
    [
        ([INTERNET], "open", None),
        ([BGP_DEFAULT, arm.effective(["0.0.0.0/0"], "Internet", state="Invalid")], "blocked", "forced-tunneling"),
        ([BGP_DEFAULT, INTERNET], "blocked", "forced-tunneling"),
        ([BGP_DEFAULT, arm.effective(["0.0.0.0/0"], "Internet", "User")], "open", None),
        ([INTERNET, arm.effective(["20.118.99.224/32"], "None", "User")], "blocked", "route-blackhole"),
        ([INTERNET, arm.effective("20.118.99.224/32", "None", "User")], "blocked", "route-blackhole"),
        ([INTERNET, arm.effective(["20.118.99.224/32"], "None", "User", state="Invalid")], "open", None),
        ([INTERNET, arm.effective(["9.0.0.0/8", "20.118.0.0/16"], "None", "User")], "blocked", "route-blackhole"),
        ([INTERNET, arm.effective(["20.118.0.0/16"], "HyperNetGateway")], "unknown", None),
        ([INTERNET, arm.effective(["20.0.0.0/8"], "VNetPeering")], "blocked", "route-blackhole"),
        ([INTERNET, arm.effective(["20.0.0.0/8"], "VNetGlobalPeering")], "blocked", "route-blackhole"),
        ([INTERNET, arm.effective(["20.118.99.0/24"], "InterfaceEndpoint")], "blocked", "route-blackhole"),
        (
            [
                arm.effective(["20.0.0.0/8"], "VnetLocal"),
                arm.effective(["20.118.99.0/24"], "VirtualNetworkGateway", "VirtualNetworkGateway"),
            ],
            "blocked",
            "route-blackhole",
        ),
        ([INTERNET, arm.effective(["20.118.99.0/24"], "Wormhole")], "unknown", None),
        ([INTERNET, arm.effective(["20.118.99.0/24"], None, "User")], "unknown", None),  # type: ignore[arg-type]
        ([INTERNET, arm.effective(["20.118.99.0/24"], "None", "User", state="Pondering")], "unknown", None),
        ([INTERNET, arm.effective(None, "None", "User")], "unknown", None),
        ([INTERNET, arm.effective(["Sql.WestEurope"], "None", "User")], "unknown", None),
        ([INTERNET, arm.effective(["Sql.WestEurope"], "Internet", "User")], "open", None),
        ([], "unknown", None),
        ([arm.effective(["10.0.0.0/8"], "VnetLocal")], "unknown", None),
    ],
)
def test_effective_rows(rows: list[arm.Json], verdict: str, cause: str | None) -> None:
    path = effective(*rows)
    assert (path["verdict"], path["cause"]) == (verdict, cause)
    assert "effective routes" not in [entry["what"] for entry in path["unread"]]


def test_the_route_says_what_won_and_what_it_beat() -> None:
    row = arm.effective(["0.0.0.0/0"], "VirtualNetworkGateway", "User")
    resources, vm_id = arm.world(arm.table("rt", FORCED), place=TABLE)
    beaten = arm.effective(["0.0.0.0/0"], "Internet", state="Invalid")
    route = arm.run(resources, vm_id, effective_routes=arm.with_routes(row, beaten))["addresses"][0]["route"]
    assert (route["name"], route["origin"], route["prefix"], route["source"]) == (
        "to-onprem",
        "effective",
        "0.0.0.0/0",
        "User",
    )
    assert route["route_table_id"].endswith("/routeTables/rt")
    assert [(other["next_hop_type"], other["state"]) for other in route["beaten"]] == [("Internet", "Invalid")]


TAGS = {"westeurope": {"AzureCloud": ["20.0.0.0/8"], "AzureCloud.westus": ["20.118.0.0/16"], "Sql": ["13.0.0.0/8"]}}


@pytest.mark.parametrize(
    ("routes", "verdict"),
    [
        ([arm.route("cloud", "AzureCloud", "Internet")], "open"),
        ([arm.route("cloud", "azurecloud", "Internet"), arm.route("sql", "Sql", "None")], "open"),
        ([arm.route("cloud", "AzureCloud", "Internet"), arm.route("west", "AzureCloud.westus", "None")], "blocked"),
        ([arm.route("cloud", "AzureCloud", "None"), arm.route("own", "20.0.0.0/8", "Internet")], "open"),
        ([arm.route("new", "BrandNewTag", "Internet")], "unknown"),
        ([arm.route("new", "BrandNewTag", "None"), *arm.kms_routes(arm.FIRST)], "open"),
    ],
)
def test_service_tags_as_prefixes(routes: list[arm.Json], verdict: str) -> None:
    resources, vm_id = arm.world(arm.table("rt", FORCED, *routes), place=TABLE, config=PIP)
    path = arm.run(resources, vm_id, arm.ONE, service_tags=TAGS)
    assert path["verdict"] == verdict
    actions = [entry["action"] for entry in path["unread"] if entry["what"] == "service tags"]
    assert actions == (["Microsoft.Network/locations/serviceTags/read"] if verdict == "unknown" else [])


def test_tag_map_of_an_effective_row_expands_the_tag() -> None:
    row = {**arm.effective(["AzureCloud"], "None", "User"), "tagMap": {"AzureCloud": ["20.118.0.0/16"]}}
    assert effective(INTERNET, row)["cause"] == "route-blackhole"


@pytest.mark.parametrize(
    ("hops", "verdict"),
    [
        (("10.0.2.4", "10.0.2.5"), "suspect"),
        (("10.0.2.6", "10.0.2.7"), "blocked"),
        (("10.0.2.4", "10.0.2.6"), "suspect"),
    ],
)
def test_equal_paths_must_all_pass(hops: tuple[str, str], verdict: str) -> None:
    nvas = [
        arm.nic(f"nva{last}", f"10.0.2.{last}", arm.subnet_id("hub", "nva"), enableIPForwarding=last in {4, 5})
        for last in (4, 5, 6, 7)
    ]
    hub = arm.network("hub", "10.0.0.0/16", arm.subnet("hub", "nva", "10.0.2.0/24"))
    resources, vm_id = arm.world(hub, *nvas)
    one_row = arm.effective(["0.0.0.0/0"], "VirtualApplianceEcmp", "User", hops)
    two_rows = [arm.effective(["0.0.0.0/0"], "VirtualAppliance", "User", (hop,)) for hop in hops]
    for rows in ([one_row], two_rows):
        path = arm.run(resources, vm_id, effective_routes=arm.with_routes(*rows))
        assert path["verdict"] == verdict
        assert path["addresses"][0]["route"]["next_hop_ip"] == ", ".join(hops)
        assert [hop["ip"] for hop in path["addresses"][0]["hops"]] == list(hops)


def test_ecmp_route_of_a_table_names_its_hops_in_a_list() -> None:
    route = {"name": "e", "properties": {"addressPrefix": "0.0.0.0/0", "nextHopType": "VirtualApplianceEcmp"}}
    route["properties"]["nextHop"] = {"nextHopIpAddresses": ["10.9.0.4", "10.9.0.5"]}  # type: ignore[index]
    assert computed(route)["addresses"][0]["route"]["next_hop_ip"] == "10.9.0.4, 10.9.0.5"


BOTH_MISSING = ["20.118.99.224/32", "40.83.235.53/32"]
SPLIT = [arm.route(f"half-{half}", half, "VirtualAppliance", "10.0.9.4") for half in ("0.0.0.0/1", "128.0.0.0/1")]


@pytest.mark.parametrize(
    ("routes", "missing", "stale", "mistyped"),
    [
        ([], [], [], []),
        ([FORCED], ["20.118.99.224/32", "40.83.235.53/32"], [], []),
        ([arm.route("direct", "0.0.0.0/0", "Internet")], [], [], []),
        ([FORCED, *arm.kms_routes(arm.FIRST, arm.SECOND, arm.OLD)], [], [], []),
        ([FORCED, *arm.kms_routes(arm.OLD)], ["20.118.99.224/32", "40.83.235.53/32"], ["23.102.135.246/32"], []),
        ([FORCED, *arm.kms_routes(arm.TYPO, arm.SECOND)], ["20.118.99.224/32"], [], ["20.118.99.244/32"]),
        ([FORCED, arm.route("both", "20.118.99.0/24", "Internet")], ["40.83.235.53/32"], [], []),
        (SPLIT, BOTH_MISSING, [], []),
        ([*SPLIT, arm.route("direct", "0.0.0.0/0", "Internet")], BOTH_MISSING, [], []),
        ([*SPLIT, *arm.kms_routes(arm.FIRST, arm.SECOND)], [], [], []),
        ([*SPLIT, *arm.kms_routes(arm.OLD)], BOTH_MISSING, ["23.102.135.246/32"], []),
        (SPLIT[1:], [], [], []),
        ([FORCED, arm.route("tag", "AzureCloud", "Internet")], ["40.83.235.53/32"], [], []),
        ([arm.route("tag", "AzureCloud", "VirtualAppliance", "10.0.9.4")], ["20.118.99.224/32"], [], []),
        ([FORCED, arm.route("tag", "NeverRead", "Internet")], BOTH_MISSING, [], []),
    ],
)
def test_kms_routes(routes: list[arm.Json], missing: list[str], stale: list[str], mistyped: list[str]) -> None:
    resources, vm_id = arm.world(arm.table("rt", *routes), place=TABLE, config=PIP)
    tags = {"westeurope": {"AzureCloud": ["20.118.0.0/16"]}}
    found = arm.run(resources, vm_id, service_tags=tags)["kms_routes"]
    assert found["missing"] == missing
    assert [entry["prefix"] for entry in found["stale"]] == stale
    assert [entry["prefix"] for entry in found["mistyped"]] == mistyped


GATEWAY_HUB = {"peering": {"useRemoteGateways": True}}


@pytest.mark.parametrize(
    ("routes", "bgp_off", "verdict"),
    [
        ([], False, "unknown"),
        ([], True, "open"),
        ([FORCED], False, "suspect"),
        ([FORCED], True, "blocked"),
        ([FORCED, *arm.kms_routes(arm.FIRST, arm.SECOND)], False, "open"),
        ([arm.route("direct", "0.0.0.0/0", "Internet")], False, "unknown"),
    ],
)
def test_computed_routes_are_blind_to_bgp(routes: list[arm.Json], bgp_off: bool, verdict: str) -> None:
    resources, vm_id = arm.world(arm.table("rt", *routes, bgp_off=bgp_off), place=TABLE, config=PIP, **GATEWAY_HUB)
    stopped = {arm.subnet_id("spoke", "app"): EffectiveRoutes(None, None, "no machine is running")}
    path = arm.run(resources, vm_id, effective_routes=stopped, power={vm_id: "deallocated"})
    assert path["verdict"] == verdict
    assert path["unread"][0]["what"] == "effective routes"
    assert path["unread"][0]["reason"] == "no machine is running"
    assert "the machine is deallocated" in path["notes"]


def test_no_way_out_is_not_said_while_bgp_may_lead_elsewhere() -> None:
    resources, vm_id = arm.world(place={"defaultOutboundAccess": False}, **GATEWAY_HUB)
    path = arm.run(resources, vm_id)
    assert (path["verdict"], path["cause"]) == ("unknown", "no-outbound-path")


@pytest.mark.parametrize(("sibling_off", "verdict"), [(False, "blocked"), (True, "unknown")])
def test_bgp_of_another_subnet_of_the_network_opens_the_eyes(sibling_off: bool, verdict: str) -> None:
    resources, vm_id = arm.world(config=PIP, **GATEWAY_HUB)
    data = arm.subnet("spoke", "data", "10.1.1.0/24", routeTable=arm.ref("routeTables", "rt-data"))
    resources[0]["properties"]["subnets"].append(data)
    resources.append(arm.table("rt-data", bgp_off=sibling_off))
    row = {**BGP_DEFAULT, "state": "Invalid"}
    answers = {arm.subnet_id("spoke", "data"): EffectiveRoutes("nic", [row])}
    assert arm.run(resources, vm_id, effective_routes=answers)["verdict"] == verdict


def test_a_peering_without_access_leads_nowhere() -> None:
    route = arm.route("nva", "0.0.0.0/0", "VirtualAppliance", "10.0.1.4")
    appliance = arm.nic("nva", "10.0.1.4", arm.subnet_id("hub", "nva"), "nva", enableIPForwarding=True)
    hub = arm.network("hub", "10.0.0.0/16", arm.subnet("hub", "nva", "10.0.1.0/24"))
    for access, cause in ((True, "appliance-blocks-kms"), (False, "route-blackhole")):
        more = [arm.table("rt", route), hub, appliance]
        resources, vm_id = arm.world(*more, place=TABLE, config=PIP, peering={"allowVirtualNetworkAccess": access})
        assert arm.run(resources, vm_id)["cause"] == cause


@pytest.mark.parametrize("name", ["GatewaySubnet", "RouteServerSubnet"])
def test_a_gateway_in_the_network_itself_may_announce_routes(name: str) -> None:
    resources, vm_id = arm.world(config=PIP)
    resources[0]["properties"]["subnets"].append(arm.subnet("spoke", name, "10.1.9.0/27"))
    assert arm.run(resources, vm_id)["verdict"] == "unknown"


def test_computed_routes_know_peerings_and_the_network_itself() -> None:
    resources, vm_id = arm.world(config=PIP)
    resources[0]["properties"]["addressSpace"]["addressPrefixes"].append("20.118.99.0/24")
    assert arm.run(resources, vm_id, arm.ONE)["cause"] == "route-blackhole"
    for state, verdict in (("Connected", "blocked"), ("Disconnected", "open")):
        space = {"peering": {"remoteAddressSpace": {"addressPrefixes": ["20.118.99.0/24"]}, "peeringState": state}}
        resources, vm_id = arm.world(config=PIP, **space)
        assert arm.run(resources, vm_id, arm.ONE)["verdict"] == verdict


def test_a_route_table_that_was_not_read_is_named() -> None:
    resources, vm_id = arm.world(place=TABLE, config=PIP)
    refused = {
        "what": "Microsoft.Network/routeTables",
        "scope": arm.SUB,
        "reason": "AuthorizationFailed",
        "action": "Microsoft.Network/routeTables/read",
    }
    path = arm.run(resources, vm_id, unread=[refused])
    assert path["verdict"] == "unknown"
    entry = next(item for item in path["unread"] if item["what"] == "Microsoft.Network/routeTables")
    assert (entry["action"], entry["reason"]) == ("Microsoft.Network/routeTables/read", "AuthorizationFailed")
    assert "rt" in path["reason"]


def test_route_children_on_their_own_and_mixed_case_ids() -> None:
    resources, vm_id = arm.world(
        arm.table("rt"), place={"routeTable": {"id": arm.rid("routeTables", "RT").upper()}}, config=PIP
    )
    resources.append({**FORCED, "id": f"{arm.rid('routeTables', 'rt')}/routes/to-onprem"})
    assert arm.run(resources, vm_id.upper())["cause"] == "forced-tunneling"


def test_a_row_without_its_hop_takes_it_from_the_table() -> None:
    table = arm.table("rt", arm.route("nva", "0.0.0.0/0", "VirtualAppliance", "10.9.9.9"))
    resources, vm_id = arm.world(table, place=TABLE)
    rows = arm.with_routes(arm.effective(["0.0.0.0/0"], "VirtualAppliance", "User"))
    assert arm.run(resources, vm_id, effective_routes=rows)["addresses"][0]["route"]["next_hop_ip"] == "10.9.9.9"


def test_a_table_that_differs_from_the_effective_routes_is_noted() -> None:
    resources, vm_id = arm.world(arm.table("rt", *arm.kms_routes(arm.FIRST)), place=TABLE, config=PIP)
    path = arm.run(resources, vm_id, effective_routes=arm.with_routes(BGP_DEFAULT))
    assert path["verdict"] == "blocked"
    assert any("not yet in effect" in note for note in path["notes"])


@pytest.mark.parametrize(("prefix", "verdict"), [("Storage", "unknown"), (f"{arm.FIRST}/32", "open")])
def test_only_an_explicit_host_route_settles_an_unread_tag(prefix: str, verdict: str) -> None:
    """A tag that was not read may hold the same host and come before another tag, never before an explicit prefix."""
    routes = [arm.route("known", prefix, "Internet"), arm.route("unread", "Storage.westeurope", "None")]
    resources, vm_id = arm.world(arm.table("rt", *routes), place=TABLE, config=PIP)
    tags = {"westeurope": {"Storage": [f"{arm.FIRST}/32"]}}
    assert arm.run(resources, vm_id, arm.ONE, service_tags=tags)["verdict"] == verdict
