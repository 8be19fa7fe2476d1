# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run plans on: the reading it shares with others, then looks of its own at single objects."""

from __future__ import annotations

import typing as t

from .._network.values import items, low, name_of, parent, props, type_of
from .reading import Reading, at_rest
from .writer import SUCCEEDED, Writer, state_of

Found = dict[str, t.Any]

# Small children that a look at their parent shows whole. Children have the ETag of their parent
# (Azure/azure-powershell, SessionRecords of RouteTableTests and NetworkSecurityGroupTests).
SHOWN_BY_PARENT: t.Mapping[str, str] = {
    "microsoft.network/networksecuritygroups/securityrules": "securityRules",
    "microsoft.network/routetables/routes": "routes",
}


class Looks:
    """The looks of one change. `fresh`: nothing that decides about a write came from the reading since `renew`."""

    def __init__(self, writer: Writer, reading: Reading | None = None) -> None:
        self.writer = writer
        self._reading = reading
        self._seen: dict[str, Found | None] = {}
        self._old = reading
        self.fresh = True

    def find(self, resource_id: str) -> Found | None:
        """Return a resource that decides about a write, None when there is none; raises ArmError."""
        place = parent(resource_id) if type_of(resource_id) in SHOWN_BY_PARENT else resource_id
        if low(place) in self._seen:
            return _shown(resource_id, self._seen[low(place)])
        if self._old is not None and self._old.knows(resource_id):
            self.fresh = False
            return _copy(self._old.body(resource_id))
        found = self._seen[low(resource_id)] = self.writer.settled(resource_id)
        return found

    def around(self, resource_id: str) -> Found | None:
        """Return a resource that decides about no write: as it was read, where it was; raises ArmError."""
        known = None if self._reading is None else self._reading.body(resource_id)
        seen = low(resource_id) in self._seen
        return self.find(resource_id) if seen or known is None or not at_rest(known) else dict(known)

    def children(self, resource_id: str, segment: str) -> list[Found]:
        """Return the children of a resource that decide about a write; raises ArmError."""
        known = None if self._old is None else self._old.children(resource_id, segment)
        if known is None:
            return self.writer.children(resource_id, segment)
        self.fresh = False
        return [dict(child) for child in known]

    def leave_reading(self) -> None:
        """From now on plan on looks only."""
        self._old, self.fresh = None, True

    def renew(self) -> None:
        """Look again at everything that decides."""
        self.leave_reading()
        self._seen.clear()

    def after(self, resource_id: str, *, patient: bool) -> tuple[Found | None, bool]:
        """Look at a resource that was written; return it, and whether nothing goes on there any more. Raises ArmError.

        `patient`: wait until nothing does. What is seen is what the next plan is made on.
        """
        place = parent(resource_id) if type_of(resource_id) in SHOWN_BY_PARENT else resource_id
        body = self.writer.settled(place) if patient else self.writer.find(place)
        self.leave_reading()
        self._forget_around(resource_id)
        if self._reading is not None:
            self._reading.outdated(resource_id)
        found = _shown(resource_id, body)
        over = all(part is None or state_of(part) in SUCCEEDED for part in (body, found))
        if over:
            self._seen[low(place)] = body
        return found, over

    def _forget_around(self, resource_id: str) -> None:
        """Forget what holds a resource and what it holds: a write to the one changes the other."""
        key = low(resource_id)
        self._seen = {
            seen: body
            for seen, body in self._seen.items()
            if seen != key and not key.startswith(f"{seen}/") and not seen.startswith(f"{key}/")
        }


def _shown(resource_id: str, body: Found | None) -> Found | None:
    """Return a resource out of what was looked at for it: itself, or its parent."""
    segment = SHOWN_BY_PARENT.get(type_of(resource_id))
    if segment is None:
        return body
    wanted = name_of(resource_id).lower()
    return _copy(next((child for child in items(props(body).get(segment)) if name_of(child).lower() == wanted), None))


def _copy(body: t.Mapping[str, t.Any] | None) -> Found | None:
    return None if body is None else dict(body)
