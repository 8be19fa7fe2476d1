# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

r"""The hosts file of a guest: its text, what it makes names resolve to, and how the collection's script changes it.

Its form is that of Windows' own sample, hosts in System32\drivers\etc: an address, then names, `#` begins a comment.
"""

from __future__ import annotations

import re
import typing as t

from tests.lab.guest import files
from tests.lab.guest.computer import Computer, WindowsError
from tests.lab.guest.steps import Steps
from tests.lab.world.forms import dns_name
from tests.lab.world.model import Tree

FOLDER = r"C:\Windows\System32\drivers\etc"
PATH = rf"{FOLDER}\hosts"
_HEAD = "# Copyright (c) 1993-2009 Microsoft Corp.\r\n#\r\n#\t127.0.0.1       localhost\r\n"
_MOST = 50


def text_of(entries: t.Mapping[str, t.Sequence[str]]) -> str:
    """Return the file that gives each name its addresses."""
    return _HEAD + "".join(f"{address}\t{name}\r\n" for name, addresses in entries.items() for address in addresses)


def entries(machine: Tree) -> dict[str, list[str]]:
    """Return name -> addresses as Windows takes them from the file."""
    found: dict[str, list[str]] = {}
    for line in _text(machine).splitlines():
        address, *names = line.partition("#")[0].split() or [""]
        for name in names:
            found.setdefault(dns_name(name), []).append(address)
    return found


def change(steps: Steps, parameters: t.Mapping[str, t.Any]) -> Tree:
    """Say which lines name one of `Names`; with `Backup` copy the file, write it anew and empty the DNS cache."""
    machine = steps.computer.machine
    if steps.constrained:
        return steps.answer(path=None, entries=[], backups=[])
    before = _text(machine)
    backups = sorted(path for path in machine["files"] if path.casefold().startswith(f"{PATH}.kms-".casefold()))
    told = {"path": PATH, "entries": _named(before, parameters.get("Names") or [])[:_MOST], "backups": backups}
    backup = str(parameters.get("Backup") or "")
    if backup and files.find(machine, PATH) is not None:
        _set(steps, parameters, before, backup)
    return steps.answer(**told)


def _set(steps: Steps, parameters: t.Mapping[str, t.Any], before: str, backup: str) -> None:
    computer = steps.computer
    if not steps.run("backup", PATH, lambda: _copy(computer, backup, before)):
        return
    if not steps.run("write", PATH, lambda: files.write(computer, PATH, _changed(computer, parameters, before))):
        if _text(computer.machine) != before:
            steps.run("restore_hosts", PATH, lambda: files.write(computer, PATH, before))
        return
    steps.run("flush_dns", "DNS client cache", lambda: None)


def _copy(computer: Computer, backup: str, text: str) -> None:
    if files.find(computer.machine, backup) is not None:
        raise WindowsError(files.EXISTS, "rename")
    files.write(computer, backup, text)


def _changed(computer: Computer, parameters: t.Mapping[str, t.Any], before: str) -> str:
    source = files.find(computer.machine, str(parameters.get("Source") or ""))
    if source is not None:
        return str(computer.machine["files"][source]["text"])
    lines = before.splitlines(keepends=True)
    changes = zip(parameters["Numbers"], parameters["Old"], parameters["New"], strict=True)
    for number, old, new in changes:
        bare = lines[number - 1].rstrip("\r\n")
        if bare != old:
            raise WindowsError(0, "none", f"line {number} of the hosts file was changed meanwhile")
        lines[number - 1] = new + lines[number - 1][len(bare) :]
    return "".join(lines)


def _named(text: str, names: t.Sequence[str]) -> list[Tree]:
    wanted = {name.casefold() for name in names}
    return [
        {"number": number, "line": bare.encode("latin-1").hex()}
        for number, bare in enumerate(re.split(r"\r?\n", text), 1)
        if any(word.rstrip(".").casefold() in wanted for word in bare.partition("#")[0].split()[1:])
    ]


def _text(machine: Tree) -> str:
    path = files.find(machine, PATH)
    return str(machine["files"][path].get("text") or "") if path is not None else ""
