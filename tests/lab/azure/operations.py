# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Long-running operations: when they end, what they answer, and what they keep busy."""

from __future__ import annotations

import dataclasses
import threading
import time
import typing as t
import uuid


@dataclasses.dataclass(frozen=True)
class Operation:
    """One operation. `ends` is on the clock, None for never; `busy` the top resource and `target` the resource it changes."""

    name: str
    ends: float | None
    result: t.Any
    busy: str | None = None
    target: str | None = None
    label: str = ""
    failed: bool = False


class Operations:
    """All operations of one lab."""

    def __init__(self, clock: t.Callable[[], float] = time.monotonic) -> None:
        """Begin without an operation; `clock` counts seconds."""
        self._clock = clock
        self._lock = threading.Lock()
        self._all: dict[str, Operation] = {}
        self._busy: dict[str, str] = {}

    def start(
        self,
        seconds: float | None,
        result: t.Any = None,
        *,
        busy: str | None = None,
        target: str | None = None,
        label: str = "",
        failed: bool = False,
    ) -> Operation:
        """Begin an operation that lasts `seconds`, None for ever; a `failed` one is a failure in the end."""
        ends = None if seconds is None else self._clock() + seconds
        operation = Operation(str(uuid.uuid4()), ends, result, busy, target, label, failed)
        with self._lock:
            self._all[operation.name] = operation
            if busy:
                self._busy[busy] = operation.name
        return operation

    def find(self, name: str) -> Operation | None:
        """Return the operation of that name."""
        with self._lock:
            return self._all.get(name)

    def done(self, operation: Operation) -> bool:
        """Whether an operation has ended."""
        return operation.ends is not None and self._clock() >= operation.ends

    def on(self, top: str) -> Operation | None:
        """Return the operation that still changes a top resource."""
        with self._lock:
            operation = self._all.get(self._busy.get(top, ""))
        return operation if operation and not self.done(operation) else None

    def left(self, operation: Operation) -> float:
        """Seconds until an operation ends; 30 for one that never does."""
        return 30.0 if operation.ends is None else max(0.0, operation.ends - self._clock())
