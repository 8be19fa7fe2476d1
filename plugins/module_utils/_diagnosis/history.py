# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The licensing events as they bear on today: failures that no success came after, and the codes in them."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

from .._guest.evidence import Attempt, Code, Events, LogEvent
from .._guest.fields import parse_time
from .facts import SeenCode

STATUS_CHECK = 1003
# An unactivated client tries every two hours: a day holds what is wrong now, not what was wrong last month.
_WINDOW = datetime.timedelta(days=1)
# The log and the clock are read a moment apart.
_SLACK = datetime.timedelta(minutes=10)
_WEAK_IDS = frozenset({8196, 8198})
_NETWORK = frozenset({"network", "network_transient"})


@dataclasses.dataclass(frozen=True)
class History:
    """`failures`: failed attempts since the last success or renewal, newest first, none older than a day before the newest.

    `weak`: other failure events since then. `status_check`: what the newest event 1003 says about the SKU in use.
    """

    failures: tuple[Attempt, ...] = ()
    weak: tuple[LogEvent, ...] = ()
    status_check: LogEvent | None = None

    @property
    def newest(self) -> Attempt | None:
        """The newest attempt when it failed."""
        return self.failures[0] if self.failures else None

    @property
    def network(self) -> bool:
        """Whether the newest attempt got no usable answer."""
        newest = self.newest
        return newest is not None and (newest.outcome == "unanswered" or _class(newest.code) in _NETWORK)

    def codes(self) -> tuple[SeenCode, ...]:
        """Return every code of the failures, of the weaker events and of the status check."""
        found = [SeenCode(item.code, "attempt_events", item.time) for item in self.failures if item.code]
        found += [SeenCode(item.code, f"event_{item.id}", item.time) for item in self.weak if item.code]
        if self.status_check is not None and self.status_check.code is not None:
            found.append(SeenCode(self.status_check.code, f"event_{STATUS_CHECK}", self.status_check.time))
        return tuple(found)


def read(events: Events | None, since: datetime.datetime | None, now: datetime.datetime | None = None) -> History:
    """Return what of the log still matters; `since` is the last renewal when the licence row tells it.

    What lies ahead of `now` was written while the clock was wrong, so that nobody knows when it was.
    """
    if events is None:
        return History()
    if now is not None:
        events = _known(events, now)
    success = parse_time(events.last_success) if events.last_success else None
    start = max((moment for moment in (success, since) if moment is not None), default=None)
    failures: list[Attempt] = []
    for attempt in events.attempts:
        if attempt.outcome == "success":
            break
        failures.append(attempt)
    checks = [event for event in events.others if event.id == STATUS_CHECK]
    weak = [event for event in events.others if event.id in _WEAK_IDS and event.code is not None]
    return History(
        failures=tuple(_recent(failures, start)),
        weak=tuple(_recent(weak, start)),
        status_check=checks[0] if checks else None,
    )


def _known(events: Events, now: datetime.datetime) -> Events:
    """Return the events without those of the future."""
    limit = now + _SLACK
    success = parse_time(events.last_success) if events.last_success else None
    return dataclasses.replace(
        events,
        attempts=tuple(item for item in events.attempts if (parse_time(item.time) or now) <= limit),
        others=tuple(item for item in events.others if (parse_time(item.time) or now) <= limit),
        last_success=events.last_success if success is None or success <= limit else None,
    )


Dated = t.TypeVar("Dated", Attempt, LogEvent)


def _recent(items: t.Sequence[Dated], start: datetime.datetime | None) -> t.Iterator[Dated]:
    newest: datetime.datetime | None = None
    for item in items:
        moment = parse_time(item.time)
        if moment is None or (start is not None and moment <= start):
            continue
        newest = newest or moment
        if newest - moment <= _WINDOW:
            yield item


def _class(code: Code | None) -> str | None:
    return code.cause_class if code is not None else None
