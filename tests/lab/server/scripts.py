# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection's own PowerShell scripts: recognised by their content, answered by their twins in Python."""

from __future__ import annotations

import dataclasses
import hashlib
import importlib
import importlib.util
import pathlib
import re
import typing as t

from tests.lab.guest import changes
from tests.lab.guest.changes import Change

FOLDER = pathlib.Path(__file__).resolve().parents[3] / "plugins" / "plugin_utils" / "_powershell"
_TWINS = "tests.lab.guest"
# Scripts travel with what they share in place of these lines and of the empty functions that declare it; of a shared file
# all below its empty parameters, without what it includes itself.
_INCLUDE = re.compile(r"^# include: (\w+\.ps1)\n(?:function [\w-]+ \{ \}\n)*", re.MULTILINE)
_SHARED_HEADER_END = "\nparam()\n"

Machine = t.Mapping[str, t.Any]


class Twin(t.Protocol):
    """What a script that only reads answers about a machine."""

    def __call__(self, machine: Machine, parameters: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        """Return the object that the script writes as JSON."""


@dataclasses.dataclass(frozen=True)
class Script:
    """One known script: `twin` answers one that reads, `change` carries out one that changes; else it is not simulated."""

    name: str
    twin: Twin | None = None
    change: Change | None = None


def read(folder: pathlib.Path = FOLDER) -> dict[str, Script]:
    """Return the scripts of `folder` by their fingerprint; a name that begins with _ is a part of scripts."""
    return {
        fingerprint(whole(path)): Script(path.stem, _twin(path.stem), changes.SCRIPTS.get(path.stem))
        for path in sorted(folder.glob("[!_]*.ps1"))
    }


def whole(path: pathlib.Path) -> str:
    """Return a script with the parts it includes."""

    def part(match: re.Match[str]) -> str:
        text = (path.parent / match[1]).read_text(encoding="utf-8-sig")
        return _INCLUDE.sub("", text.partition(_SHARED_HEADER_END)[2]).strip("\n") + "\n"

    text = path.read_text(encoding="utf-8-sig")
    head, first, body = text.partition("# include: ")
    # All below the parameters travels as a block that runs in a scope of its own.
    return f"{head}& {{\n{_INCLUDE.sub(part, first + body).rstrip()}\n}}\n" if first else text


def fingerprint(text: str) -> str:
    """Return the SHA-256 of a script's text, whatever line ends it travelled with."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    return hashlib.sha256(lines.encode()).hexdigest()


def _twin(name: str) -> Twin | None:
    module = f"{_TWINS}.{name}"
    if importlib.util.find_spec(module) is None:
        return None
    twin: Twin | None = getattr(importlib.import_module(module), "answer", None)
    return twin
