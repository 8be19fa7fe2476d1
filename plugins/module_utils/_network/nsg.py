# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Security admin rules, network security groups and the platform's own rule for Windows licensing.

Order: admin rules (Deny and AlwaysAllow end), then a deny on AzurePlatformLKM, then the user's default route, which
switches the platform rule off, then the NSG of the NIC and of the subnet, which must both allow.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .._text import Text
from . import judgement, values
from .judgement import NotKnownError, Unread
from .links import network_of, reference
from .security_rules import FIRST_PRIORITY, LAST_PRIORITY, Decision, Flow, Rule, decide, outbound
from .state import NetworkState
from .values import Body, low, name_of, props, ref
from .wording import say

ADMIN_ACTION = "Microsoft.Network/virtualNetworks/listNetworkManagerEffectiveSecurityAdminRules/action"
ADMIN_RULES = "security admin rules"
APPLIES, OFF, DENIED, UNSURE = "applies", "off_default_route", "denied_by_tag", "unknown"
DEFAULT_RULES: tuple[Body, ...] = tuple(
    {
        "name": name,
        "properties": {
            "priority": priority,
            "access": access,
            "direction": "Outbound",
            "protocol": "*",
            "sourceAddressPrefix": source,
            "destinationAddressPrefix": target,
            "destinationPortRange": "*",
        },
    }
    for name, priority, access, source, target in (
        ("AllowVnetOutBound", 65000, "Allow", "VirtualNetwork", "VirtualNetwork"),
        ("AllowInternetOutBound", 65001, "Allow", "*", "Internet"),
        ("DenyAllOutBound", 65500, "Deny", "*", "*"),
    )
)


@dataclasses.dataclass(frozen=True)
class NsgVerdict:
    """`verdict`: allow, deny or unknown. `platform_rule`: applies, off_default_route, denied_by_tag or unknown."""

    verdict: str
    reason: Text
    platform_rule: str
    rule: t.Mapping[str, t.Any] | None = None
    cause: str | None = None
    unread: tuple[Unread, ...] = ()

    def plain(self) -> dict[str, t.Any]:
        """Return the part of the path that tells it."""
        return {
            "verdict": self.verdict,
            "reason": self.reason,
            "platform_rule": self.platform_rule,
            "rule": dict(self.rule) if self.rule else None,
        }


def evaluate(state: NetworkState, nic: Body, subnet_id: str, flow: Flow, platform_rule: str) -> NsgVerdict:
    """Judge a flow. `platform_rule` is what the subnet's default route says: applies, off_default_route or unknown."""
    try:
        admin = _admin(state, network_of(subnet_id), flow)
        if admin.access in {"deny", "alwaysallow", "unknown"}:
            return _admin_verdict(admin, platform_rule)
        groups = _groups(state, nic, subnet_id)
    except NotKnownError as problem:
        return NsgVerdict("unknown", problem.reason, platform_rule, unread=problem.unread)
    judged = [(layer, group, outbound(state, _rules(group), flow)) for layer, group in groups]
    return _security_groups(judged, platform_rule)


def _security_groups(judged: t.Sequence[tuple[str, Body, list[Rule]]], platform_rule: str) -> NsgVerdict:
    if not judged:
        return NsgVerdict("allow", say("no_nsg"), platform_rule)
    broken = next((group for _layer, group, _rules in judged if _is_broken(group)), None)
    if broken is not None:
        return NsgVerdict("unknown", say("nsg_odd", nsg=name_of(broken)), UNSURE)
    tags = [_licensing_deny(rules) for _layer, _group, rules in judged]
    if any(tag is not None and tag.match and tag.access == "deny" for tag in tags):
        platform_rule = DENIED
    elif any(tag is not None for tag in tags) and platform_rule == APPLIES:
        platform_rule = UNSURE
    outcomes = [(layer, group, decide(rules)) for layer, group, rules in judged]
    for wanted in ("deny", "unknown"):
        for layer, group, outcome in outcomes:
            if outcome.access in {wanted, "none" if wanted == "deny" else wanted}:
                return _refused(layer, group, outcome, platform_rule)
    layer, group, outcome = outcomes[-1]
    name = outcome.rule.name if outcome.rule else ""
    return NsgVerdict(
        "allow",
        say("allows", rule=say("nsg_rule", rule=name, nsg=name_of(group))),
        platform_rule,
        _plain(outcome.rule, layer, ref(group)),
    )


def _refused(layer: str, group: Body, outcome: Decision, platform_rule: str) -> NsgVerdict:
    """Judge a deny, or a doubt, of the ordinary rules in the light of the platform's own rule."""
    free = _free_priority(group, outcome.rule.priority) if outcome.rule else None
    rule = _plain(outcome.rule, layer, ref(group), free)
    nsg = name_of(group)
    where = say("nsg_rule", rule=outcome.rule.name, nsg=nsg) if outcome.rule else say("nsg_no_rule", nsg=nsg)
    if platform_rule == APPLIES:
        return NsgVerdict("allow", say("platform", rule=where), APPLIES)
    why = say({OFF: "platform_off", DENIED: "platform_denied"}.get(platform_rule, "platform_unsure"))
    if outcome.access == "unknown":
        tags = _unread(outcome)
        reason = say("nsg_doubt", rule=where, doubt=outcome.doubt, why=why)
        return NsgVerdict("unknown", reason, platform_rule, rule, judgement.NSG_DENIES, tags)
    if platform_rule == UNSURE:
        return NsgVerdict("unknown", say("nsg_but", rule=where, why=why), platform_rule, rule, judgement.NSG_DENIES)
    return NsgVerdict("deny", say("nsg_denies", rule=where, why=why), platform_rule, rule, judgement.NSG_DENIES)


def _licensing_deny(rules: t.Sequence[Rule]) -> Rule | None:
    """Return the deny on AzurePlatformLKM that no earlier allow takes the traffic away from."""
    for rule in rules:
        if rule.names_kms is not False and rule.access != "allow":
            return rule
        if rule.match and rule.access == "allow":
            return None
    return None


def _groups(state: NetworkState, nic: Body, subnet_id: str) -> list[tuple[str, Body]]:
    subnet = state.need(subnet_id)
    found: list[tuple[str, Body]] = []
    for layer, holder in (("nic", nic), ("subnet", subnet)):
        group_id = reference(holder, "networkSecurityGroup")
        if group_id:
            group = state.need(group_id)
            found.append((layer, {**group, "id": group_id, "rules": state.children(group_id, "securityRules")}))
    return found


def _rules(group: Body) -> list[Body]:
    defaults = values.items(props(group).get("defaultSecurityRules"))
    return [*group["rules"], *(defaults or DEFAULT_RULES)]


def _is_broken(group: Body) -> bool:
    body = props(group)
    return values.broken(body.get("securityRules")) or values.broken(body.get("defaultSecurityRules"))


def _admin(state: NetworkState, network_id: str, flow: Flow) -> Decision:
    rules = state.admin_rules.get(low(network_id))
    if rules is None:
        entry = state.unread_about(ADMIN_RULES, network_id)
        if entry:
            found = {**entry, "action": entry.get("action") or ADMIN_ACTION}
            raise NotKnownError(say("admin_not_read", reason=found.get("reason")), found)
        return Decision("none", None)
    if values.broken(rules):
        raise NotKnownError(say("admin_odd"))
    return decide(outbound(state, values.items(rules), flow))


def _admin_verdict(outcome: Decision, platform_rule: str) -> NsgVerdict:
    name = outcome.rule.name if outcome.rule else ""
    rule = _plain(outcome.rule, "admin", None)
    if outcome.access == "alwaysallow":
        return NsgVerdict("allow", say("admin_allows", rule=name), platform_rule, rule)
    if outcome.access == "deny":
        reason = say("admin_denies", rule=name)
        return NsgVerdict("deny", reason, platform_rule, rule, judgement.NSG_DENIES)
    reason = say("admin_doubt", rule=name, doubt=outcome.doubt)
    return NsgVerdict("unknown", reason, platform_rule, rule, judgement.NSG_DENIES, _unread(outcome))


def _unread(outcome: Decision) -> tuple[Unread, ...]:
    return (judgement.unread_tag(outcome.rule.tag),) if outcome.rule and outcome.rule.tag else ()


def _free_priority(group: Body, limit: int) -> int | None:
    """Return the last priority that no rule of a group has before `limit`, None when there is none."""
    taken = {values.number(props(rule).get("priority")) for rule in group["rules"]}
    order = range(min(limit, LAST_PRIORITY + 1) - 1, FIRST_PRIORITY - 1, -1)
    return next((number for number in order if number not in taken), None)


def _plain(
    rule: Rule | None, layer: str, group_id: str | None, free_priority: int | None = None
) -> dict[str, t.Any] | None:
    if rule is None:
        return None
    return {
        "nsg_id": group_id,
        "name": rule.name,
        "priority": rule.priority,
        "access": rule.access,
        "direction": "Outbound",
        "layer": layer,
        "free_priority": free_priority,
    }
