# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bodies that are missing, damaged, hostile or huge: never an exception, never a verdict that what is left does not bear."""

from __future__ import annotations

import copy
import json
import random
import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._network.path import evaluate
from ansible_collections.azure_windows.activation.plugins.module_utils._network.state import NetworkState

from . import arm

TABLE = {"routeTable": arm.ref("routeTables", "rt")}
FORCED = arm.route("to-onprem", "0.0.0.0/0", "VirtualNetworkGateway")


def full_world() -> tuple[list[arm.Json], str]:
    """Return a world whose open path needs nearly every kind of body."""
    rule = arm.network_rule(targets=[], destinationIpGroups=[arm.rid("ipGroups", "kms")])
    place = {**TABLE, "networkSecurityGroup": arm.ref("networkSecurityGroups", "nsg")}
    return arm.world(
        arm.table("rt", arm.route("fw", "0.0.0.0/0", "VirtualAppliance", "10.0.1.4")),
        arm.nsg("nsg", arm.nsg_rule("kms", 100, "Allow", arm.FIRST), arm.nsg_rule("kms2", 101, "Allow", arm.SECOND),
                arm.nsg_rule("no", 200, "Deny")),
        *arm.firewall_place(arm.route("direct", "0.0.0.0/0", "Internet")),
        arm.firewall(firewallPolicy=arm.ref("firewallPolicies", "child")),
        arm.policy("child", "g", basePolicy=arm.ref("firewallPolicies", "parent")),
        arm.policy("parent", "pg"),
        arm.group("parent", "pg", 100),
        arm.group("child", "g", 100, arm.collection("c", 100, "Allow", rule)),
        arm.body("ipGroups", "kms", {"ipAddresses": [arm.FIRST, arm.SECOND]}),
        place=place,
    )  # fmt: skip


def test_the_full_world_is_open() -> None:
    resources, vm_id = full_world()
    assert arm.run(resources, vm_id)["verdict"] == "open"


@pytest.mark.parametrize("index", range(len(full_world()[0])))
@pytest.mark.parametrize("damage", ["absent", "no-properties", "null-properties"])
def test_an_unread_body_never_gives_a_wrong_verdict(index: int, damage: str) -> None:
    resources, vm_id = full_world()
    if damage == "absent":
        del resources[index]
    elif damage == "no-properties":
        del resources[index]["properties"]
    else:
        resources[index]["properties"] = None
    path = arm.run(resources, vm_id)
    assert (path["verdict"], path["cause"]) == ("unknown", None)
    assert [entry for entry in path["unread"] if entry["what"] != "effective routes"]


def places_in(value: t.Any, place: tuple[t.Any, ...] = ()) -> t.Iterator[tuple[t.Any, ...]]:
    """Yield the way to every value inside a body."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in entries:
        yield (*place, key)
        yield from places_in(item, (*place, key))


@pytest.mark.parametrize("junk", [None, "junk", [], {"id": 5}, [["x"]]])
def test_junk_anywhere_never_raises_and_never_blocks(junk: t.Any) -> None:
    resources, vm_id = full_world()
    for place in list(places_in(resources)):
        damaged = copy.deepcopy(resources)
        target: t.Any = damaged
        for key in place[:-1]:
            target = target[key]
        target[place[-1]] = junk
        path = evaluate(NetworkState(damaged), vm_id, arm.TARGETS)
        assert path["verdict"] in {"open", "unknown", "suspect", "blocked"}
        json.dumps(path)


def test_random_damage_never_raises() -> None:
    resources, vm_id = full_world()
    chance = random.Random(1688)
    ways = list(places_in(resources))
    for _round in range(300):
        damaged = copy.deepcopy(resources)
        for place in chance.sample(ways, 4):
            target: t.Any = damaged
            try:
                for key in place[:-1]:
                    target = target[key]
                target[place[-1]] = chance.choice([None, "x", 3, [], {}, [{}], [3], {"properties": []}])
            except (KeyError, IndexError, TypeError):
                continue
        json.dumps(evaluate(NetworkState(damaged), vm_id, arm.TARGETS))


def test_huge_tables_and_fleets_stay_quick_enough_to_finish() -> None:
    routes = [arm.route(f"r{n}", f"11.{n // 256}.{n % 256}.0/24", "None") for n in range(1000)]
    resources, _vm_id = arm.world(arm.table("rt", FORCED, *routes), place=TABLE)
    for number in range(200):
        name = f"vm{number}"
        resources += [
            arm.nic(f"{name}-nic", f"10.1.0.{number + 10}", arm.subnet_id("spoke", "app"), name),
            arm.vm(name, f"{name}-nic"),
        ]
    state = NetworkState(resources)
    verdicts = {evaluate(state, arm.rid("virtualMachines", f"vm{n}"), arm.TARGETS)["verdict"] for n in range(200)}
    assert verdicts == {"blocked"}


def damaged_world(kind: str, name: str, way: tuple[t.Any, ...], junk: t.Any) -> arm.Json:
    """Return the path in the full world with one value of one body replaced."""
    resources, vm_id = full_world()
    target: t.Any = next(body for body in resources if body["id"].endswith(f"/{kind}/{name}"))
    for key in way[:-1]:
        target = target[key]
    target[way[-1]] = junk
    return arm.run(resources, vm_id)


SUBNET = ("properties", "subnets", 0, "properties")
RULES = ("properties", "ruleCollections", 0)


@pytest.mark.parametrize("junk", ["junk", 7, {}, {"id": None}, ["x"]])
@pytest.mark.parametrize(
    ("kind", "name", "way"),
    [
        ("virtualNetworks", "spoke", (*SUBNET, "routeTable")),
        ("virtualNetworks", "spoke", (*SUBNET, "networkSecurityGroup")),
        ("virtualNetworks", "spoke", ("properties", "virtualNetworkPeerings", 0, "properties", "remoteVirtualNetwork")),
        ("virtualNetworks", "hub", (*SUBNET, "natGateway")),
        ("virtualNetworks", "hub", (*SUBNET, "routeTable")),
        ("azureFirewalls", "fw", ("properties", "firewallPolicy")),
        ("firewallPolicies", "child", ("properties", "basePolicy")),
        ("ruleCollectionGroups", "g", (*RULES, "rules", 0, "ruleType")),
        ("ruleCollectionGroups", "g", (*RULES, "action")),
        ("routeTables", "rt", ("properties", "routes", 0, "properties", "nextHopType")),
        ("networkSecurityGroups", "nsg", ("properties", "securityRules", 0, "properties", "access")),
    ],
)
def test_a_damaged_reference_or_rule_is_unknown(kind: str, name: str, way: tuple[t.Any, ...], junk: t.Any) -> None:
    path = damaged_world(kind, name, way, junk)
    assert path["verdict"] == "unknown"
    assert path["reason"]


def test_rules_and_routes_without_a_name_are_all_kept() -> None:
    resources, vm_id = full_world()
    for body in resources:
        for name in ("securityRules", "routes"):
            for child in body["properties"].get(name, []):
                child.pop("name")
    assert arm.run(resources, vm_id)["verdict"] == "open"
