# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guest's own firewall forbids the KMS port."""

from __future__ import annotations

import typing as t

from ..._guest.evidence import Firewall, FirewallRule, Target
from ..._text import texts
from .. import facts, sources, wording
from ..facts import SeenCode
from ..model import Fact, Finding, Step
from ..rule import ACTIVATE, ACTIVATING, GUEST_ADMIN, UNREACHED, Rule, finding, needs_azure, remedy, steps
from ..view import ProbeRefusal, View

ID = "guest-firewall-blocks-kms"
TEXTS = texts(
    ID,
    {
        "rule": "The guest's Windows Firewall rule {rules} blocks outbound TCP {port}. Remove it or allow the port, and activate.",
        "default": "The guest's Windows Firewall blocks outbound connections that no rule allows. Allow outbound TCP {port} and activate.",
        "probe": (
            "The guest's Windows Firewall rule {rules} blocks PowerShell on TCP {port}, so the connection to KMS was not "
            "tested. Judge by the next attempt."
        ),
        "untested": (
            "The guest's Windows Firewall stops PowerShell on TCP {port} but lets the licensing service out by {rules}, so the "
            "connection to KMS was not tested. Judge by the next attempt."
        ),
        "answered": (
            "The guest's Windows Firewall stops PowerShell on TCP {port}, but KMS answered the licensing service in its last "
            "attempt, so the connection to KMS was not tested. Judge by the next attempt."
        ),
        "maybe": (
            "The guest's Windows Firewall stops PowerShell on TCP {port} and may let the licensing service out by {rules}. "
            "Judge by the next attempt."
        ),
        "unnamed": "The guest itself forbids connections to TCP {port} (WSAEACCES). Allow the port in its firewall and activate.",
    },
)
STEPS = steps(
    ID,
    {
        "local": ("Disable the rule", "Disable-NetFirewallRule -Name '{rule}'"),
        "events": (
            "Read the newest events 12288 and 12289 in the Application log, which say whether KMS answered",
            'Get-WinEvent -LogName Application -MaxEvents 20 -FilterXPath "*[System[EventID=12288 or EventID=12289]]"',
        ),
        "policy": (
            'Remove the rule "{rule}" from the Group Policy that sets it, then apply the policy',
            "gpupdate /force",
        ),
        "allow": (
            "Allow KMS where the default is to block",
            "New-NetFirewallRule -DisplayName 'Azure KMS' -Direction Outbound "
            "-Action Allow -Protocol TCP -RemotePort {port} -RemoteAddress {addresses}",
        ),
        "allow_by_policy": (
            "Allow outbound TCP {port} to {addresses} in the Group Policy that sets the firewall, as it ignores local rules, then apply the policy",
            "gpupdate /force",
        ),
    },
)


def check(view: View) -> Finding | None:
    """10013 proves a block of what met it, which is PowerShell: where the licensing service may be let out, it proves nothing."""
    firewall = view.guest.firewall
    blocked = [target for target in view.reach.dead if target.state == "guest_blocked"]
    codes = view.codes_of("guest_firewall")
    if blocked and not codes and (doubt := view.probe_refusal) is not None:
        return _untested(view, doubt)
    key, rules, confidence = _cause(firewall)
    if blocked or codes:
        key, rules, confidence = _met(firewall, key, rules)
    if key is None or view.kms_answered:
        return None
    partly = bool(blocked) and view.reach.state == "reached"
    return finding(
        ID,
        TEXTS[key].format(rules=_names(rules), port=view.cloud.port),
        severity="warning" if partly else "error",
        confidence=confidence,
        evidence=_evidence(view, blocked, codes, rules),
        remedy=[remedy(GUEST_ADMIN, *map(_step_for, rules), _allow(view), ACTIVATE, action=RULE.action)],
    )


def _met(
    firewall: Firewall | None, key: str | None, rules: tuple[FirewallRule, ...]
) -> tuple[str, tuple[FirewallRule, ...], str]:
    """Return the cause of a block that was met: the rule or default that explains it, else any blocking rule, else none by name."""
    confidence = "certain" if firewall is not None and firewall.licensing_outbound == "block" else "likely"
    if key is None and firewall is not None and firewall.blocking:
        return "rule", firewall.blocking, confidence
    return key or "unnamed", rules, confidence


def _evidence(
    view: View, blocked: t.Sequence[Target], codes: t.Sequence[SeenCode], rules: t.Sequence[FirewallRule]
) -> list[Fact]:
    firewall = view.guest.firewall
    allowing = firewall.allowing if firewall is not None else ()
    default = [facts.outbound_default(firewall)] if firewall is not None else []
    return [*map(facts.tcp, blocked), *facts.codes(codes), *map(facts.firewall_rule, (*rules, *allowing)), *default]


def _step_for(rule: FirewallRule) -> Step:
    """Return how a blocking rule goes, in the guest or in the policy that sets it."""
    return _disable(rule) if rule.source == "local" else STEPS["policy"].format(rule=rule.name or rule.id)


def _untested(view: View, doubt: ProbeRefusal) -> Finding:
    """Return that the test says nothing: a warning where only rules for PowerShell stop it, else no finding but a gap."""
    blocked = [target for target in view.reach.dead if target.state == "guest_blocked"]
    return finding(
        ID,
        TEXTS[doubt.why].format(rules=_names(doubt.rules), port=view.cloud.port),
        severity="warning" if doubt.why == "probe" else "info",
        status="fail" if doubt.why == "probe" else "unknown",
        confidence="possible" if doubt.why == "maybe" else "likely",
        evidence=[*map(facts.tcp, blocked), *map(facts.firewall_rule, doubt.rules)],
        remedy=[remedy(GUEST_ADMIN, ACTIVATE, STEPS["events"], action="activation")],
    )


def _allow(view: View) -> Step:
    """Return where the allowing rule goes: a local one does nothing under a policy that ignores local rules."""
    firewall = view.guest.firewall
    local = firewall is None or firewall.local_rules_merged
    addresses = (",".join if local else wording.listed)(view.cloud.addresses)
    return STEPS["allow" if local else "allow_by_policy"].format(port=view.cloud.port, addresses=addresses)


def _names(rules: tuple[FirewallRule, ...]) -> str:
    return wording.listed(f'"{rule.name or rule.id}" ({rule.source})' for rule in rules)


def _cause(firewall: Firewall | None) -> tuple[str | None, tuple[FirewallRule, ...], str]:
    if firewall is None or firewall.enabled is False:
        return None, (), ""
    certain = tuple(rule for rule in firewall.blocking if rule.certain)
    bypass = any(rule.action == "bypass" and rule.certain for rule in firewall.allowing)
    if certain and not bypass:
        return "rule", certain, "likely"
    if firewall.default_outbound == "block" and not any(rule.certain for rule in firewall.allowing):
        return "default", (), "possible" if firewall.allowing else "likely"
    return None, (), ""


def _disable(rule: FirewallRule) -> Step:
    # Inside PowerShell's single quotes, a quote is written twice.
    return STEPS["local"].format(rule=rule.id.replace("'", "''"))


RULE = Rule(
    id=ID,
    name="Windows Firewall blocks KMS",
    place=110,
    why="The guest's firewall is passed first; what it blocks never reaches Azure's network.",
    subject="the guest's firewall",
    needs=("firewall", "connectivity"),
    check=check,
    texts=TEXTS,
    steps=STEPS | ACTIVATING,
    severities=("error", "warning", "info"),
    alike=("kms-unreachable-unexplained", "appliance-blocks-kms"),
    sources=(
        sources.Source(
            "[MS-GPFAS] firewall rule grammar",
            "https://learn.microsoft.com/openspecs/windows_protocols/ms-gpfas/",
        ),
        sources.TROUBLESHOOT,
    ),
    explains=UNREACHED,
    action="firewall",
    applies=needs_azure,
)
