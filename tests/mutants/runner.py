# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run mutants: those that a running process can take in one session for all, the others in a session of their own each."""

from __future__ import annotations

import functools
import importlib
import math
import os
import pathlib
import typing as t

from tests.mutants import forks, session
from tests.mutants.model import ROOT, Mutant, read
from tests.mutants.session import Outcome

FOLDERS = ("tests/unit/plugins", "tests/powershell")
# What every session of its own needs, imported once and for all.
_BEFOREHAND = (
    "ansible.plugins.action",
    "azure.identity",
    "azure.mgmt.network",
    "hypothesis.strategies",
    "jinja2",
    "jsonschema",
    "requests",
    "yaml",
)


class Told:
    """Prints how a mutant ended, from whichever fork."""

    def __init__(self) -> None:
        self._terminal = os.fdopen(os.dup(2), "w")

    def __call__(self, mutant: Mutant, ended: Outcome) -> None:
        before, after = mutant.lines()
        print(
            f"{ended.verdict:9} {ended.seconds:5.1f} s  {mutant.path}:{mutant.line}  {before}  ->  {after}",
            file=self._terminal,
            flush=True,
        )


def run(
    mutants: t.Sequence[Mutant],
    *,
    folders: t.Sequence[str] = FOLDERS,
    jobs: int = 2,
    kept: pathlib.Path | None = session.KEPT,
    told: t.Callable[[Mutant, Outcome], None],
) -> dict[Mutant, Outcome]:
    """Return how each mutant ended. Nothing of the collection may be imported in this process before."""
    for name in _BEFOREHAND:
        importlib.import_module(name)
    # In a fork, as it imports the collection.
    work = functools.partial(_in_place, mutants, folders, jobs, told, kept)
    ((_key, answer, _seconds),) = forks.run_all([(None, work, math.inf)], 1)
    if isinstance(answer, forks.Failure):
        raise RuntimeError(answer.trace)
    found = {mutants[place]: Outcome(*ended) for place, *ended in answer["ended"]}
    codes = (
        {
            str(path.relative_to(ROOT)): compile(
                read(str(path.relative_to(ROOT))), str(path), "exec", dont_inherit=True
            )
            for path in (ROOT / "plugins").rglob("*.py")
        }
        if answer["later"]
        else {}
    )
    tasks = [
        (mutants[place], functools.partial(session.cold, mutants[place], names, codes), limit)
        for place, names, limit in answer["later"]
    ]
    for mutant, ended, seconds in forks.run_all(tasks, jobs):
        found[mutant] = session.outcome(ended, seconds)
        told(mutant, found[mutant])
    return found


def _in_place(
    mutants: t.Sequence[Mutant],
    folders: t.Sequence[str],
    jobs: int,
    told: t.Callable[[Mutant, Outcome], None],
    kept: pathlib.Path | None,
) -> dict[str, t.Any]:
    """Run what a running process can take; return `ended` (place, verdict, by, seconds) and `later` (place, tests, seconds they may take)."""
    places = {mutant: place for place, mutant in enumerate(mutants)}
    ended: list[tuple[t.Any, ...]] = []

    def note(mutant: Mutant, outcome: Outcome) -> None:
        ended.append((places[mutant], *outcome))
        told(mutant, outcome)

    warm = session.warm(mutants, folders, jobs, note, kept)
    later = []
    for mutant in warm.later:
        names = warm.reach.of(mutant, at_import=True)
        if names:
            later.append((places[mutant], names, warm.limit(names)))
        else:
            note(mutant, Outcome(session.SURVIVED, "no test reaches it", 0.0))
    return {"ended": ended, "later": later}
