# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`python -m tests.mutants`: change the code in hundreds of small ways, one at a time, and see that a test notices each.

Of our own making, as no kept tool fits: mutmut 3 changes only what is inside functions and wraps them in modules that Ansible's loader does
not find; cosmic-ray starts a whole command for every mutant, some 3 s where a fork takes 0.5 s. Neither knows PowerShell.
"""

from __future__ import annotations

import argparse
import sys
import time

from tests.mutants import choose, listed, page, runner
from tests.mutants.model import ROOMS
from tests.mutants.session import SURVIVED

SEED, COUNT = 20261201, 340


def main() -> int:
    """Run the mutants and print the score; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutants", description="Change the code in small ways and see that tests notice."
    )
    parser.add_argument("--seed", type=int, default=SEED, help="draws the mutants (default: %(default)s)")
    parser.add_argument("--count", type=int, default=COUNT, help="about how many (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time (default: %(default)s)")
    parser.add_argument(
        "--room",
        action="append",
        choices=sorted(ROOMS),
        help="only these rooms, and not the known mutants; writes no page",
    )
    parser.add_argument("--tests", action="append", help="only the tests of these folders; writes no page")
    options = parser.parse_args()
    begun = time.monotonic()
    try:
        known = [] if options.room else listed.known()
    except listed.LostError as problem:
        print(problem, file=sys.stderr)
        return 1
    drawn = choose.choose(options.seed, options.count, options.room or ROOMS)
    print(f"{len(drawn)} mutants drawn by seed {options.seed}, and {len(known)} known ones", flush=True)
    print("every test that may notice one runs once beforehand, unless nothing changed since", flush=True)
    controls = choose.controls(drawn)
    ended = runner.run(
        list(dict.fromkeys([*controls, *drawn, *(mutant for _entry, mutant in known)])),
        folders=options.tests or runner.FOLDERS,
        jobs=options.jobs,
        told=runner.Told(),
    )
    for control in controls:
        if ended[control].verdict != SURVIVED:
            print(f"{control.path} unchanged: {ended[control]}, so this run says nothing", file=sys.stderr)
            return 1
    result = page.Result(
        options.seed,
        {mutant: ended[mutant] for mutant in drawn},
        [(entry, mutant, ended[mutant]) for entry, mutant in known],
        listed.Equivalents(),
        (time.monotonic() - begun) / 60,
    )
    usual = not options.room and not options.tests and (options.seed, options.count) == (SEED, COUNT)
    if usual:
        page.PAGE.write_text(page.page(result), "utf-8")
    print(page.table(result), end="")
    unexplained = [mutant for mutant, reason in result.survivors if reason is None]
    for mutant in unexplained:
        before, after = mutant.lines()
        print(f"survived, not explained in survivors.yml: {mutant.path}:{mutant.line}\n    {before}\n    {after}")
    for entry in result.alive:
        print(f"lives again: {entry.behaviour}")
    print(f"{result.score:.1f} % of {len(drawn)} mutants were noticed, {result.minutes:.1f} minutes")
    # What another seed finds is a task, not a fault of this run, as long as the score holds.
    return int(result.score < page.GOAL or bool(result.alive) or (usual and bool(unexplained)))


if __name__ == "__main__":
    sys.exit(main())
