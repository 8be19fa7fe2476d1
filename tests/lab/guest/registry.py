# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writing to the guest's registry; names of keys and values are not told apart by case."""

from __future__ import annotations

import typing as t

from tests.lab.world.model import Tree


def value(machine: Tree, key: str, name: str) -> t.Any:
    """Return the data of a value, None when it is not set."""
    values = (_entry(machine, key) or {}).get("values", {})
    found = next((item for known, item in values.items() if known.casefold() == name.casefold()), None)
    return found["data"] if isinstance(found, dict) else found


def write(machine: Tree, key: str, name: str, data: t.Any) -> None:
    """Set a value: a number is a DWord, a text a String."""
    entry = _entry(machine, key)
    if entry is None:
        entry = machine["registry"].setdefault(key, {"values": {}})
    values = entry.setdefault("values", {})
    known = next((item for item in values if item.casefold() == name.casefold()), name)
    values[known] = {"type": "DWord" if isinstance(data, int) else "String", "data": data}


def remove(machine: Tree, key: str, *names: str) -> None:
    """Take values away; what is not there is passed over."""
    values = (_entry(machine, key) or {}).get("values", {})
    folded = {name.casefold() for name in names}
    for name in [item for item in values if item.casefold() in folded]:
        del values[name]


def _entry(machine: Tree, key: str) -> Tree | None:
    wanted = key.casefold()
    return next((entry for path, entry in machine["registry"].items() if path.casefold() == wanted), None)
