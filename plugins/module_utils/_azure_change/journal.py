# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The journal of writes: a line before each write and a line after it, so that exactly these can be undone."""

from __future__ import annotations

import dataclasses
import datetime
import json
import os
import pathlib
import typing as t
import uuid

from .._azure import catalog
from .change_set import Write

INTENDED, DONE, NOT_DONE, UNDOING, UNDONE = "intended", "done", "not_done", "undoing", "undone"
_NEEDED = ("state", "run", "step", "id", "operation")


class JournalError(Exception):
    """The journal cannot be written or read; the text names the option and the fix."""


@dataclasses.dataclass(frozen=True)
class Entry:
    """One write as the journal knows it last. `before` and `after` are raw bodies; `after` of an intended write is the plan."""

    run: str
    step: int
    state: str
    id: str
    operation: str
    before: dict[str, t.Any] | None
    after: dict[str, t.Any] | None
    module: str = ""


def _now() -> str:
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds")


class Journal:
    """Appends to a file, or to nothing where `path` is None; the folder is made on demand."""

    def __init__(self, path: str | None, module: str, now: t.Callable[[], str] = _now) -> None:
        self._path = pathlib.Path(path) if path else None
        self._module = module
        self._now = now
        self._run = uuid.uuid4().hex
        self._step = 0

    def next_entry(
        self,
        resource_id: str,
        operation: str,
        before: t.Mapping[str, t.Any] | None,
        after: t.Mapping[str, t.Any] | None,
    ) -> Entry:
        """Return the entry of a write that is about to happen."""
        self._step += 1
        old, new = (None if body is None else dict(body) for body in (before, after))
        return Entry(self._run, self._step, INTENDED, resource_id, operation, old, new, self._module)

    def append(self, entry: Entry) -> None:
        """Write one line and see it on the disk; raises JournalError."""
        if self._path is None:
            return
        line = {
            "time": self._now(),
            **dataclasses.asdict(entry),
            "etag_before": (entry.before or {}).get("etag"),
            "etag_after": (entry.after or {}).get("etag") if entry.state == DONE else None,
            "api_version": catalog.NETWORK_API,
        }
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                # A line that was cut off ends here, so that it spoils no other.
                size = os.fstat(handle).st_size
                torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
                os.write(handle, (("\n" if torn else "") + json.dumps(line) + "\n").encode())
                os.fsync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            raise JournalError(f"journal: {self._path} cannot be written: {error.strerror}.") from error


@dataclasses.dataclass(frozen=True)
class Record:
    """One write under way: the states that the journal gets before it, after it, and when it did not happen."""

    journal: Journal
    entry: Entry
    before: str
    after: str
    otherwise: str

    @classmethod
    def of_new(cls, journal: Journal, entry: Entry) -> Record:
        """Return the record of a new write."""
        return cls(journal, entry, INTENDED, DONE, NOT_DONE)

    @classmethod
    def of_undoing(cls, journal: Journal, entry: Entry) -> Record:
        """Return the record of undoing a write."""
        return cls(journal, entry, UNDOING, UNDONE, entry.state)

    def begin(self) -> None:
        """Say that the write is about to be sent."""
        self.journal.append(dataclasses.replace(self.entry, state=self.before))

    def not_done(self) -> None:
        """Say that nothing was changed."""
        self.journal.append(dataclasses.replace(self.entry, state=self.otherwise))

    def done(self, write: Write, body: t.Mapping[str, t.Any] | None) -> Entry:
        """Say what the object is now; return the change as it happened, which is the opposite of what it undoes."""
        after = None if body is None else dict(body)
        kept = self.entry if self.after == UNDONE else dataclasses.replace(self.entry, after=after)
        self.journal.append(dataclasses.replace(kept, state=self.after))
        before = None if write.before is None else dict(write.before)
        return dataclasses.replace(kept, state=self.after, operation=write.operation, before=before, after=after)


def read(path: str) -> list[Entry]:
    """Return every write of a journal in its last known state, in the order they were begun; raises JournalError."""
    try:
        lines = pathlib.Path(path).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise JournalError(f"journal: {path} does not exist.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise JournalError(f"journal: {path} cannot be read: {error}.") from error
    found: dict[tuple[str, int], Entry] = {}
    for number, line in enumerate(lines, 1):
        value = _json(line)
        if value is None:
            # Cut off with the controller. A write whose line is broken was never sent, an end that is broken is looked up.
            continue
        entry = _entry(value)
        if entry is None:
            raise JournalError(f"journal: line {number} of {path} is not one of this collection.")
        found[entry.run, entry.step] = entry
    if not found and any(line.strip() for line in lines):
        raise JournalError(f"journal: {path} is no journal of this collection.")
    return list(found.values())


def _json(line: str) -> t.Any:
    try:
        return json.loads(line)
    except ValueError:
        return None


def _entry(value: t.Any) -> Entry | None:
    if not isinstance(value, dict) or any(name not in value for name in _NEEDED):
        return None
    found: dict[str, t.Any] = {field.name: value.get(field.name) for field in dataclasses.fields(Entry)}
    entry = Entry(**found)
    texts = (entry.run, entry.state, entry.id, entry.operation)
    right = all(isinstance(text, str) for text in texts) and isinstance(entry.step, int)
    bodies = all(body is None or isinstance(body, dict) for body in (entry.before, entry.after))
    return entry if right and bodies else None
