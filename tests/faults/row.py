# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the fault matrix is made of: cases that run, and the rows they give."""

from __future__ import annotations

import dataclasses
import pathlib
import re
import typing as t

LONGEST = 200


@dataclasses.dataclass(frozen=True)
class Row:
    """One fault: what was disturbed, what was answered, what was left; `problems` say what does not hold."""

    area: str
    disturbed: str
    answered: str
    left: str
    problems: tuple[str, ...] = ()

    @property
    def held(self) -> bool:
        """Tell whether everything was as it has to be."""
        return not self.problems


@dataclasses.dataclass(frozen=True)
class Case:
    """What is run at once, in a folder of its own; `slow` are whole runs of Ansible, and what waits for long."""

    name: str
    run: t.Callable[[pathlib.Path], list[Row]]
    slow: bool = False


class Checks:
    """Collects what does not hold."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def expect(self, right: bool, problem: str) -> None:
        """Note `problem` unless it is right."""
        if not right:
            self.problems.append(problem)

    def row(self, area: str, disturbed: str, answered: str, left: str) -> Row:
        """Return the row; a traceback never holds."""
        self.expect("Traceback" not in answered, "a traceback was answered")
        return Row(area, disturbed, shown(answered), left, tuple(self.problems))


# What differs from run to run, and what stands for it in the table.
_CHANGING = (
    (re.compile(r"/(?:tmp|var)/[^\s'\",:]*/"), ".../"),
    (re.compile(r"(localhost|127\.0\.0\.1):\d+"), r"\1"),
    (re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "..."),
    (re.compile(r"0x[0-9a-f]{9,}"), "0x..."),
    (re.compile(r"\d{8}T\d{6}(?:\.\d+)?Z"), "..."),
)


def shown(text: str) -> str:
    """Return the text as one line of a table, without what differs from run to run."""
    line = " ".join(text.split())
    for pattern, plain in _CHANGING:
        line = pattern.sub(plain, line)
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 3].rstrip()}..."
