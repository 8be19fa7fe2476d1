# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Azure Firewall: which rule decides, names and groups, and the firewall's own way out."""

from __future__ import annotations

import typing as t

import pytest

from . import arm

TO_FIREWALL = arm.route("to-fw", "0.0.0.0/0", "VirtualAppliance", "10.0.1.4")
TABLE = {"routeTable": arm.ref("routeTables", "rt")}
WITH_POLICY = {"firewallPolicy": arm.ref("firewallPolicies", "child")}
BASE = {"basePolicy": arm.ref("firewallPolicies", "parent")}
ALLOW = arm.collection("allow", 200, "Allow", arm.network_rule())
DENY = arm.collection("deny", 100, "Deny", arm.network_rule("no-kms", ["*"]))
APPLICATION = arm.collection("app", 100, "Allow", arm.application_rule())


def behind(*extra: arm.Json, fw: arm.Json | None = None, hub: t.Sequence[arm.Json] = (), **parts: t.Any) -> arm.Json:
    resources, vm_id = arm.world(
        arm.table("rt", TO_FIREWALL),
        *(hub or arm.firewall_place()),
        fw or arm.firewall(**WITH_POLICY),
        arm.public_ip("fw-pip", "20.4.5.6"),
        *extra,
        place=TABLE,
    )
    if "dns" in parts:
        resources[0]["properties"]["dhcpOptions"] = {"dnsServers": parts.pop("dns")}
    return arm.run(resources, vm_id, parts.pop("targets", arm.TARGETS), **parts)


def with_policy(*collections: arm.Json, **more: t.Any) -> arm.Json:
    settings = more.pop("settings", {})
    return behind(arm.policy("child", "g", **settings), arm.group("child", "g", 300, *collections), **more)


@pytest.mark.parametrize(
    ("collections", "verdict", "cause", "rule"),
    [
        ([ALLOW], "open", None, ("network", "kms", "Allow")),
        ([], "blocked", "azure-firewall-denies-kms", ("default", None, "Deny")),
        ([DENY, ALLOW], "blocked", "azure-firewall-denies-kms", ("network", "no-kms", "Deny")),
        (
            [arm.collection("deny", 300, "Deny", arm.network_rule("no", ["*"])), ALLOW],
            "open",
            None,
            ("network", "kms", "Allow"),
        ),
        ([APPLICATION], "blocked", "azure-firewall-application-rule", ("application", "app", "Allow")),
        ([APPLICATION, ALLOW], "open", None, ("network", "kms", "Allow")),
        (
            [arm.collection("a", 100, "Allow", arm.application_rule(port=443))],
            "blocked",
            "azure-firewall-denies-kms",
            ("default", None, "Deny"),
        ),
        (
            [arm.collection("a", 100, "Deny", arm.application_rule())],
            "blocked",
            "azure-firewall-denies-kms",
            ("default", None, "Deny"),
        ),
        (
            [arm.collection("a", 100, "Allow", arm.application_rule(sourceAddresses=["10.9.0.0/16"]))],
            "blocked",
            "azure-firewall-denies-kms",
            ("default", None, "Deny"),
        ),
        (
            [arm.collection("nat", 100, "DNAT", arm.network_rule("dnat", ["*"], ruleType="NatRule")), ALLOW],
            "open",
            None,
            ("network", "kms", "Allow"),
        ),
        (
            [arm.collection("nat", 900, "DNAT", arm.network_rule("dnat", ruleType="NatRule")), ALLOW],
            "blocked",
            "azure-firewall-denies-kms",
            ("nat", "dnat", "Dnat"),
        ),
        (
            [arm.collection("c", 100, "Shrug", arm.network_rule())],
            "unknown",
            "azure-firewall-denies-kms",
            ("network", "kms", "Shrug"),
        ),
    ],
)
def test_which_rule_decides(
    collections: list[arm.Json], verdict: str, cause: str | None, rule: tuple[str, str | None, str]
) -> None:
    path = with_policy(*collections)
    assert (path["verdict"], path["cause"]) == (verdict, cause)
    shown = path["addresses"][0]["hops"][0]["rule"]
    assert (shown["type"], shown["name"], shown["action"]) == rule
    assert "'fw'" in path["reason"]


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({}, "open"),
        ({"destinationPorts": ["1680-1690"]}, "open"),
        ({"destinationPorts": ["*"]}, "open"),
        ({"destinationPorts": ["443", "80"]}, "blocked"),
        ({"destinationPorts": ["sixteen"]}, "unknown"),
        ({"ipProtocols": ["Any"]}, "open"),
        ({"ipProtocols": ["UDP", "TCP"]}, "open"),
        ({"ipProtocols": ["UDP"]}, "blocked"),
        ({"destinationAddresses": ["*"]}, "open"),
        ({"destinationAddresses": ["20.0.0.0/8", "40.0.0.0/8"]}, "open"),
        ({"destinationAddresses": ["20.118.99.1-20.118.99.250", "40.83.235.53"]}, "open"),
        ({"destinationAddresses": ["20.118.99.244", "40.83.235.53"]}, "blocked"),
        ({"destinationAddresses": [arm.FIRST]}, "blocked"),
        ({"destinationAddresses": [arm.OLD]}, "blocked"),
        ({"destinationAddresses": ["AzureCloud"]}, "unknown"),
        ({"destinationAddresses": ["20.118.99.0/240", "40.83.235.53"]}, "unknown"),
        ({"sourceAddresses": ["10.1.0.0/24"]}, "open"),
        ({"sourceAddresses": ["10.2.0.0/24"]}, "blocked"),
        ({"sourceAddresses": [], "sourceIpGroups": [arm.rid("ipGroups", "apps")]}, "open"),
        ({"sourceAddresses": [], "sourceIpGroups": [arm.rid("ipGroups", "other")]}, "blocked"),
        ({"sourceAddresses": [], "sourceIpGroups": [arm.rid("ipGroups", "unread")]}, "unknown"),
        ({"destinationAddresses": [], "destinationIpGroups": [arm.rid("ipGroups", "KMS")]}, "open"),
        ({"destinationAddresses": [], "destinationIpGroups": [arm.rid("ipGroups", "unread")]}, "unknown"),
        ({"destinationAddresses": None}, "unknown"),
        ({"destinationPorts": None}, "unknown"),
        ({"sourceAddresses": None, "sourceIpGroups": None}, "unknown"),
        ({"ipProtocols": None}, "unknown"),
        ({"ruleType": "QuantumRule"}, "unknown"),
    ],
)
def test_matching_a_network_rule(change: arm.Json, verdict: str) -> None:
    groups = [
        arm.body("ipGroups", "kms", {"ipAddresses": [arm.FIRST, f"{arm.SECOND}/32"]}),
        arm.body("ipGroups", "apps", {"ipAddresses": ["10.1.0.0-10.1.0.9"]}),
        arm.body("ipGroups", "other", {"ipAddresses": ["10.7.0.0/16"]}),
    ]
    path = behind(
        *groups,
        arm.policy("child", "g"),
        arm.group("child", "g", 100, arm.collection("c", 100, "Allow", arm.network_rule(**change))),
    )
    assert path["verdict"] == verdict
    unread = [entry["action"] for entry in path["unread"] if entry["what"] != "effective routes"]
    assert unread == (["Microsoft.Network/ipGroups/read"] if "unread" in str(change) else [])


@pytest.mark.parametrize(
    ("proxy", "dns", "fqdn", "verdict"),
    [
        (True, ["10.0.1.4"], "azkms.core.windows.net", "open"),
        (True, ["10.0.1.4"], "AZKMS.core.windows.net", "open"),
        (True, ["10.9.9.9"], "azkms.core.windows.net", "unknown"),
        (True, [], "azkms.core.windows.net", "unknown"),
        (False, ["10.0.1.4"], "azkms.core.windows.net", "unknown"),
        (None, ["10.0.1.4"], "azkms.core.windows.net", "unknown"),
        (True, ["10.0.1.4"], "example.com", "blocked"),
        (True, ["10.0.1.4"], "kms.core.windows.net", "unknown"),
    ],
)
@pytest.mark.parametrize("classic", [False, True])
def test_fqdn_rules_need_the_dns_proxy(
    proxy: bool | None, dns: list[str], fqdn: str, verdict: str, classic: bool
) -> None:
    rule = arm.network_rule(targets=[], destinationFqdns=[fqdn])
    if classic:
        extra = {} if proxy is None else {"additionalProperties": {"Network.DNS.EnableProxy": str(proxy).lower()}}
        path = behind(fw=arm.firewall(**classic_lists("network", "Allow", rule), **extra), dns=dns)
    else:
        settings = {} if proxy is None else {"dnsSettings": {"enableProxy": proxy, "servers": []}}
        path = with_policy(arm.collection("c", 100, "Allow", rule), settings=settings, dns=dns)
    assert path["verdict"] == verdict
    assert path["cause"] == (None if verdict == "open" else "azure-firewall-denies-kms")


@pytest.mark.parametrize(("own", "verdict"), [({}, "open"), ({"dnsSettings": {"enableProxy": False}}, "unknown")])
def test_dns_settings_come_from_the_parent_policy(own: arm.Json, verdict: str) -> None:
    rule = arm.network_rule(targets=[], destinationFqdns=["azkms.core.windows.net"])
    path = behind(
        arm.policy("child", "g", **BASE, **own),
        arm.policy("parent", dnsSettings={"enableProxy": True}),
        arm.group("child", "g", 100, arm.collection("c", 100, "Allow", rule)),
        dns=["10.0.1.4"],
    )
    assert path["verdict"] == verdict


def classic_lists(kind: str, action: str, *rules: arm.Json, priority: int = 100) -> arm.Json:
    as_classic = [{**rule, "protocols": rule.get("ipProtocols", rule.get("protocols"))} for rule in rules]
    for rule in as_classic:
        rule.pop("ipProtocols", None)
        rule.pop("ruleType", None)
    body = {"priority": priority, "action": {"type": action}, "rules": as_classic}
    return {f"{kind}RuleCollections": [{"name": f"{kind}-{priority}", "properties": body}]}


@pytest.mark.parametrize(
    ("lists", "verdict", "cause"),
    [
        (classic_lists("network", "Allow", arm.network_rule()), "open", None),
        (classic_lists("network", "Deny", arm.network_rule()), "blocked", "azure-firewall-denies-kms"),
        (classic_lists("application", "Allow", arm.application_rule()), "blocked", "azure-firewall-application-rule"),
        ({}, "blocked", "azure-firewall-denies-kms"),
        ({"networkRuleCollections": None}, "blocked", "azure-firewall-denies-kms"),
        ({"networkRuleCollections": "?"}, "unknown", None),
        (
            {
                "networkRuleCollections": [
                    *classic_lists("network", "Allow", arm.network_rule(), priority=200)["networkRuleCollections"],
                    *classic_lists("network", "Deny", arm.network_rule(), priority=150)["networkRuleCollections"],
                ]
            },
            "blocked",
            "azure-firewall-denies-kms",
        ),
    ],
)
def test_classic_rules(lists: arm.Json, verdict: str, cause: str | None) -> None:
    path = behind(fw=arm.firewall(**lists))
    assert (path["verdict"], path["cause"]) == (verdict, cause)


def test_a_policy_makes_the_classic_lists_count_for_nothing() -> None:
    path = with_policy(fw=arm.firewall(**WITH_POLICY, **classic_lists("network", "Allow", arm.network_rule())))
    assert path["cause"] == "azure-firewall-denies-kms"


@pytest.mark.parametrize(
    ("parent", "child", "verdict", "inherited"),
    [
        ([ALLOW], [], "open", True),
        ([arm.collection("late", 60000, "Deny", arm.network_rule("no"))], [ALLOW], "blocked", True),
        ([ALLOW], [DENY], "open", True),
        ([APPLICATION], [ALLOW], "open", False),
        ([], [DENY], "blocked", False),
    ],
)
def test_the_parent_policy_comes_first(
    parent: list[arm.Json], child: list[arm.Json], verdict: str, inherited: bool
) -> None:
    path = behind(
        arm.policy("child", "g", **BASE),
        arm.policy("parent", "pg"),
        arm.group("child", "g", 100, *child),
        arm.group("parent", "pg", 65000, *parent),
    )
    assert path["verdict"] == verdict
    assert path["addresses"][0]["hops"][0]["rule"]["inherited"] is inherited


def test_groups_go_by_priority_not_by_order() -> None:
    path = behind(
        arm.policy("child", "late", "early"),
        arm.group("child", "late", 500, DENY),
        arm.group("child", "early", 400, ALLOW),
    )
    assert path["verdict"] == "open"


@pytest.mark.parametrize(
    ("bodies", "action"),
    [
        ([], "Microsoft.Network/firewallPolicies/read"),
        ([arm.policy("child", **BASE)], "Microsoft.Network/firewallPolicies/read"),
        ([arm.policy("child", "g")], "Microsoft.Network/firewallPolicies/ruleCollectionGroups/read"),
        (
            [arm.policy("child", "g", "h"), arm.group("child", "g", 100, ALLOW)],
            "Microsoft.Network/firewallPolicies/ruleCollectionGroups/read",
        ),
        ([arm.body("firewallPolicies", "child", {})], "Microsoft.Network/firewallPolicies/ruleCollectionGroups/read"),
    ],
)
def test_what_was_not_read_of_a_policy_is_named(bodies: list[arm.Json], action: str) -> None:
    path = behind(*bodies)
    assert (path["verdict"], path["cause"]) == ("unknown", None)
    assert action in [entry["action"] for entry in path["unread"]]


def test_a_complete_list_of_groups_needs_no_references() -> None:
    bare = arm.body("firewallPolicies", "child", {})
    path = behind(bare, listed=[(bare["id"].upper(), "ruleCollectionGroups")])
    assert path["cause"] == "azure-firewall-denies-kms"


def test_a_cycle_of_parents_is_unknown() -> None:
    path = behind(
        arm.policy("child", "g", **BASE),
        arm.policy("parent", basePolicy=arm.ref("firewallPolicies", "CHILD")),
        arm.group("child", "g", 100, ALLOW),
    )
    assert path["verdict"] == "unknown"
    assert "its own parent" in path["reason"]


@pytest.mark.parametrize(("proxy", "told"), [(True, True), (False, False), (None, False)])
def test_a_firewall_that_the_machine_asks_for_names_is_told(proxy: bool | None, told: bool) -> None:
    settings = {} if proxy is None else {"dnsSettings": {"enableProxy": proxy, "servers": []}}
    asked = with_policy(DENY, settings=settings, dns=["168.63.129.16", "10.0.1.4"])
    (row,) = asked["resolvers"]
    assert (row["address"], row["firewall"], row["dns_proxy"]) == ("10.0.1.4", "fw", told)
    assert with_policy(DENY, settings=settings, dns=["10.0.9.9"])["resolvers"] == []


def test_the_dns_proxy_of_a_policy_that_was_not_read_is_not_known() -> None:
    (row,) = behind(dns=["10.0.1.4"])["resolvers"]
    assert row["dns_proxy"] is None


NAMED = arm.network_rule(targets=(), destinationFqdns=["azkms.core.windows.net"])
SELF = "looks up the names of its FQDN rules itself"


@pytest.mark.parametrize(
    ("extra", "dns", "verdict", "told"),
    [
        ({"Network.DNS.EnableProxy": "true"}, ["10.0.1.4"], "open", ""),
        ({"network.dns.enableproxy": "True"}, ["10.0.1.4"], "open", ""),
        # What older tools of Azure wrote.
        ({"DNSEnableProxy": "true", "DNSRequireProxyForNetworkRules": "true"}, ["10.0.1.4"], "open", ""),
        (
            {"Network.DNS.EnableProxy": "true", "Network.DNS.RequireProxyForNetworkRules": "false"},
            ["10.0.1.4"],
            "open",
            "",
        ),
        ({"Network.DNS.EnableProxy": "true"}, ["10.0.9.9"], "unknown", ""),
        ({"Network.DNS.EnableProxy": "true", "Network.DNS.RequireProxyForNetworkRules": "true"}, [], "unknown", ""),
        # Without a proxy the firewall asks for itself, and may get other addresses than the machine.
        ({"Network.DNS.RequireProxyForNetworkRules": "False"}, [], "unknown", SELF),
        ({"DNSRequireProxyForNetworkRules": "false"}, ["10.0.9.9"], "unknown", SELF),
    ],
)
def test_names_in_the_rules_of_a_classic_firewall(extra: arm.Json, dns: list[str], verdict: str, told: str) -> None:
    rule = {**NAMED, "protocols": ["TCP"]}
    rules = [{"name": "net", "properties": {"priority": 200, "action": {"type": "Allow"}, "rules": [rule]}}]
    path = behind(fw=arm.firewall(networkRuleCollections=rules, additionalProperties=extra), dns=dns)
    assert path["verdict"] == verdict, path["reason"]
    assert (SELF in path["reason"]) is bool(told)


def test_a_policy_that_does_not_require_its_proxy_looks_names_up_itself() -> None:
    rule = arm.collection("allow", 200, "Allow", NAMED)
    path = with_policy(rule, settings={"dnsSettings": {"requireProxyForNetworkRules": False}})
    assert path["verdict"] == "unknown"
    assert SELF in path["reason"]
