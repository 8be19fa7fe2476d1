# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page docs/token_store_faults.md: every fault of `kms_token_store` with how it ends. `python -m tests.faults.table` writes it."""

from __future__ import annotations

import contextlib
import io
import pathlib

from tests.tools import importable

importable.install()

from tests.faults import matrix

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "token_store_faults.md"
_INTRODUCTION = """\
# Faults of kms_token_store

`kms_token_store` changes a file without which Windows is not licensed, so a run may not end half way. Before its first change it leaves
the marker `%ProgramData%\\azure_windows.activation\\token_store.json` on the guest; the next run finds it and finishes or goes back. How far
the run came is not in the marker: the files tell it.

Every line below was run on a guest of the lab, not on Windows: the module itself twice, the first time with the fault. Each line is tried
with the licensing service running beforehand and with the service stopped, and both end alike. This page is written by
`python -m tests.faults.table`; a test fails when it is out of date.

- *After the first run* is how the guest is left when the fault has struck. A run that fails goes back at once; one that is cut off cannot.
- *Next run, KMS answers* and *next run, KMS does not answer* are two ends of the same case.
"""
_HEAD = (
    "fault in the first run",
    "first run",
    "after the first run",
    "next run, KMS answers",
    "next run, KMS does not answer",
)


def rows() -> dict[str, list[matrix.Row]]:
    """Run every case, with the service running and stopped. Raises AssertionError when that makes a difference."""
    found: dict[str, list[matrix.Row]] = {}
    for heading, cases in matrix.cases().items():
        found[heading] = [matrix.run(case) for case in cases]
        stopped = [matrix.run(case, service="Stopped") for case in cases]
        if stopped != found[heading]:
            raise AssertionError(f"{heading}: a stopped service makes a difference")
    return found


def page(found: dict[str, list[matrix.Row]]) -> str:
    """Return the text of the page."""
    parts = [_INTRODUCTION]
    for heading, lines in found.items():
        parts += [f"\n## {heading}\n\n", _line(_HEAD), _line(["---"] * len(_HEAD))]
        parts += [_line((row.title, row.first, row.between, row.reachable, row.unreachable)) for row in lines]
    return "".join(parts)


def _line(cells: tuple[str, ...] | list[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


if __name__ == "__main__":
    # The module tells of its progress on the error stream.
    with contextlib.redirect_stderr(io.StringIO()):
        PAGE.write_text(page(rows()), encoding="utf-8")
