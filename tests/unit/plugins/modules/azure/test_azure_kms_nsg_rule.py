# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""azure_kms_nsg_rule against the lab."""

from __future__ import annotations

import typing as t

import pytest

from tests import kms
from tests.unit.lab.azure import builders as b
from tests.unit.plugins.modules.azure.conftest import Start, fault

NSG = f"{b.NETWORK}/networkSecurityGroups/nsg"
OWN = "networkSecurityGroups/nsg/securityRules/kms-activation"
OVERRIDE = b.route("0.0.0.0/0", "Internet", name="default")
HAS_GROUP = {"networkSecurityGroup": b.ref("networkSecurityGroups/nsg")}
FUTURE = {"futureSetting": {"deep": [1, None]}}


def world(*rules: b.Body, routes: t.Sequence[b.Body] = (OVERRIDE,)) -> list[b.Body]:
    return b.routed(*routes, subnet=HAS_GROUP, more=[b.group(*rules)])


@pytest.mark.parametrize("target", ["*", "Internet", b.KMS + "/32"])
def test_allows_before_the_deny_once(azure: Start, target: str) -> None:
    lab = azure(world(b.rule(300, "Deny", target), b.rule(299, "Allow", "10.0.0.0/8"), b.rule(4000, "Deny", "*")))
    before = lab.lab.state_hash()
    assert lab.lab.reach("web", b.KMS, 1688) == "filtered"
    preview = lab.run("nsg_rule", check=True, nsg=NSG)
    assert (lab.writes(), lab.lab.state_hash()) == ([], before)
    result = lab.run("nsg_rule", nsg=NSG)
    assert "msg" not in result, result["msg"]
    assert (result["carried_by_platform"], len(result["changes"])) == (False, 1)
    assert preview["diff"]["after"].keys() == result["diff"]["after"].keys()
    assert lab.find(OWN)["properties"]["priority"] == 298
    assert lab.lab.reach("web", b.KMS, 1688) == lab.lab.reach("web", b.OTHER_KMS, 1688) == "kms"
    sent = lab.writes()
    assert not lab.run("nsg_rule", nsg=NSG)["changed"]
    assert lab.writes() == sent
    lab.undo()
    assert lab.lab.state_hash() == before


NOTHING = {
    "no deny": (world(), False),
    "carried by the platform": (world(b.rule(300, "Deny"), routes=()), True),
    "allowed first": (world(b.rule(200, "Allow", "Internet"), b.rule(300, "Deny")), False),
}


@pytest.mark.parametrize(("resources", "carried"), NOTHING.values(), ids=NOTHING)
def test_writes_only_where_it_is_needed(azure: Start, resources: list[b.Body], carried: bool) -> None:
    lab = azure(resources)
    result = lab.run("nsg_rule", nsg=NSG)
    assert (result["changed"], result["carried_by_platform"], lab.writes()) == (False, carried, [])
    assert lab.lab.reach("web", b.KMS, 1688) == "kms"


ADMIN = {"id": "/x/r", "properties": {"access": "Deny", "direction": "Outbound", "protocol": "Any", "priority": 1,
         "destinations": [{"addressPrefix": "*", "addressPrefixType": "IPPrefix"}], "sources": []}}  # fmt: skip
REFUSALS: dict[str, tuple[list[b.Body], dict[str, t.Any], str, str]] = {
    "licensing tag": (world(b.rule(300, "Deny", "AzurePlatformLKM")), {}, "platform-tag-denied", "AzurePlatformLKM"),
    "licensing tag without a default route": (
        world(b.rule(300, "Deny", "AzurePlatformLKM"), routes=()), {}, "platform-tag-denied", "Whoever owns that rule must take it away",
    ),
    "no room": (world(b.rule(100, "Deny")), {}, "deny-comes-first", "no priority before it is free"),
    "admin rule": (
        world(b.rule(300, "Deny")), {"admin_rules": {f"{b.NETWORK}/virtualNetworks/spoke": [ADMIN]}},
        "security-admin-rule-denies", "comes too late",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("resources", "more", "id_", "text"), REFUSALS.values(), ids=REFUSALS)
def test_what_would_be_useless_or_unwanted_is_refused(
    azure: Start, resources: list[b.Body], more: dict[str, t.Any], id_: str, text: str
) -> None:
    lab = azure(resources, **more)
    preview = lab.run("nsg_rule", check=True, nsg=NSG)
    result = lab.run("nsg_rule", nsg=NSG)
    assert (result["refused"] or {}).get("id") == id_, result
    assert result["refused"] == preview["refused"]
    assert text in result["msg"]
    assert ("machine 'web'" in result["msg"]) is (id_ != "deny-comes-first")
    assert lab.writes() == []


def test_the_own_rule_grows_and_shrinks_and_keeps_what_is_unknown(azure: Start) -> None:
    own = b.rule(200, "Deny", b.KMS, "1688", **FUTURE)
    own["name"] = "kms-activation"
    lab = azure(world(own, b.rule(150, "Deny")))
    lab.run("nsg_rule", nsg=NSG, sources=["10.1.0.0/16"])
    found = lab.find(OWN)["properties"]
    assert (found["access"], found["priority"], found["futureSetting"]) == ("Allow", 149, FUTURE["futureSetting"])
    assert set(found["destinationAddressPrefixes"]) == set(kms.ADDRESSES)
    assert found["sourceAddressPrefix"] == "*"
    lab.run("nsg_rule", nsg=NSG, state="absent")
    lab.run("nsg_rule", nsg=NSG, sources=["10.1.1.0/24"])
    lab.run("nsg_rule", nsg=NSG, sources=["10.1.2.0/24"])
    assert lab.find(OWN)["properties"]["sourceAddressPrefixes"] == ["10.1.1.0/24", "10.1.2.0/24"]
    assert lab.lab.reach("web", b.KMS, 1688) == "kms"
    lab.run("nsg_rule", nsg=NSG, sources=["10.1.1.0/24"], state="absent")
    assert lab.find(OWN)["properties"]["sourceAddressPrefixes"] == ["10.1.2.0/24"]


def test_what_is_not_known_is_said(azure: Start) -> None:
    lab = azure([b.group(b.rule(300, "Deny", "SomeTag"))])
    result = lab.run("nsg_rule", nsg=NSG)
    assert (result["changed"], result["carried_by_platform"]) == (True, None)
    assert any("is not known, so that the rule may not have been needed" in warning for warning in result["warnings"])
    assert any("'r300' (priority 300) may deny it" in warning for warning in result["warnings"])


def test_another_group_on_the_way_is_said(azure: Start) -> None:
    other = b.group(b.rule(300, "Deny"), name="other")
    resources = b.routed(OVERRIDE, subnet=HAS_GROUP, more=[b.group(b.rule(300, "Deny")), other])
    nic = next(body for body in resources if body["name"] == "web-nic")
    nic["properties"]["networkSecurityGroup"] = b.ref("networkSecurityGroups/other")
    lab = azure(resources)
    result = lab.run("nsg_rule", nsg=NSG)
    assert result["changed"]
    assert "NSG 'other' denies it" in result["warnings"][0]


def test_a_taken_priority_is_planned_anew(azure: Start) -> None:
    theirs = b.group(b.rule(300, "Deny"), {**b.rule(299, "Allow", "10.0.0.0/8"), "name": "theirs"})
    lab = azure(world(b.rule(300, "Deny")), faults=[fault("PUT */securityRules/*", put=theirs, times=1)])
    assert lab.run("nsg_rule", nsg=NSG)["changed"]
    assert lab.find(OWN)["properties"]["priority"] == 298
    assert [status for _name, status in lab.writes()] == [400, 201]
