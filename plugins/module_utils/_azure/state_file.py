# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A reading of Azure as a file, which several runs share: its form, its age, and one writer at a time."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import fcntl
import json
import os
import pathlib
import tempfile
import time
import typing as t

from .exchanges import Call

FORMAT = "azure_windows.activation/azure-state"
VERSION = 1
# Fifty times the reading of a thousand VMs.
LARGEST = 1 << 28
_TIME = "%Y-%m-%dT%H:%M:%SZ"
# Clocks of controllers differ by seconds; more is a wrong clock or a wrong file.
_SKEW = 300
_PAUSE = 0.2
# What Azure refuses once it refuses again; anything else, as a time-out, is worth another question by the next run.
_LASTING = (400, 403, 404)
# Azure does not give these away in what is read here. Should it ever, they stay out of the file.
_SECRETS = ("sharedkey", "secret", "password", "customdata", "userdata", "protectedsettings", "token")
_HIDDEN = "(left out)"


class StateError(Exception):
    """The file cannot be used; the text names the option and what to do."""


@dataclasses.dataclass(frozen=True)
class State:
    """What was read of `cloud`, as the user names it: the calls, the machines that were asked about, the time of the oldest answer."""

    cloud: str
    cloud_name: str
    read_at: datetime.datetime
    machines: frozenset[str] = frozenset()
    calls: tuple[Call, ...] = ()

    def age(self, now: datetime.datetime) -> int:
        """Return the seconds since the oldest answer."""
        return max(int((now - self.read_at).total_seconds()), 0)

    @property
    def told(self) -> str:
        """When it was read, as a report says it."""
        return self.read_at.strftime(_TIME)


def now() -> datetime.datetime:
    """Return the present time in whole seconds."""
    return datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)


def load(path: str, cloud: str) -> State | None:
    """Return the reading in a file, None without a file. Raises StateError for one that is broken, or of something else."""
    place = pathlib.Path(path)
    try:
        if place.exists() and not place.is_file():
            raise StateError(f"state_file: {path} is not a file. Name a file.")
        if not place.exists():
            return None
        if place.stat().st_size > LARGEST:
            raise StateError(f"state_file: {path} is larger than {LARGEST >> 20} MiB. Name another file.")
        plain = json.loads(place.read_text(encoding="utf-8"))
    except OSError as error:
        raise StateError(f"state_file: cannot read {path}: {error.strerror or error}.") from error
    except (ValueError, RecursionError) as error:
        raise StateError(f"state_file: {path} is not JSON ({error}). Remove it, or name another file.") from error
    if not isinstance(plain, dict) or plain.get("format") != FORMAT:
        raise StateError(f"state_file: {path} is no reading of Azure by this collection. Name another file.")
    if plain.get("version") != VERSION:
        raise StateError(
            f"state_file: {path} has version {plain.get('version')}, this release reads {VERSION}. Remove the file."
        )
    state = _parsed(plain)
    if state is None:
        raise StateError(f"state_file: {path} is damaged. Remove it, so that Azure is read again.")
    if state.cloud != cloud:
        raise StateError(f"state_file: {path} was read from {state.cloud}, not from {cloud}. Name another file.")
    if (state.read_at - now()).total_seconds() > _SKEW:
        raise StateError(
            f"state_file: {path} says {state.told}, which is yet to come. Correct the clock, or remove it."
        )
    return state


def _parsed(plain: dict[str, t.Any]) -> State | None:
    cloud, name = plain.get("cloud"), plain.get("cloud_name")
    machines, calls = plain.get("machines"), plain.get("calls")
    try:
        read_at = datetime.datetime.strptime(str(plain.get("read_at")), _TIME).replace(tzinfo=datetime.timezone.utc)
    except ValueError:
        return None
    if not isinstance(cloud, str) or not isinstance(name, str):
        return None
    if not isinstance(machines, list) or not all(isinstance(machine, str) for machine in machines):
        return None
    if not isinstance(calls, list) or not all(map(_is_call, calls)):
        return None
    return State(cloud, name, read_at, frozenset(machines), tuple(calls))


def _is_call(call: t.Any) -> bool:
    if not isinstance(call, dict) or not all(
        isinstance(call.get(name), str) for name in ("method", "path", "api_version")
    ):
        return False
    error, query = call.get("error"), call.get("query")
    if error is not None and not (isinstance(error, dict) and {"code", "message"} <= error.keys()):
        return False
    if call["method"] == "list" and error is None:
        items = call.get("body")
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            return False
    return isinstance(query, dict) and all(isinstance(value, str) for value in query.values()) and "body" in call


def lasting(calls: t.Iterable[Call]) -> list[Call]:
    """Return the calls that tell the next run something: answers, and refusals that would be the same again."""
    return [call for call in calls if call.get("error") is None or call.get("status") in _LASTING]


def save(path: str, state: State) -> None:
    """Write a reading for its owner only; whoever reads meanwhile meets the old file or the new one. Raises StateError."""
    plain = {
        "format": FORMAT,
        "version": VERSION,
        "read_at": state.told,
        "cloud": state.cloud,
        "cloud_name": state.cloud_name,
        "machines": sorted(state.machines),
        "calls": [_bare(call) for call in state.calls],
    }
    place = pathlib.Path(path)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                json.dump(plain, stream, separators=(",", ":"))
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(draft, place)
        except BaseException:
            os.unlink(draft)
            raise
    except OSError as error:
        raise StateError(f"state_file: cannot write {path}: {error.strerror or error}.") from error


def _bare(value: t.Any) -> t.Any:
    """Return a copy without what nobody should find in a file."""
    if isinstance(value, list):
        return [_bare(item) for item in value]
    if isinstance(value, dict):
        return {key: _HIDDEN if _is_secret(key, item) else _bare(item) for key, item in value.items()}
    return value


def _is_secret(key: str, value: t.Any) -> bool:
    return isinstance(value, str) and any(key.lower().endswith(name) for name in _SECRETS) and key != "skipToken"


@contextlib.contextmanager
def alone(path: str, limit: float) -> t.Iterator[bool]:
    """Keep other runs from reading Azure for the same file meanwhile; gives False where another one had it for `limit` seconds.

    Raises StateError.
    """
    lock = pathlib.Path(f"{path}.lock")
    end = time.monotonic() + limit
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StateError(f"state_file: cannot write {lock}: {error.strerror or error}.") from error
    try:
        yield _locked(handle, end)
    finally:
        os.close(handle)


def _locked(handle: int, end: float) -> bool:
    while not _lock(handle):
        if time.monotonic() + _PAUSE >= end:
            return False
        time.sleep(_PAUSE)
    return True


def _lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
