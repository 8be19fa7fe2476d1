# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One reading of Azure for all the writers of a run: what is around their objects, and what these were when the run began."""

from __future__ import annotations

import threading
import typing as t

from .._azure.exchanges import Source
from .._azure.reader import Reader
from .._network.state import NetworkState
from .._network.values import Body, items, low, props, subscription, text, type_of


class Reading:
    """Grows on demand and reads nothing twice; safe to share between threads."""

    def __init__(self, source: Source) -> None:
        self._reader = Reader(source)
        self._lock = threading.Lock()
        self._read: set[str] = set()
        self._written: tuple[str, ...] = ()
        self._state = NetworkState()

    def around(self, ids: t.Iterable[str], machines: t.Iterable[str] = ()) -> NetworkState:
        """Return what was read, with the subscriptions of `ids` and what the paths of `machines` need.

        What could not be read is noted in it.
        """
        with self._lock:
            places = {subscription(item) for item in ids} - self._read
            asked = [item for item in dict.fromkeys(machines) if low(item) not in self._read]
            if places or asked:
                self._reader.read(asked, places)
                self._read |= {*places, *map(low, asked)}
                self._state = self._reader.snapshot.state()
            return self._state

    def outdated(self, resource_id: str) -> None:
        """Note that a resource was written: what was read of it, of what holds it and of what it holds is so no more."""
        with self._lock:
            self._written = (*self._written, low(resource_id))

    def knows(self, resource_id: str) -> bool:
        """Tell whether it was read what a resource is, or that there is none; one in transition is not known."""
        key = low(resource_id)
        if any(f"{key}/".startswith(f"{one}/") or one.startswith(f"{key}/") for one in self._written):
            return False
        body = self._state.get(resource_id)
        if body is not None:
            return at_rest(body)
        return self._state.complete(subscription(resource_id), type_of(resource_id))

    def body(self, resource_id: str) -> Body | None:
        """Return a resource as it was read, None when there was none."""
        return self._state.get(resource_id)

    def children(self, resource_id: str, segment: str) -> list[Body] | None:
        """Return the children of a resource as they were read, None when they were not."""
        if not self._state.complete(resource_id, segment) or not self.knows(resource_id):
            return None
        found = self._state.children(resource_id, segment)
        return found if all(map(at_rest, found)) else None


def at_rest(body: Body) -> bool:
    """Tell whether the last change of a resource, and of what it holds, is over and went well."""
    if text(props(body).get("provisioningState")).lower() not in ("", "succeeded"):
        return False
    held = (child for value in props(body).values() for child in items(value))
    return all(at_rest(child) for child in held if "properties" in child)
