# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection's own PowerShell scripts: recognised by their content, answered by their twins in Python."""

from __future__ import annotations

import dataclasses
import hashlib
import importlib
import importlib.util
import inspect
import pathlib
import re
import typing as t

FOLDER = pathlib.Path(__file__).resolve().parents[3] / "plugins" / "plugin_utils" / "_powershell"
_TWINS = "tests.lab.guest"
_INCLUDE = re.compile(r"^# include: (\w+\.ps1)$", re.MULTILINE)

Machine = t.Mapping[str, t.Any]


class Twin(t.Protocol):
    """What a script does to a machine. A twin that changes the machine also takes `check`."""

    def __call__(self, machine: Machine, parameters: t.Mapping[str, t.Any], *more: bool) -> dict[str, t.Any]:
        """Return the object that the script writes as JSON."""


@dataclasses.dataclass(frozen=True)
class Script:
    """One known script; `twin` is None when the lab does not simulate it."""

    name: str
    twin: Twin | None

    def answer(self, machine: Machine, parameters: t.Mapping[str, t.Any], check: bool) -> dict[str, t.Any]:
        """Return what the script answers on this machine; only for a script with a twin."""
        assert self.twin is not None
        if "check" in inspect.signature(self.twin).parameters:
            return self.twin(machine, parameters, check)
        return self.twin(machine, parameters)


def read(folder: pathlib.Path = FOLDER) -> dict[str, Script]:
    """Return the scripts of `folder` by their fingerprint."""
    return {
        fingerprint(whole(path)): Script(path.stem, _twin(path.stem))
        for path in sorted(folder.glob("*.ps1"))
        if not path.stem.startswith("_")
    }


def whole(path: pathlib.Path) -> str:
    """Return a script with the files that it includes, each without its own header."""

    def included(match: re.Match[str]) -> str:
        return (path.parent / match[1]).read_text(encoding="utf-8").split("\nparam()\n", 1)[1].strip("\n")

    return _INCLUDE.sub(included, path.read_text(encoding="utf-8-sig"))


def fingerprint(text: str) -> str:
    """Return the SHA-256 of a script's text, whatever line ends it travelled with."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    return hashlib.sha256(lines.encode()).hexdigest()


def _twin(name: str) -> Twin | None:
    module = f"{_TWINS}.{name}"
    if importlib.util.find_spec(_TWINS) is None or importlib.util.find_spec(module) is None:
        return None
    twin: Twin = importlib.import_module(module).answer
    return twin
