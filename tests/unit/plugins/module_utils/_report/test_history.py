# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What changed since yesterday's report."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._report import history, model, written
from tests.unit.plugins.module_utils._report.fleet import ACTIVATED, UNREACHABLE, WRONG_HOST, diagnosis, side

THEN, NOW = "2026-11-23T08:00:00Z", "2026-11-24T08:00:00Z"
HEALTHY = {"root_cause": ACTIVATED, "licensed": True}
BAD = {"root_cause": WRONG_HOST, "licensed": False}
OTHER = {"root_cause": {**WRONG_HOST, "id": "clock-skew"}, "licensed": False}
OVERDUE = {"root_cause": {**WRONG_HOST, "id": "renewal-overdue", "severity": "warning"}, "licensed": True}
AT_RISK = {"root_cause": WRONG_HOST, "licensed": True}
LOST = {"root_cause": UNREACHABLE, "licensed": None, "guest": side("unreachable")}

Plain = dict[str, t.Any]


def report(then: Plain | None, now: Plain | None, *, expected: bool = False) -> Plain:
    """Return today's report on web01, of which `then` was said yesterday."""
    before = model.build([diagnosis("web01", **then)] if then else [], THEN, "1.0.0")
    beside = model.Beside(previous=written.parse(json.dumps(before)), expected=("web01",) if expected else ())
    return model.build([diagnosis("web01", **now)] if now else [], NOW, "1.0.0", beside)


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
    found = report(then, now)["history"]
    assert found.pop("generated_at") == THEN
    assert {name: hosts for name, hosts in found.items() if hosts} == ({kind: ["web01"]} if kind else {})


@pytest.mark.parametrize(("then", "kind"), [(HEALTHY, "new"), (OVERDUE, "worse"), (BAD, None)])
def test_who_does_not_answer_any_more_is_news_and_not_gone(then: Plain, kind: str | None) -> None:
    found = report(then, None, expected=True)["history"]
    assert found["gone"] == []
    assert found["new"] + found["worse"] == (["web01"] if kind else [])
    assert kind is None or found[kind] == ["web01"]


def test_without_an_earlier_report_nothing_is_compared() -> None:
    assert model.build([], NOW, "1.0.0")["history"] is None


def test_unknown_is_worse_than_a_warning_and_never_healthy() -> None:
    healthy, warning = history.level("activated", "info", True), history.level("attention", "warning", True)
    unknown, error = history.level("unknown", "info", None), history.level("attention", "error", True)
    assert healthy < warning < unknown < error
