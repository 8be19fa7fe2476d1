# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a planner hands back: writes in their order, warnings, or the one reason why nothing may be written."""

from __future__ import annotations

import dataclasses
import typing as t

from .._network.values import Body

CREATE, UPDATE, DELETE = "create", "update", "delete"
MOST_NAMES = 20


@dataclasses.dataclass(frozen=True)
class Write:
    """One PUT or DELETE of one object. `before` is the raw body it was planned on, `body` the raw body to PUT."""

    id: str
    operation: str
    before: Body | None
    body: Body | None


@dataclasses.dataclass(frozen=True)
class Refusal:
    """Why nothing is written: `id` for machines, `reason` for people, `needs` the permission or setting that is missing."""

    id: str
    reason: str
    needs: str

    def sentence(self) -> str:
        """Return both halves as one message."""
        return f"{self.reason.rstrip('.')}. {self.needs}."


@dataclasses.dataclass(frozen=True)
class ChangeSet:
    """`writes` in the order they must happen; none when everything is as wanted. A refusal stands alone."""

    writes: tuple[Write, ...] = ()
    warnings: tuple[str, ...] = ()
    refusal: Refusal | None = None


def refuse(id_: str, reason: str, needs: str, *warnings: str) -> ChangeSet:
    """Return the plan that writes nothing."""
    return ChangeSet(warnings=warnings, refusal=Refusal(id_, reason, needs))


def create(resource_id: str, body: Body) -> Write:
    """Return the write of an object that is not there yet."""
    return Write(resource_id, CREATE, None, body)


def update(resource_id: str, before: Body, body: Body) -> Write:
    """Return the write of an object that is there."""
    return Write(resource_id, UPDATE, before, body)


def delete(resource_id: str, before: Body) -> Write:
    """Return the removal of an object."""
    return Write(resource_id, DELETE, before, None)


def listed(names: t.Sequence[str]) -> str:
    """Return names as a list for people; with many, how many more there are."""
    unique = list(dict.fromkeys(names))
    more = len(unique) - MOST_NAMES
    return ", ".join(unique[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
