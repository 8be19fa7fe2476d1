# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a guest misbehaves: its connection as the world describes it, and the world's WinRM faults."""

from __future__ import annotations

import dataclasses
import fnmatch
import typing as t

STEPS = ("create", "command", "send", "receive", "signal", "delete")


@dataclasses.dataclass(frozen=True)
class Behaviour:
    """`state`: up, refused, timeout or auth-fails. `drops_after`: requests answered before the connection is cut.

    `slow`: seconds until a command starts.
    """

    state: str = "up"
    drops_after: int | None = None
    slow: float = 0.0


def behaviour(connection: t.Mapping[str, t.Any] | None) -> Behaviour:
    """Read a guest's `connection`, as a loaded world gives it."""
    given = connection or {}
    return Behaviour(given.get("state") or "up", given.get("drops-after"), float(given.get("slow") or 0))


class Faults:
    """The faults of the world that concern WinRM; each lets `after` requests pass and is used up after its `times` (default: never)."""

    def __init__(self, faults: t.Iterable[t.Mapping[str, t.Any]]) -> None:
        self._faults = [dict(fault) for fault in faults if fault.get("on") == "winrm"]

    def take(self, guest: str, step: str) -> str | None:
        """Return what is to happen to this request instead of an answer: drop, never-finishes, truncate or garbage."""
        for fault in self._faults:
            if step != fault.get("at") or not fnmatch.fnmatchcase(guest, str(fault.get("guest", "*"))):
                continue
            if fault.get("after", 0) > 0:
                fault["after"] -= 1
                continue
            times = fault.get("times")
            if times is None or times > 0:
                if times is not None:
                    fault["times"] = times - 1
                return str(fault.get("behaviour", "drop"))
        return None
