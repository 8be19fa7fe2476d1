# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A private DNS zone that hides the KMS name from the guest's network: evidence and step of what goes wrong with the name."""

from __future__ import annotations

from .azure_path import Plain
from .facts import AZURE_PATH
from .model import Fact, Step
from .rule import steps
from .view import View

STEPS = steps(
    "private_zone",
    {
        "hides": "Add a record for {name} with the addresses of Azure's KMS to private DNS zone {zone}, or unlink the zone from virtual network {network}",
    },
)


def evidence(view: View) -> list[Fact]:
    """Return the zones that hide the name in use, with the addresses that each gives for it."""
    return [
        Fact(
            "private_zone",
            {key: row.get(key) for key in ("network", "name", "addresses")},
            AZURE_PATH,
            str(row["zone"]),
        )
        for row in _rows(view)
    ]


def repair(view: View) -> list[Step]:
    """Return what is to be done about each of them."""
    return [
        STEPS["hides"].format(**{key: str(row.get(key)) for key in ("name", "zone", "network")}) for row in _rows(view)
    ]


def _rows(view: View) -> list[Plain]:
    rows = view.path.private_zones if view.path is not None else ()
    return [row for row in rows if row.get("name") == view.name_in_use and row.get("zone")]
