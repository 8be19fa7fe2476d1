# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Moving, writing and removing the guest's files; the licensing service keeps its store open while it runs."""

from __future__ import annotations

from tests.lab.guest import services, store
from tests.lab.guest.computer import Computer, WindowsError
from tests.lab.world.model import Tree

IN_USE, EXISTS, NOT_FOUND = 0x80070020, 0x800700B7, 0x80070002
_RENAME, _REMOVE, _WRITE = "rename", "remove", "rename"


def find(machine: Tree, path: str) -> str | None:
    """Return a file's path as the machine has it, None when there is no such file."""
    return next((known for known in machine["files"] if known.casefold() == path.casefold()), None)


def rename(computer: Computer, path: str, to: str) -> None:
    """Give a file another path; a token store takes its licences along. Raises WindowsError."""
    machine = computer.machine
    known = _changeable(computer, path, _RENAME)
    if find(machine, to) is not None:
        raise WindowsError(EXISTS, _RENAME)
    file = machine["files"].pop(known)
    if store.is_store(known):
        store.set_aside(machine, file)
        machine["store_moved"] = True
    machine["files"][to] = file


def remove(computer: Computer, path: str) -> None:
    """Remove a file. Raises WindowsError."""
    del computer.machine["files"][_changeable(computer, path, _REMOVE)]


def write(computer: Computer, path: str, text: str) -> None:
    """Write a small file of text, over one that is there. Raises WindowsError."""
    computer.require_elevation(_WRITE)
    known = find(computer.machine, path) or path
    size = len(text.encode("utf-8"))
    stamp = computer.machine["utc_now"]
    computer.machine["files"][known] = {"size": size, "modified": stamp, "readable": True, "error": None, "text": text}


def _changeable(computer: Computer, path: str, kind: str) -> str:
    computer.require_elevation(kind)
    known = find(computer.machine, path)
    if known is None:
        raise WindowsError(NOT_FOUND, kind)
    if store.is_store(known) and computer.machine["services"].get(services.LICENSING, {}).get("status") == "Running":
        raise WindowsError(IN_USE, kind)
    return known
