# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Undo what a journal records, newest first."""

from __future__ import annotations

import typing as t

from .._network.values import low, name_of
from . import journal as journals
from .job import to_result
from .reconcile import Reconciler, WriteResult


def roll_back(reconciler: Reconciler, path: str) -> dict[str, t.Any]:
    """Return the result of undoing every write of a journal that is not undone yet; raises JournalError."""
    entries, torn = journals.read(path)
    todo = [e for e in entries if e.state not in (journals.NOT_DONE, journals.UNDONE)]
    outcomes: list[WriteResult] = []
    left: list[dict[str, t.Any]] = []
    stuck: dict[str, str] = {}
    doubt = reconciler.may_differ(torn) if torn else None
    if torn and doubt:
        stuck[low(torn.id)] = doubt
        left.append({"id": torn.id, "operation": torn.operation, "reason": doubt})
    for entry in reversed(todo):
        key = low(entry.id)
        if key in stuck:
            # An older change of an object cannot be undone below a newer one that stays.
            left.append({"id": entry.id, "operation": entry.operation, "reason": stuck[key]})
            continue
        outcome = reconciler.undo(entry)
        outcomes.append(outcome)
        if outcome.failure:
            stuck[key] = outcome.failure
            left.append({"id": entry.id, "operation": entry.operation, "reason": outcome.failure})
    refusal = next((outcome.refusal for outcome in outcomes if outcome.refusal), None)
    changes = tuple(entry for outcome in outcomes for entry in outcome.changes)
    failure = None
    if left:
        names = ", ".join(dict.fromkeys(name_of(item["id"]) or "a line of the journal" for item in left))
        failure = f"Not everything was undone: {names}. {left[0]['reason']}"
    warnings = (reconciler.journal_trouble,) if reconciler.journal_trouble else ()
    return {**to_result(WriteResult(changes, warnings, failure, refusal)), "left": left}
