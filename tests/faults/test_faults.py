# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The quicker half of the fault matrix; `make faults` runs the whole."""

from __future__ import annotations

import pathlib

import pytest

from tests.faults import catalog, page

CASES = catalog.cases()


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if not case.slow])
def test_it_holds_and_stands_on_the_page(tmp_path: pathlib.Path, name: str) -> None:
    written = page.PAGE.read_text("utf-8")
    for row in catalog.run(CASES[name], tmp_path):
        assert row.held, row
        assert f"| {page.cells(row)[0]} |" in written, "make faults writes the page anew"


def test_there_are_enough_rows_in_every_area() -> None:
    lines = page.PAGE.read_text("utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| ") and not line.startswith(("| ---", "| what"))]
    assert len(rows) >= 100
    assert not [row for row in rows if not row.endswith("| yes |")]
