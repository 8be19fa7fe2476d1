# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a mutant is, and which files may be mutated."""

from __future__ import annotations

import dataclasses
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
_UTILS = "plugins/module_utils"
# What of the report counts, orders and chooses; the rest is words and layout.
_JUDGING = (
    *("build", "changes", "columns", "commands", "counting", "fixes", "grouping", "history", "merge", "model"),
    *("network_path", "prometheus", "rows", "terse", "timeline", "version1", "written"),
)
# Room -> its files. Words for people (texts, catalogues, the page's layout) are held by other tests.
ROOMS = {
    "rules": (f"{_UTILS}/_diagnosis/**/*.py",),
    "guest": (f"{_UTILS}/_guest/*.py",),
    "network": (f"{_UTILS}/_network/*.py",),
    "plan": (f"{_UTILS}/_plan/*.py",),
    "remedy": (f"{_UTILS}/_remedy/**/*.py",),
    "writers": (f"{_UTILS}/_azure_change/*.py",),
    "report": tuple(f"{_UTILS}/_report/{name}.py" for name in _JUDGING),
    "scripts": ("plugins/plugin_utils/_powershell/*.ps1",),
}


@dataclasses.dataclass(frozen=True)
class Mutant:
    """One change of one file: characters `start` to `end` (offsets in its text) become `new`.

    `deep` says that the change lies inside a function, so that the running function can be changed in place; `statement` is the line
    at which the statement around it begins.
    """

    path: str
    line: int
    start: int
    end: int
    new: str
    operator: str
    deep: bool = True
    statement: int = 0

    def text(self) -> str:
        """Return the whole text of the mutated file."""
        text = read(self.path)
        return text[: self.start] + self.new + text[self.end :]

    def lines(self) -> tuple[str, str]:
        """Return the first line that changed, before and after, without its indent."""
        pairs = zip(read(self.path).splitlines(), self.text().splitlines(), strict=False)
        return next(((before.strip(), after.strip()) for before, after in pairs if before != after), ("", ""))

    @property
    def room(self) -> str:
        """Return the room that the file belongs to."""
        return next(room for room in ROOMS if self.path in files(room))


def read(path: str) -> str:
    """Return the text of a file of this checkout."""
    return (ROOT / path).read_bytes().decode("utf-8")


def files(room: str) -> list[str]:
    """Return the paths of a room's files, relative to the checkout, sorted."""
    found = {file for pattern in ROOMS[room] for file in ROOT.glob(pattern)}
    return sorted(str(file.relative_to(ROOT)) for file in found if file.name != "__init__.py")
