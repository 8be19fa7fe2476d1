# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guest answered, but Windows would not say how its licence stands."""

from __future__ import annotations

from ..._guest.evidence import SectionError
from ..._text import texts
from .. import wording
from ..model import Fact, Finding
from ..rule import AGAIN, GUEST_ADMIN, Rule, finding, remedy
from ..view import View

ID = "license-state-unreadable"
TEXTS = texts(
    ID,
    {
        "error": "Windows would not say how its licence stands, mend what failed and diagnose again: {reason}.",
        "skipped": "How the licence stands was not asked, so nothing is known: gather the section license too.",
        "state": "Windows reports licence state {status}, which is not known here, so whether it is activated cannot be told: check it on the VM.",
        "age": "Windows says it is licensed, but not until when, so whether it renews cannot be told: check it on the VM.",
        "failed": "failed",
        "source": "{section}: error",
        "no_reason": "no product row could be read",
    },
)
STEPS = texts(
    f"{ID}.step",
    {
        "ask": 'Ask Windows itself: Get-CimInstance SoftwareLicensingProduct -Filter "PartialProductKey IS NOT NULL"',
        "account": "Use an account with administrator rights",
        "repository": "Where the class is missing or broken: winmgmt /verifyrepository, then winmgmt /salvagerepository",
    },
)


def check(view: View) -> Finding | None:
    """Report an unknown licence state, or a licence of unknown age."""
    if view.licensed is False or view.healthy or view.evaluation:
        return None
    if view.licensed and (view.channel == "kms_client" and view.renewal_age is not None):
        return None
    section = view.guest.sections.get("license")
    product = view.product
    errors = [_error(name, item) for name, part in view.guest.sections.items() for item in part.errors]
    errors.sort(key=lambda fact: not fact.source.startswith("license:"))
    if product is not None:
        shown = {
            "status": product.status,
            "channel": product.channel_raw or product.channel,
            "minutes left": product.grace_minutes,
        }
        errors.insert(0, Fact("licence", shown, "SoftwareLicensingProduct"))
    success = view.guest.events.last_success if view.guest.events is not None else None
    if success:
        errors.append(Fact("last successful attempt", success, "event 12289"))
    if section is not None and section.status == "skipped":
        key = "skipped"
    elif product is None or product.status is None:
        key = "error"
    else:
        key = "age" if view.licensed else "state"
    reasons = [
        item.message or wording.code(item.code)
        for item in (section.errors if section is not None else ())
        if item.message or item.code
    ]
    title = TEXTS[key].format(
        reason=wording.clause(reasons[0]) if reasons else TEXTS["no_reason"],
        status=product.status if product is not None else None,
    )
    return finding(
        ID,
        title,
        severity="warning",
        status="skipped" if key == "skipped" else "unknown",
        evidence=errors,
        remedy=[
            remedy(
                GUEST_ADMIN,
                *STEPS.values(),
                AGAIN,
            )
        ],
    )


def _error(section: str, item: SectionError) -> Fact:
    told = item.message or (wording.code(item.code) if item.code else TEXTS["failed"])
    observed = f"{item.code.code}: {told}" if item.code and item.message else told
    return Fact(item.source, observed, TEXTS["source"].format(section=section))


RULE = Rule(ID, "the licence", (), check, lambda view: True)
