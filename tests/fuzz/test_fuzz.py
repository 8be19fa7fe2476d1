# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No reader of what comes from outside fails at a damaged document: FUZZ=100000 (`make fuzz`) tries as many, the tests a few, always the same."""

from __future__ import annotations

import os
import time
import typing as t

import hypothesis
import pytest

from tests.fuzz.damage import DAMAGES
from tests.fuzz.readers import READERS, Damages

EXAMPLES = int(os.environ.get("FUZZ", "600"))
# Hypothesis keeps what it has tried: many short runs instead of a long one.
_ROUND = 2000
_tried: dict[str, tuple[int, float]] = {}


@pytest.fixture(scope="module", autouse=True)
def told() -> t.Iterator[None]:
    """Say at the end how many examples each reader got, where many were asked for."""
    yield
    if "FUZZ" in os.environ:
        rows = [f"{name:20} {count:7} {seconds:7.0f} s" for name, (count, seconds) in _tried.items()]
        print("", *rows, f"{sum(count for count, _seconds in _tried.values())} damaged documents", sep="\n")


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
def test_no_damaged_document_is_too_much(reader: t.Callable[[Damages], None]) -> None:
    left, number, started, tried = max(EXAMPLES * READERS[reader] // 1000, 1), 0, time.monotonic(), 0
    total = left

    def once(damages: Damages) -> None:
        nonlocal tried
        tried += 1
        reader(damages)

    while left > 0:
        settings = hypothesis.settings(
            max_examples=min(left, _ROUND),
            derandomize="FUZZ" not in os.environ,
            deadline=None,
            database=None,
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        before = tried
        hypothesis.seed(number)(settings(hypothesis.given(DAMAGES)(once)))()
        left, number = left - (tried - before), number + 1
        assert tried > before
    _tried[reader.__name__] = (tried, time.monotonic() - started)
    assert tried >= total
