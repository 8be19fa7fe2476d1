# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of an Azure Firewall in the order it tries them: DNAT, network, application; parent policies first."""

from __future__ import annotations

import dataclasses
import typing as t

from .._text import Text
from . import addresses, values
from .links import reference
from .model import NotKnownError, Unread
from .state import NetworkState
from .values import Body, Match, all_of, any_of, low, name_of, props, strings, text
from .wording import say

NETWORK, APPLICATION, NAT = "network", "application", "nat"
_RULE_TYPES = {"networkrule": NETWORK, "applicationrule": APPLICATION, "natrule": NAT}


@dataclasses.dataclass(frozen=True)
class FirewallRule:
    """One rule with its place. `policy_id` is None for classic rules; `inherited` when it comes from a parent policy."""

    kind: str
    body: Body
    policy_id: str | None
    group: str | None
    collection: str
    priority: int | None
    action: str
    inherited: bool = False

    def plain(self) -> dict[str, t.Any]:
        """Return the rule as a hop shows it."""
        return {
            "type": self.kind,
            "policy_id": self.policy_id,
            "group": self.group,
            "collection": self.collection,
            "name": name_of(self.body),
            "priority": self.priority,
            "action": self.action.capitalize(),
            "inherited": self.inherited,
        }

    def described(self) -> Text:
        """Return a phrase that names the rule and its place."""
        phrase = say(f"{self.kind}_rule", rule=name_of(self.body), collection=self.collection)
        if self.group:
            phrase = say("in_group", what=phrase, group=self.group)
        if self.policy_id:
            phrase = say("in_parent" if self.inherited else "in_policy", what=phrase, policy=name_of(self.policy_id))
        return phrase


@dataclasses.dataclass(frozen=True)
class Traffic:
    """What reaches the firewall. `names` are the KMS's, the preferred one first; `resolver` tells whether FQDN rules can be relied on."""

    source: addresses.Address | None
    target: addresses.Address
    port: int
    names: tuple[str, ...]
    resolver: Match


def policy_chain(state: NetworkState, policy_id: str) -> list[Body]:
    """Return a policy and its parents, the topmost first. Raises NotKnownError for a cycle or a missing policy."""
    chain: list[Body] = []
    seen: set[str] = set()
    while policy_id:
        if low(policy_id) in seen:
            raise NotKnownError(say("own_parent", policy=name_of(policy_id)))
        seen.add(low(policy_id))
        body = state.need(policy_id)
        chain.append({**body, "id": policy_id})
        policy_id = reference(body, "basePolicy")
    return chain[::-1]


def policy_rules(state: NetworkState, chain: t.Sequence[Body]) -> list[FirewallRule]:
    """Return all rules of a chain in the order of evaluation. Raises NotKnownError when a group was not read."""
    found: list[FirewallRule] = []
    for depth, policy in enumerate(chain):
        policy_id = str(policy["id"])
        groups = _ordered(_groups(state, policy), say("policy", name=name_of(policy_id)))
        for group in groups:
            place = say("group", name=name_of(group))
            for collection in _ordered(_listing(props(group), "ruleCollections", place), place):
                found += _collection(collection, policy_id, name_of(group), depth < len(chain) - 1)
    return _by_type(found)


def classic_rules(firewall: Body) -> list[FirewallRule]:
    """Return the rules of a firewall without a policy in the order of evaluation."""
    own = props(firewall)
    found: list[FirewallRule] = []
    for kind in (NAT, NETWORK, APPLICATION):
        place = say("classic", name=name_of(firewall))
        for collection in _ordered(_listing(own, f"{kind}RuleCollections", place), place):
            body = props(collection)
            action = text(values.mapping(body.get("action")).get("type")).lower()
            priority = values.number(body.get("priority"))
            found += [
                FirewallRule(kind, rule, None, None, name_of(collection), priority, action)
                for rule in _listing(body, "rules", say("collection", name=name_of(collection)))
            ]
    return found


def _groups(state: NetworkState, policy: Body) -> list[Body]:
    policy_id = str(policy["id"])
    groups = state.children(policy_id, "ruleCollectionGroups")
    for group in groups:
        state.need(str(group["id"]))
    named = props(policy).get("ruleCollectionGroups")
    if isinstance(named, (list, tuple)):
        for group_id in values.refs(named):
            state.need(group_id)
    elif not groups and not state.complete(policy_id, "ruleCollectionGroups"):
        raise state.not_read(policy_id, "ruleCollectionGroups")
    if state.unread_about("Microsoft.Network/firewallPolicies/ruleCollectionGroups", policy_id):
        raise state.not_read(policy_id, "ruleCollectionGroups")
    return groups


def _listing(body: Body, name: str, place: str) -> list[Body]:
    if values.broken(body.get(name)):
        raise NotKnownError(say("odd_list", what=name, place=place))
    return values.items(body.get(name))


def _ordered(bodies: t.Sequence[Body], place: str) -> list[Body]:
    ranked = [(values.number(props(body).get("priority")), body) for body in bodies]
    if len(bodies) > 1 and any(priority is None for priority, _body in ranked):
        raise NotKnownError(say("no_order", place=place))
    return [body for _priority, body in sorted(ranked, key=lambda pair: pair[0] or 0)]


def _collection(collection: Body, policy_id: str, group: str, inherited: bool) -> list[FirewallRule]:
    found = []
    body = props(collection)
    action = text(values.mapping(body.get("action")).get("type")).lower()
    place = say("collection", name=name_of(collection))
    if body.get("rules") is None:
        raise NotKnownError(say("odd_list", what="rules", place=place))
    for rule in _listing(body, "rules", place):
        kind = _RULE_TYPES.get(text(rule.get("ruleType")).lower(), "")
        if not kind:
            raise NotKnownError(say("odd_type", rule=name_of(rule), collection=name_of(collection)))
        priority = values.number(body.get("priority"))
        found.append(FirewallRule(kind, rule, policy_id, group, name_of(collection), priority, action, inherited))
    return found


def _by_type(rules: t.Sequence[FirewallRule]) -> list[FirewallRule]:
    """Order by type first, which beats every priority."""
    return [rule for kind in (NAT, NETWORK, APPLICATION) for rule in rules if rule.kind == kind]


def matches(state: NetworkState, rule: FirewallRule, traffic: Traffic) -> tuple[Match, str, list[Unread]]:
    """Match a rule with the traffic; with the doubt and what would have to be read when it cannot be told."""
    body = rule.body
    unread: list[Unread] = []
    source, _doubt = _side(state, body, "source", traffic.source, unread)
    if rule.kind == APPLICATION:
        ports = [str(item.get("port")) for item in values.items(body.get("protocols"))]
        return all_of((addresses.port_in(ports, traffic.port) if ports else False, source)), say("its_sources"), unread
    protocols = strings(body.get("ipProtocols"), body.get("protocols"))
    protocol = any_of(_PROTOCOLS.get(name.lower()) for name in protocols) if protocols else None
    port = addresses.port_in(strings(body.get("destinationPorts")), traffic.port)
    quick = all_of((protocol, port, source))
    if quick is False:
        return False, "", []
    target, doubt = _side(state, body, "destination", traffic.target, unread)
    if rule.kind == NAT and "*" in strings(body.get("destinationAddresses")):
        # In a DNAT rule the star stands for the firewall's own addresses.
        return False, "", []
    names = [name.lower().rstrip(".") for name in strings(body.get("destinationFqdns"))]
    if target is not True and set(traffic.names).intersection(names):
        target, doubt = _by_name(names, traffic)
    match = all_of((quick, target))
    return match, doubt or say("its_ends"), unread if match is None else []


def _by_name(names: t.Sequence[str], traffic: Traffic) -> tuple[Match, str]:
    """Match by the names of the KMS: the preferred one stands for all addresses, where machine and firewall see the same."""
    if not traffic.resolver:
        return None, say("fqdn_resolver")
    return (True, "") if traffic.names[0] in names else (None, say("fqdn_other"))


_PROTOCOLS: t.Mapping[str, Match] = {"tcp": True, "any": True, "udp": False, "icmp": False}


def _side(
    state: NetworkState, body: Body, side: str, wanted: addresses.Address | None, unread: list[Unread]
) -> tuple[Match, str]:
    answers: list[tuple[str, Match]] = [
        (spec, _covers(state, spec, wanted)) for spec in strings(body.get(f"{side}Addresses"))
    ]
    for group_id in values.refs(body.get(f"{side}IpGroups")):
        name = name_of(group_id)
        try:
            specs = strings(props(state.need(group_id)).get("ipAddresses"))
        except NotKnownError as problem:
            unread += problem.unread
            answers.append((say("ip_group_not_read", group=name), None))
        else:
            answers += [(say("ip_group", group=name), _covers(state, spec, wanted)) for spec in specs]
    if not answers and not strings(body.get("destinationFqdns") if side == "destination" else None):
        return None, say(f"no_{side}")
    match = any_of(answer for _spec, answer in answers)
    unsure = next((spec for spec, answer in answers if answer is None), "")
    return match, say("holds_doubt", what=unsure) if match is None else ""


def _covers(state: NetworkState, spec: str, wanted: addresses.Address | None) -> Match:
    if wanted is None:
        return True if spec.lower() in addresses.ANY else None
    found = addresses.covers(spec, wanted)
    if found is None and addresses.is_tag(spec):
        return False if wanted.is_private else state.tag_holds(spec, wanted)
    return found
