# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The journal of writes: a line before each write and a line after it, so that exactly these can be undone."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import errno
import fcntl
import itertools
import json
import os
import pathlib
import stat
import threading
import typing as t
import uuid

from .. import _whole_file
from .._azure import catalog
from .change_set import Write

INTENDED, DONE, NOT_DONE, UNDOING, UNDONE = "intended", "done", "not_done", "undoing", "undone"
STATES = (INTENDED, DONE, NOT_DONE, UNDOING, UNDONE)
_NEEDED = ("state", "run", "step", "id", "operation")
# What each line begins with, as the time is its first name.
_FIRST = '{"time": "'


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


@dataclasses.dataclass(frozen=True)
class Torn:
    """A last line that was cut off: its write may have been sent. What stands before the cut; `id` is empty where nothing does."""

    line: int
    id: str
    operation: str
    before: dict[str, t.Any] | None
    before_known: bool


def _now() -> str:
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds")


class Journal:
    """Appends to a file, or to nothing where `path` is None; the folder is made on demand. Safe to share between threads."""

    def __init__(self, path: str | None, module: str, now: t.Callable[[], str] = _now) -> None:
        self._path = pathlib.Path(path) if path else None
        self._module = module
        self._now = now
        self._run = uuid.uuid4().hex
        self._steps = itertools.count(1)
        self._lock = threading.Lock()
        self.trouble: JournalError | None = None

    def next_entry(
        self,
        resource_id: str,
        operation: str,
        before: t.Mapping[str, t.Any] | None,
        after: t.Mapping[str, t.Any] | None,
    ) -> Entry:
        """Return the entry of a write that is about to happen."""
        old, new = (None if body is None else dict(body) for body in (before, after))
        return Entry(self._run, next(self._steps), INTENDED, resource_id, operation, old, new, self._module)

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
            with self._lock:
                _append(self._path, json.dumps(line).encode() + b"\n")
        except OSError as error:
            self.trouble = JournalError(f"journal: {self._path} cannot be written: {error.strerror}.")
            raise self.trouble from error


def _append(path: pathlib.Path, line: bytes) -> None:
    """Put a line at the end of a file of ours and see all of it on the disk; raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    flags = os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        handle = os.open(path, flags | os.O_CREAT | os.O_EXCL, 0o600)
        _sync_folder(path.parent)
    except FileExistsError:
        handle = os.open(path, flags)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "It is not a regular file")
        # Two runs may write to one journal: each line is whole before the next one begins. Not every file system has locks.
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        os.fchmod(handle, 0o600)
        # A line that was cut off ends here, so that it spoils no other.
        size = os.fstat(handle).st_size
        torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
        left = memoryview((b"\n" if torn else b"") + line)
        while left:
            # A disk that is nearly full takes a part and says so only in the count.
            left = left[os.write(handle, left) :]
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync_folder(path: pathlib.Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


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
        """Say that the write is about to be sent; raises JournalError for a new write, which then is not sent."""
        self._say(dataclasses.replace(self.entry, state=self.before))

    def not_done(self) -> None:
        """Say that nothing was changed. Without this line a rollback looks at the object and finds the same."""
        with contextlib.suppress(JournalError):
            self.journal.append(dataclasses.replace(self.entry, state=self.otherwise))

    def change(self, write: Write, body: t.Mapping[str, t.Any] | None) -> Entry:
        """Return the change as it happened, which is the opposite of what it undoes; `body` is what the object is now."""
        before, after = (None if found is None else dict(found) for found in (write.before, body))
        return dataclasses.replace(self.entry, state=self.after, operation=write.operation, before=before, after=after)

    def done(self, change: Entry) -> None:
        """Say that a change happened; raises JournalError for a new write."""
        kept = self.entry if self.after == UNDONE else dataclasses.replace(self.entry, after=change.after)
        self._say(dataclasses.replace(kept, state=self.after))

    def _say(self, entry: Entry) -> None:
        try:
            self.journal.append(entry)
        except JournalError:
            # What is put back needs no journal: a later rollback finds it as it was before.
            if self.after != UNDONE:
                raise


def read(path: str) -> tuple[list[Entry], Torn | None]:
    """Return every write of a journal in its last known state, in the order they were begun, and a last line that was cut off.

    Raises JournalError.
    """
    lines = _text(path).split("\n")
    found: dict[tuple[str, int], Entry] = {}
    torn: Torn | None = None
    for number, line in enumerate(lines, 1):
        value = _json(line)
        if value is None:
            # Cut off. One that others follow was never sent; of the last one nobody knows, unless an earlier line tells of its write.
            if line.strip():
                torn = _torn(number, line, found)
            continue
        entry = _entry(value)
        if entry is None:
            raise JournalError(f"journal: line {number} of {path} is not one of this collection.")
        found[entry.run, entry.step] = entry
        torn = None
    if not found and not _begun(lines[0]) and any(line.strip() for line in lines):
        raise JournalError(f"journal: {path} is no journal of this collection.")
    return list(found.values()), torn


def _text(path: str) -> str:
    """Return what a journal holds; raises JournalError."""
    try:
        return _whole_file.read(path).decode("utf-8", "replace")
    except FileNotFoundError:
        raise JournalError(f"journal: {path} does not exist.") from None
    except OSError as error:
        raise JournalError(f"journal: {path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise JournalError(f"journal: {path} cannot be read: {error}.") from error


def _begun(line: str) -> bool:
    """Tell whether a line, cut off or not, begins as every line of ours does."""
    return bool(line) and (line.startswith(_FIRST) or _FIRST.startswith(line))


def _torn(number: int, line: str, known: t.Collection[tuple[str, int]]) -> Torn | None:
    """Return what stands before the cut of a line; None when it is a further line of a known write."""
    value = _until_cut(line)
    if any(value.get("run") == run and value.get("step") == step for run, step in known):
        return None
    before = value.get("before")
    return Torn(
        number,
        str(value.get("id") or ""),
        str(value.get("operation") or ""),
        before if isinstance(before, dict) else None,
        "before" in value,
    )


def _until_cut(line: str) -> dict[str, t.Any]:
    """Return the whole pairs of an object in JSON that is cut off."""
    decoder = json.JSONDecoder()
    found: dict[str, t.Any] = {}
    place = 1
    with contextlib.suppress(ValueError, RecursionError):
        while True:
            name, place = decoder.raw_decode(line, place)
            value, after = decoder.raw_decode(line, place + len(": "))
            if line[after : after + 1] not in (",", "}"):
                break
            found[str(name)] = value
            place = after + len(", ")
    return found


def _json(line: str) -> t.Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _entry(value: t.Any) -> Entry | None:
    if not isinstance(value, dict) or any(name not in value for name in _NEEDED):
        return None
    found: dict[str, t.Any] = {field.name: value.get(field.name) for field in dataclasses.fields(Entry)}
    entry = Entry(**found)
    texts = (entry.run, entry.state, entry.id, entry.operation)
    right = all(isinstance(text, str) for text in texts) and isinstance(entry.step, int) and entry.state in STATES
    bodies = all(body is None or isinstance(body, dict) for body in (entry.before, entry.after))
    return entry if right and bodies else None
