# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guest's own firewall forbids the KMS port."""

from __future__ import annotations

from ..._guest.evidence import Firewall, FirewallRule
from ..._text import texts
from .. import facts, sources, wording
from ..model import Finding, Step
from ..rule import ACTIVATE, ACTIVATING, GUEST_ADMIN, UNREACHED, Rule, finding, remedy, steps
from ..view import View

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
        "unnamed": "The guest itself forbids connections to TCP {port} (WSAEACCES). Allow the port in its firewall and activate.",
    },
)
STEPS = steps(
    ID,
    {
        "local": ("Disable the rule", "Disable-NetFirewallRule -Name '{rule}'"),
        "events": (
            "Read the newest events 12288 and 12289 in the Application log: they say whether KMS answered",
            'Get-WinEvent -LogName Application -MaxEvents 20 -FilterXPath "*[System[EventID=12288 or EventID=12289]]"',
        ),
        "policy": (
            'Take the rule "{rule}" out of the group policy that sets it, then apply the policy',
            "gpupdate /force",
        ),
        "allow": (
            "Where the default is to block, allow KMS",
            "New-NetFirewallRule -DisplayName 'Azure KMS' -Direction Outbound "
            "-Action Allow -Protocol TCP -RemotePort {port} -RemoteAddress {addresses}",
        ),
    },
)


def check(view: View) -> Finding | None:
    """10013 proves a block; without it, a rule that blocks the licensing service may spare the probe and still stop KMS."""
    firewall = view.guest.firewall
    blocked = [target for target in view.reach.dead if target.state == "guest_blocked"]
    codes = view.codes_of("guest_firewall")
    key, rules, confidence = _cause(firewall)
    spared = _spared(firewall) if key is None and not codes else ()
    if blocked and spared:
        return finding(
            ID,
            TEXTS["probe"].format(rules=_names(spared), port=view.cloud.port),
            severity="warning",
            confidence="likely",
            evidence=[*map(facts.tcp, blocked), *map(facts.firewall_rule, spared)],
            remedy=[remedy(GUEST_ADMIN, ACTIVATE, STEPS["events"], action="activation")],
        )
    if blocked or codes:
        confidence = "certain"
        if key is None and firewall is not None and firewall.blocking:
            key, rules = "rule", firewall.blocking
        key = key or "unnamed"
    if key is None:
        return None
    partly = bool(blocked) and view.reach.state == "reached"
    evidence = [*map(facts.tcp, blocked), *facts.codes(codes), *map(facts.firewall_rule, rules)]
    if firewall is not None:
        evidence.append(facts.outbound_default(firewall))
    return finding(
        ID,
        TEXTS[key].format(rules=_names(rules), port=view.cloud.port),
        severity="warning" if partly else "error",
        confidence=confidence,
        evidence=evidence,
        remedy=[
            remedy(
                GUEST_ADMIN,
                *(_disable(rule) for rule in rules if rule.source == "local"),
                *(STEPS["policy"].format(rule=rule.name or rule.id) for rule in rules if rule.source == "policy"),
                STEPS["allow"].format(port=view.cloud.port, addresses=",".join(view.cloud.addresses)),
                ACTIVATE,
                action=RULE.action,
            )
        ],
    )


def _spared(firewall: Firewall | None) -> tuple[FirewallRule, ...]:
    """Return the rules that explain a refused test without stopping the licensing service."""
    return () if firewall is None or firewall.blocking else firewall.blocking_probe


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
    severities=("error", "warning"),
    sources=(
        sources.Source(
            "[MS-GPFAS] firewall rule grammar",
            "https://learn.microsoft.com/openspecs/windows_protocols/ms-gpfas/",
        ),
        sources.TROUBLESHOOT,
    ),
    explains=UNREACHED,
    action="firewall",
)
