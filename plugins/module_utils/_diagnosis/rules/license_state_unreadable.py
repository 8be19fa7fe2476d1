# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guest answered, but Windows would not say how its licence stands."""

from __future__ import annotations

from ..._guest.evidence import SectionError
from ..._text import texts
from .. import facts, sources, wording
from ..model import Finding, Step
from ..rule import AGAIN, ASKING_AGAIN, GUEST_ADMIN, Rule, always, finding, remedy, steps
from ..view import View
from . import licensing_rights_missing

ID = "license-state-unreadable"
TEXTS = texts(
    ID,
    {
        "error": "Windows did not return its licence state: {reason}. Fix that and diagnose again.",
        "rights": "Windows denies its licence state even to an administrator: {reason}. Give the licensing service its rights back and diagnose again.",
        "waited": "The licence state was not read in time (waited {seconds} s). Set a larger probe_timeout and diagnose again.",
        "skipped": "The licence section was not collected. Add license to gather_subset and diagnose again.",
        "state": "Windows reports licence state {status}, which has no known meaning. Check on the VM whether it is activated.",
        "age": "Windows says that it is licensed, but not until when. Check on the VM whether it renews.",
        "no_reason": "no product row could be read",
    },
)
STEPS = steps(
    ID,
    {
        "longer": "Set probe_timeout to 20 or more, as the probe waits three times as long",
        "ask": (
            "Query Windows directly",
            'Get-CimInstance SoftwareLicensingProduct -Filter "PartialProductKey IS NOT NULL"',
        ),
        "account": "Use an account with administrator rights",
        "repository": (
            "Check the WMI repository if the class is missing or broken",
            "winmgmt /verifyrepository",
        ),
        "salvage": ("Repair the repository if it is not consistent", "winmgmt /salvagerepository"),
    },
)


def check(view: View) -> Finding | None:
    """Report an unknown licence state, or a licence of unknown age."""
    if view.licensed is False or view.healthy or view.evaluation:
        return None
    if view.licensed and (view.channel == "kms_client" and view.renewal_age is not None):
        return None
    product, key = view.product, _key(view)
    evidence = [facts.section_error(name, item) for name, part in view.guest.sections.items() for item in part.errors]
    evidence.sort(key=lambda fact: fact.object != "license")
    if product is not None:
        evidence[:0] = [facts.licence(product), facts.key_channel(product), facts.minutes_left(product)]
    evidence += facts.last_success(view.guest.events)
    title = TEXTS[key].format(
        reason=_reason(view, key),
        status=product.status if product is not None else None,
        seconds=f"{_waited(view) or 0:g}",
    )
    return finding(
        ID,
        title,
        severity="warning",
        status="skipped" if key == "skipped" else "unknown",
        evidence=evidence,
        remedy=[remedy(GUEST_ADMIN, *_steps(view, key), AGAIN)],
    )


def _key(view: View) -> str:
    """Return what kept the licence from being read: skipped, rights, waited, error, or an unknown age or state."""
    section, product = view.guest.sections.get("license"), view.product
    if section is not None and section.status == "skipped":
        return "skipped"
    if product is None or product.status is None:
        if view.rights_codes:
            return "rights"
        return "error" if _waited(view) is None else "waited"
    return "age" if view.licensed else "state"


def _reason(view: View, key: str) -> str:
    if key == "rights":
        return wording.code(view.rights_codes[0].code)
    # What Windows tells comes before what the probe did not wait for.
    errors = sorted(_errors(view), key=lambda item: item.waited_seconds is not None)
    reasons = [item.message or wording.code(item.code) for item in errors if item.message or item.code]
    return wording.clause(reasons[0]) if reasons else TEXTS["no_reason"]


def _errors(view: View) -> tuple[SectionError, ...]:
    section = view.guest.sections.get("license")
    return section.errors if section is not None else ()


def _waited(view: View) -> float | None:
    """Return the seconds after which the probe's own limit ended the query; None where Windows itself gave an error."""
    seconds = [item.waited_seconds for item in _errors(view)]
    waited = [value for value in seconds if value is not None]
    return max(waited) if waited and len(waited) == len(seconds) else None


def not_awaited(view: View) -> bool:
    """Say whether the licence is unknown only because the probe did not wait for it."""
    return view.asked_guest and view.product is None and _waited(view) is not None


def _steps(view: View, key: str) -> tuple[Step, ...]:
    """Return what is left to do: an administrator needs no other account, and missing rights are no broken repository."""
    if key == "rights":
        return (STEPS["ask"], *licensing_rights_missing.steps_for(view))
    if key == "waited":
        return STEPS["longer"], STEPS["ask"]
    elevated = view.guest.os is not None and view.guest.os.elevated
    return tuple(step for name, step in STEPS.items() if not (name == "longer" or (name == "account" and elevated)))


RULE = Rule(
    id=ID,
    name="Licence state unreadable",
    place=260,
    why="Nothing can be said about the licence, and no cause above is certain or the reason for that.",
    subject="the licence",
    check=check,
    texts=TEXTS,
    steps=STEPS | licensing_rights_missing.STEPS | ASKING_AGAIN,
    severities=("warning",),
    sources=(
        sources.Source("winmgmt", "https://learn.microsoft.com/windows/win32/wmisdk/winmgmt"),
        sources.PRODUCT_CLASS,
    ),
    verdict=True,
    applies=always,
    anywhere=True,
)
