# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An outbound allow for the KMS in a network security group, where Azure's own licensing rule does not carry the traffic."""

from __future__ import annotations

import dataclasses
import typing as t

from .._network import addresses, security_rules, sources, values
from .._network.matching import Course
from .._network.nsg import DEFAULT_RULES
from .._network.security_rules import FIRST_PRIORITY as FIRST
from .._network.security_rules import LAST_PRIORITY as LAST
from .._network.security_rules import NO_PRIORITY, Flow, Rule
from .._network.state import NetworkState
from .._network.values import Body, name_of, props, strings
from .._reference.azure_names import RULE
from . import bodies, change_set
from .change_set import ChangeSet, Refusal, listed, refuse


@dataclasses.dataclass(frozen=True)
class DesiredRule:
    """Who must reach which addresses; `sources` are `*` or networks."""

    sources: tuple[str, ...]
    addresses: tuple[str, ...]
    port: int
    present: bool = True


@dataclasses.dataclass(frozen=True)
class ObservedGroup:
    """What the machines behind the group (their quoted names) tell: `refusal` of what no rule of this group can repair.

    `carried`: Azure's own rule lets the traffic pass for all of them; None when that is not known. `state`: what was read.
    """

    carried: bool | None
    refusal: Refusal | None = None
    machines: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    state: NetworkState = dataclasses.field(default_factory=NetworkState)


def plan(group: Body, desired: DesiredRule, observed: ObservedGroup) -> ChangeSet:
    """Return the write of our own rule, or why there is none."""
    inner = props(group)
    rules = values.items(inner.get("securityRules"))
    if values.broken(inner.get("securityRules")):
        return refuse("unreadable-body", f"The rules of {name_of(group)} cannot be read", "Look at the group in Azure")
    own = next((rule for rule in rules if name_of(rule).lower() == RULE), None)
    if not desired.present:
        return _without(own, desired)
    if not sources.of_networks(desired.sources):
        return ChangeSet(warnings=("the sources hold no IPv4 address, so that no rule is made for them",))
    return _with(group, rules, own, desired, observed)


def _with(group: Body, rules: list[Body], own: Body | None, desired: DesiredRule, observed: ObservedGroup) -> ChangeSet:
    spoiled = own is not None and not _is_allow(own)
    judged = [rule for rule in rules if not (spoiled and rule is own)]
    defaults = values.items(props(group).get("defaultSecurityRules")) or DEFAULT_RULES
    courses = followed(observed.state, [*judged, *defaults], desired)
    before = [rule for course in courses for rule in (*course.denies, *course.doubts)]
    if all(course.allowed for course in courses) and not before and not spoiled:
        return ChangeSet(warnings=observed.warnings)
    tag_deny = next((rule for rule in before if rule.names_kms and rule.access == "deny"), None)
    if tag_deny is not None:
        return _tag_refused(tag_deny, name_of(group), observed.machines)
    if observed.refusal is not None or observed.carried:
        return ChangeSet(warnings=observed.warnings, refusal=observed.refusal)
    limit = min((rule.priority for rule in before), default=LAST + 1)
    priority = _priority(own, {_priority_of(rule) for rule in rules if rule is not own}, limit)
    if priority is None:
        first = min(before, key=lambda rule: rule.priority)
        return refuse(
            "deny-comes-first",
            f"{described(first)} of {name_of(group)} denies the traffic, and no priority before it is free",
            f"Give that rule a priority of more than {FIRST}, or take the KMS out of it",
        )
    doubts = {described(rule) for course in courses for rule in course.doubts}
    return ChangeSet((_write(group, own, desired, priority),), (*observed.warnings, *_warnings(observed, doubts)))


def followed(state: NetworkState, rules: t.Sequence[Body], desired: DesiredRule) -> list[Course[Rule]]:
    """Follow the sources through the rules of a group to each address."""
    source = sources.of_networks(desired.sources)
    targets = [found for item in desired.addresses if (found := addresses.address(item)) is not None]
    # Which groups the machines are in is not known, nor whether user routes widen the network to hold the KMS.
    flows = (Flow(source, target, desired.port, groups=None, widened=True) for target in targets)
    return [security_rules.course(security_rules.outbound(state, rules, flow), source) for flow in flows]


def described(rule: Rule) -> str:
    """Return a phrase that names a rule."""
    priority = "no readable priority" if rule.priority == NO_PRIORITY else f"priority {rule.priority}"
    return f"rule '{rule.name}' ({priority})"


def _write(group: Body, own: Body | None, desired: DesiredRule, priority: int) -> change_set.Write:
    old = props(own)
    origins = _union(strings(old.get("sourceAddressPrefix"), old.get("sourceAddressPrefixes")), desired.sources)
    targets = _union(
        strings(old.get("destinationAddressPrefix"), old.get("destinationAddressPrefixes")), desired.addresses
    )
    properties: dict[str, t.Any] = {
        "description": "TCP to Azure's KMS, for the activation of Windows",
        "direction": "Outbound",
        "access": "Allow",
        "protocol": "Tcp",
        "priority": priority,
        "sourcePortRange": "*",
        "destinationPortRange": str(desired.port),
        "destinationAddressPrefix": None,
        "destinationAddressPrefixes": targets,
        "sourceAddressPrefix": "*" if "*" in origins else None,
        "sourceAddressPrefixes": None if "*" in origins else origins,
    }
    rule_id = f"{group['id']}/securityRules/{name_of(own) or RULE}"
    if own is None:
        return change_set.create(
            rule_id, {"properties": {key: item for key, item in properties.items() if item is not None}}
        )
    return change_set.update(rule_id, own, bodies.edited(own, **properties))


def _without(own: Body | None, desired: DesiredRule) -> ChangeSet:
    if own is None:
        return ChangeSet()
    old = strings(props(own).get("sourceAddressPrefix"), props(own).get("sourceAddressPrefixes"))
    left = [] if "*" in desired.sources else [item for item in old if item not in desired.sources]
    if not left:
        return ChangeSet((change_set.delete(str(own["id"]), own),))
    if left == old:
        return ChangeSet()
    body = bodies.edited(own, sourceAddressPrefix=None, sourceAddressPrefixes=left)
    return ChangeSet((change_set.update(str(own["id"]), own, body),))


def _tag_refused(rule: Rule, group: str, machines: t.Sequence[str]) -> ChangeSet:
    whose = f" of machine {listed(machines)}" if machines else ""
    return refuse(
        "platform-tag-denied",
        f"{described(rule)} of {group} denies the service tag AzurePlatformLKM, which somebody wrote to stop the activation{whose}",
        "Whoever owns that rule must take it away; it is not worked around",
    )


def _warnings(observed: ObservedGroup, doubts: t.Collection[str]) -> list[str]:
    found = [f"{doubt} may deny it: the rule was put before it" for doubt in sorted(doubts)]
    if observed.carried is not None:
        return found
    unsure = (
        "whether Azure's own licensing rule carries the traffic is not known, so that the rule may not have been needed"
    )
    return [unsure, *found]


def _priority(own: Body | None, taken: set[int], limit: int) -> int | None:
    """Return our priority as it is, or the last free one before every deny."""
    if own is not None and _priority_of(own) < limit:
        return _priority_of(own)
    order = range(min(limit, LAST + 1) - 1, FIRST - 1, -1)
    return next((number for number in order if number not in taken), None)


def _priority_of(rule: Body) -> int:
    """Return the priority of a rule; one that cannot be read comes first, so that nothing is built on it."""
    return values.number(props(rule).get("priority")) or 0


def _is_allow(own: Body) -> bool:
    inner = props(own)
    return str(inner.get("access")).lower() == "allow" and str(inner.get("direction")).lower() == "outbound"


def _union(old: t.Sequence[str], more: t.Iterable[str]) -> list[str]:
    return list(dict.fromkeys([*old, *more]))
