# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole path: machines and addresses, several causes, what is missing, and bodies nobody should send."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._network.judgement import KmsTargets

from . import arm

TABLE = {"routeTable": arm.ref("routeTables", "rt")}
FORCED = arm.route("to-onprem", "0.0.0.0/0", "VirtualNetworkGateway")
KEYS = {
    "vm_id",
    "name",
    "nic_id",
    "subnet_id",
    "subnet_prefixes",
    "route_table_id",
    "nat_gateway_id",
    "location",
    "verdict",
    "cause",
    "causes",
    "reason",
    "addresses",
    "kms_routes",
    "resolvers",
    "private_zones",
    "dns_forwarding",
    "nat_gateway",
    "unread",
    "notes",
    "messages",
}


def test_shape() -> None:
    resources, vm_id = arm.world()
    path = arm.run(resources, vm_id)
    assert set(path) == KEYS
    assert set(path["addresses"][0]) == {"address", "verdict", "cause", "reason", "route", "nsg", "hops", "egress"}
    assert set(path["addresses"][0]["route"]) == {
        "prefix",
        "source",
        "next_hop_type",
        "next_hop_ip",
        "name",
        "route_table_id",
        "beaten",
        "origin",
    }
    assert [item["address"] for item in path["addresses"]] == [arm.FIRST, arm.SECOND]
    assert json.loads(json.dumps(path)) == path


def test_a_private_address_stands_for_its_machine() -> None:
    resources, vm_id = arm.world()
    path = arm.run(resources, "10.1.0.4")
    assert (path["vm_id"], path["name"], path["verdict"]) == (vm_id, "web01", "open")


@pytest.mark.parametrize("machine", ["10.1.0.99", "no-address", "", arm.rid("virtualMachines", "gone"), "/"])
def test_unknown_machines(machine: str) -> None:
    resources, _vm_id = arm.world()
    path = arm.run(resources, machine)
    assert (path["verdict"], path["cause"], path["addresses"]) == ("unknown", None, [])
    assert path["reason"]


def test_an_address_of_two_machines_is_unknown() -> None:
    resources, _vm_id = arm.world(arm.nic("twin", "10.1.0.4", arm.subnet_id("other", "x")))
    assert "2 network interfaces" in arm.run(resources, "10.1.0.4")["reason"]


def test_the_primary_nic_and_configuration_decide() -> None:
    resources, vm_id = arm.world()
    second = arm.nic("second", "10.1.0.9", arm.subnet_id("spoke", "private"), "web01")
    resources[2]["properties"]["networkProfile"]["networkInterfaces"] = [
        {"id": second["id"], "properties": {"primary": False}},
        {"id": arm.rid("networkInterfaces", "web01-nic"), "properties": {"primary": True}},
    ]
    assert arm.run([*resources, second], vm_id)["nic_id"].endswith("/web01-nic")


@pytest.mark.parametrize(
    ("drop", "action"),
    [
        (0, "Microsoft.Network/virtualNetworks/subnets/read"),
        (1, "Microsoft.Network/networkInterfaces/read"),
        (2, "Microsoft.Compute/virtualMachines/read"),
    ],
)
def test_a_missing_body_is_named_with_the_right_to_grant(drop: int, action: str) -> None:
    resources, vm_id = arm.world()
    del resources[drop]
    path = arm.run(resources, vm_id)
    assert (path["verdict"], path["cause"]) == ("unknown", None)
    assert action in [entry["action"] for entry in path["unread"]]


def test_one_blocked_address_blocks_and_is_named() -> None:
    resources, vm_id = arm.world(arm.table("rt", FORCED, *arm.kms_routes(arm.FIRST)), place=TABLE)
    path = arm.run(resources, vm_id)
    assert [item["verdict"] for item in path["addresses"]] == ["open", "blocked"]
    assert path["verdict"] == "blocked"
    assert f"TCP 1688 to {arm.SECOND} is blocked" in path["reason"]
    assert f"{arm.FIRST} is open" in path["reason"]


def test_other_clouds_bring_their_own_addresses() -> None:
    china = KmsTargets(("azkms.core.chinacloudapi.cn",), ("159.27.28.100", "163.228.64.161", "42.159.7.249"))
    routes = arm.kms_routes("159.27.28.100", "163.228.64.161")
    resources, vm_id = arm.world(arm.table("rt", FORCED, *routes), place=TABLE)
    path = arm.run(resources, vm_id, china)
    assert path["kms_routes"]["missing"] == ["42.159.7.249/32"]
    assert path["verdict"] == "blocked"


@pytest.mark.parametrize("addresses", [(), ("azkms.core.windows.net",)])
def test_targets_without_an_address_are_unknown(addresses: tuple[str, ...]) -> None:
    resources, vm_id = arm.world()
    assert arm.run(resources, vm_id, KmsTargets((), addresses))["verdict"] == "unknown"


def test_route_and_security_group_are_both_named() -> None:
    group = arm.nsg("nsg", arm.nsg_rule("DenyInternet", 100, "Deny", "Internet"))
    place = {**TABLE, "networkSecurityGroup": arm.ref("networkSecurityGroups", "nsg")}
    resources, vm_id = arm.world(arm.table("rt", FORCED), group, place=place)
    path = arm.run(resources, vm_id)
    assert path["causes"] == ["forced-tunneling", "nsg-denies-kms"]
    assert "to-onprem" in path["reason"]
    assert "DenyInternet" in path["reason"]


def test_what_is_surely_blocked_needs_no_other_knowledge() -> None:
    place = {**TABLE, "networkSecurityGroup": arm.ref("networkSecurityGroups", "unread")}
    resources, vm_id = arm.world(arm.table("rt", FORCED), place=place)
    path = arm.run(resources, vm_id)
    assert (path["verdict"], path["causes"]) == ("blocked", ["forced-tunneling"])
    assert "Microsoft.Network/networkSecurityGroups/read" in [entry["action"] for entry in path["unread"]]


def test_ids_match_in_any_case_and_children_may_stand_alone() -> None:
    resources, vm_id = arm.world(arm.table("rt", FORCED), place=TABLE)
    subnets = resources[0]["properties"].pop("subnets")
    own = [{**body, "id": body["id"].upper()} for body in (*subnets, resources[0])]
    assert arm.run([*own, *resources[1:]], vm_id.lower())["cause"] == "forced-tunneling"


def test_flat_bodies_as_the_command_line_prints_them() -> None:
    def flat(value: t.Any) -> t.Any:
        if isinstance(value, list):
            return [flat(item) for item in value]
        if not isinstance(value, dict):
            return value
        inner = {key: flat(item) for key, item in value.items() if key != "properties"}
        return {**(flat(value["properties"]) if value.get("properties") else {}), **inner}

    resources, vm_id = arm.world(arm.table("rt", FORCED), place={**TABLE, "defaultOutboundAccess": False})
    assert arm.run(flat(resources), vm_id)["causes"] == ["forced-tunneling", "no-outbound-path"]


def test_a_private_address_whose_machine_was_not_read_has_no_sure_default_outbound() -> None:
    resources, vm_id = arm.world()
    path = arm.run(resources[:2], "10.1.0.4")
    assert path["verdict"] == "unknown"
    assert vm_id in [entry["scope"] for entry in path["unread"]]
