# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A diagnosis in a few plain values, for plays that branch on it."""

from __future__ import annotations

import datetime
import typing as t

from .._diagnosis.model import Diagnosis
from .._plain import from_plain
from . import counting, timeline

_DAY = datetime.timedelta(days=1)


def verdict(plain: t.Mapping[str, t.Any], now: datetime.datetime) -> dict[str, t.Any]:
    """Return {id, state, severity, title, confidence, days_left, action} of a plain diagnosis; raises ValueError for another shape.

    `days_left` (whole days, negative when it has ended) is None without an end, `action` what the role remediate can do first.
    """
    diagnosis = from_plain(Diagnosis, plain)
    end = timeline.moment(diagnosis.expires_at)
    actions = (remedy.action for remedy in diagnosis.root_cause.remedy if remedy.action)
    # The texts themselves: Ansible keeps a mark on those that a guest may have written.
    cause = plain["root_cause"]
    return {
        **{key: cause[key] for key in ("id", "severity", "title", "confidence")},
        "state": counting.state_of(diagnosis),
        "days_left": None if end is None else (end - now) // _DAY,
        "action": next(actions, None),
    }
