# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run of mutants says: the page docs/mutants.md, and the lines on the terminal."""

from __future__ import annotations

import collections
import dataclasses
import datetime
import os
import platform
import typing as t

from tests.mutants.listed import Equivalents, Known
from tests.mutants.model import ROOMS, ROOT, Mutant
from tests.mutants.session import SURVIVED, Outcome

PAGE = ROOT / "docs" / "mutants.md"
GOAL = 95.0
_ROOM_WORDS = {
    "rules": "rules and the engine that weighs them (`_diagnosis`)",
    "guest": "parsers of what the guest says (`_guest`)",
    "network": "Azure's network (`_network`)",
    "plan": "the plan of a repair (`_plan`)",
    "remedy": "repairs of a guest (`_remedy`)",
    "writers": "what writes to Azure, and its journal (`_azure_change`)",
    "report": "what the report counts and orders (`_report`)",
    "scripts": "the scripts that run on the guest (`_powershell`)",
}
_INTRODUCTION = """\
# Mutants

A test that cannot fail proves nothing. `make mutants` changes the code in one small way (a comparison, a limit, a removed call, a swapped
order, a key), runs the tests that reach the changed line, and goes on to the next change. A mutant that a test notices is dead.
This page is written by that run; the run fails when fewer than 95 % die, or when a survivor is not explained below.

- The mutants are drawn by a seed, from each file as many as it has branches. `make mutants ARGS='--seed 7'` draws others.
- *Too long*: the tests did not end with the change, which counts as noticed.
- Words for people are not mutated: other tests hold them.
"""


@dataclasses.dataclass(frozen=True)
class Result:
    """A whole run: how the drawn and the known mutants ended."""

    seed: int
    drawn: t.Mapping[Mutant, Outcome]
    known: t.Sequence[tuple[Known, Mutant, Outcome]]
    equivalents: Equivalents
    minutes: float

    @property
    def score(self) -> float:
        """Return how many of 100 drawn mutants were noticed."""
        return 100 * sum(one.verdict != SURVIVED for one in self.drawn.values()) / max(1, len(self.drawn))

    @property
    def survivors(self) -> list[tuple[Mutant, str | None]]:
        """Return the drawn mutants that nobody noticed, with the reason where there is one."""
        alive = [mutant for mutant, one in self.drawn.items() if one.verdict == SURVIVED]
        return [
            (mutant, self.equivalents.reason(mutant)) for mutant in sorted(alive, key=lambda one: (one.path, one.line))
        ]

    @property
    def alive(self) -> list[Known]:
        """Return the known mutants that live again."""
        return [known for known, _mutant, one in self.known if one.verdict == SURVIVED]


def table(result: Result) -> str:
    """Return the score by room as a table."""
    rows: list[tuple[str, ...]] = [("room", "mutants", "noticed", "too long", "survived", "score"), ("---",) * 6]
    for room in ROOMS:
        ends = collections.Counter(one.verdict for mutant, one in result.drawn.items() if mutant.room == room)
        if ends:
            rows.append(_row(_ROOM_WORDS[room], ends))
    rows.append(_row("**all**", collections.Counter(one.verdict for one in result.drawn.values())))
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def page(result: Result) -> str:
    """Return the text of the page."""
    python = platform.python_version()
    now = datetime.datetime.now(datetime.timezone.utc)
    parts = [
        _INTRODUCTION,
        f"\nSeed {result.seed}, {now:%Y-%m-%d}, Python {python}, {platform.system()} {platform.machine()} with {os.cpu_count()} processors,"
        f" {result.minutes:.0f} minutes.\n\n## Score\n\n",
        table(result),
        "\n## Survivors\n\nNobody can notice these changes:\n\n| place | change | why it changes nothing |\n| --- | --- | --- |\n",
        *(
            f"| {_place(mutant)} | {_change(mutant)} | {reason or '**not explained**'} |\n"
            for mutant, reason in result.survivors
        ),
        "\n## Behaviours that nobody asserted once\n\nThese mutants are tried in every run, whatever the seed; each lived once.\n\n",
        "| behaviour | place | noticed by |\n| --- | --- | --- |\n",
        *(f"| {known.behaviour} | {_place(mutant)} | {_by(one)} |\n" for known, mutant, one in result.known),
    ]
    return "".join(parts)


def _row(name: str, ends: t.Mapping[str, int]) -> tuple[str, ...]:
    total = sum(ends.values())
    dead = total - ends.get(SURVIVED, 0)
    late = ends.get("timed out", 0)
    return name, str(total), str(dead - late), str(late), str(total - dead), f"{100 * dead / total:.1f} %"


def _place(mutant: Mutant) -> str:
    return f"`{mutant.path.removeprefix('plugins/').removeprefix('module_utils/').removeprefix('plugin_utils/')}`"


def _change(mutant: Mutant) -> str:
    before, after = (line.replace("|", "\\|") for line in mutant.lines())
    return f"`{before}` becomes `{after}`"


def _by(outcome: Outcome) -> str:
    return (
        "**nobody**"
        if outcome.verdict == SURVIVED
        else f"`{outcome.by.rpartition('/')[2].partition('[')[0]}`"
        if outcome.by
        else "the time limit"
    )
