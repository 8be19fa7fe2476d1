# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the collection's script token_store tells about a guest at its end: files, marker, service."""

from __future__ import annotations

import ntpath
import typing as t

from tests.lab.guest import files, services, store, windows
from tests.lab.guest.computer import Computer, WindowsError
from tests.lab.guest.steps import failure
from tests.lab.world.model import Tree

MARKER = r"C:\ProgramData\azure_windows.activation\token_store.json"


def read(machine: Tree) -> Tree:
    """Return the state; what cannot be read is null, with its error beside it."""
    errors: list[Tree] = []
    return {
        "folders": [_folder(machine, ntpath.dirname(path)) for path in store.PATHS],
        "marker": _text(machine, MARKER),
        "service": _service(machine, errors),
        "errors": errors,
        # Runs on a guest of the lab wait for each other; in a constrained language nobody can look.
        "busy": None if windows.constrained(machine) else False,
    }


def _folder(machine: Tree, folder: str) -> Tree:
    found = sorted(
        (path for path in machine["files"] if ntpath.dirname(path).casefold() == folder.casefold()), key=str.casefold
    )
    names = [(ntpath.basename(path), machine["files"][path]) for path in found]
    return {
        "path": folder,
        "files": [
            {"name": name, "size": file["size"], "modified": file["modified"]}
            for name, file in names
            if name.casefold().startswith("tokens")
        ],
    }


def _text(machine: Tree, path: str) -> str | None:
    known = files.find(machine, path)
    return None if known is None else str(machine["files"][known].get("text") or "")


def _service(machine: Tree, errors: list[Tree]) -> Tree | None:
    key = rf"{windows.SERVICES}\{services.LICENSING}"
    try:
        service = services.find(Computer.alone(machine), services.LICENSING)
        values = windows.read_key(machine, key)
    except WindowsError as error:
        errors.append(failure(machine, services.LICENSING, error))
        return None
    except windows.ReadError as denied:
        errors.append(denied.at(services.LICENSING))
        return None
    return {
        "status": service["status"],
        "start": values.get("start", {}).get("data"),
        "delayed_autostart": values.get("delayedautostart", {}).get("data"),
        "dependents": [
            {"name": name, "status": (machine["services"].get(name) or {}).get("status")}
            for name in t.cast("list[str]", service.get("dependents") or [])
        ],
    }
