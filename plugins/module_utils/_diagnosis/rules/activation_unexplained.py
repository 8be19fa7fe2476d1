# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Not activated, and nothing that was read explains it."""

from __future__ import annotations

from ..._text import texts
from .. import facts, sources, wording
from ..model import Fact, Finding, Step
from ..rule import ACTIVATE, ACTIVATING, GUEST_ADMIN, MICROSOFT, NETWORK_TEAM, Rule, always, finding, remedy, steps
from ..view import View

ID = "activation-unexplained"
TEXTS = texts(
    ID,
    {
        "refused": (
            "Windows is not activated although KMS answers the guest: {code}. Check that the traffic leaves from an Azure "
            "public address and activate again."
        ),
        "untried": "Windows is not activated, nothing was found that stops it, nor any attempt. Activate now and watch the result.",
        "manual": "Windows is not activated and its automatic activation is turned off. Turn it on again or activate by hand.",
        "type": "Windows is not activated and is not allowed to use KMS (activation type {type}). Allow KMS activation and activate.",
        "unread": "Windows is not activated, and some of the evidence could not be read ({unread}). Make it readable and diagnose again.",
        "found": "Windows is not activated, and nothing that was read explains it. Activate again and look up the code: {code}.",
        "directory": "1, Active Directory only",
        "token": "3, token only",
    },
)
# Codes that say no more than that Windows is not activated, or speak of something else than KMS.
_SILENT = frozenset({"state", "https_path"})
_TELLING = ("kms_settings", "dns", "connectivity", "events", "services", "token_store", "firewall", "clock")
STEPS = steps(
    ID,
    {
        "manual": (
            "Turn the automatic activation on again",
            "Set-ItemProperty 'HKLM:\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SoftwareProtectionPlatform\\Activation' Manual 0",
        ),
        "type": ("Allow every activation type", "cscript //nologo %windir%\\system32\\slmgr.vbs /act-type 0"),
        "events": (
            "Read the newest events 12288, 12289 and 8198 in the Application log",
            "Get-WinEvent -LogName Application -MaxEvents 20 "
            '-FilterXPath "*[System[EventID=12288 or EventID=12289 or EventID=8198]]"',
        ),
        "egress": "KMS answers only requests that leave from an Azure public address: check routes to gateways and appliances",
        "support": "When it still fails, open a support request with this report",
    },
)
_OTHER_TYPES = {1: TEXTS["directory"], 3: TEXTS["token"]}


def check(view: View) -> Finding | None:
    """Report a guest that is surely not licensed; it is the last resort of the engine."""
    if view.licensed is not False or view.evaluation:
        return None
    guest, product, attempt = view.guest, view.product, view.newest_failure
    key, parts = _key(view)
    evidence: list[Fact] = []
    if product is not None:
        evidence += [facts.licence(product), facts.key_channel(product)]
    if product is not None and guest.client_key is not None and guest.client_key.matches is False:
        evidence += [facts.installed_key(product, guest.client_key), facts.edition_key(guest.client_key)]
    if attempt is not None:
        evidence.append(facts.attempt(attempt))
    evidence += [*facts.last_success(guest.events), *facts.codes(view.codes), *map(facts.tcp, view.reach.served)]
    return finding(
        ID,
        TEXTS[key].format(**parts),
        status="unknown" if key == "unread" else "fail",
        confidence="possible" if key in {"unread", "found", "untried"} else "likely",
        evidence=evidence,
        remedy=[
            remedy(
                GUEST_ADMIN,
                *_first_step(key),
                ACTIVATE,
                STEPS["events"],
                action=RULE.action,
            ),
            remedy(NETWORK_TEAM, STEPS["egress"]),
            remedy(MICROSOFT, STEPS["support"]),
        ],
    )


def _key(view: View) -> tuple[str, dict[str, str]]:
    guest = view.guest
    enabled = guest.license.activation_type_enabled if guest.license is not None else None
    attempt = view.newest_failure
    telling = [seen.code for seen in view.codes if seen.code.cause_class not in _SILENT]
    codes = [attempt.code] if attempt is not None and attempt.code else telling or [seen.code for seen in view.codes]
    told = wording.code(codes[0] if codes else None)
    if enabled in _OTHER_TYPES:
        return "type", {"type": _OTHER_TYPES[enabled]}
    if guest.kms_host is not None and guest.kms_host.manual_activation:
        return "manual", {}
    if view.reach.state == "reached" and attempt is not None:
        return "refused", {"code": told}
    unread = [name for name in _TELLING if view.missing(name)]
    if unread:
        return "unread", {"unread": wording.listed(unread)}
    if guest.events is not None and not guest.events.attempts and not view.history.weak and not telling:
        return "untried", {}
    return "found", {"code": told}


def _first_step(key: str) -> tuple[Step, ...]:
    return (STEPS[key],) if key in {"manual", "type"} else ()


RULE = Rule(
    id=ID,
    name="Not activated, no cause found",
    place=270,
    why="Not activated, and no cause above was found.",
    subject="the activation",
    check=check,
    texts=TEXTS,
    steps=STEPS | ACTIVATING,
    severities=("error",),
    sources=(sources.ERROR_CODES, sources.TROUBLESHOOT),
    action="activation",
    verdict=True,
    applies=always,
)
