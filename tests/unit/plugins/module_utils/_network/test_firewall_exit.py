# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An Azure Firewall's own way out, without which its rules help nobody."""

from __future__ import annotations

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._network.state import EffectiveRoutes

from . import arm
from .test_firewall import ALLOW, TABLE, TO_FIREWALL, WITH_POLICY, with_policy

GATEWAY = arm.route("onprem", "0.0.0.0/0", "VirtualNetworkGateway")
MANAGED = {**WITH_POLICY, "managementIpConfiguration": {"name": "m", "properties": {}}}


@pytest.mark.parametrize(
    ("routes", "verdict", "cause"),
    [
        ([], "open", None),
        ([arm.route("direct", "0.0.0.0/0", "Internet")], "open", None),
        ([GATEWAY], "blocked", "forced-tunneling"),
        ([GATEWAY, *arm.kms_routes(arm.FIRST, arm.SECOND)], "open", None),
        ([GATEWAY, *arm.kms_routes(arm.FIRST)], "blocked", "forced-tunneling"),
        ([arm.route("hole", "0.0.0.0/0", "None")], "blocked", "route-blackhole"),
        ([arm.route("self", "0.0.0.0/0", "VirtualAppliance", "10.0.1.4")], "unknown", None),
        ([arm.route("nva", "0.0.0.0/0", "VirtualAppliance", "10.0.9.4")], "suspect", "appliance-blocks-kms"),
    ],
)
def test_the_firewalls_own_way_out(routes: list[arm.Json], verdict: str, cause: str | None) -> None:
    path = with_policy(ALLOW, fw=arm.firewall(**MANAGED), hub=arm.firewall_place(*routes))
    assert (path["verdict"], path["cause"]) == (verdict, cause)
    first = path["addresses"][0]
    if verdict == "open":
        assert (first["egress"]["method"], first["egress"]["public_ips"]) == ("firewall", ["20.4.5.6"])
        assert first["hops"][0]["egress"]["method"] == "instance_ip"
    elif verdict == "blocked":
        assert path["addresses"][1]["hops"][0]["rule"]["name"] == "kms"


def test_a_nat_gateway_takes_over_the_firewalls_addresses() -> None:
    gateway = arm.body("natGateways", "nat", {"publicIpAddresses": [arm.ref("publicIPAddresses", "nat-pip")]})
    place = arm.firewall_place(natGateway=arm.ref("natGateways", "nat"))
    path = with_policy(ALLOW, hub=[*place, gateway, arm.public_ip("nat-pip", "20.7.7.7")])
    assert path["addresses"][0]["egress"]["public_ips"] == ["20.7.7.7"]
    assert path["addresses"][0]["hops"][0]["egress"]["method"] == "nat_gateway"


@pytest.mark.parametrize(("managed", "verdict"), [(WITH_POLICY, "open"), (MANAGED, "unknown")])
def test_a_gateway_beside_the_firewall_matters_for_forced_tunnel_firewalls(managed: arm.Json, verdict: str) -> None:
    hub = arm.firewall_place()
    hub[0]["properties"]["subnets"].append(arm.subnet("hub", "GatewaySubnet", "10.0.0.0/27"))
    path = with_policy(ALLOW, fw=arm.firewall(**managed), hub=hub)
    assert path["verdict"] == verdict


DEFAULT = arm.effective(["0.0.0.0/0"], "VirtualNetworkGateway", "VirtualNetworkGateway", ("10.0.0.4",))
OTHER = arm.effective(["192.168.0.0/16"], "VirtualNetworkGateway", "VirtualNetworkGateway", ("10.0.0.4",))
HUB_PEERING = {"peeringState": "Connected", "remoteVirtualNetwork": arm.ref("virtualNetworks", "hub")}


@pytest.mark.parametrize(
    ("row", "uses", "verdict", "cause"),
    [
        (OTHER, True, "open", None),
        (DEFAULT, True, "blocked", "forced-tunneling"),
        (OTHER, False, "unknown", None),
        (DEFAULT, False, "unknown", None),
    ],
)
def test_what_the_gateway_announces_to_another_network_settles_it(
    row: arm.Json, uses: bool, verdict: str, cause: str | None
) -> None:
    hub = arm.firewall_place()
    hub[0]["properties"]["subnets"].append(arm.subnet("hub", "GatewaySubnet", "10.0.0.0/27"))
    peering = {"name": "to-hub", "properties": {**HUB_PEERING, "useRemoteGateways": uses}}
    other = arm.network("other", "10.2.0.0/16", arm.subnet("other", "app", "10.2.0.0/24"), peerings=[peering])
    answers = {arm.subnet_id("other", "app"): EffectiveRoutes("nic", [row])}
    resources, vm_id = arm.world(
        arm.table("rt", TO_FIREWALL),
        *hub,
        other,
        arm.firewall(**MANAGED),
        arm.public_ip("fw-pip", "20.4.5.6"),
        arm.policy("child", "g"),
        arm.group("child", "g", 100, ALLOW),
        place=TABLE,
    )
    path = arm.run(resources, vm_id, effective_routes=answers)
    assert (path["verdict"], path["cause"]) == (verdict, cause), path["reason"]


@pytest.mark.parametrize(
    ("fw", "told"),
    [
        (arm.firewall(**WITH_POLICY, ipConfigurations=[]), "'fw', which is stopped"),
        (arm.firewall(**WITH_POLICY, ip="10.0.1.5"), "firewall 'fw' has the address 10.0.1.5"),
        (arm.public_ip("none", "20.1.1.1"), "no firewall is there"),
    ],
    ids=["stopped", "moved", "gone"],
)
def test_a_firewall_that_is_not_at_the_address_is_a_black_hole(fw: arm.Json, told: str) -> None:
    resources, vm_id = arm.world(arm.table("rt", TO_FIREWALL), *arm.firewall_place(), fw, place=TABLE)
    listed = [(arm.SUB.rpartition("/")[2], "Microsoft.Network/azureFirewalls")]
    path = arm.run(resources, vm_id, listed=listed)
    assert (path["verdict"], path["cause"]) == ("blocked", "route-blackhole")
    assert told in path["reason"]
    # Where the list of firewalls was not read, one may have the address after all.
    path = arm.run(resources, vm_id)
    assert path["verdict"] == "unknown"
    assert "Microsoft.Network/azureFirewalls/read" in [entry["action"] for entry in path["unread"]]


def test_idps_that_denies_is_noted_not_judged() -> None:
    path = with_policy(ALLOW, settings={"intrusionDetection": {"mode": "Deny"}})
    assert path["verdict"] == "open"
    assert any("IDPS" in note for note in path["notes"])
    assert not any("IDPS" in note for note in with_policy(ALLOW)["notes"])


def test_denied_and_forced_are_both_named() -> None:
    path = with_policy(hub=arm.firewall_place(GATEWAY))
    assert path["verdict"] == "blocked"
    assert set(path["causes"]) == {"azure-firewall-denies-kms", "forced-tunneling"}


def test_a_firewall_told_to_keep_the_source_is_in_doubt() -> None:
    path = with_policy(ALLOW, settings={"snat": {"privateRanges": ["0.0.0.0/0"]}})
    assert path["verdict"] == "unknown"


def test_an_unread_hub_network_leaves_the_way_out_unknown() -> None:
    path = with_policy(ALLOW, hub=[arm.public_ip("other", "20.1.1.1")])
    assert path["verdict"] == "unknown"
    assert "Microsoft.Network/virtualNetworks/subnets/read" in [entry["action"] for entry in path["unread"]]


def test_a_firewall_behind_no_peering_is_a_suspect() -> None:
    resources, vm_id = arm.world(
        arm.table("rt", TO_FIREWALL),
        *arm.firewall_place(),
        arm.firewall(**WITH_POLICY),
        arm.policy("child", "g"),
        arm.group("child", "g", 100, ALLOW),
        place=TABLE,
        peering={"peeringState": "Disconnected"},
    )
    path = arm.run(resources, vm_id)
    assert (path["verdict"], path["cause"]) == ("suspect", "route-blackhole")


def test_threat_intelligence_is_noted_not_judged() -> None:
    path = with_policy(ALLOW, settings={"threatIntelMode": "Deny"})
    assert path["verdict"] == "open"
    assert any("threat intelligence" in note for note in path["notes"])


@pytest.mark.parametrize(("rule", "verdict"), [(ALLOW, "unknown"), (None, "blocked")])
def test_a_firewall_whose_last_change_failed_is_in_doubt(rule: arm.Json | None, verdict: str) -> None:
    fw = arm.firewall(**WITH_POLICY, provisioningState="Failed")
    path = with_policy(*([rule] if rule else []), fw=fw)
    assert (path["verdict"], path["cause"]) == (verdict, "azure-firewall-denies-kms")


@pytest.mark.parametrize(
    ("sources", "verdict"),
    [
        # Addresses of the first firewall's subnet: which of them it takes is not known here, but it is none of the machine's.
        (["*"], "open"),
        (["10.1.0.0/24"], "unknown"),
        (["10.1.0.4"], "unknown"),
    ],
)
def test_a_second_firewall_sees_an_address_of_the_first_one(sources: list[str], verdict: str) -> None:
    # https://learn.microsoft.com/azure/firewall/snat-private-range: what leaves for a public address has an address of the firewall's.
    second_place = arm.subnet("hub", "AzureFirewallSubnet2", "10.0.9.0/26")
    hub = arm.firewall_place(arm.route("on", "0.0.0.0/0", "VirtualAppliance", "10.0.9.4"))
    hub[0]["properties"]["subnets"].append(second_place)
    config = {"privateIPAddress": "10.0.9.4", "subnet": {"id": second_place["id"]}}
    config["publicIPAddress"] = arm.ref("publicIPAddresses", "fw-pip")
    configs = [{"name": "c", "properties": config}]
    policy = arm.ref("firewallPolicies", "second")
    second = arm.firewall("fw2", ipConfigurations=configs, firewallPolicy=policy)
    rule = arm.collection("allow", 200, "Allow", arm.network_rule(sourceAddresses=sources))
    rest = [second, arm.policy("second", "g2"), arm.group("second", "g2", 100, rule)]
    path = with_policy(ALLOW, hub=[*hub, *rest])
    assert path["verdict"] == verdict, path["reason"]
    assert [hop["name"] for hop in path["addresses"][0]["hops"]] == ["fw", "fw2"]
