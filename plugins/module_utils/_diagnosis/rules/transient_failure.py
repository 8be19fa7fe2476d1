# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Licensed and fresh, with a few failed attempts: normal when Azure's KMS is busy."""

from __future__ import annotations

import datetime

from ..._guest.evidence import Attempt
from ..._guest.fields import parse_time
from ..._text import texts
from .. import facts, sources, wording
from ..model import Finding
from ..rule import Rule, always, finding
from ..view import View
from . import activated

ID = "transient-failure"
TEXTS = texts(
    ID,
    {
        "found": "Windows is activated and was renewed {age} ago, and {count} failed attempts of the last days were transient. No action is needed.",
        "one": "Windows is activated and was renewed {age} ago, and one failed attempt of the last days was transient. No action is needed.",
    },
)
_IGNORED = frozenset({"https_path", "genuine", "state", "other_activation_method"})


def check(view: View) -> Finding | None:
    """Report failed attempts of the last renewal interval in a guest whose licence is in order."""
    found = activated.check(view)
    if found is None or not view.needs_kms:
        return None
    # What failed before a repair had the cause that was repaired.
    failures = list(view.history.failures) if view.evidence.repaired else _recent(view)
    # An event 8198 counts only while no success came after it, and only with a code of the way to KMS.
    weak = [item for item in view.history.weak if item.code and item.code.cause_class not in _IGNORED]
    if not failures and not weak:
        return None
    count = len(failures) or len(weak)
    title = TEXTS["one" if count == 1 else "found"].format(age=wording.duration(view.renewal_age or 0), count=count)
    evidence = [
        *map(facts.attempt, failures[:3]),
        *map(facts.weak_event, weak[:1]),
        *facts.last_success(view.guest.events),
        *found.evidence,
    ]
    return finding(
        ID,
        title,
        severity="info",
        status="ok",
        confidence="certain" if failures else "likely",
        evidence=evidence,
    )


def _recent(view: View) -> list[Attempt]:
    events = view.guest.events
    if events is None or view.now is None:
        return []
    start = view.now - datetime.timedelta(minutes=min(view.renewal_limit, 259200))
    dated = ((item, parse_time(item.time)) for item in events.attempts if item.outcome != "success")
    return [item for item, moment in dated if moment is not None and start <= moment <= view.now]


RULE = Rule(
    id=ID,
    name="Failed once, fine since",
    place=280,
    why="In order, with failures that did not last.",
    subject="recent attempts",
    check=check,
    texts=TEXTS,
    severities=("info",),
    alike=("kms-unreachable-unexplained", "activation-unexplained"),
    sources=(sources.JAPAN_SUPPORT,),
    verdict=True,
    applies=always,
)
