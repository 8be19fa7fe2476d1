# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Attempts to activate, and whether another one may help."""

from __future__ import annotations

import dataclasses
import typing as t

from .._guest.evidence import Code
from .._reference.error_codes import CODES
from .answer import TIMED_OUT, Answer, Failure, failure

# So many equal failures in a row say that the next one will not differ, unless KMS is only busy.
EQUAL_FAILURES = 3
# Causes that another attempt a few seconds later does not remove.
_LASTING_CLASSES = frozenset(
    {"wrong_key", "mak", "permissions", "service", "token_store", "system_files", "clock", "genuine", "reboot_needed"}
)
# Codes that say that no KMS could be reached.
_UNREACHED_CLASSES = frozenset({"network", "dns", "guest_firewall"})
# The same where the way to KMS was found open just before: without the codes that a busy KMS gives as well.
_FUTILE_CLASSES = _UNREACHED_CLASSES - {"network"}
FUTILE_CODES = (TIMED_OUT, *(code for code, fact in CODES.items() if fact.cause_class in _FUTILE_CLASSES))
FINAL_CODES = tuple(code for code, fact in CODES.items() if fact.cause_class in _LASTING_CLASSES)


@dataclasses.dataclass(frozen=True)
class Attempt:
    """One call of Activate(); `code` and `message` are None when it succeeded, or when a failure had none."""

    at: str | None
    succeeded: bool
    code: Code | None
    message: str | None

    @property
    def failure(self) -> Failure:
        """What it failed with."""
        return Failure(self.code, self.message)


def attempts(answers: t.Iterable[Answer]) -> tuple[Attempt, ...]:
    """Return the attempts of some runs in order."""
    found = []
    for part in (part for answer in answers for part in answer.more.parts("attempts") or []):
        error = failure(part)
        why = error or Failure(None, None)
        found.append(Attempt(part.time("at"), error is None, why.code, why.message))
    return tuple(found)


def is_over(answer: Answer, tried: t.Sequence[Attempt]) -> bool:
    """Say whether no further attempt makes sense: one worked, its code is final, or a run did not come to an attempt."""
    if not attempts((answer,)):
        return True
    last = tried[-1]
    return last.succeeded or (last.code is not None and last.code.code in FINAL_CODES)


def alike(tried: t.Sequence[Attempt]) -> bool:
    """Say whether the last ones failed alike, without an answer: whether KMS can be reached then decides if another may help."""
    last = tried[-EQUAL_FAILURES:]
    if len(last) < EQUAL_FAILURES or any(item.succeeded for item in last):
        return False
    code = last[-1].code
    if code is None or any(item.code is None or item.code.code != code.code for item in last):
        return False
    return last[-1].failure.timed_out or code.cause_class in _UNREACHED_CLASSES


def progress(tried: t.Sequence[Attempt], most: int, interval: int) -> str:
    """Return what to tell while a failed attempt is followed by another."""
    return f"attempt {len(tried)} of {most} failed: {tried[-1].failure.reason}; the next one follows in {interval} s"
