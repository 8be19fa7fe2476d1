# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One ordered rule list (NSG or security admin rules) against TCP to a KMS address: first match ends, doubt stays doubt."""

from __future__ import annotations

import dataclasses
import typing as t

from . import addresses, matching, sources, values
from .sources import Held, Ranges
from .state import NetworkState
from .values import Body, Match, all_of, any_of, low, name_of, props, strings, text
from .wording import say

LKM_TAG = "azureplatformlkm"
# Tags that stand for addresses of the platform itself, never for a KMS.
_PLATFORM_TAGS = frozenset(("azureloadbalancer", "azureplatformdns", "azureplatformimds"))
NO_PRIORITY = -1
_NOTHING = Held()


# What Azure allows a rule of a group.
FIRST_PRIORITY, LAST_PRIORITY = 100, 4096


@dataclasses.dataclass(frozen=True)
class Flow:
    """The connections that are judged: TCP from all of `source`.

    `groups`: the application security groups of the source, None when they are not known. `widened`: user routes may have
    widened the tag VirtualNetwork to hold everything. `space`: the prefixes of the network and its peers.
    """

    source: Ranges
    target: addresses.Address
    port: int
    groups: frozenset[str] | None = frozenset()
    widened: bool = False
    space: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Rule:
    """A rule as judged: what it does, whether it is for the traffic wherever that comes from (`suits`), and what of the source it `held`.

    `match` joins both for the whole source.
    """

    name: str
    priority: int
    access: str
    suits: Match
    held: Held
    match: Match
    names_kms: Match
    doubt: str = ""
    tag: str = ""


@dataclasses.dataclass(frozen=True)
class Decision:
    """What a list decides: `access` is allow, deny, alwaysallow, none (no rule matches) or unknown, and by which rule."""

    access: str
    rule: Rule | None
    doubt: str = ""


def outbound(state: NetworkState, rules: t.Sequence[Body], flow: Flow) -> list[Rule]:
    """Return the outbound rules in order of priority, judged. Rules that surely do not match are left out."""
    judged = (_judged(state, body, flow) for body in rules if text(props(body).get("direction")).lower() != "inbound")
    return sorted((rule for rule in judged if rule is not None), key=lambda rule: rule.priority)


def course(rules: t.Sequence[Rule], source: Ranges) -> matching.Course[Rule]:
    """Follow a whole source through judged rules."""
    return matching.course(((rule, rule.access, rule.suits, rule.held) for rule in rules), source)


def _judged(state: NetworkState, body: Body, flow: Flow) -> Rule | None:
    rule = props(body)
    suits, doubt = _suits(state, rule, flow)
    held = _NOTHING if suits is False else _held(state, rule, flow)
    match = all_of((suits, held.match(flow.source)))
    if match is False:
        return None
    doubt = "" if match else doubt or say("no_match")
    access, priority = text(rule.get("access")).lower(), values.number(rule.get("priority"))
    if text(rule.get("direction")).lower() != "outbound":
        suits, doubt = None, say("no_direction")
    if access not in {"allow", "deny", "alwaysallow"}:
        access, doubt = "unknown", say("odd_access", access=rule.get("access"))
    if priority is None:
        suits, doubt = None, say("no_priority")
    match = all_of((suits, match))
    return Rule(
        name=name_of(body),
        priority=NO_PRIORITY if priority is None else priority,
        access=access,
        suits=suits,
        held=held,
        match=match,
        names_kms=_names_kms(rule),
        doubt=doubt,
        tag=_unread_tag(state, rule, match),
    )


def decide(rules: t.Sequence[Rule]) -> Decision:
    """Return what the first matching rule does; unknown when a rule of unknown match might decide otherwise."""
    maybe: list[Rule] = []
    for rule in rules:
        if rule.match is None:
            maybe.append(rule)
            continue
        return _settle(rule.access, rule, maybe)
    return _settle("none", None, maybe)


def _settle(access: str, rule: Rule | None, maybe: t.Sequence[Rule]) -> Decision:
    other = next((item for item in maybe if item.access != access or item.access == "unknown"), None)
    if other is not None:
        return Decision("unknown", other, other.doubt)
    if access == "unknown" and rule is not None:
        return Decision("unknown", rule, rule.doubt)
    return Decision(access, rule)


def _suits(state: NetworkState, rule: Body, flow: Flow) -> tuple[Match, str]:
    """Match all but the source; with the doubt when the destination cannot be matched."""
    ports = strings(rule.get("destinationPortRange"), rule.get("destinationPortRanges"))
    # Security admin rules print no ports for "any".
    port = addresses.port_in(ports or (["*"] if "destinations" in rule else []), flow.port)
    source_port = addresses.source_port_in(strings(rule.get("sourcePortRange"), rule.get("sourcePortRanges")))
    quick = all_of((matching.is_tcp(rule.get("protocol")), port, source_port))
    if quick is False:
        return False, ""
    target, doubt = _target(state, rule, flow)
    return all_of((quick, target)), doubt


def _unread_tag(state: NetworkState, rule: Body, match: Match) -> str:
    """Return the service tag for want of whose addresses a rule cannot be matched, empty when it is not for that."""
    known = _PLATFORM_TAGS | {"internet", "virtualnetwork", LKM_TAG}
    tags = [tag for tag in _destinations(rule) if addresses.is_tag(tag) and tag.lower() not in known]
    return next((tag for tag in tags if match is None and state.tag_prefixes(tag) is None), "")


def _names_kms(rule: Body) -> Match:
    """Tell whether a rule is about the tag of the licensing service; None for want of a destination."""
    found = _destinations(rule)
    if not found and "destinations" not in rule:
        return False if values.refs(rule.get("destinationApplicationSecurityGroups")) else None
    return LKM_TAG in {tag.lower() for tag in found}


def _sources(rule: Body) -> list[str]:
    listed = [text(item.get("addressPrefix")) for item in values.items(rule.get("sources"))]
    return strings(rule.get("sourceAddressPrefix"), rule.get("sourceAddressPrefixes"), listed)


def _destinations(rule: Body) -> list[str]:
    listed = [text(item.get("addressPrefix")) for item in values.items(rule.get("destinations"))]
    return strings(rule.get("destinationAddressPrefix"), rule.get("destinationAddressPrefixes"), listed)


def _held(state: NetworkState, rule: Body, flow: Flow) -> Held:
    """Return what a rule holds of the source."""
    groups = values.refs(rule.get("sourceApplicationSecurityGroups"))
    specs = _sources(rule)
    # Security admin rules print no sources for "any".
    everything = not groups and not specs and "sources" in rule
    member = flow.groups is not None and any(low(group) in flow.groups for group in groups)
    if everything or member or any(spec.lower() == "virtualnetwork" for spec in specs):
        return Held(flow.source)
    found = sources.held(flow.source, specs, state.tag_prefixes)
    unsure = flow.groups is None if groups else not specs
    return dataclasses.replace(found, maybe=flow.source) if unsure else found


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
