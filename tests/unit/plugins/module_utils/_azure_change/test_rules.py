# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What firewall and security group rules do with whole networks: tables of cases."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._azure_change import firewall_rule, nsg_rule
from ansible_collections.azure_windows.activation.plugins.module_utils._network import sources
from ansible_collections.azure_windows.activation.plugins.module_utils._network.firewall_rules import FirewallRule
from ansible_collections.azure_windows.activation.plugins.module_utils._network.matching import Course
from ansible_collections.azure_windows.activation.plugins.module_utils._network.state import NetworkState
from tests.unit.lab.azure import builders as b

HELD: dict[str, tuple[list[str], list[str], bool | None]] = {
    "all": (["10.0.0.0/8"], ["*"], True),
    "two halves": (["10.0.0.0/8"], ["10.0.0.0/9", "10.128.0.0/9"], True),
    "one half": (["10.0.0.0/8"], ["10.0.0.0/9"], None),
    "a range": (["10.1.0.0/16"], ["10.0.0.5-10.2.0.0"], True),
    "another network": (["10.1.0.0/16"], ["10.2.0.0/16"], False),
    "all addresses in two": (["*"], ["0.0.0.0/1", "128.0.0.0/1"], True),
    "IPv6": (["10.1.0.0/16"], ["fd00::/8"], False),
    "one of two": (["10.1.0.0/16", "10.2.0.0/16"], ["10.1.0.0/16"], None),
    "no IPv4 asked": (["fd00::/8"], ["*"], False),
    "unreadable": (["10.1.0.0/16"], ["10.0.0.0/33"], None),
    "two versions": (["10.1.0.0/16"], ["10.0.0.1-fd00::1"], None),
    "a tag, which holds public addresses only": (["10.1.0.0/16"], ["AzureCloud"], False),
    "a tag and a network with public addresses": (["20.0.0.0/8"], ["AzureCloud"], None),
    "a tag that holds the network": (["20.1.0.0/16"], ["AzureCloud"], True),
    "a tag that was not read": (["20.1.0.0/16"], ["Sql"], None),
}


@pytest.mark.parametrize(("wanted", "given", "answer"), HELD.values(), ids=HELD)
def test_what_a_rule_holds_of_networks(wanted: list[str], given: list[str], answer: bool | None) -> None:
    ranges = sources.of_networks(wanted)
    held = sources.held(ranges, given, {"AzureCloud": ["20.0.0.0/9"]}.get)
    assert held.match(ranges) is answer


def rule(action: str, *, kind: str = "network", **body: t.Any) -> FirewallRule:
    whole = {
        "name": "r", "ipProtocols": ["TCP"], "sourceAddresses": ["*"], "destinationAddresses": ["*"], "destinationPorts": ["1688"], **body,
    }  # fmt: skip
    return FirewallRule(kind, whole, "policy", "g", "c", 100, action)


GROUP = {"id": "/ip/groups/g", "properties": {"ipAddresses": ["10.1.0.0/16"]}}
GOAL = firewall_rule.Goal((b.KMS,), ("azkms.core.windows.net",), 1688)
FIREWALL: dict[str, tuple[list[FirewallRule], str]] = {
    "nothing": ([], "needed"),
    "allow": ([rule("allow")], "allowed"),
    "allow half": ([rule("allow", sourceAddresses=["10.1.0.0/17"])], "needed"),
    "allow by two": ([rule("allow", sourceAddresses=["10.1.0.0/17", "10.1.128.0/17"])], "allowed"),
    "allow by IP group": ([rule("allow", sourceAddresses=[], sourceIpGroups=["/ip/groups/g"])], "allowed"),
    "deny by an IP group that was not read": (
        [rule("deny", sourceAddresses=[], sourceIpGroups=["/ip/groups/x"])],
        "doubt",
    ),
    "UDP": ([rule("allow", ipProtocols=["UDP"])], "needed"),
    "another port": ([rule("allow", destinationPorts=["443"])], "needed"),
    "a port range": ([rule("allow", destinationPorts=["1600-1700"])], "allowed"),
    "another address": ([rule("allow", destinationAddresses=[b.OTHER_KMS])], "needed"),
    "by name": ([rule("allow", destinationAddresses=[], destinationFqdns=["azkms.core.windows.net"])], "needed"),
    "deny by name": ([rule("deny", destinationAddresses=[], destinationFqdns=["azkms.core.windows.net"])], "doubt"),
    "application rule": ([rule("allow", kind="application")], "needed"),
    "deny": ([rule("deny")], "denied"),
    "deny of a part": ([rule("deny", sourceAddresses=["10.1.7.0/24"])], "denied"),
    "deny, then allow": ([rule("deny"), rule("allow")], "allowed denied"),
    "allow, then deny": ([rule("allow"), rule("deny")], "allowed"),
    "deny of others": ([rule("deny", sourceAddresses=["10.2.0.0/16"]), rule("allow")], "allowed"),
    "deny of a tag": ([rule("deny", destinationAddresses=["AzureCloud"]), rule("allow")], "allowed doubt"),
    "neither allow nor deny": ([rule("log"), rule("allow")], "allowed doubt"),
    "no source": ([rule("allow", sourceAddresses=[])], "needed"),
    "no destination": ([rule("deny", destinationAddresses=[])], "doubt"),
    "DNAT": ([rule("dnat", kind="nat"), rule("allow")], "allowed"),
    "DNAT of the KMS": ([rule("dnat", kind="nat", destinationAddresses=[b.KMS]), rule("allow")], "allowed denied"),
}


@pytest.mark.parametrize(("rules", "answer"), FIREWALL.values(), ids=FIREWALL)
def test_firewall(rules: list[FirewallRule], answer: str) -> None:
    (found,) = firewall_rule.followed(NetworkState([GROUP]), rules, sources.of_networks(["10.1.0.0/16"]), GOAL)
    assert words(found) == ("" if answer == "needed" else answer)


def words(found: Course[t.Any]) -> str:
    flags = (("allowed", found.allowed), ("denied", found.denies), ("doubt", found.doubts))
    return " ".join(word for word, flag in flags if flag)


TAGS = NetworkState(service_tags={"westeurope": {"AzureCloud": [f"{b.KMS}/32"], "Sql": []}})
NSG: dict[str, tuple[list[b.Body], str]] = {
    "allow Internet": ([b.rule(100, "Allow", "Internet")], "allowed"),
    "deny all": ([b.rule(100, "Deny")], "denied"),
    "deny a tag that holds it": ([b.rule(100, "Deny", "AzureCloud")], "denied"),
    "deny a tag that does not": ([b.rule(100, "Deny", "Sql"), b.rule(101, "Allow")], "allowed"),
    "deny an unread tag": ([b.rule(100, "Deny", "Other"), b.rule(101, "Allow")], "allowed doubt"),
    "deny inside": ([b.rule(100, "Deny", "VirtualNetwork"), b.rule(101, "Allow")], "allowed doubt"),
    "deny UDP": ([b.rule(100, "Deny", protocol="Udp"), b.rule(101, "Allow")], "allowed"),
    "deny other ports": ([b.rule(100, "Deny", ports="80"), b.rule(101, "Allow")], "allowed"),
    "inbound": ([b.rule(100, "Deny", direction="Inbound"), b.rule(101, "Allow")], "allowed"),
    "other sources": ([b.rule(100, "Deny", sourceAddressPrefix="10.2.0.0/16"), b.rule(101, "Allow")], "allowed"),
    "a group as source": (
        [b.rule(100, "Deny", sourceAddressPrefix=None, sourceApplicationSecurityGroups=[b.ref("x/y")]), b.rule(101, "Allow")], "allowed doubt",
    ),
    "a group as destination": (
        [b.rule(100, "Deny", None, destinationApplicationSecurityGroups=[b.ref("x/y")]), b.rule(101, "Allow")], "allowed",  # type: ignore[arg-type]
    ),
    "licensing tag": ([b.rule(100, "Deny", "AzurePlatformLKM"), b.rule(101, "Allow")], "allowed denied"),
    "licensing tag after an allow": ([b.rule(100, "Allow"), b.rule(101, "Deny", "AzurePlatformLKM")], "allowed"),
    "no priority": ([{**b.rule(1, "Deny"), "properties": {**b.rule(1, "Deny")["properties"], "priority": None}}, b.rule(101, "Allow")], "allowed doubt"),
    "neither direction": ([b.rule(100, "Deny", direction="Both"), b.rule(101, "Allow")], "allowed doubt"),
    "neither allow nor deny": ([b.rule(100, "Log"), b.rule(101, "Allow")], "allowed doubt"),
    **{
        f"deny protocol {name}": ([b.rule(100, "Deny", protocol=name), b.rule(101, "Allow")], "allowed")
        for name in ("Icmpv6", "17", "58", "1")
    },
    "allow protocol All": ([b.rule(100, "Allow", protocol="All")], "allowed"),
}  # fmt: skip


@pytest.mark.parametrize(("rules", "answer"), NSG.values(), ids=NSG)
def test_security_group(rules: list[b.Body], answer: str) -> None:
    desired = nsg_rule.DesiredRule(("10.1.0.0/16",), (b.KMS,), 1688)
    (found,) = nsg_rule.followed(TAGS, rules, desired)
    assert words(found) == answer
