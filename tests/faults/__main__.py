# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the fault matrix, print its rows, and fail when one does not hold. `python -m tests.faults [--fast] [-k TEXT] [-n JOBS]`."""

from __future__ import annotations

import argparse
import concurrent.futures
import multiprocessing
import sys
import time

from tests.tools import importable

importable.install()

from tests.faults import catalog, page, worker
from tests.faults.row import Row


def main() -> int:
    """Run what was chosen; write the page when that was everything. Return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--fast", action="store_true", help="leave out whole runs of Ansible and what waits for long")
    parser.add_argument("-k", metavar="TEXT", default="", help="only cases whose name holds TEXT")
    parser.add_argument("-n", metavar="JOBS", type=int, default=2, help="cases at the same time (default: 2)")
    options = parser.parse_args()
    cases = [case for case in catalog.cases().values() if options.k in case.name and not (options.fast and case.slow)]
    begun = time.monotonic()
    rows: list[Row] = []
    # The longest first, so that no worker is left alone with them; the rows keep the order of the table.
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(options.n, mp_context=context) as pool:
        runs = {case.name: pool.submit(worker.run, case.name) for case in sorted(cases, key=lambda case: not case.slow)}
        for case in cases:
            found = runs[case.name].result()
            rows += found
            for row in found:
                print(_printed(row), flush=True)
    bad = sum(not row.held for row in rows)
    print(f"{len(rows) - bad} of {len(rows)} rows held, in {time.monotonic() - begun:.0f} s")
    if not (options.k or options.fast):
        page.PAGE.write_text(page.text(rows), encoding="utf-8")
    return 1 if bad or not rows else 0


def _printed(row: Row) -> str:
    held = "held" if row.held else "NOT HELD"
    return "\n  ".join([f"{held}  {row.area}: {row.disturbed}", row.answered, row.left, *row.problems])


if __name__ == "__main__":
    sys.exit(main())
