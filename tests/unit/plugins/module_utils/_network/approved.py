# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole path of every documented situation, as lines that somebody has read: `approved.txt`.

`python -m tests.unit.plugins.module_utils._network.approved` writes them anew: read what changed before you keep it.
"""

from __future__ import annotations

import json
import pathlib
import typing as t

from tests.approved import keep, plain  # isort: skip, as it makes the collection importable
from tests.unit.plugins.module_utils._network import arm
from tests.unit.plugins.module_utils._network.situations import path_of
from tests.unit.plugins.module_utils._network.test_situations import SITUATIONS

FILE = pathlib.Path(__file__).with_name("approved.txt")


def lines() -> list[str]:
    """Return the approved lines as they are now; an address that fares as the one before it is left out."""
    found: list[str] = []
    for case in SITUATIONS:
        path = plain(path_of(case.get("given", {})))
        rows = path.pop("addresses")
        found += [f"## {case['situation']}", _line({key: value for key, value in path.items() if key != "messages"})]
        before: t.Any = None
        for row in rows:
            told = {key: value for key, value in row.items() if key != "address"}
            found += [] if told == before else [f"{row['address']} {_line(told)}"]
            before = told
    return found


def _line(value: arm.Json) -> str:
    return json.dumps(value, sort_keys=True).replace(arm.GROUP, "~")


if __name__ == "__main__":
    keep(FILE, lines())
