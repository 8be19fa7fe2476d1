# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What firewall and security group rules do with whole networks: tables of cases."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._azure_change import firewall_match, nsg_match
from ansible_collections.azure_windows.activation.plugins.module_utils._network import addresses, spans
from ansible_collections.azure_windows.activation.plugins.module_utils._network.firewall_rules import FirewallRule
from ansible_collections.azure_windows.activation.plugins.module_utils._network.state import NetworkState
from tests.unit.lab.azure import builders as b

COVERS: list[tuple[list[str], list[str], bool, str]] = [
    (["10.0.0.0/8"], ["*"], True, spans.ALL),
    (["10.0.0.0/8"], ["10.0.0.0/9", "10.128.0.0/9"], True, spans.ALL),
    (["10.0.0.0/8"], ["10.0.0.0/9"], True, spans.SOME),
    (["10.1.0.0/16"], ["10.0.0.5-10.2.0.0"], True, spans.ALL),
    (["10.1.0.0/16"], ["10.2.0.0/16"], True, spans.NONE),
    (["10.1.0.0/16"], ["10.2.0.0/16"], False, spans.UNKNOWN),
    (["*"], ["0.0.0.0/1", "128.0.0.0/1"], True, spans.ALL),
    (["10.1.0.0/16"], ["fd00::/8"], True, spans.NONE),
    (["10.1.0.0/16", "10.2.0.0/16"], ["10.1.0.0/16"], True, spans.SOME),
    ([], ["*"], True, spans.UNKNOWN),
]


@pytest.mark.parametrize(("wanted", "given", "whole", "answer"), COVERS)
def test_cover(wanted: list[str], given: list[str], whole: bool, answer: str) -> None:
    assert spans.cover(spans.spans(wanted)[0], spans.spans(given)[0], whole=whole) == answer


@pytest.mark.parametrize("spec", ["Internet", "10.0.0.0/33", "a-b", "10.0.0.1-fd00::1", ""])
def test_what_is_no_address_is_not_known(spec: str) -> None:
    assert spans.spans([spec]) == ((), False)


def rule(action: str, *, kind: str = "network", **body: t.Any) -> FirewallRule:
    whole = {
        "name": "r", "ipProtocols": ["TCP"], "sourceAddresses": ["*"], "destinationAddresses": ["*"], "destinationPorts": ["1688"], **body,
    }  # fmt: skip
    return FirewallRule(kind, whole, "policy", "g", "c", 100, action)


GROUP = {"id": "/ip/groups/g", "properties": {"ipAddresses": ["10.1.0.0/16"]}}
GOAL = firewall_match.Goal((b.KMS,), ("azkms.core.windows.net",), 1688)
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
    "deny, then allow": ([rule("deny"), rule("allow")], "denied"),
    "allow, then deny": ([rule("allow"), rule("deny")], "allowed"),
    "deny of others": ([rule("deny", sourceAddresses=["10.2.0.0/16"]), rule("allow")], "allowed"),
    "deny of a tag": ([rule("deny", destinationAddresses=["AzureCloud"]), rule("allow")], "allowed doubt"),
}


@pytest.mark.parametrize(("rules", "answer"), FIREWALL.values(), ids=FIREWALL)
def test_firewall(rules: list[FirewallRule], answer: str) -> None:
    found = firewall_match.judge(NetworkState([GROUP]), rules, spans.spans(["10.1.0.0/16"])[0], GOAL)
    words = [
        word for word, flag in (("allowed", found.allowed), ("denied", found.denies), ("doubt", found.doubts)) if flag
    ]
    assert " ".join(words) == ("" if answer == "needed" else answer)


TAGS: dict[str, bool] = {"azurecloud": True, "sql": False}


def holds(tag: str, wanted: addresses.Address) -> bool | None:
    return TAGS.get(tag.lower())


NSG: dict[str, tuple[list[b.Body], str]] = {
    "allow Internet": ([b.rule(100, "Allow", "Internet")], "allowed"),
    "deny all": ([b.rule(100, "Deny")], "denied"),
    "deny a tag that holds it": ([b.rule(100, "Deny", "AzureCloud")], "denied"),
    "deny a tag that does not": ([b.rule(100, "Deny", "Sql"), b.rule(101, "Allow")], "allowed"),
    "deny an unread tag": ([b.rule(100, "Deny", "Other"), b.rule(101, "Allow")], "doubt"),
    "deny inside": ([b.rule(100, "Deny", "VirtualNetwork"), b.rule(101, "Allow")], "doubt"),
    "deny UDP": ([b.rule(100, "Deny", protocol="Udp"), b.rule(101, "Allow")], "allowed"),
    "deny other ports": ([b.rule(100, "Deny", ports="80"), b.rule(101, "Allow")], "allowed"),
    "inbound": ([b.rule(100, "Deny", direction="Inbound"), b.rule(101, "Allow")], "allowed"),
    "other sources": ([b.rule(100, "Deny", sourceAddressPrefix="10.2.0.0/16"), b.rule(101, "Allow")], "allowed"),
    "a group as source": (
        [b.rule(100, "Deny", sourceAddressPrefix=None, sourceApplicationSecurityGroups=[b.ref("x/y")]), b.rule(101, "Allow")], "denied",
    ),
    "a group as destination": (
        [b.rule(100, "Deny", None, destinationApplicationSecurityGroups=[b.ref("x/y")]), b.rule(101, "Allow")], "allowed",  # type: ignore[arg-type]
    ),
    "licensing tag": ([b.rule(100, "Deny", "AzurePlatformLKM"), b.rule(101, "Allow")], "denied tag"),
    "licensing tag after an allow": ([b.rule(100, "Allow"), b.rule(101, "Deny", "AzurePlatformLKM")], "allowed"),
    "no priority": ([{**b.rule(1, "Deny"), "properties": {**b.rule(1, "Deny")["properties"], "priority": None}}, b.rule(101, "Allow")], "denied"),
}  # fmt: skip


@pytest.mark.parametrize(("rules", "answer"), NSG.values(), ids=NSG)
def test_security_group(rules: list[b.Body], answer: str) -> None:
    found = nsg_match.judge(nsg_match.in_order(rules), ["10.1.0.0/16"], b.KMS, 1688, holds)
    flags = (("allowed", found.allowed), ("denied", found.denies), ("doubt", found.doubts), ("tag", found.tag_deny))
    assert " ".join(word for word, flag in flags if flag) == answer
