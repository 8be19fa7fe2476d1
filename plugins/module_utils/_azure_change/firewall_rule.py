# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A network rule for the KMS: in our own rule collection group of a policy, or our own collection of a classic firewall."""

from __future__ import annotations

import dataclasses
import typing as t

from .._network import addresses, firewall_rules, sources, values
from .._network.firewall_rules import FIRST_PRIORITY as FIRST
from .._network.firewall_rules import NAT, FirewallRule, Traffic, classic_rules, policy_chain, policy_rules
from .._network.judgement import NotKnownError
from .._network.matching import Course
from .._network.state import NetworkState
from .._network.values import Body, mapping, name_of, props, strings
from .._reference.azure_names import RULE
from . import bodies, change_set
from . import firewall_collection as content
from .change_set import ChangeSet, Refusal, refuse
from .firewall_collection import Goal

_PROXY = "network.dns.enableproxy"


@dataclasses.dataclass(frozen=True)
class DesiredSources:
    """Who (`networks` and `groups`, the ids of IP groups) must reach what (`goal`)."""

    networks: tuple[str, ...]
    groups: tuple[str, ...]
    goal: Goal
    present: bool = True


@dataclasses.dataclass(frozen=True)
class _Need:
    """The sources that nothing allows yet, and the denies that would take them."""

    networks: tuple[str, ...]
    groups: tuple[str, ...]
    denies: tuple[FirewallRule, ...]
    warnings: tuple[str, ...]


class _RefusedError(Exception):
    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal


def plan_policy(state: NetworkState, policy_id: str, desired: DesiredSources) -> ChangeSet:
    """Return the writes to a policy's own group of ours; `state` holds the policy, its parents and all their groups."""
    groups = state.children(policy_id, "ruleCollectionGroups")
    own = next((group for group in groups if name_of(group).lower() == RULE), None)
    if not desired.present:
        return _policy_without(own, desired)
    try:
        chain = policy_chain(state, policy_id)
        _check_proxy(desired, _policy_proxy(chain), f"policy {name_of(policy_id)}", "dnsSettings.enableProxy")
        need = _need(state, policy_rules(state, chain), desired)
        if not need.networks and not need.groups:
            return ChangeSet(warnings=need.warnings)
        numbers = {name_of(group): values.number(props(group).get("priority")) or 0 for group in groups}
        limit = min((numbers.get(str(rule.group), 0) for rule in need.denies), default=None)
        priority = _priority(own, {n for name, n in numbers.items() if name.lower() != RULE}, limit, need)
    except NotKnownError as problem:
        return _unreadable(problem)
    except _RefusedError as stop:
        return ChangeSet(refusal=stop.refusal)
    own_id = f"{policy_id}/ruleCollectionGroups/{RULE}"
    collections = [dict(item) for item in values.items(props(own).get("ruleCollections"))]
    mine = next((item for item in collections if name_of(item).lower() == RULE), None)
    rules = content.with_sources(content.rules_of(mine), need.networks, need.groups, desired.goal, content.POLICY)
    if mine is None:
        mine = {"ruleCollectionType": "FirewallPolicyFilterRuleCollection", "name": RULE, "priority": FIRST}
        collections.append({**mine, "action": {"type": "Allow"}, "rules": rules})
    else:
        mine["rules"] = rules
    if own is None:
        body: dict[str, t.Any] = {"properties": {"priority": priority, "ruleCollections": collections}}
        return ChangeSet((change_set.create(own_id, body),), need.warnings)
    changed = bodies.edited(own, priority=priority, ruleCollections=collections)
    return ChangeSet((change_set.update(own_id, own, changed),), need.warnings)


def plan_classic(state: NetworkState, firewall: Body, desired: DesiredSources) -> ChangeSet:
    """Return the write of a firewall without a policy, whose own collection of ours is changed and nothing else."""
    collections = [dict(item) for item in values.items(props(firewall).get("networkRuleCollections"))]
    own = next((item for item in collections if name_of(item).lower() == RULE), None)
    firewall_id = str(firewall["id"])
    if not desired.present:
        rules = content.without_sources(content.rules_of(own), desired.networks, desired.groups)
        kept = [item for item in collections if item is not own or rules]
        if own is None or rules == content.rules_of(own):
            return ChangeSet()
        own["properties"] = {**props(own), "rules": rules}
        return ChangeSet(
            (change_set.update(firewall_id, firewall, bodies.edited(firewall, networkRuleCollections=kept)),)
        )
    try:
        _check_proxy(desired, _classic_proxy(firewall), f"firewall {name_of(firewall)}", "Network.DNS.EnableProxy")
        need = _need(state, classic_rules(firewall), desired)
        if not need.networks and not need.groups:
            return ChangeSet(warnings=need.warnings)
        numbers = {values.number(props(item).get("priority")) or 0 for item in collections if item is not own}
        limit = min((rule.priority or 0 for rule in need.denies), default=None)
        priority = _priority(own, numbers, limit, need)
    except NotKnownError as problem:
        return _unreadable(problem)
    except _RefusedError as stop:
        return ChangeSet(refusal=stop.refusal)
    rules = content.with_sources(content.rules_of(own), need.networks, need.groups, desired.goal, content.CLASSIC)
    if own is None:
        own = {"name": RULE, "properties": {"action": {"type": "Allow"}}}
        collections.append(own)
    own["properties"] = {**props(own), "priority": priority, "rules": rules}
    body = bodies.edited(firewall, networkRuleCollections=collections)
    return ChangeSet((change_set.update(firewall_id, firewall, body),), need.warnings)


def _policy_without(own: Body | None, desired: DesiredSources) -> ChangeSet:
    if own is None:
        return ChangeSet()
    kept: list[Body] = []
    for item in values.items(props(own).get("ruleCollections")):
        if name_of(item).lower() != RULE:
            kept.append(item)
            continue
        rules = content.without_sources(content.rules_of(item), desired.networks, desired.groups)
        if rules:
            kept.append({**item, "rules": rules})
    if kept == values.items(props(own).get("ruleCollections")):
        return ChangeSet()
    if not kept:
        return ChangeSet((change_set.delete(str(own["id"]), own),))
    return ChangeSet((change_set.update(str(own["id"]), own, bodies.edited(own, ruleCollections=kept)),))


def followed(
    state: NetworkState, rules: t.Sequence[FirewallRule], source: sources.Ranges, goal: Goal
) -> list[Course[FirewallRule]]:
    """Follow a source through the rules to each address of the goal."""
    targets = [found for item in goal.addresses if (found := addresses.address(item)) is not None]
    # Rules on names are relied on only where the goal is one: then the DNS proxy is on.
    flows = (Traffic(source, target, goal.port, goal.names, True if goal.by_name else None) for target in targets)
    return [firewall_rules.course(state, rules, flow) for flow in flows]


def _need(state: NetworkState, rules: t.Sequence[FirewallRule], desired: DesiredSources) -> _Need:
    found: dict[bool, list[str]] = {False: [], True: []}
    denies: list[FirewallRule] = []
    warnings: list[str] = []
    hopeless: list[Refusal] = []
    asked = [*((item, False) for item in desired.networks), *((item, True) for item in desired.groups)]
    for source, is_group in asked:
        wanted = sources.of_networks(strings(props(state.need(source)).get("ipAddresses")) if is_group else [source])
        if not wanted:
            name = name_of(source) if is_group else source
            warnings.append(f"{name} holds no IPv4 address, so that no rule is made for it")
            continue
        courses = followed(state, rules, wanted, desired.goal)
        against = [rule for course in courses for rule in course.denies]
        refusal = _hopeless(source, against, desired.goal.port)
        if refusal is not None:
            hopeless.append(refusal)
            continue
        _check_own(against)
        doubts = [rule for course in courses for rule in course.doubts]
        warnings += [f"{rule.described()} may deny the traffic of {source} first" for rule in doubts]
        if against or not all(course.allowed for course in courses):
            found[is_group].append(source)
            denies += against
    if hopeless and len(hopeless) == len(asked):
        raise _RefusedError(hopeless[0])
    # A source that nothing of ours helps does not hold up the others.
    warnings += [f"left out: {refusal.sentence()}" for refusal in hopeless]
    return _Need(tuple(found[False]), tuple(found[True]), tuple(denies), tuple(dict.fromkeys(warnings)))


def _hopeless(source: str, denies: t.Sequence[FirewallRule], port: int) -> Refusal | None:
    """Return why no rule of ours can come before those that deny."""
    inherited = next((rule for rule in denies if rule.inherited), None)
    if inherited is not None:
        return Refusal(
            "parent-policy-denies",
            f"{inherited.described()} denies the traffic of {source}, and a parent's rules come before every rule of this policy",
            f"Whoever owns parent policy {inherited.policy_id} must allow TCP {port} to the KMS there",
        )
    redirect = next((rule for rule in denies if rule.kind == NAT), None)
    if redirect is not None:
        return Refusal(
            "dnat-comes-first",
            f"{redirect.described()} sends the traffic of {source} elsewhere, and DNAT rules come before every network rule",
            "Take the KMS out of that rule",
        )
    return None


def _check_own(denies: t.Sequence[FirewallRule]) -> None:
    """Refuse to build on rules of ours that somebody turned round."""
    changed = next((rule for rule in denies if (rule.group or rule.collection).lower() == RULE), None)
    if changed is not None:
        reason = f"{changed.described()}, which belongs to this collection, was made to deny"
        raise _RefusedError(Refusal("own-rules-changed", reason, f"Rename {RULE} or delete it, and run again"))


def _priority(own: Body | None, taken: set[int], limit: int | None, need: _Need) -> int:
    """Return the priority of our own group or collection: before every deny, and not anybody else's."""
    current = values.number(props(own).get("priority")) if own else None
    if current is not None and (limit is None or current < limit):
        return current
    found = firewall_rules.free_priority(taken, limit)
    if found is None:
        rule = need.denies[0].described() if need.denies else "a rule"
        needs = f"Give what holds that rule a priority of more than {FIRST}, or take the KMS out of that rule"
        reason = f"{rule} denies the traffic, and no priority before it is free"
        raise _RefusedError(Refusal("deny-comes-first", reason, needs))
    return found


def _check_proxy(desired: DesiredSources, proxy: bool, place: str, setting: str) -> None:
    if desired.goal.by_name and not proxy:
        reason = f"Rules on names work only with the DNS proxy, which is off in {place}"
        needs = f"Enable {setting} and let the machines use the firewall as their DNS server, or set fqdn to false"
        raise _RefusedError(Refusal("dns-proxy-disabled", reason, needs))


def _policy_proxy(chain: t.Sequence[Body]) -> bool:
    found = [values.flag(mapping(props(policy).get("dnsSettings")).get("enableProxy")) for policy in chain]
    return next((flag for flag in reversed(found) if flag is not None), False)


def _classic_proxy(firewall: Body) -> bool:
    extra = mapping(props(firewall).get("additionalProperties"))
    return any(key.lower() == _PROXY and values.flag(value) is True for key, value in extra.items())


def _unreadable(problem: NotKnownError) -> ChangeSet:
    needs = next((str(entry["action"]) for entry in problem.unread if entry.get("action")), "")
    return refuse(
        "rules-not-known",
        f"The rules cannot be told for sure: {problem.reason}",
        f"Grant the identity the RBAC action {needs}" if needs else "Look at the firewall's rules in Azure",
    )
