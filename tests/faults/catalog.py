# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every case of the fault matrix."""

from __future__ import annotations

import pathlib

from tests.faults import answers, inputs, journal, kills, reading, reports, whole, writing
from tests.faults.row import Case, Row

_GROUPS = (answers, reading, writing, journal, reports, inputs, whole, kills)


def cases() -> dict[str, Case]:
    """Return all cases by their names, in the order of the table. Raises ValueError for a name that two of them have."""
    found: dict[str, Case] = {}
    for group in _GROUPS:
        for case in group.cases():
            if case.name in found:
                raise ValueError(f"two cases are called {case.name}")
            found[case.name] = case
    return found


def run(case: Case, folder: pathlib.Path) -> list[Row]:
    """Run a case; an exception of the case itself is a row that does not hold."""
    try:
        return case.run(folder)
    except Exception as error:
        area, _colon, disturbed = case.name.partition(": ")
        return [Row(area, disturbed, "", "", (f"the case broke off: {type(error).__name__}: {error}",))]
