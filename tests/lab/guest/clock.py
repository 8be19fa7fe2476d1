# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The world's time on the real clock, and what the guest's own clock makes of it."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

from tests.lab.world.times import zulu

_FIRST_REAL_YEAR = 1900


@dataclasses.dataclass(frozen=True)
class Clock:
    """`world_now` happens at `now`; the guest's clock is ahead by `offset`."""

    world_now: datetime.datetime
    now: datetime.datetime
    offset: datetime.timedelta = datetime.timedelta(0)

    def true(self, moment: datetime.timedelta | datetime.datetime) -> datetime.datetime:
        """Return the real time of a world's time: relative to now, or shifted as now is."""
        if isinstance(moment, datetime.timedelta):
            return self.now + moment
        # CIM's "no date" is a date that no shift may touch.
        return moment if moment.year < _FIRST_REAL_YEAR else moment + (self.now - self.world_now)

    def text(self, moment: datetime.timedelta | datetime.datetime) -> str:
        """Return a world's time as text, true time."""
        return zulu(self.true(moment))

    def guest(self, moment: datetime.timedelta | datetime.datetime) -> str:
        """Return a world's time as the guest's own clock stamped it."""
        return zulu(self.true(moment) + self.offset)


def offset(machine: t.Mapping[str, t.Any]) -> datetime.timedelta:
    """Return how far a machine's clock is ahead of the true time."""
    return datetime.timedelta(seconds=machine.get("clock_offset", 0))


def resync(machine: dict[str, t.Any]) -> None:
    """Set the clock right, as the time service does; what was stamped before stays."""
    true = datetime.datetime.fromisoformat(machine["utc_now"].replace("Z", "+00:00")) - offset(machine)
    machine |= {"clock_offset": 0, "utc_now": zulu(true)}
