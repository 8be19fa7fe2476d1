# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Still licensed, but the last renewal is older than it should be."""

from __future__ import annotations

from ..._text import texts
from .. import facts, sources, wording
from ..model import Fact, Finding
from ..rule import ACTIVATE, ACTIVATING, GUEST_ADMIN, Rule, always, finding, remedy, steps
from ..view import View

ID = "renewal-overdue"
TEXTS = texts(
    ID,
    {
        "found": (
            "Windows is licensed for {left} more but has not renewed for {age}, although nothing was found that stops it. "
            "Activate now and watch the next attempt."
        ),
        "unknown_left": "an unknown time",
    },
)
STEPS = steps(
    ID,
    {"wait": "Wait if the VM has just started, as it renews by itself within hours of its start"},
)


def check(view: View) -> Finding | None:
    """Report a licensed KMS client whose last renewal is older than its interval and a day."""
    product = view.product
    if product is None or not view.licensed or view.evaluation or view.permanent:
        return None
    age = view.renewal_age
    if age is None or age <= view.renewal_limit or view.channel != "kms_client":
        return None
    left = wording.duration(product.grace_minutes) if product.grace_minutes is not None else TEXTS["unknown_left"]
    return finding(
        ID,
        TEXTS["found"].format(left=left, age=wording.duration(age)),
        severity="warning",
        evidence=[
            facts.minutes_left(product),
            Fact("renewal_age", age, "derived", expected=view.renewal_limit),
        ],
        remedy=[
            remedy(
                GUEST_ADMIN,
                STEPS["wait"],
                ACTIVATE,
                action=RULE.action,
            )
        ],
    )


RULE = Rule(
    id=ID,
    name="Renewal overdue",
    place=250,
    why="Licensed but late, and no cause above was found.",
    subject="the renewal",
    check=check,
    texts=TEXTS,
    steps=STEPS | ACTIVATING,
    severities=("warning",),
    alike=("kms-unreachable-unexplained", "transient-failure"),
    sources=(sources.JAPAN_SUPPORT, sources.SLMGR),
    action="activation",
    verdict=True,
    applies=always,
)
