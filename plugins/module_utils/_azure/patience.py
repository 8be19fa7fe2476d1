# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long Azure is waited for: never longer than is said here, whatever a service answers, or when it answers nothing."""

from __future__ import annotations

import datetime
import email.utils
import math
import queue
import threading
import typing as t

from . import sdk

T = t.TypeVar("T")

# Seconds until a connection stands, and between two pieces of an answer.
WIRE: dict[str, t.Any] = {"connection_timeout": 30, "read_timeout": 60}
# Seconds for one question with all its tries. Time-outs of the wire do not end an answer that comes byte by byte.
QUESTION = 120.0
# For a write, whose end on the wire is worth waiting for: who gives up sooner cannot tell what became of it.
WRITE = 300.0
# The longest pause that a service may ask for.
LONGEST_PAUSE = 60.0
# How often one question is asked again of a service that is too busy; the time for the question ends first where it asks for real pauses.
THROTTLED = 60
_TOO_MANY_REQUESTS = 429
# Header -> how many of its units make a second. The first two are Azure's own.
_PAUSES = {"retry-after-ms": 1000.0, "x-ms-retry-after-ms": 1000.0, "Retry-After": 1.0}


class TooLateError(Exception):
    """Nothing came in time."""


def told(headers: t.Mapping[str, str]) -> float | None:
    """Return the pause that an answer asks for, in seconds up to LONGEST_PAUSE; None when it asks for none that can be read."""
    for name, units in _PAUSES.items():
        value = _seconds(headers.get(name), units)
        if value is not None:
            return min(max(value, 0.0), LONGEST_PAUSE)
    return None


def _seconds(text: str | None, units: float) -> float | None:
    try:
        value = float(text or "") / units
        return None if math.isnan(value) else value
    except ValueError:
        pass
    try:
        when = email.utils.parsedate_to_datetime(text or "")
        # A date without a zone is UTC by RFC 9110, section 5.6.7.
        when = when if when.tzinfo else when.replace(tzinfo=datetime.timezone.utc)
        return (when - datetime.datetime.now(datetime.timezone.utc)).total_seconds()
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def retries() -> t.Any:
    """Return the policy that repeats what a busy service refused; a POST and a write ask for it, or against it, themselves."""
    base: t.Any = sdk.core_policies.RetryPolicy

    class Patient(base):  # type: ignore[misc]
        """The SDK's own fails at a header that it cannot read, and counts a service that is busy with others as a failure."""

        def increment(self, settings: dict[str, t.Any], response: t.Any = None, error: t.Any = None) -> bool:
            # Where no answer came, it is the request that is given.
            answer = getattr(response, "http_response", None)
            busy = answer is not None and answer.status_code == _TOO_MANY_REQUESTS
            if busy and settings["total"] > 0 and settings.setdefault("throttled", 0) < THROTTLED:
                settings["throttled"] += 1
                settings["total"] += 1
                settings["status"] += 1
            return bool(super().increment(settings, response, error))

        def get_retry_after(self, response: t.Any) -> float | None:
            return told(response.http_response.headers)

    return Patient(retry_total=6, retry_status=5, retry_connect=3, retry_read=3, retry_backoff_max=30)


def within(limit: float, call: t.Callable[[], T]) -> T:
    """Return what `call` returns or raise what it raises, within `limit` seconds; raises TooLateError.

    What comes later is thrown away, and keeps nobody from ending the program.
    """
    box: queue.SimpleQueue[tuple[T | None, BaseException | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            box.put((call(), None))
        except BaseException as error:
            box.put((None, error))

    threading.Thread(target=run, daemon=True).start()
    try:
        value, error = box.get(timeout=max(limit, 0.0))
    except queue.Empty:
        raise TooLateError(f"no whole answer within {limit:.0f} s") from None
    if error is not None:
        raise error
    return t.cast(T, value)
