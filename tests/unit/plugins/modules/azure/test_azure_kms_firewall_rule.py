# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""azure_kms_firewall_rule against the lab."""

from __future__ import annotations

import typing as t

import pytest

from tests import kms
from tests.unit.lab.azure import builders as b
from tests.unit.plugins.modules.azure.conftest import Start, fault

POLICY = f"{b.NETWORK}/firewallPolicies/policy"
FIREWALL = f"{b.NETWORK}/azureFirewalls/fw"
OWN = "firewallPolicies/policy/ruleCollectionGroups/kms-activation"
IP_GROUP = f"{b.NETWORK}/ipGroups/spokes"
PIP = b.resource("publicIPAddresses", "fw-pip", {"ipAddress": "52.1.1.2"})
SPOKE = ["10.1.0.0/16"]
APPLICATION = b.application_rule(1688)


def world(*collections: b.Body, **more: t.Any) -> list[b.Body]:
    return [*b.behind_firewall(*collections, **more), PIP]


def classic(*collections: b.Body, **properties: t.Any) -> list[b.Body]:
    found = world()
    firewall = next(body for body in found if body["id"] == FIREWALL)
    firewall["properties"] |= {
        "networkRuleCollections": list(collections),
        "futureSetting": {"x": [None]},
        **properties,
    }
    del firewall["properties"]["firewallPolicy"]
    return found


def old_collection(name: str, priority: int, action: str, **rule: t.Any) -> b.Body:
    body = {
        "name": name, "protocols": ["TCP"], "sourceAddresses": ["*"], "destinationAddresses": ["*"],
        "destinationPorts": ["*"], **rule,
    }  # fmt: skip
    return {"name": name, "properties": {"priority": priority, "action": {"type": action}, "rules": [body]}}


WORLDS = {
    "policy": (world(), {"policy": POLICY}),
    "application rule only": (world(APPLICATION), {"firewall": FIREWALL}),
    "a deny later": (world(b.network_rule("Deny", "*")), {"policy": POLICY}),
    "classic": (classic(), {"firewall": FIREWALL}),
    "classic with a deny": (classic(old_collection("deny", 200, "Deny")), {"firewall": FIREWALL}),
}


@pytest.mark.parametrize(("resources", "target"), WORLDS.values(), ids=WORLDS)
def test_adds_a_rule_once(azure: Start, resources: list[b.Body], target: dict[str, str]) -> None:
    lab = azure(resources)
    before = lab.lab.state_hash()
    assert lab.lab.reach("web", b.KMS, 1688) != "kms"
    preview = lab.run("firewall_rule", check=True, sources=SPOKE, **target)
    assert (lab.writes(), lab.lab.state_hash()) == ([], before)
    result = lab.run("firewall_rule", sources=SPOKE, **target)
    assert "msg" not in result, result["msg"]
    assert [change["id"] for change in result["changes"]] == [change["id"] for change in preview["changes"]]
    assert len(result["changes"]) == 1
    assert lab.lab.reach("web", b.KMS, 1688) == lab.lab.reach("web", b.OTHER_KMS, 1688) == "kms"
    sent = lab.writes()
    assert not lab.run("firewall_rule", sources=SPOKE, **target)["changed"]
    assert lab.writes() == sent
    lab.undo()
    assert lab.lab.state_hash() == before


def test_leaves_what_passes_already_to_others(azure: Start) -> None:
    lab = azure(world(b.network_rule("Allow", *kms.ADDRESSES)))
    assert not lab.run("firewall_rule", policy=POLICY, sources=["10.1.1.0/24"])["changed"]
    assert lab.writes() == []
    wider = lab.run("firewall_rule", policy=POLICY, sources=["10.0.0.0/8"])
    assert wider["changes"][0]["operation"] == "create"


def test_a_group_of_its_own_grows_and_shrinks(azure: Start) -> None:
    group = b.resource("ipGroups", "spokes", {"ipAddresses": ["10.5.0.0/16"]})
    lab = azure([*world(), group])
    before = lab.lab.state_hash()
    lab.run("firewall_rule", policy=POLICY, sources=["10.1.0.0/16"])
    lab.run("firewall_rule", policy=POLICY, sources=["10.2.0.0/16"], source_ip_groups=[IP_GROUP])
    rules = lab.find(OWN)["properties"]["ruleCollections"][0]["rules"]
    assert [rule["name"] for rule in rules] == ["kms-addresses", "kms-ip-groups"]
    assert rules[0]["sourceAddresses"] == ["10.1.0.0/16", "10.2.0.0/16"]
    assert rules[0]["destinationAddresses"] == kms.ADDRESSES
    assert "sourceAddresses" not in rules[1]
    shrunk = lab.run("firewall_rule", policy=POLICY, sources=["10.1.0.0/16"], state="absent")
    assert shrunk["changes"][0]["operation"] == "update"
    assert lab.lab.reach("web", b.KMS, 1688) != "kms"
    assert lab.run("firewall_rule", policy=POLICY, state="absent")["changes"][0]["operation"] == "delete"
    assert lab.lab.state_hash() == before
    assert not lab.run("firewall_rule", policy=POLICY, state="absent")["changed"]


def test_foreign_content_of_the_own_group_survives(azure: Start) -> None:
    theirs = {**b.network_rule("Allow", "8.8.8.8"), "name": "theirs", "priority": 900}
    own = b.resource("firewallPolicies/policy/ruleCollectionGroups", "kms-activation",
                     {"priority": 4000, "ruleCollections": [theirs], "futureSetting": {"x": None}})  # fmt: skip
    lab = azure([*world(b.network_rule("Deny", "*")), own])
    lab.run("firewall_rule", policy=POLICY, sources=SPOKE)
    found = lab.find(OWN)["properties"]
    assert (found["priority"], found["futureSetting"]) == (299, {"x": None})
    assert [item["name"] for item in found["ruleCollections"]] == ["theirs", "kms-activation"]
    assert "msg" not in (gone := lab.run("firewall_rule", policy=POLICY, state="absent")), gone
    assert [item["name"] for item in lab.find(OWN)["properties"]["ruleCollections"]] == ["theirs"]


def test_a_classic_firewall_keeps_everything_else(azure: Start) -> None:
    lab = azure(
        classic(old_collection("deny", 100, "Deny", destinationPorts=["80"]), old_collection("rest", 300, "Deny"))
    )
    lab.run("firewall_rule", firewall=FIREWALL, sources=SPOKE)
    found = lab.find("azureFirewalls/fw")["properties"]
    assert found["futureSetting"] == {"x": [None]}
    priorities = {item["name"]: item["properties"]["priority"] for item in found["networkRuleCollections"]}
    assert priorities == {"deny": 100, "rest": 300, "kms-activation": 299}
    assert lab.run("firewall_rule", firewall=FIREWALL, state="absent")["changed"]
    assert len(lab.find("azureFirewalls/fw")["properties"]["networkRuleCollections"]) == 2


FIRST_GROUP = b.resource(
    "firewallPolicies/policy/ruleCollectionGroups",
    "first",
    {"priority": 100, "ruleCollections": [b.network_rule("Deny", "*")]},
)
REFUSALS = {
    "parent": (world(parent=[b.network_rule("Deny", "*")]), {}, "parent-policy-denies", "Whoever owns parent policy"),
    "first of all": ([*world(), FIRST_GROUP], {}, "deny-comes-first", "no priority before it is free"),
    "no proxy": (world(), {"fqdn": True}, "dns-proxy-disabled", "Enable dnsSettings.enableProxy"),
}


@pytest.mark.parametrize(("resources", "options", "id_", "text"), REFUSALS.values(), ids=REFUSALS)
def test_what_would_be_useless_is_refused(
    azure: Start, resources: list[b.Body], options: dict[str, t.Any], id_: str, text: str
) -> None:
    lab = azure(resources)
    result = lab.run("firewall_rule", policy=POLICY, sources=SPOKE, **options)
    assert (result["refused"]["id"], lab.writes()) == (id_, [])
    assert text in result["msg"]


def test_a_source_that_a_parent_denies_does_not_hold_up_the_others(azure: Start) -> None:
    lab = azure(world(parent=[b.network_rule("Deny", "*", sourceAddresses=["10.1.9.0/24"])]))
    for changed in (True, False):
        result = lab.run("firewall_rule", policy=POLICY, sources=["10.1.1.0/24", "10.1.9.0/24"])
        assert result["changed"] is changed
        assert "left out: network rule 'kms'" in result["warnings"][0]
        assert "denies the traffic of 10.1.9.0/24" in result["warnings"][0]
    (rule,) = lab.find(OWN)["properties"]["ruleCollections"][0]["rules"]
    assert rule["sourceAddresses"] == ["10.1.1.0/24"]
    assert lab.lab.reach("web", b.KMS, 1688) == "kms"
    alone = lab.run("firewall_rule", policy=POLICY, sources=["10.1.9.0/24"])
    assert alone["refused"]["id"] == "parent-policy-denies"


def test_names_with_a_proxy(azure: Start) -> None:
    lab = azure(world(dnsSettings={"enableProxy": True}))
    lab.run("firewall_rule", policy=POLICY, sources=SPOKE, fqdn=True)
    (rule,) = lab.find(OWN)["properties"]["ruleCollections"][0]["rules"]
    assert rule["destinationFqdns"] == kms.NAMES
    assert "destinationAddresses" not in rule
    sent = lab.writes()
    assert not lab.run("firewall_rule", policy=POLICY, sources=SPOKE, fqdn=True)["changed"]
    assert lab.writes() == sent


def test_a_rule_that_may_deny_first_is_said(azure: Start) -> None:
    first = b.network_rule("Deny", "SomeServiceTag")
    lab = azure(world(first))
    result = lab.run("firewall_rule", policy=POLICY, sources=SPOKE)
    assert result["changed"]
    assert "may deny the traffic of 10.1.0.0/16 first" in result["warnings"][0]


def test_a_busy_policy_is_waited_for(azure: Start) -> None:
    busy = {"error": {"code": "FirewallPolicyRuleCollectionGroupUpdateNotAllowed", "message": "Updating"}}
    again = {"error": {"code": "AnotherOperationInProgress", "message": "busy"}}
    faults = [
        fault("PUT *kms-activation", answer=400, body=busy, times=2),
        fault("PUT *kms-activation", answer=409, body=again, times=2),
    ]
    lab = azure(world(), faults=faults)
    assert lab.run("firewall_rule", policy=POLICY, sources=SPOKE)["changed"]
    assert [status for _name, status in lab.writes()] == [400, 400, 409, 409, 201]
