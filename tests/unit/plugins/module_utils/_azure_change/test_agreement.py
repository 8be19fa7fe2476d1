# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whoever diagnoses and whoever writes rules never disagree: random rules, asked for whole networks and for each of their addresses.

All addresses between two limits that rules or networks name fare alike, so that the limits and their neighbours stand for all.
"""

from __future__ import annotations

import ipaddress
import typing as t

import hypothesis
from hypothesis import strategies as st

from ansible_collections.azure_windows.activation.plugins.module_utils._azure_change import firewall_rule, nsg_rule
from ansible_collections.azure_windows.activation.plugins.module_utils._network import addresses, firewall, nsg, sources
from ansible_collections.azure_windows.activation.plugins.module_utils._network.firewall_rules import (
    Traffic,
    classic_rules,
)
from ansible_collections.azure_windows.activation.plugins.module_utils._network.judgement import BLOCKED, OPEN
from ansible_collections.azure_windows.activation.plugins.module_utils._network.matching import Course
from ansible_collections.azure_windows.activation.plugins.module_utils._network.security_rules import (
    Flow,
    Rule,
    decide,
    outbound,
)
from ansible_collections.azure_windows.activation.plugins.module_utils._network.state import NetworkState
from tests.unit.lab.azure import builders as b

KMS = ipaddress.ip_address(b.KMS)
NAME = "azkms.core.windows.net"
ASG = {"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/applicationSecurityGroups/asg"}
IP_GROUP = {"id": "/ip/groups/known", "properties": {"ipAddresses": ["10.1.0.0/17"]}}
STATE = NetworkState([IP_GROUP], service_tags={"westeurope": {"AzureCloud": [f"{b.KMS}/32", "20.1.128.0/17"]}})

NETWORKS = (
    "10.0.0.0/8",
    "10.0.0.0/9",
    "10.128.0.0/9",
    "10.1.0.0/16",
    "10.1.0.0/17",
    "10.1.128.0/17",
    "10.1.2.3",
    "20.1.0.0/16",
)
SOURCES = (
    *NETWORKS,
    "*",
    "10.0.0.5-10.2.0.0",
    "VirtualNetwork",
    "Internet",
    "AzureCloud",
    "Unread",
    "fd00::/8",
    "10.0.0.0/33",
)
TARGETS = (b.OTHER_KMS, f"{b.KMS}/24", "Internet", "VirtualNetwork", "AzureCloud", "Unread", "AzurePlatformLKM", "::/0")
PORTS = ("*", "1680-1690", "443", "x")
PROTOCOLS = ("*", "Any", "All", "TCP", "6", "Udp", "Icmp", "Icmpv6", "Esp", "Ah", "17", "1", "58", "132", None)
ACCESSES = ("Allow", "Allow", "Allow", "Deny", "Deny", "Log")
NAMES = (NAME, "kms.core.windows.net")

wanted = st.lists(st.sampled_from((*NETWORKS, "*")), min_size=1, max_size=3, unique=True)
several = st.one_of(st.just(["*"]), st.lists(st.sampled_from(SOURCES), max_size=2, unique=True))


def twists(**values: t.Iterable[t.Any]) -> st.SearchStrategy[dict[str, t.Any]]:
    """Nothing, or one property that is not as in a rule for KMS: rules that differ in all respects hardly ever meet."""
    single = [st.sampled_from([{name: value} for value in found]) for name, found in values.items()]
    return st.one_of(st.just({}), *single)


SECURITY = twists(
    direction=("Inbound", "Both"),
    protocol=PROTOCOLS,
    destinationPortRange=PORTS,
    destinationAddressPrefix=TARGETS,
    sourceApplicationSecurityGroups=[[ASG]],
)
FIREWALL = twists(
    protocols=[[], *([name] for name in PROTOCOLS), ["UDP", "TCP"]],
    sourceIpGroups=[["/ip/groups/known"], ["/ip/groups/unread"]],
    destinationAddresses=[[], *([target] for target in TARGETS)],
    destinationPorts=[[], *([port] for port in PORTS)],
    destinationFqdns=[[NAME], ["kms.core.windows.net"], ["other.example"]],
)


@st.composite
def security_rule(draw: st.DrawFn) -> b.Body:
    twist = draw(SECURITY)
    prefixes = [] if "sourceApplicationSecurityGroups" in twist else draw(several)
    more = {"protocol": "Tcp", "sourceAddressPrefix": None, "sourceAddressPrefixes": prefixes, **twist}
    return b.rule(draw(st.integers(100, 120)), draw(st.sampled_from(ACCESSES)), "*", "1688", **more)


@st.composite
def firewall_collection(draw: st.DrawFn) -> b.Body:
    twist = draw(FIREWALL)
    rule = {
        "name": "r",
        "protocols": ["TCP"],
        "sourceAddresses": [] if "sourceIpGroups" in twist else draw(several),
        "destinationAddresses": [] if "destinationFqdns" in twist else [b.KMS],
        "destinationPorts": ["1688"],
        **twist,
    }
    action = {"type": draw(st.sampled_from(ACCESSES))}
    return {"name": "c", "properties": {"priority": draw(st.integers(100, 120)), "action": action, "rules": [rule]}}


def points(networks: t.Iterable[str], rules: t.Iterable[str]) -> list[addresses.Address]:
    """The addresses of the networks at which a rule can begin or cease to hold."""
    ranges = sources.of_networks(networks)
    limits = (
        *ranges,
        *sources.of_networks(rules),
        *sources.of_networks(["10.1.0.0/17", "20.1.128.0/17", "10.0.0.0/8"]),
    )
    found = {edge + step for low, high in limits for edge in (low, high) for step in (-1, 0, 1)}
    return [ipaddress.ip_address(item) for item in sorted(found) if any(low <= item <= high for low, high in ranges)]


def needs_nothing(course: Course[t.Any]) -> bool:
    return course.allowed and not course.denies and not course.doubts


@hypothesis.given(st.lists(security_rule(), max_size=5), wanted, st.booleans())
@hypothesis.settings(max_examples=500, deadline=None)
def test_security_groups(rules: list[b.Body], networks: list[str], member: bool) -> None:
    def follow(*sources_: str) -> Course[Rule]:
        return nsg_rule.followed(STATE, rules, nsg_rule.DesiredRule(sources_, (b.KMS,), 1688))[0]

    named = [prefix for rule in rules for prefix in rule["properties"]["sourceAddressPrefixes"]]
    groups = frozenset((ASG["id"].lower(),) if member else ())
    judged = {
        source: decide(outbound(STATE, rules, Flow(sources.of_address(source), KMS, 1688, groups, widened=True)))
        for source in points(networks, named)
    }
    course = follow(*networks)
    allowed = all(decision.access == "allow" for decision in judged.values())
    if any("sourceApplicationSecurityGroups" in rule["properties"] for rule in rules):
        # Whoever writes does not know who is in a group: what needs nothing is allowed for members and others alike.
        assert allowed or not needs_nothing(course)
        return
    assert needs_nothing(course) == allowed
    for source, decision in judged.items():
        one = follow(str(source))
        assert needs_nothing(one) == (decision.access == "allow")
        assert all(rule.match for rule in one.denies)
        if decision.access == "deny" and decision.rule is not None:
            assert decision.rule.name in {rule.name for rule in course.denies}


@hypothesis.given(
    st.lists(firewall_collection(), max_size=4), st.lists(firewall_collection(), max_size=1), wanted, st.booleans()
)
@hypothesis.settings(max_examples=500, deadline=None)
def test_firewalls(network: list[b.Body], nat: list[b.Body], networks: list[str], by_name: bool) -> None:
    body = {
        "id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/azureFirewalls/fw",
        "properties": {
            "networkRuleCollections": network,
            "natRuleCollections": nat,
            "additionalProperties": {"Network.DNS.EnableProxy": str(by_name)},
            "ipConfigurations": [{"properties": {"privateIPAddress": "10.9.0.4"}}],
        },
    }
    goal = firewall_rule.Goal((b.KMS,), NAMES, 1688, by_name=by_name)
    (course,) = firewall_rule.followed(STATE, classic_rules(body), sources.of_networks(networks), goal)
    named = [spec for item in (*network, *nat) for spec in item["properties"]["rules"][0]["sourceAddresses"]]
    legs = [
        firewall.inspect(STATE, body, Traffic(sources.of_address(source), KMS, 1688, NAMES, None), ["10.9.0.4"])
        for source in points(networks, named)
    ]
    assert needs_nothing(course) == all(leg.verdict == OPEN for leg in legs)
    for leg in legs:
        rule = leg.hops[0]["rule"]
        if leg.verdict == BLOCKED and rule["type"] != "default":
            assert rule in [denied.plain() for denied in course.denies]


def opened(group: b.Body, desired: nsg_rule.DesiredRule) -> bool:
    """Whether every address gets through."""
    rules = [*group["properties"]["securityRules"], *nsg.DEFAULT_RULES]
    named = [prefix for rule in rules for prefix in rule["properties"].get("sourceAddressPrefixes") or ()]
    flows = [
        Flow(sources.of_address(source), KMS, 1688, frozenset(), True) for source in points(desired.sources, named)
    ]
    return all(decide(outbound(STATE, rules, flow)).access == "allow" for flow in flows)


@hypothesis.given(st.lists(security_rule(), max_size=5, unique_by=lambda rule: rule["name"]), wanted)
@hypothesis.settings(max_examples=200, deadline=None)
def test_what_is_written_opens_a_security_group_and_is_written_once(rules: list[b.Body], networks: list[str]) -> None:
    group = b.group(*rules)
    desired = nsg_rule.DesiredRule(tuple(networks), (b.KMS,), 1688)
    observed = nsg_rule.ObservedGroup(carried=False, state=STATE)
    planned = nsg_rule.plan(group, desired, observed)
    for write in planned.writes:
        rule = {**(write.body or {}), "id": write.id, "name": write.id.rsplit("/", 1)[-1]}
        group = b.group(*rules, rule)
    if planned.refusal is None:
        assert opened(group, desired)
        assert nsg_rule.plan(group, desired, observed).writes == ()
