# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wherever a run of `kms_token_store` is disturbed, the guest has one whole store after the next run."""

from __future__ import annotations

import pytest

from tests.faults import matrix, table

# One worker runs the cases, once for all tests.
pytestmark = pytest.mark.xdist_group("token store faults")
WHOLE = {matrix.REBUILT, matrix.OLD, matrix.BACK}


@pytest.fixture(scope="module")
def rows() -> dict[str, list[matrix.Row]]:
    """Every case, run."""
    return table.rows()


def test_no_fault_leaves_neither_store(rows: dict[str, list[matrix.Row]]) -> None:
    lines = [row for group in rows.values() for row in group]
    assert len(lines) > 12
    assert [row for row in lines if not {row.reachable, row.unreachable} <= WHOLE] == []


def test_a_run_that_fails_is_told_and_goes_back_at_once(rows: dict[str, list[matrix.Row]]) -> None:
    for row in (row for group in rows.values() for row in group):
        assert row.first in {"failed", "unreachable"}, row
        undisturbed = (
            "rollback" not in row.title and "unmark" not in row.title and "mark" not in row.title.split(":")[0]
        )
        if row.first == "failed" and undisturbed and "come back" not in row.title:
            assert row.between == matrix.OLD, row


def test_the_next_run_gets_what_was_asked_for_once_nothing_stands_in_its_way(rows: dict[str, list[matrix.Row]]) -> None:
    for heading, group in rows.items():
        wanted = matrix.BACK if "restored" in heading else matrix.REBUILT
        assert {row.reachable for row in group} == {wanted}


def test_the_page_is_what_the_runs_say(rows: dict[str, list[matrix.Row]]) -> None:
    assert table.PAGE.read_text("utf-8") == table.page(rows), "python -m tests.faults.table writes it anew"
