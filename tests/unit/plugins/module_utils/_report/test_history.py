# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What changed since yesterday's report."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.model import Diagnosis
from ansible_collections.azure_windows.activation.plugins.module_utils._plain import from_plain
from ansible_collections.azure_windows.activation.plugins.module_utils._report import build, counting, written
from ansible_collections.azure_windows.activation.plugins.module_utils._report.model import Comparison
from tests.unit.plugins.module_utils._report.fleet import ACTIVATED, UNREACHABLE, WRONG_HOST, diagnosis, side

THEN, NOW = "2026-11-23T08:00:00Z", "2026-11-24T08:00:00Z"
HEALTHY = {"root_cause": ACTIVATED, "licensed": True}
BAD = {"root_cause": WRONG_HOST, "licensed": False}
OTHER = {"root_cause": {**WRONG_HOST, "id": "clock-skew"}, "licensed": False}
OVERDUE = {"root_cause": {**WRONG_HOST, "id": "renewal-overdue", "severity": "warning"}, "licensed": True}
AT_RISK = {"root_cause": WRONG_HOST, "licensed": True}
LOST = {"root_cause": UNREACHABLE, "licensed": None, "guest": side("unreachable")}

Plain = dict[str, t.Any]


def report(then: Plain | None, now: Plain | None, *, expected: bool = False) -> Comparison:
    """Return today's report on web01, of which `then` was said yesterday."""
    before = build.report([diagnosis("web01", **then)] if then else [], THEN, "1.0.0")
    beside = build.Beside(previous=written.parse(written.as_json(before)), expected=("web01",) if expected else ())
    found = build.report([diagnosis("web01", **now)] if now else [], NOW, "1.0.0", beside).history
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("then", "now", "kind"),
    [
        (HEALTHY, HEALTHY, None),
        (HEALTHY, BAD, "new"),
        (HEALTHY, LOST, "new"),
        (None, BAD, "new"),
        (None, HEALTHY, None),
        (BAD, HEALTHY, "fixed"),
        (LOST, HEALTHY, "fixed"),
        (BAD, BAD, None),
        (OVERDUE, BAD, "worse"),
        (OVERDUE, LOST, "worse"),
        (LOST, BAD, "worse"),
        (AT_RISK, BAD, "worse"),
        (BAD, OTHER, "changed"),
        (BAD, OVERDUE, "changed"),
        (BAD, LOST, "changed"),
        (BAD, None, "gone"),
        (HEALTHY, None, "gone"),
    ],
)
def test_kinds(then: Plain | None, now: Plain | None, kind: str | None) -> None:
    assert report(then, now) == Comparison(THEN, **({kind: ("web01",)} if kind else {}))


@pytest.mark.parametrize(("then", "kind"), [(HEALTHY, "new"), (OVERDUE, "worse"), (BAD, None)])
def test_who_does_not_answer_any_more_is_news_and_not_gone(then: Plain, kind: str | None) -> None:
    assert report(then, None, expected=True) == Comparison(THEN, **({kind: ("web01",)} if kind else {}))


def test_without_an_earlier_report_nothing_is_compared() -> None:
    assert build.report([], NOW, "1.0.0").history is None


def test_unknown_is_worse_than_a_warning_and_never_healthy() -> None:
    plain = [diagnosis("web01", **standing) for standing in (HEALTHY, OVERDUE, LOST, AT_RISK)]
    levels = [counting.level(from_plain(Diagnosis, item)) for item in plain]
    assert levels == sorted(set(levels))
