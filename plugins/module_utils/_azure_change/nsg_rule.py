# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An outbound allow for the KMS in a network security group, where Azure's own licensing rule does not carry the traffic."""

from __future__ import annotations

import dataclasses
import typing as t

from .._network import values
from .._network.values import Body, name_of, props, strings
from . import bodies, change_set, nsg_match
from .change_set import Plan, Refusal, refuse

NAME = "kms-activation"
FIRST, LAST = 100, 4096


@dataclasses.dataclass(frozen=True)
class Wish:
    """Who must reach which addresses; `sources` are `*` or networks."""

    sources: tuple[str, ...]
    addresses: tuple[str, ...]
    port: int
    present: bool = True


@dataclasses.dataclass(frozen=True)
class Around:
    """What the machines behind the group tell: `refusal` of what no rule of this group can repair.

    `carried`: Azure's own rule lets the traffic pass for all of them; None when that is not known.
    """

    carried: bool | None
    refusal: Refusal | None = None
    warnings: tuple[str, ...] = ()


def plan(group: Body, wish: Wish, around: Around, tag_holds: nsg_match.TagHolds) -> Plan:
    """Return the write of our own rule, or why there is none."""
    inner = props(group)
    rules = values.items(inner.get("securityRules"))
    if values.broken(inner.get("securityRules")):
        return refuse("unreadable-body", f"The rules of {name_of(group)} cannot be read", "Look at the group in Azure")
    own = next((rule for rule in rules if name_of(rule).lower() == NAME), None)
    if not wish.present:
        return _without(own, wish)
    ordered = nsg_match.in_order([*rules, *values.items(inner.get("defaultSecurityRules"))])
    spoiled = own is not None and not _is_allow(own)
    found = [
        nsg_match.judge(
            [rule for rule in ordered if not (spoiled and rule is own)], wish.sources, item, wish.port, tag_holds
        )
        for item in wish.addresses
    ]
    if all(item.allowed for item in found) and not spoiled:
        return Plan(warnings=around.warnings)
    return _allowing(group, own, wish, around, found)


def _allowing(group: Body, own: Body | None, wish: Wish, around: Around, found: t.Sequence[nsg_match.Finding]) -> Plan:
    tag_deny = next((item.tag_deny for item in found if item.tag_deny is not None), None)
    if tag_deny is not None:
        return _tag_refused(tag_deny, name_of(group))
    if around.refusal is not None or around.carried:
        return Plan(warnings=around.warnings, refusal=around.refusal)
    before = [rule for item in found for rule in (*item.denies, *item.doubts)]
    limit = min(map(nsg_match.priority_of, before), default=LAST + 1)
    others = nsg_match.in_order(rule for rule in values.items(props(group).get("securityRules")) if rule is not own)
    priority = _priority(own, set(map(nsg_match.priority_of, others)), limit)
    if priority is None:
        first = min(before, key=nsg_match.priority_of)
        return refuse(
            "deny-comes-first",
            f"{nsg_match.described(first)} of {name_of(group)} denies the traffic, and no priority before it is free",
            f"Give that rule a priority of more than {FIRST}, or take the KMS out of it",
        )
    return Plan((_write(group, own, wish, priority),), _warnings(around, found))


def _write(group: Body, own: Body | None, wish: Wish, priority: int) -> change_set.Write:
    old = props(own)
    sources = _union(strings(old.get("sourceAddressPrefix"), old.get("sourceAddressPrefixes")), wish.sources)
    targets = _union(
        strings(old.get("destinationAddressPrefix"), old.get("destinationAddressPrefixes")), wish.addresses
    )
    properties: dict[str, t.Any] = {
        "description": "TCP to Azure's KMS, for the activation of Windows",
        "direction": "Outbound",
        "access": "Allow",
        "protocol": "Tcp",
        "priority": priority,
        "sourcePortRange": "*",
        "destinationPortRange": str(wish.port),
        "destinationAddressPrefix": None,
        "destinationAddressPrefixes": targets,
        "sourceAddressPrefix": "*" if "*" in sources else None,
        "sourceAddressPrefixes": None if "*" in sources else sources,
    }
    rule_id = f"{group['id']}/securityRules/{name_of(own) or NAME}"
    if own is None:
        return change_set.create(
            rule_id, {"properties": {key: item for key, item in properties.items() if item is not None}}
        )
    return change_set.update(rule_id, own, bodies.edited(own, **properties))


def _without(own: Body | None, wish: Wish) -> Plan:
    if own is None:
        return Plan()
    old = strings(props(own).get("sourceAddressPrefix"), props(own).get("sourceAddressPrefixes"))
    left = [] if "*" in wish.sources else [item for item in old if item not in wish.sources]
    if not left:
        return Plan((change_set.delete(str(own["id"]), own),))
    if left == old:
        return Plan()
    body = bodies.edited(own, sourceAddressPrefix=None, sourceAddressPrefixes=left)
    return Plan((change_set.update(str(own["id"]), own, body),))


def _tag_refused(rule: Body, group: str) -> Plan:
    return refuse(
        "platform-tag-denied",
        f"{nsg_match.described(rule)} of {group} denies the service tag AzurePlatformLKM, which somebody wrote to stop activation",
        "Whoever owns that rule must take it away; it is not worked around",
    )


def _warnings(around: Around, found: t.Sequence[nsg_match.Finding]) -> tuple[str, ...]:
    warnings = list(around.warnings)
    if around.carried is None:
        warnings.append(
            "whether Azure's own licensing rule carries the traffic is not known, so that the rule may not have been needed"
        )
    doubts = {nsg_match.described(rule) for item in found for rule in item.doubts}
    warnings += [f"{doubt} may deny it: the rule was put before it" for doubt in sorted(doubts)]
    return tuple(warnings)


def _priority(own: Body | None, taken: set[int], limit: int) -> int | None:
    """Return our priority as it is, or the last free one before every deny."""
    if own is not None and nsg_match.priority_of(own) < limit:
        return nsg_match.priority_of(own)
    order = range(min(limit, LAST + 1) - 1, FIRST - 1, -1)
    return next((number for number in order if number not in taken), None)


def _is_allow(own: Body) -> bool:
    inner = props(own)
    return str(inner.get("access")).lower() == "allow" and str(inner.get("direction")).lower() == "outbound"


def _union(old: t.Sequence[str], more: t.Iterable[str]) -> list[str]:
    return list(dict.fromkeys([*old, *more]))
