# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of an Azure Firewall in the order it tries them: DNAT, network, application; parent policies first."""

from __future__ import annotations

import dataclasses
import typing as t

from .._text import Text
from . import addresses, matching, sources, values
from .judgement import NotKnownError, Unread
from .links import reference
from .sources import Held, Ranges
from .state import NetworkState
from .values import Body, Match, all_of, any_of, low, name_of, props, strings, text
from .wording import say

NETWORK, APPLICATION, NAT = "network", "application", "nat"
# What Azure allows a group or collection; where nothing denies, ours comes late.
FIRST_PRIORITY, LAST_PRIORITY, USUAL_PRIORITY = 100, 65000, 1000
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
    """What reaches the firewall from all of `source`.

    `names` are the KMS's, the preferred one first; `resolver` tells whether FQDN rules can be relied on;
    it is False where the firewall looks the names up itself.
    """

    source: Ranges
    target: addresses.Address
    port: int
    names: tuple[str, ...]
    resolver: Match


def free_priority(taken: t.Collection[int], limit: int | None) -> int | None:
    """Return the last priority before `limit` that is not taken, any late one where nothing limits it, None when none is free."""
    order = (
        range(USUAL_PRIORITY, LAST_PRIORITY + 1)
        if limit is None
        else range(min(limit, LAST_PRIORITY + 1) - 1, FIRST_PRIORITY - 1, -1)
    )
    return next((number for number in order if number not in taken), None)


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


@dataclasses.dataclass(frozen=True)
class Meeting:
    """How a rule meets traffic: whether it is for it wherever that comes from (`suits`), and what of the source it `held`.

    `match` joins both for the whole source; `doubt` and `unread` say why it cannot be told.
    """

    suits: Match
    held: Held
    match: Match
    doubt: str = ""
    unread: tuple[Unread, ...] = ()


_MISSED = Meeting(False, Held(), False)


def meet(state: NetworkState, rule: FirewallRule, traffic: Traffic) -> Meeting:
    """Match a rule with the traffic."""
    quick = _quick(rule, traffic)
    if quick is False:
        return _MISSED
    side = _side(state, rule.body, "source")
    held = sources.held(traffic.source, (spec for _label, spec in side.specs), state.tag_prefixes)
    held = held if side.whole else dataclasses.replace(held, maybe=traffic.source)
    source = held.match(traffic.source)
    if source is False:
        return _MISSED
    if rule.kind == APPLICATION:
        match = all_of((quick, source))
        return Meeting(quick, held, match, say("its_sources"), side.unread if match is None else ())
    target, doubt, unread = _target(state, rule.body, traffic)
    suits = all_of((quick, target))
    match = all_of((suits, source))
    return Meeting(suits, held, match, doubt or say("its_ends"), (*side.unread, *unread) if match is None else ())


def course(state: NetworkState, rules: t.Sequence[FirewallRule], traffic: Traffic) -> matching.Course[FirewallRule]:
    """Follow a whole source through the rules that come before application rules; what a DNAT rule takes goes elsewhere."""
    met = ((rule, meet(state, rule, traffic)) for rule in rules if rule.kind != APPLICATION)
    return matching.course(((rule, effect(rule), found.suits, found.held) for rule, found in met), traffic.source)


def effect(rule: FirewallRule) -> str:
    """Return what a rule does with traffic to KMS: allow, deny or unknown."""
    if rule.kind == NAT:
        return matching.DENY
    return rule.action if rule.action in {matching.ALLOW, matching.DENY} else "unknown"


def _quick(rule: FirewallRule, traffic: Traffic) -> Match:
    """Match protocol and port."""
    body = rule.body
    if rule.kind == APPLICATION:
        ports = [str(item.get("port")) for item in values.items(body.get("protocols"))]
        return addresses.port_in(ports, traffic.port) if ports else False
    if rule.kind == NAT and "*" in strings(body.get("destinationAddresses")):
        # In a DNAT rule the star stands for the firewall's own addresses.
        return False
    protocols = strings(body.get("ipProtocols"), body.get("protocols"))
    protocol = any_of(map(matching.is_tcp, protocols)) if protocols else None
    return all_of((protocol, addresses.port_in(strings(body.get("destinationPorts")), traffic.port)))


@dataclasses.dataclass(frozen=True)
class _Side:
    """The addresses of one side of a rule, those of its IP groups included, each with what names it; `whole` when there are no others."""

    specs: tuple[tuple[str, str], ...]
    whole: bool
    doubt: str = ""
    unread: tuple[Unread, ...] = ()


def _side(state: NetworkState, body: Body, side: str) -> _Side:
    specs = [(spec, spec) for spec in strings(body.get(f"{side}Addresses"))]
    groups = values.refs(body.get(f"{side}IpGroups"))
    if not specs and not groups and not strings(body.get("destinationFqdns") if side == "destination" else None):
        return _Side((), False, say(f"no_{side}"))
    doubt = ""
    unread: list[Unread] = []
    for group_id in groups:
        name = name_of(group_id)
        try:
            group = state.need(group_id)
        except NotKnownError as problem:
            unread += problem.unread
            doubt = doubt or say("holds_doubt", what=say("ip_group_not_read", group=name))
        else:
            specs += [(say("ip_group", group=name), spec) for spec in strings(props(group).get("ipAddresses"))]
    return _Side(tuple(specs), not doubt, doubt, tuple(unread))


def _target(state: NetworkState, body: Body, traffic: Traffic) -> tuple[Match, str, tuple[Unread, ...]]:
    """Match the destination; with the doubt and what would have to be read when it cannot be told."""
    side = _side(state, body, "destination")
    answers = [(label, _covers(state, spec, traffic.target)) for label, spec in side.specs]
    match = any_of([*(answer for _spec, answer in answers), False if side.whole else None])
    unsure = next((say("holds_doubt", what=label) for label, answer in answers if answer is None), side.doubt)
    names = [name.lower().rstrip(".") for name in strings(body.get("destinationFqdns"))]
    if match is not True and set(traffic.names).intersection(names):
        match, unsure = _by_name(names, traffic)
    return match, unsure if match is None else "", side.unread


def _by_name(names: t.Sequence[str], traffic: Traffic) -> tuple[Match, str]:
    """Match by the names of the KMS: the preferred one stands for all addresses, where machine and firewall see the same."""
    if not traffic.resolver:
        return None, say("fqdn_resolver" if traffic.resolver is None else "fqdn_own")
    return (True, "") if traffic.names[0] in names else (None, say("fqdn_other"))


def _covers(state: NetworkState, spec: str, wanted: addresses.Address) -> Match:
    found = addresses.covers(spec, wanted)
    if found is None and addresses.is_tag(spec):
        return False if wanted.is_private else state.tag_holds(spec, wanted)
    return found
