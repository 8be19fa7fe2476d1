# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Not activated, and nothing that was read explains it."""

from __future__ import annotations

from ..._guest.evidence import Code
from ..._text import texts
from .. import code_steps, facts, keys, sources, wording
from ..facts import SeenCode
from ..model import Fact, Finding, Step
from ..rule import ACTIVATE, ACTIVATING, GUEST_ADMIN, MICROSOFT, NETWORK_TEAM, Rule, always, finding, remedy, steps
from ..view import View
from . import licensing_rights_missing

ID = "activation-unexplained"
TEXTS = texts(
    ID,
    {
        "refused": (
            "Windows is not activated although KMS answers the guest: {code}. Check that the traffic leaves from an Azure "
            "public address and activate again."
        ),
        "untried": "Windows is not activated, and neither an obstacle nor an attempt was found. Activate now and watch the result.",
        "manual": "Windows is not activated and its automatic activation is turned off. Turn it on again or activate by hand.",
        "type": "Windows is not activated and is not allowed to use KMS (activation type {type}). Allow KMS activation and activate.",
        "unread": "Windows is not activated, and some of the evidence could not be read ({unread}). Make it readable and diagnose again.",
        "found": "Windows is not activated, and nothing that was read explains it. Activate again and look up the code: {code}.",
        "rights": "Windows is not activated, and its licensing service is denied access: {code}. Give it its rights back and activate.",
        "code": "Windows is not activated and reports the code {code}. Correct what the steps for this code name and activate.",
        "past": "Windows is not activated, and what its last code names is in order now: {code}. Activate again and watch the result.",
        "directory": "1, Active Directory only",
        "token": "3, token only",
    },
)
# Codes that say no more than that Windows is not activated, or speak of something else than KMS.
_SILENT = frozenset({"state", "https_path"})
# Codes of success say how the licence stands and never why.
_SUCCESS = "0x4"
_TELLING = ("kms_settings", "dns", "connectivity", "events", "services", "token_store", "firewall", "clock")
STEPS = steps(
    ID,
    {
        "manual": (
            "Turn automatic activation on again",
            "Set-ItemProperty 'HKLM:\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\SoftwareProtectionPlatform\\Activation' Manual 0",
        ),
        "type": ("Allow all activation types", "cscript //nologo $env:windir\\system32\\slmgr.vbs /act-type 0"),
        "events": (
            "Read the newest events 12288, 12289 and 8198 in the Application log",
            "Get-WinEvent -LogName Application -MaxEvents 20 "
            '-FilterXPath "*[System[EventID=12288 or EventID=12289 or EventID=8198]]"',
        ),
        "egress": "Check routes to gateways and appliances, as KMS serves only requests that leave from an Azure public address",
        "support": "Open a support request with this report if activation still fails",
    },
)
_OTHER_TYPES = {1: TEXTS["directory"], 3: TEXTS["token"]}


def check(view: View) -> Finding | None:
    """Report a guest that is surely not licensed; it is the last resort of the engine."""
    if view.licensed is not False or view.evaluation:
        return None
    guest, product, attempt = view.guest, view.product, view.newest_failure
    codes = code_steps.told(_codes(view))
    todo = code_steps.steps_for(view, codes)
    key, parts = _key(view, codes, todo)
    evidence: list[Fact] = []
    if product is not None:
        evidence += [facts.licence(product), facts.key_channel(product)]
    if product is not None and guest.client_key is not None and guest.client_key.matches is False:
        evidence += [facts.installed_key(product, guest.client_key), facts.edition_key(guest.client_key)]
    if attempt is not None:
        evidence.append(facts.attempt(attempt))
    evidence += [
        *facts.last_success(guest.events),
        *facts.codes(_evidence_codes(view)),
        *map(facts.tcp, view.reach.served),
    ]
    return finding(
        ID,
        TEXTS[key].format(**parts),
        status="unknown" if key == "unread" else "fail",
        confidence="possible" if key in {"unread", "found", "untried", "code", "past"} else "likely",
        evidence=evidence,
        remedy=[
            remedy(
                GUEST_ADMIN,
                *_first_steps(view, key, todo),
                ACTIVATE,
                STEPS["events"],
                action=RULE.action,
            ),
            remedy(NETWORK_TEAM, STEPS["egress"]),
            remedy(MICROSOFT, STEPS["support"]),
        ],
    )


def _evidence_codes(view: View) -> list[SeenCode]:
    return list(dict.fromkeys((*view.codes, *view.rights_codes)))


def _codes(view: View) -> list[Code]:
    return [seen.code for seen in view.codes if not seen.code.code.startswith(_SUCCESS)]


def _key(view: View, codes: tuple[Code, ...], todo: tuple[Step, ...]) -> tuple[str, dict[str, str]]:
    """Return the sentence and what fills it in: what was set so comes first, then what a code says, then what is missing."""
    setting = _setting(view)
    if setting is not None:
        return setting
    attempt = view.newest_failure
    telling = [code for code in _codes(view) if code.cause_class not in _SILENT]
    shown = [attempt.code] if attempt is not None and attempt.code else telling or _codes(view)
    told = wording.code(shown[0] if shown else None)
    unread = [name for name in (*_TELLING, *(("imds",) if view.host_of_unread_cloud else ())) if view.missing(name)]
    if todo:
        key, told = "code", wording.code(codes[0])
    elif unread:
        key = "unread"
    elif view.reach.state == "reached" and attempt is not None:
        key = "refused"
    elif not telling and _untried(view):
        key = "untried"
    else:
        key = "past" if codes else "found"
    return key, {"code": told, "unread": wording.listed(unread)}


def _setting(view: View) -> tuple[str, dict[str, str]] | None:
    if view.other_type is not None:
        return "type", {"type": _OTHER_TYPES[view.other_type]}
    if view.guest.kms_host is not None and view.guest.kms_host.manual_activation:
        return "manual", {}
    return ("rights", {"code": wording.code(view.rights_codes[0].code)}) if view.rights_codes else None


def _untried(view: View) -> bool:
    events = view.guest.events
    return events is not None and not events.attempts and not view.history.weak


def _first_steps(view: View, key: str, todo: tuple[Step, ...]) -> tuple[Step, ...]:
    if key == "rights":
        return licensing_rights_missing.steps_for(view)
    return (STEPS[key],) if key in {"manual", "type"} else todo


RULE = Rule(
    id=ID,
    name="Not activated, no cause found",
    place=270,
    why="Not activated, and no cause above was found.",
    subject="the activation",
    check=check,
    texts=TEXTS,
    steps=STEPS | code_steps.STEPS | keys.STEPS | licensing_rights_missing.STEPS | ACTIVATING,
    severities=("error",),
    alike=("licensing-rights-missing", "token-store-damaged", "not-kms-client"),
    sources=(sources.ERROR_CODES, sources.TROUBLESHOOT),
    action="activation",
    verdict=True,
    applies=always,
)
