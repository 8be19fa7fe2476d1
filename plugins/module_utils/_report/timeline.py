# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When licences end: how many of the fleet in each week after the report, the soonest by name."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

from .model import Host

DAYS_PER_WEEK = 7
# A KMS licence lasts 180 days; what ends later is told apart as such.
WEEKS = 26
SOON_DAYS, NEAR_DAYS = 14, 60


@dataclasses.dataclass(frozen=True)
class Week:
    """A week that starts `day` days after the report. `tone`: soon, near or later."""

    day: int
    starts: str
    count: int
    tone: str


@dataclasses.dataclass(frozen=True)
class Ending:
    """A licence that ends; `days` is negative when it has ended."""

    name: str
    date: str
    days: int
    tone: str


@dataclasses.dataclass(frozen=True)
class Timeline:
    """The weeks, the endings in order, and how many licences end later, never, or when nobody knows."""

    weeks: tuple[Week, ...]
    endings: tuple[Ending, ...]
    later: int
    endless: int
    unlicensed: int
    unknown: int


def build(hosts: t.Sequence[Host], generated_at: str) -> Timeline:
    """Return the timeline of a fleet from the time of its report."""
    now = moment(generated_at)
    endings = sorted(filter(None, (_ending(host, now) for host in hosts)), key=lambda end: (end.days, end.name))
    counts = [0] * WEEKS
    later = 0
    for end in endings:
        week = max(end.days, 0) // DAYS_PER_WEEK
        if week < WEEKS:
            counts[week] += 1
        else:
            later += 1
    without = [host.licensed for host in hosts if moment(host.expires_at) is None]
    return Timeline(
        weeks=tuple(_week(number, count, now) for number, count in enumerate(counts)),
        endings=tuple(endings),
        later=later,
        endless=without.count(True),
        unlicensed=without.count(False),
        unknown=without.count(None),
    )


def moment(text: str | None) -> datetime.datetime | None:
    """Return a time of the report; None where there is none or it cannot be read."""
    if text is None:
        return None
    try:
        found = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=datetime.timezone.utc)


def seconds_left(expires_at: str | None, generated_at: str) -> int | None:
    """Return the seconds from the report to the end of a licence, None where that is not known."""
    end, now = moment(expires_at), moment(generated_at)
    return None if end is None or now is None else int((end - now).total_seconds())


def tone(days: int) -> str:
    """Return soon, near or later for days that are left."""
    return "soon" if days < SOON_DAYS else "near" if days < NEAR_DAYS else "later"


def _ending(host: Host, now: datetime.datetime | None) -> Ending | None:
    end = moment(host.expires_at)
    if end is None or now is None:
        return None
    days = (end - now).days
    return Ending(host.name, end.date().isoformat(), days, tone(days))


def _week(number: int, count: int, now: datetime.datetime | None) -> Week:
    day = number * DAYS_PER_WEEK
    starts = "" if now is None else (now + datetime.timedelta(days=day)).date().isoformat()
    return Week(day, starts, count, tone(day))
