# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The token store: the file that holds the licences, what becomes of them when it is moved, and its damage.

A file that is moved away keeps its licences under `rows`; `damage` is the code that activation fails with.
"""

from __future__ import annotations

import copy
import typing as t

from tests.lab.guest import messages
from tests.lab.guest.event_records import ANSWER, FAILED, REQUEST
from tests.lab.guest.license_rows import is_base, without_key
from tests.lab.world.model import Tree

PATHS = (r"C:\Windows\System32\spp\store\2.0\tokens.dat", r"C:\Windows\System32\spp\store\tokens.dat")
SIZE = 3612672
INVALID = 0xC004E002
_DAMAGED = (0xC004E015, INVALID, 0xC004D301)
_TELLING = (FAILED, REQUEST, 1003, ANSWER)
_PRODUCT = "SoftwareLicensingProduct"


def is_store(path: str) -> bool:
    """Say whether Windows looks for its token store there."""
    return path.casefold() in {known.casefold() for known in PATHS}


def current(machine: Tree) -> Tree | None:
    """Return the file that is in place, None when there is none."""
    return next((file for path, file in machine["files"].items() if is_store(path)), None)


def damage(machine: Tree) -> int:
    """Return the code that a damaged store makes activation fail with, 0 for a whole one."""
    file = current(machine)
    if file is None or not file["readable"] or not file["size"]:
        return INVALID
    return int(file.get("damage") or 0)


def named_damage(licenses: list[Tree], events: list[Tree]) -> int:
    """Return the code by which Windows has named a damage: in its licence, or in the newest event about it."""
    reason = next((row.get("LicenseStatusReason") for row in licenses if is_base(row)), None)
    if reason in _DAMAGED:
        return int(reason)
    newest = next((event for event in reversed(events) if event["id"] in _TELLING), None)
    if newest is None or newest["id"] == ANSWER:
        return 0
    said = " ".join(newest["data"]).upper().replace("0X", "0x")
    return next((code for code in _DAMAGED if messages.hexadecimal(code) in said), 0)


def set_aside(machine: Tree, file: Tree) -> None:
    """Let a store that is moved away take its licences along."""
    if "rows" not in file:
        file["rows"] = copy.deepcopy(rows(machine))


def load(machine: Tree) -> None:
    """Read the store as the licensing service does when it starts: an older one as it was, a missing one anew."""
    file = current(machine)
    machine.pop("store_moved", None)
    if file is None:
        if rows(machine):
            machine["licenses"] = copy.deepcopy(rows(machine))
        machine["files"][PATHS[0]] = new_file(machine)
        _show(machine, [])
    elif "rows" in file:
        _show(machine, file.pop("rows"))


def new_file(machine: Tree) -> Tree:
    """Return the store that Windows makes when it finds none."""
    after = machine.get("on_rebuild") or {}
    return {
        "size": SIZE, "modified": machine["utc_now"], "readable": True, "error": None,
        "damage": messages.hresult(after.get("error") or 0),
    }  # fmt: skip


def install_licenses(machine: Tree) -> None:
    """Bring back the licences that a new store lacks: without a key, unless the world says that it survives."""
    found: list[Tree] = machine.pop("licenses", None) or []
    keeps = (machine.get("on_rebuild") or {}).get("key") == "kept"
    fresh = [row if keeps or not is_base(row) else without_key(row) for row in found]
    _show(machine, [*rows(machine), *fresh])


def rows(machine: Tree) -> list[Tree]:
    """Return the licences that the store shows."""
    return t.cast("list[Tree]", machine["cim"].setdefault(_PRODUCT, {"rows": []}).get("rows") or [])


def _show(machine: Tree, shown: list[Tree]) -> None:
    machine["cim"][_PRODUCT] = {**machine["cim"].get(_PRODUCT, {}), "rows": shown}
