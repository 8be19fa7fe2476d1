# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guest's outbound firewall for the KMS port: profiles, defaults, and the rules that can decide.

Policy values win over local ones, block beats allow, and AllowLocalPolicyMerge 0 voids local rules ([MS-GPFAS], [MS-FASP]).
"""

from __future__ import annotations

import dataclasses
import typing as t

from .._reference.endpoints import CloudEndpoints
from . import firewall_rule
from .evidence import Firewall, FirewallRule
from .fields import Fields

_CATEGORIES = {"domainauthenticated": "Domain", "domain": "Domain", "private": "Private", "public": "Public"}
_ALL = ("Domain", "Private", "Public")
_BLOCK = 1
_Read: t.TypeAlias = t.Callable[[str, str, str, int, t.Sequence[str]], tuple[FirewallRule, frozenset[str]] | None]


@dataclasses.dataclass(frozen=True)
class _Profile:
    enabled: bool | None
    action: str
    merges: bool


def parse(fields: Fields, cloud: CloudEndpoints, whole: bool = True) -> Firewall | None:
    """Return what the firewall decides over the active profiles; None when neither local nor policy settings were read.

    `whole` false: something of it was not read.
    """
    local, policy = fields.part("local"), fields.part("policy")
    if local is None and policy is None:
        return None
    active = _active(fields)
    judged = {name: _profile(name, local, policy) for name in (active or _ALL)}
    merging = {name: profile for name, profile in judged.items() if profile.merges}
    rules, probing = (
        [*_rules("policy", policy, cloud, judged, read), *_rules("local", local, cloud, merging, read)]
        for read in (firewall_rule.parse, firewall_rule.parse_for_probe)
    )
    complete = whole and not any(_is_cut(place) for place in (local, policy) if place is not None)
    default = _default(judged)
    return Firewall(
        active_profiles=active,
        enabled=_enabled(judged),
        default_outbound=default,
        blocking=tuple(rule for rule in rules if rule.action == "block"),
        allowing=tuple(rule for rule in rules if rule.action != "block"),
        local_rules_merged=all(profile.merges for profile in judged.values()),
        blocking_probe=tuple(rule for rule in probing if rule.action == "block"),
        licensing_outbound=_decision(rules, default, complete),
        probe_outbound=_decision([*probing, *(rule for rule in rules if rule.applies_to == "any")], default, complete),
        complete=complete,
    )


def _is_cut(place: Fields) -> bool:
    """Say whether the rules of a place were not all read; an older probe tells nothing of that."""
    return place.boolean("truncated") is True or ("profiles" in place.names() and "rules" not in place.names())


def _decision(rules: list[FirewallRule], default: str, complete: bool) -> str:
    """Return what happens to a program: bypass, block, allow, default, in this order; unknown where a condition decides."""
    for actions, outcome in ((("bypass",), "allow"), (("block",), "block"), (("allow",), "allow")):
        matching = [rule for rule in rules if rule.action in actions]
        if any(rule.certain for rule in matching):
            return outcome if complete or outcome == "block" else "unknown"
        if matching:
            return "unknown"
    return default if complete else "unknown"


def _active(fields: Fields) -> tuple[str, ...]:
    names = [_CATEGORIES.get(name.lower()) for name in fields.texts("active_categories")]
    if None in names:
        fields.note("active_categories", "known network categories")
    return tuple(dict.fromkeys(name for name in names if name is not None))


def _profile(name: str, local: Fields | None, policy: Fields | None) -> _Profile:
    own = _local_places(name, local)
    places = [*_policy_places(name, policy), *own]
    enabled = _value(places, "EnableFirewall")
    action = _value(places, "DefaultOutboundAction")
    # Where the local profile was read and says nothing, Windows' own default holds: outbound is allowed.
    default = "block" if action == _BLOCK else "allow" if action is not None or own else "unknown"
    merges = _value(_policy_places(name, policy), "AllowLocalPolicyMerge")
    return _Profile(
        enabled=None if enabled is None else enabled != 0,
        action="allow" if enabled == 0 else default,
        merges=merges != 0,
    )


def _policy_places(name: str, policy: Fields | None) -> list[Fields]:
    profiles = policy.part("profiles") if policy is not None else None
    parts = {key: profiles.part(key) for key in (*_ALL, "Standard")} if profiles is not None else {}
    found = {key: part for key, part in parts.items() if part is not None and part.names()}
    # The old StandardProfile counts only when neither of its successors is there.
    key = "Standard" if name != "Domain" and not {"Private", "Public"} & set(found) else name
    return [found[key]] if key in found else []


def _local_places(name: str, local: Fields | None) -> list[Fields]:
    profiles = local.part("profiles") if local is not None else None
    part = profiles.part("Standard" if name == "Private" else name) if profiles is not None else None
    return [part] if part is not None and part.names() else []


def _value(places: list[Fields], key: str) -> int | None:
    return next((number for number in (place.integer(key) for place in places) if number is not None), None)


def _enabled(judged: dict[str, _Profile]) -> bool | None:
    states = {profile.enabled for profile in judged.values()}
    if True in states:
        return True
    return None if None in states else False


def _default(judged: dict[str, _Profile]) -> str:
    """Several profiles can be active at once: only what they agree on is known."""
    actions = {profile.action for profile in judged.values()}
    return actions.pop() if len(actions) == 1 else "unknown"


def _rules(
    source: str, place: Fields | None, cloud: CloudEndpoints, judged: dict[str, _Profile], read: _Read
) -> list[FirewallRule]:
    listed = place.part("rules") if place is not None else None
    acting = {name for name, profile in judged.items() if profile.enabled is not False}
    found = []
    for rule_id in listed.names() if listed is not None else ():
        rule = listed.text(rule_id, 4000) if listed is not None else None
        parsed = read(rule_id, rule, source, cloud.port, cloud.addresses) if rule is not None else None
        if parsed is not None and parsed[1] & acting:
            missing = sorted(set(judged) - parsed[1])
            found.append(_limited(parsed[0], missing))
    return found


def _limited(rule: FirewallRule, missing: list[str]) -> FirewallRule:
    if not missing:
        return rule
    return dataclasses.replace(rule, certain=False, conditions=(*rule.conditions, f"not for {', '.join(missing)}"))
