# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One ordered rule list (NSG or security admin rules) against TCP to a KMS address: first match ends, doubt stays doubt."""

from __future__ import annotations

import dataclasses
import typing as t

from . import addresses, values
from .state import NetworkState
from .values import Body, Match, all_of, any_of, low, name_of, props, strings, text
from .wording import say

LKM_TAG = "azureplatformlkm"
# Tags that stand for addresses of the platform itself, never for a KMS.
_PLATFORM_TAGS = frozenset(("azureloadbalancer", "azureplatformdns", "azureplatformimds"))
_TCP = {"*": True, "any": True, "all": True, "tcp": True, "6": True}
_NOT_TCP = frozenset(("udp", "icmp", "icmpv6", "esp", "ah", "17", "1", "58"))
_NO_PRIORITY = -1


@dataclasses.dataclass(frozen=True)
class Flow:
    """The connection that is judged. `widened`: user routes may have widened the tag VirtualNetwork to hold everything."""

    source: addresses.Address | None
    target: addresses.Address
    port: int
    groups: frozenset[str] = frozenset()
    widened: bool = False
    space: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Rule:
    """A rule as judged: what it does and whether it matches."""

    name: str
    priority: int
    access: str
    match: Match
    names_kms: bool
    doubt: str = ""
    tag: str = ""


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What a list decides: `access` is allow, deny, alwaysallow, none (no rule matches) or unknown, and by which rule."""

    access: str
    rule: Rule | None
    doubt: str = ""


def outbound(state: NetworkState, rules: t.Sequence[Body], flow: Flow) -> list[Rule]:
    """Return the outbound rules in order of priority, judged. Rules that surely do not match are left out."""
    found = []
    for body in rules:
        rule = props(body)
        direction = text(rule.get("direction")).lower()
        if direction == "inbound":
            continue
        match, doubt = _match(state, rule, flow)
        if direction != "outbound":
            match, doubt = (None if match is not False else False), say("no_direction")
        access = text(rule.get("access")).lower()
        priority = values.number(rule.get("priority"))
        if access not in {"allow", "deny", "alwaysallow"}:
            access, doubt = "unknown", say("odd_access", access=rule.get("access"))
        if priority is None:
            priority, match, doubt = _NO_PRIORITY, (None if match is not False else False), say("no_priority")
        if match is not False:
            found.append(
                Rule(name_of(body), priority, access, match, _names_kms(rule), doubt, _unread_tag(state, rule, match))
            )
    return sorted(found, key=lambda rule: rule.priority)


def decide(rules: t.Sequence[Rule]) -> Outcome:
    """Return what the first matching rule does; unknown when a rule of unknown match might decide otherwise."""
    maybe: list[Rule] = []
    for rule in rules:
        if rule.match is None:
            maybe.append(rule)
            continue
        return _settle(rule.access, rule, maybe)
    return _settle("none", None, maybe)


def _settle(access: str, rule: Rule | None, maybe: t.Sequence[Rule]) -> Outcome:
    other = next((item for item in maybe if item.access != access or item.access == "unknown"), None)
    if other is not None:
        return Outcome("unknown", other, other.doubt)
    if access == "unknown" and rule is not None:
        return Outcome("unknown", rule, rule.doubt)
    return Outcome(access, rule)


def _match(state: NetworkState, rule: Body, flow: Flow) -> tuple[Match, str]:
    protocol = _protocol(rule.get("protocol"))
    ports = strings(rule.get("destinationPortRange"), rule.get("destinationPortRanges"))
    # Security admin rules print no ports for "any".
    port = addresses.port_in(ports or (["*"] if "destinations" in rule else []), flow.port)
    source_port = addresses.source_port_in(strings(rule.get("sourcePortRange"), rule.get("sourcePortRanges")))
    quick = all_of((protocol, port, source_port))
    if quick is False:
        return False, ""
    source = _source(rule, flow)
    if source is False:
        return False, ""
    target, doubt = _target(state, rule, flow)
    match = all_of((quick, source, target))
    if match is None and not doubt:
        doubt = say("no_match")
    return match, doubt if match is None else ""


def _protocol(value: t.Any) -> Match:
    name = str(value or "").strip().lower()
    return _TCP.get(name, False if name in _NOT_TCP else None)


def _unread_tag(state: NetworkState, rule: Body, match: Match) -> str:
    """Return the service tag for want of whose addresses a rule cannot be matched, empty when it is not for that."""
    known = _PLATFORM_TAGS | {"internet", "virtualnetwork", LKM_TAG}
    tags = [tag for tag in _destinations(rule) if addresses.is_tag(tag) and tag.lower() not in known]
    return next((tag for tag in tags if match is None and state.tag_prefixes(tag) is None), "")


def _names_kms(rule: Body) -> bool:
    """Tell whether a rule is, or for want of a destination may be, about the tag of the licensing service."""
    found = _destinations(rule)
    if not found and "destinations" not in rule:
        return not values.refs(rule.get("destinationApplicationSecurityGroups"))
    return LKM_TAG in {tag.lower() for tag in found}


def _sources(rule: Body) -> list[str]:
    listed = [text(item.get("addressPrefix")) for item in values.items(rule.get("sources"))]
    return strings(rule.get("sourceAddressPrefix"), rule.get("sourceAddressPrefixes"), listed)


def _destinations(rule: Body) -> list[str]:
    listed = [text(item.get("addressPrefix")) for item in values.items(rule.get("destinations"))]
    return strings(rule.get("destinationAddressPrefix"), rule.get("destinationAddressPrefixes"), listed)


def _source(rule: Body, flow: Flow) -> Match:
    groups = values.refs(rule.get("sourceApplicationSecurityGroups"))
    answers: list[Match] = [low(group) in flow.groups for group in groups]
    prefixes = _sources(rule)
    if not prefixes and not groups:
        # Security admin rules print no sources for "any".
        return True if "sources" in rule else None
    for prefix in prefixes:
        if prefix.lower() == "virtualnetwork":
            answers.append(True)
        elif flow.source is None:
            answers.append(True if prefix.lower() in addresses.ANY else None)
        elif addresses.is_tag(prefix):
            # Service tags hold public addresses only, and the machine's own one is private.
            answers.append(False if flow.source.is_private else None)
        else:
            answers.append(addresses.covers(prefix, flow.source))
    return any_of(answers)


def _target(state: NetworkState, rule: Body, flow: Flow) -> tuple[Match, str]:
    prefixes = _destinations(rule)
    if not prefixes:
        if values.refs(rule.get("destinationApplicationSecurityGroups")):
            return False, ""
        return (True, "") if "destinations" in rule else (None, say("no_destination"))
    answers = [(prefix, _one_target(state, prefix, rule, flow)) for prefix in prefixes]
    match = any_of(answer for _prefix, answer in answers)
    unsure = next((prefix for prefix, answer in answers if answer is None), "")
    if match is None and unsure.lower() == "virtualnetwork":
        return match, say("widened")
    return match, say("tag_doubt", tag=unsure) if match is None else ""


def _one_target(state: NetworkState, prefix: str, rule: Body, flow: Flow) -> Match:
    tag = prefix.lower()
    if tag == "internet":
        return not flow.target.is_private and not any(addresses.inside(space, flow.target) for space in flow.space)
    if tag == "virtualnetwork":
        if any(addresses.inside(space, flow.target) for space in flow.space):
            return True
        return None if flow.widened else False
    if tag == LKM_TAG:
        return True if text(rule.get("access")).lower() == "deny" else None
    if tag in _PLATFORM_TAGS:
        return False
    found = addresses.covers(prefix, flow.target)
    return state.tag_holds(prefix, flow.target) if found is None and addresses.is_tag(prefix) else found
