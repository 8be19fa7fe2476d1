# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a world file becomes once it is checked."""

from __future__ import annotations

import dataclasses
import datetime
import pathlib
import typing as t

Tree = dict[str, t.Any]


class WorldError(Exception):
    """A world file cannot be used; the text is one line with file, line, place and what was expected."""


@dataclasses.dataclass(frozen=True)
class World:
    """A checked world.

    `guests` holds each guest with guest_defaults merged in, under the keys of the world page and in one form per key
    (see README.md). `azure` stays as written. `document` is the whole of it as one mapping.
    """

    path: pathlib.Path
    name: str
    now: datetime.datetime
    cloud: str
    guests: dict[str, Tree]
    kms: Tree
    azure: Tree | None
    faults: list[Tree]

    @property
    def document(self) -> Tree:
        """Return the world as a mapping with the top-level keys of a world file."""
        return {
            "schema": 1, "name": self.name, "now": self.now, "cloud": self.cloud, "guests": self.guests,
            "kms": self.kms, "azure": self.azure, "faults": self.faults,
        }  # fmt: skip
