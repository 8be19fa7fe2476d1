# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mutants that are written down: those that once lived (known.yml), and survivors of a draw that change nothing (survivors.yml)."""

from __future__ import annotations

import dataclasses
import pathlib
import typing as t

import yaml

from tests.mutants import model, python
from tests.mutants.model import Mutant

_HERE = pathlib.Path(__file__).parent


class LostError(Exception):
    """A mutant that is written down does not fit the code any more; the message says which, and what to do."""


@dataclasses.dataclass(frozen=True)
class Known:
    """A mutant by its text, so that it survives moves: `find` stands once in the files of `room`, and becomes `replace`."""

    behaviour: str
    room: str
    find: str
    replace: str


def known(path: pathlib.Path = _HERE / "known.yml") -> list[tuple[Known, Mutant]]:
    """Return the known mutants. Raises LostError when a text does not stand in its room exactly once."""
    found = []
    for row in yaml.safe_load(path.read_text("utf-8")):
        entry = Known(**row)
        places = [(file, model.read(file)) for file in model.files(entry.room) if entry.find in model.read(file)]
        if len(places) != 1 or places[0][1].count(entry.find) != 1:
            raise LostError(
                f'"{entry.behaviour}": {entry.find!r} must stand in one place of {entry.room}; put its row in {path.name} right'
            )
        found.append((entry, _mutant(entry, *places[0])))
    return found


def _mutant(entry: Known, file: str, text: str) -> Mutant:
    start = text.index(entry.find)
    line = text.count("\n", 0, start) + 1
    new = entry.replace + "\n" * (entry.find.count("\n") - entry.replace.count("\n"))
    if file.endswith(".ps1"):
        return Mutant(file, line, start, start + len(entry.find), new, "known")
    deep, statement = python.place(file, line)
    return Mutant(file, line, start, start + len(entry.find), new, "known", deep, statement)


@dataclasses.dataclass(frozen=True)
class Equivalent:
    """A change that nobody can notice, by the line before and after it, and why."""

    path: str
    before: str
    after: str
    reason: str


class Equivalents:
    """The list of changes that nobody can notice."""

    def __init__(self, path: pathlib.Path = _HERE / "survivors.yml") -> None:
        rows = t.cast("list[dict[str, str]]", yaml.safe_load(path.read_text("utf-8")) or [])
        self._rows = {(row["path"].rpartition("/")[2], row["before"], row["after"]): Equivalent(**row) for row in rows}

    def reason(self, mutant: Mutant) -> str | None:
        """Return why a mutant changes nothing, None when that is not known."""
        found = self._rows.get((mutant.path.rpartition("/")[2], *mutant.lines()))
        return found.reason if found else None
