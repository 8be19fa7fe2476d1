# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guests' states, kept from run to run; each guest is built when it is first asked for."""

from __future__ import annotations

import datetime
import threading

from tests.lab.guest import fingerprint
from tests.lab.guest.machine import GuestMachine
from tests.lab.guest.reachability import Endpoints, Reach
from tests.lab.world.model import Tree, World


class States:
    """Builds and keeps the guests of a world whose now is the moment when this was made."""

    def __init__(self, world: World, reach: Reach | None, endpoints: Endpoints) -> None:
        self._world = world
        self._reach = reach
        self._endpoints = endpoints
        self._started = now()
        self._lock = threading.Lock()
        self._guests: dict[str, GuestMachine] = {}

    def guest(self, name: str) -> GuestMachine:
        """Return a guest with its state."""
        with self._lock:
            if name not in self._guests:
                self._guests[name] = GuestMachine(self._world, name, self._started, self._reach, self._endpoints)
            return self._guests[name]

    def snapshot(self, name: str) -> Tree:
        """Return a copy of a guest's machine as it is now."""
        return self.guest(name).snapshot(now())

    def hashes(self) -> dict[str, str]:
        """Return the hash of every guest's lasting state."""
        return {name: fingerprint.of(self.snapshot(name)) for name in self._world.guests}


def now() -> datetime.datetime:
    """Return the real time."""
    return datetime.datetime.now(datetime.timezone.utc)
