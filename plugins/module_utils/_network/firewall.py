# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an Azure Firewall does with TCP to a KMS address: only a network rule can let it pass."""

from __future__ import annotations

import dataclasses
import typing as t

from .._reference.azure_names import RULE
from .._text import Text
from . import addresses, judgement, values
from .firewall_rules import (
    APPLICATION,
    NAT,
    NETWORK,
    FirewallRule,
    Meeting,
    Traffic,
    classic_rules,
    effect,
    free_priority,
    meet,
    policy_chain,
    policy_rules,
)
from .judgement import BLOCKED, OPEN, UNKNOWN, Leg, NotKnownError
from .links import private_addresses, reference
from .state import NetworkState
from .values import Body, Match, name_of, props, ref, strings
from .wording import say

# What Azure Firewall itself takes, and what Azure's older tools wrote: https://github.com/Azure/azure-powershell/pull/11808 and
# azext_firewall/custom.py of https://github.com/Azure/azure-cli-extensions/tree/main/src/azure-firewall.
_PROXY_KEYS = ("network.dns.enableproxy", "dnsenableproxy")
_REQUIRED_KEYS = ("network.dns.requireproxyfornetworkrules", "dnsrequireproxyfornetworkrules")
_SNAT_KEY = "Network.SNAT.PrivateRanges"


def inspect(state: NetworkState, firewall: Body, traffic: Traffic, resolvers: t.Sequence[str]) -> Leg:
    """Judge the firewall's rules; the leg has one hop and, where it is open, no egress yet.

    `resolvers` are the DNS servers of the machine, needed for rules on names.
    """
    name = name_of(firewall)
    try:
        policy_id = reference(firewall, "firewallPolicy")
        chain = policy_chain(state, policy_id) if policy_id else []
        rules = policy_rules(state, chain) if policy_id else classic_rules(firewall)
    except NotKnownError as problem:
        leg = _leg(firewall, UNKNOWN, say("firewall", firewall=name, reason=problem.reason), None)
        return dataclasses.replace(leg, unread=tuple(problem.unread))
    proxy = _is_resolver(firewall, chain, resolvers)
    traffic = dataclasses.replace(traffic, resolver=proxy)
    leg = _first_match(state, firewall, rules, traffic)
    leg.hops[0].update(_place_of_ours(state, firewall, policy_id, leg.hops[0]["rule"]))
    if any(values.text(props(body).get("threatIntelMode")).lower() == "deny" for body in (firewall, *chain)):
        leg = dataclasses.replace(leg, notes=(say("threat_note", firewall=name),))
    detection = [values.mapping(props(policy).get("intrusionDetection")).get("mode") for policy in chain]
    if "deny" in {values.text(mode).lower() for mode in detection}:
        leg = dataclasses.replace(leg, notes=(*leg.notes, say("idps_note", firewall=name)))
    if leg.verdict == OPEN and _keeps_source(firewall, chain, traffic.target):
        reason = say("keeps_source", firewall=name)
        return _leg(firewall, UNKNOWN, reason, None, judgement.NO_OUTBOUND)
    return leg


def _first_match(state: NetworkState, firewall: Body, rules: t.Sequence[FirewallRule], traffic: Traffic) -> Leg:
    doubts: list[tuple[FirewallRule, Meeting]] = []
    for rule in rules:
        if rule.kind == APPLICATION:
            continue
        met = meet(state, rule, traffic)
        if met.match is False:
            continue
        if met.match is None or effect(rule) == "unknown":
            doubts.append((rule, met))
            continue
        if any(effect(item) != effect(rule) for item, _met in doubts):
            return _doubtful(firewall, doubts)
        named = _named(rule, firewall)
        if effect(rule) == "allow":
            return _leg(firewall, OPEN, say("allows", rule=named), rule)
        reason = say("redirects" if rule.kind == NAT else "denies", rule=named)
        return _leg(firewall, BLOCKED, reason, rule, judgement.FIREWALL_DENIES)
    if any(effect(item) != "deny" for item, _met in doubts):
        return _doubtful(firewall, doubts)
    return _no_network_rule(state, firewall, rules, traffic)


def _place_of_ours(
    state: NetworkState, firewall: Body, policy_id: str, decides: t.Mapping[str, t.Any] | None
) -> dict[str, t.Any]:
    """Return whether the group or collection of this collection's rules is there, and which priority it could take."""
    holders = state.children(policy_id, "ruleCollectionGroups") if policy_id else []
    holders = holders or values.items(props(firewall).get("networkRuleCollections"))
    taken = {name_of(item).lower(): values.number(props(item).get("priority")) or 0 for item in holders}
    decides = decides or {}
    deny = decides.get("type") == NETWORK and decides.get("action") == "Deny" and not decides.get("inherited")
    holder = str(decides.get("group") or decides.get("collection")).lower()
    limit = taken.get(holder) if deny else None
    return {"own_rules": RULE in taken, "free_priority": free_priority(set(taken.values()), limit)}


def _named(rule: FirewallRule, firewall: Body) -> Text:
    return say("of_firewall", rule=rule.described(), firewall=name_of(firewall))


def _doubtful(firewall: Body, doubts: t.Sequence[tuple[FirewallRule, Meeting]]) -> Leg:
    rule, met = doubts[0]
    doubt = met.doubt if met.match is None else say("odd_action", action=rule.action)
    unread = tuple(entry for _rule, found in doubts for entry in found.unread)
    reason = say("may_decide", rule=_named(rule, firewall), reason=doubt)
    leg = _leg(firewall, UNKNOWN, reason, rule, None if unread else judgement.FIREWALL_DENIES)
    return dataclasses.replace(leg, unread=unread)


def _no_network_rule(state: NetworkState, firewall: Body, rules: t.Sequence[FirewallRule], traffic: Traffic) -> Leg:
    """Judge what no network rule takes: on an application rule's port the firewall itself answers, else it drops."""
    for rule in rules:
        if rule.kind == APPLICATION and meet(state, rule, traffic).match is not False:
            if rule.action == "deny":
                break
            reason = say("only_application", rule=_named(rule, firewall), port=traffic.port)
            return _leg(firewall, BLOCKED, reason, rule, judgement.FIREWALL_APPLICATION)
    reason = say("denies_by_default", firewall=name_of(firewall), port=traffic.port)
    leg = _leg(firewall, BLOCKED, reason, None, judgement.FIREWALL_DENIES)
    leg.hops[0]["rule"] = {
        "type": "default",
        "policy_id": ref(props(firewall).get("firewallPolicy")) or None,
        "group": None,
        "collection": None,
        "name": None,
        "priority": None,
        "action": "Deny",
        "inherited": False,
    }
    return leg


def _leg(firewall: Body, verdict: str, reason: Text, rule: FirewallRule | None, cause: str | None = None) -> Leg:
    hop = {
        "kind": "azure_firewall",
        "id": firewall.get("id"),
        "name": name_of(firewall),
        "ip": next(iter(private_addresses(firewall)), None),
        "verdict": verdict,
        "reason": reason,
        "rule": rule.plain() if rule else None,
        "own_rules": None,
        "free_priority": None,
        "egress": None,
    }
    return Leg(verdict, reason, cause, (cause,) if cause else (), (hop,))


def _is_resolver(firewall: Body, chain: t.Sequence[Body], resolvers: t.Sequence[str]) -> Match:
    """Tell whether the machine resolves names through the firewall: None when that cannot be told, False when it need not.

    A firewall that does not require its proxy for network rules looks the names up itself.
    """
    if _dns_setting(firewall, chain, "enableProxy", _PROXY_KEYS) and set(resolvers) & set(private_addresses(firewall)):
        return True
    return False if _dns_setting(firewall, chain, "requireProxyForNetworkRules", _REQUIRED_KEYS) is False else None


def answers_names(state: NetworkState, firewall: Body) -> bool | None:
    """Tell whether the firewall's DNS proxy is on, None when its policy was not read."""
    policy_id = reference(firewall, "firewallPolicy")
    try:
        chain = policy_chain(state, policy_id) if policy_id else []
        return bool(_dns_setting(firewall, chain, "enableProxy", _PROXY_KEYS))
    except NotKnownError:
        return None


def _dns_setting(firewall: Body, chain: t.Sequence[Body], name: str, keys: t.Collection[str]) -> bool | None:
    """Return a DNS setting: of the policy that gives it last, else of the firewall itself, None where nobody gives it."""
    extra = values.mapping(props(firewall).get("additionalProperties"))
    found = values.flag(next((value for key, value in extra.items() if key.lower() in keys), None))
    for policy in chain:
        own = values.flag(values.mapping(props(policy).get("dnsSettings")).get(name))
        found = own if own is not None else found
    return found


def _keeps_source(firewall: Body, chain: t.Sequence[Body], target: addresses.Address) -> bool:
    """Tell whether the firewall is told to treat the destination as private and keep the source address."""
    extra = values.mapping(props(firewall).get("additionalProperties"))
    ranges = next((strings(value) for key, value in extra.items() if key.lower() == _SNAT_KEY.lower()), [])
    for policy in chain:
        ranges = strings(values.mapping(props(policy).get("snat")).get("privateRanges")) or ranges
    return any(addresses.inside(part.strip(), target) for item in ranges for part in item.split(","))
