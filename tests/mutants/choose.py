# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which mutants a run makes: spread over the files by their branches, drawn by a seed."""

from __future__ import annotations

import dataclasses
import random
import typing as t

from tests.mutants import model, powershell, python
from tests.mutants.model import Mutant

# Names of keys are many, and a wrong one is soon noticed.
_WEIGHTS = {"key": 0.25}


def choose(seed: int, count: int, rooms: t.Iterable[str] = tuple(model.ROOMS)) -> list[Mutant]:
    """Return about `count` mutants, at least one of each file that has any; the same for the same seed and the same text."""
    paths = [path for room in rooms for path in model.files(room)]
    # Of the scripts twice as many, as no type checker reads them.
    weights = {path: _language(path).branches(path) * (2 if path.endswith(".ps1") else 1) for path in paths}
    total = sum(weights.values())
    chosen: list[Mutant] = []
    for path in paths:
        share = max(1, round(count * weights[path] / total)) if weights[path] else 1
        chosen += _draw(random.Random(f"{seed} {path}"), _language(path).mutants(path), share)
    return chosen


def controls(drawn: t.Sequence[Mutant]) -> list[Mutant]:
    """Return mutants that change nothing, at the first place of every room for each of the two ways to run: they must survive."""
    first = {(mutant.room, mutant.deep): mutant for mutant in reversed(drawn)}
    return [
        dataclasses.replace(mutant, new=model.read(mutant.path)[mutant.start : mutant.end], operator="control")
        for mutant in first.values()
    ]


def _draw(dice: random.Random, candidates: list[Mutant], share: int) -> list[Mutant]:
    """Draw an operator, then one of its mutants: so none of the operators is drowned by those that fit everywhere."""
    pool: dict[str, list[Mutant]] = {}
    for mutant in candidates:
        pool.setdefault(mutant.operator, []).append(mutant)
    drawn: list[Mutant] = []
    while pool and len(drawn) < share:
        names = sorted(pool)
        (name,) = dice.choices(names, [_WEIGHTS.get(one, 1.0) for one in names])
        mutant = pool[name].pop(dice.randrange(len(pool[name])))
        if not pool[name]:
            del pool[name]
        if mutant.path.endswith(".ps1") or python.differs(mutant):
            drawn.append(mutant)
    return drawn


def _language(path: str) -> t.Any:
    return powershell if path.endswith(".ps1") else python
