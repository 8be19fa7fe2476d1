# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Azure Firewall, classic and with a policy and its parent, against the model of the documents, over random rules."""

from __future__ import annotations

import hypothesis
from hypothesis import strategies as st

from tests.models import firewall as model
from tests.models.firewall import APPLICATION, DNAT, KINDS, Collection, Group, Rule

from . import arm
from .judged import settings

SOURCE = "10.1.0.4"
THROUGH = arm.route("all", "0.0.0.0/0", "VirtualAppliance", "10.0.1.4")
PLACE = {"routeTable": arm.ref("routeTables", "rt")}
CAUSES = {"deny": "azure-firewall-denies-kms", "application": "azure-firewall-application-rule"}

_TARGETS = (
    "*",
    arm.FIRST,
    f"{arm.FIRST}/32",
    "20.118.99.0/24",
    "20.118.99.1-20.118.99.230",
    arm.SECOND,
    "40.0.0.0/8",
    "0.0.0.0/0",
)
_SOURCES = ("*", SOURCE, "10.1.0.0/16", "10.1.0.0-10.1.0.3", "10.2.0.0/16")
_PORTS = ("*", "1688", "443", "1600-1700", "1-1687")


def _some(values: tuple[str, ...], most: int = 2) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=most, unique=True).map(tuple)


def _rules(kind: str) -> st.SearchStrategy[tuple[Rule, ...]]:
    """Return rules of a kind. A DNAT rule names an address of the firewall, an application rule names, not addresses."""
    rule = st.builds(
        Rule,
        name=st.sampled_from(("rule", "by-ip-group")),
        protocols=_some(
            ("Https",) if kind == APPLICATION else ("TCP",) if kind == DNAT else ("TCP", "UDP", "ICMP", "Any")
        ),
        sources=_some(_SOURCES),
        destinations=_some({APPLICATION: ("azkms.core.windows.net", "*"), DNAT: ("203.0.113.10",)}.get(kind, _TARGETS)),
        ports=_some(
            ("443", "1688") if kind == APPLICATION else ("1688",) if kind == DNAT else _PORTS,
            1 if kind == APPLICATION else 2,
        ),
    )
    return st.lists(rule, min_size=1, max_size=2).map(tuple)


def _collection(kind: str) -> st.SearchStrategy[Collection]:
    return st.builds(
        Collection,
        name=st.just(""),
        kind=st.just(kind),
        priority=st.integers(100, 65000),
        action=st.just("DNAT") if kind == DNAT else st.sampled_from(("Allow", "Allow", "Deny")),
        rules=_rules(kind),
    )


COLLECTIONS = st.lists(
    st.sampled_from(KINDS).flatmap(_collection), max_size=4, unique_by=lambda item: item.priority
).map(
    lambda found: tuple(
        Collection(f"c{item.priority}", item.kind, item.priority, item.action, item.rules) for item in found
    )
)
GROUPS = st.lists(st.tuples(st.integers(100, 65000), COLLECTIONS), max_size=3, unique_by=lambda item: item[0]).map(
    lambda found: [Group(f"g{priority}", priority, collections) for priority, collections in found]
)


def _printed(rule: Rule, kind: str, place: str, groups: list[arm.Json]) -> arm.Json:
    if kind == APPLICATION:
        return arm.application_rule(
            rule.name, int(rule.ports[0]), sourceAddresses=list(rule.sources), targetFqdns=list(rule.destinations)
        )
    own = {
        "ipProtocols": list(rule.protocols),
        "sourceAddresses": list(rule.sources),
        "destinationPorts": list(rule.ports),
    }
    if kind == DNAT:
        own |= {"ruleType": "NatRule", "translatedAddress": "10.1.0.9", "translatedPort": "1688"}
    elif rule.name == "by-ip-group" and "*" not in rule.destinations:
        group = f"ips-{place}"
        groups.append(arm.body("ipGroups", group, {"ipAddresses": list(rule.destinations)}))
        own |= {"destinationIpGroups": [arm.rid("ipGroups", group)]}
        return arm.network_rule(rule.name, (), **own)
    return arm.network_rule(rule.name, rule.destinations, **own)


def _policy(name: str, groups: list[Group], **properties: arm.Json) -> list[arm.Json]:
    ip_groups: list[arm.Json] = []
    bodies = [
        arm.group(
            name,
            group.name,
            group.priority,
            *(
                arm.collection(
                    item.name,
                    item.priority,
                    item.action,
                    *(
                        _printed(rule, item.kind, f"{name}-{group.name}-{item.name}-{place}", ip_groups)
                        for place, rule in enumerate(item.rules)
                    ),
                )
                for item in group.collections
            ),
        )
        for group in groups
    ]
    return [arm.policy(name, *(group.name for group in groups), **properties), *bodies, *ip_groups]


def _agrees(bodies: list[arm.Json], policies: list[list[Group]]) -> None:
    resources, vm_id = arm.world(arm.table("rt", THROUGH), *arm.firewall_place(), *bodies, place=PLACE)
    path = arm.run([*resources, arm.public_ip("fw-pip", "203.0.113.10")], vm_id, arm.ONE)
    wanted = model.judge(policies, SOURCE, arm.FIRST, 1688)
    shown = path["addresses"][0]["hops"][0]["rule"]
    if wanted.effect == "allow":
        assert path["verdict"] == "open"
    else:
        assert (path["verdict"], path["cause"]) == ("blocked", CAUSES[wanted.effect])
    if shown["type"] != "default":
        assert (shown["collection"], shown["name"]) == (wanted.collection, wanted.rule)


@settings(250)
@hypothesis.given(GROUPS, GROUPS)
def test_a_policy_is_judged_as_documented(parent: list[Group], child: list[Group]) -> None:
    reference = arm.ref("firewallPolicies", "child")
    bodies = [
        arm.firewall(firewallPolicy=reference),
        *_policy("parent", parent),
        *_policy("child", child, basePolicy=arm.ref("firewallPolicies", "parent")),
    ]
    _agrees(bodies, [parent, child])


@settings(250)
@hypothesis.given(COLLECTIONS)
def test_classic_rules_are_judged_as_documented(collections: tuple[Collection, ...]) -> None:
    lists: dict[str, list[arm.Json]] = {}
    ip_groups: list[arm.Json] = []
    for item in collections:
        kind = {"DNAT": "nat", "Network": "network", "Application": "application"}[item.kind]
        rules = [_printed(rule, item.kind, f"{item.name}-{place}", ip_groups) for place, rule in enumerate(item.rules)]
        # Classic rules call the protocols of all kinds alike.
        rules = [
            {
                **{k: v for k, v in rule.items() if k not in {"ipProtocols", "ruleType"}},
                "protocols": rule.get("ipProtocols", rule.get("protocols")),
            }
            for rule in rules
        ]
        action = {"type": "Dnat" if item.kind == DNAT else item.action}
        own = {"priority": item.priority, "action": action, "rules": rules}
        lists.setdefault(f"{kind}RuleCollections", []).append({"name": item.name, "properties": own})
    _agrees([arm.firewall(**lists), *ip_groups], [[Group("classic", 100, collections)]])
