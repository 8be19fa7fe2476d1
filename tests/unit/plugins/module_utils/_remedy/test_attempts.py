# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When another attempt makes sense, and what a script's answer says of its steps."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._guest import codes
from ansible_collections.azure_windows.activation.plugins.module_utils._remedy import answer, attempt

REACH, DNS, WRONG_KEY, BUSY = "0x8007232B", "0x8007267C", "0xC004F035", "0xC004F038"
UNANSWERED = "0xC004F074"


def tried(*found: str | None) -> list[attempt.Attempt]:
    """Attempts by their code; `ok` is one that succeeded, None one that failed without a code."""
    return [
        attempt.Attempt("t", item == "ok", codes.lookup(item) if item and item != "ok" else None, "words")
        for item in found
    ]


def told(*steps: tuple[str, bool | None], attempts: t.Sequence[str | None] = ()) -> answer.Answer:
    """An answer with steps and attempts; a code is that of a failed attempt."""
    rows = [{"at": "2026-11-24T08:00:00Z", "error": code and {"code": code, "message": "no"}} for code in attempts]
    listed = [{"name": name, "ok": ok, "error": None if ok else {"code": UNANSWERED}} for name, ok in steps]
    return answer.parse({"schema": answer.SCHEMA, "language_mode": "FullLanguage", "steps": listed, "attempts": rows})


@pytest.mark.parametrize(
    ("found", "alike"),
    [
        ((UNANSWERED,) * 3, True),
        ((UNANSWERED,) * 2, False),
        (("ok", *(UNANSWERED,) * 3), True),
        ((UNANSWERED, "ok", UNANSWERED), False),
        ((UNANSWERED, UNANSWERED, REACH), False),
        ((REACH, UNANSWERED, UNANSWERED), False),
        ((REACH,) * 3, True),
        ((None,) * 3, False),
        ((UNANSWERED, None, UNANSWERED), False),
        # An answer, if a bad one: KMS was reached.
        ((WRONG_KEY,) * 3, False),
        ((answer.TIMED_OUT,) * 3, True),
    ],
)
def test_when_failures_are_alike_and_without_an_answer(found: tuple[str | None, ...], alike: bool) -> None:
    assert attempt.alike(tried(*found)) is alike


@pytest.mark.parametrize(
    ("attempts", "over"),
    [
        ([], True),
        ([None], True),
        ([UNANSWERED], False),
        ([WRONG_KEY], True),
        ([WRONG_KEY, UNANSWERED], False),
    ],
)
def test_when_no_further_attempt_makes_sense(attempts: list[str | None], over: bool) -> None:
    found = told(("activate", True), attempts=attempts)
    assert attempt.is_over(found, attempt.attempts((found,))) is over


def test_attempts_of_several_runs_are_in_order() -> None:
    found = attempt.attempts((told(attempts=[UNANSWERED]), told(attempts=[WRONG_KEY, None])))
    assert [(item.succeeded, item.code and item.code.code) for item in found] == [
        (False, UNANSWERED),
        (False, WRONG_KEY),
        (True, None),
    ]


def test_the_first_step_that_failed_is_the_reason_and_undoing_is_told_apart() -> None:
    found = told(("stop", True), ("restore_host", False), ("set", False), ("start", False), ("skipped", None))
    assert found.failed is not None
    assert found.failed.name == "set"
    assert [step.name for step in found.left_undone] == ["restore_host"]
    assert [found.did(name) for name in ("stop", "set", "skipped", "other")] == [True, False, False, False]
    (complaint,) = found.complaints("start", "stop", "skipped")
    assert complaint.startswith("the step start failed: ")
    assert told(("rollback_rename", False)).failed is None


@pytest.mark.parametrize(
    "raw", [None, [], {"schema": answer.SCHEMA}, {"schema": answer.SCHEMA + 1, "steps": []}, {"steps": []}]
)
def test_what_is_no_answer_is_an_error(raw: t.Any) -> None:
    with pytest.raises(ValueError, match="expected schema"):
        answer.parse(raw)


@pytest.mark.parametrize(
    ("code", "step"),
    [
        (None, "find the cause"),
        ("0xDEADBEEF", "find the cause"),
        (WRONG_KEY, "kms_key"),
        (DNS, "resolves on the guest"),
        (UNANSWERED, "TCP 1688"),
        ("0xC004F06C", "correct the guest's clock"),
        ("0x80070005", "administrator rights"),
    ],
)
def test_each_code_has_its_next_step(code: str | None, step: str) -> None:
    assert step in answer.next_step(codes.lookup(code) if code else None)


def test_a_reason_is_the_code_else_the_words_else_that_there_is_none() -> None:
    assert answer.Failure(None, "Zugriff verweigert").reason == "Zugriff verweigert"
    assert answer.Failure(None, None).reason == "no reason was given"
    assert UNANSWERED in answer.Failure(codes.lookup(UNANSWERED), "words").reason
    late = answer.Failure(codes.lookup(answer.TIMED_OUT), None)
    assert late.timed_out
    assert "may still be at work" in late.reason
