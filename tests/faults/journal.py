# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A journal that cannot be written or read, is cut off, or holds what this collection never wrote."""

from __future__ import annotations

import errno
import functools
import json
import os
import pathlib
import re
import typing as t
import unittest.mock

from ansible_collections.azure_windows.activation.plugins.module_utils._azure_change import journal
from tests.faults.azure_module import TABLE, VM, Azure
from tests.faults.row import Case, Checks, Row
from tests.unit.lab.azure import builders as b

AREA = "journal"
# The lines of a run that writes two routes.
LINES = ("intended, first write", "done, first write", "intended, second write", "done, second write")
_GROUP = b.group()
_write, _fsync = os.write, os.fsync


def _azure(folder: pathlib.Path) -> Azure:
    resources = [*b.routed(b.route("0.0.0.0/0", "VirtualNetworkGateway", name="default")), _GROUP]
    return Azure(b.world(resources, options={"retry_after": 0}), folder)


class Disk:
    """A disk that is full from line `line` on, of which it still takes `share`; with `sync` it takes all and cannot keep it."""

    def __init__(self, line: int, share: float = 0, sync: bool = False) -> None:
        self._line, self._share, self._sync = line, share, sync
        self._lines = 0
        self._struck = False

    def write(self, handle: int, data: t.Any) -> int:
        """Stand in for os.write."""
        self._lines += bytes(data).lstrip(b"\n").startswith(b'{"time"')
        if self._sync or self._lines < self._line:
            return _write(handle, data)
        room = 0 if self._struck else int(len(data) * self._share)
        self._struck = True
        if not room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return _write(handle, bytes(data)[:room])

    def fsync(self, handle: int) -> None:
        """Stand in for os.fsync."""
        if self._sync and self._lines >= self._line:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        _fsync(handle)


def _full(line: int, how: str, disk: t.Callable[[], Disk], folder: pathlib.Path) -> list[Row]:
    checks = Checks()
    with _azure(folder) as azure:
        full = disk()
        with (
            unittest.mock.patch.object(journal.os, "write", full.write),
            unittest.mock.patch.object(journal.os, "fsync", full.fsync),
        ):
            answer = azure.add_routes()
        checks.expect("journal: " in answer.msg and "cannot be written" in answer.msg, "the journal is not named")
        checks.expect(azure.untouched, "Azure is not as before")
        checks.expect(not answer.result["changes"], "changes are claimed")
        puts = sum(entry["method"] == "PUT" for entry in azure.writes())
        # The first line of a write that is not on the disk keeps it from being sent.
        checks.expect(puts == line // 2, f"{puts} writes were sent")
        back = azure.undo() if azure.journal.exists() and azure.journal.stat().st_size else None
        doubt = back.msg if back else ""
        checks.expect(azure.untouched and (not doubt or "may have been sent" in doubt), f"rollback said: {doubt}")
    left = f"{puts} of 2 writes sent and taken back, Azure as before"
    return [checks.row(AREA, f"{LINES[line - 1]}: {how}", answer.msg, left)]


def _place(how: str, make: t.Callable[[pathlib.Path], pathlib.Path], folder: pathlib.Path) -> list[Row]:
    checks = Checks()
    place = folder / "place"
    place.mkdir()
    with _azure(folder) as azure:
        path = make(place)
        before = sorted((str(item), item.lstat().st_size) for item in place.rglob("*"))
        answer = azure.add_routes(journal=str(path))
        checks.expect(re.match(r"journal: \S+ cannot be written: ", answer.msg) is not None, "the journal is not named")
        checks.expect(azure.untouched and not azure.writes(), "something was sent")
        after = sorted((str(item), item.lstat().st_size) for item in place.rglob("*"))
        checks.expect(before == after, "something was written there")
    return [checks.row(AREA, f"at first use, its place is {how}", answer.msg, "nothing sent, nothing written")]


def _symlink(place: pathlib.Path) -> pathlib.Path:
    (place / "target").write_text("precious\n")
    (place / "link").symlink_to("target")
    return place / "link"


def _dangling(place: pathlib.Path) -> pathlib.Path:
    (place / "link").symlink_to("nowhere")
    return place / "link"


def _pipe(place: pathlib.Path) -> pathlib.Path:
    os.mkfifo(place / "pipe")
    return place / "pipe"


def _folder(place: pathlib.Path) -> pathlib.Path:
    (place / "folder").mkdir()
    return place / "folder"


def _below_a_file(place: pathlib.Path) -> pathlib.Path:
    (place / "file").write_text("x")
    return place / "file" / "journal.jsonl"


_PLACES: dict[str, t.Callable[[pathlib.Path], pathlib.Path]] = {
    "a symbolic link": _symlink,
    "a symbolic link to nothing": _dangling,
    "a pipe": _pipe,
    "a folder": _folder,
    "below a file": _below_a_file,
    "a device": lambda _place: pathlib.Path("/dev/full"),
    "where nothing can be made": lambda _place: pathlib.Path("/proc/kms/journal.jsonl"),
}


def _mode(mode: int, folder: pathlib.Path) -> list[Row]:
    checks = Checks()
    with _azure(folder) as azure:
        azure.journal.write_text("")
        azure.journal.chmod(mode)
        answer = azure.add_routes()
        now = azure.journal.stat().st_mode & 0o777
        checks.expect((answer.msg, now) == ("", 0o600), f"its mode is {now:04o}")
        checks.expect(len(azure.states()) == len(LINES), "lines are missing")
        azure.undo()
        checks.expect(azure.untouched, "rollback does not restore Azure")
    return [
        checks.row(
            AREA, f"somebody else made the file, mode {mode:04o}", "as if nothing had happened", f"mode {now:04o}"
        )
    ]


Spoil = t.Callable[[pathlib.Path], t.Any]


def _lines(path: pathlib.Path, keep: slice) -> None:
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[keep]))


def _cut(path: pathlib.Path, line: int, share: float) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:line], lines[line][: int(len(lines[line]) * share)]]))


def _append(path: pathlib.Path, **entry: t.Any) -> None:
    line = {
        "run": "r",
        "step": 1,
        "state": "done",
        "operation": "create",
        "before": None,
        "after": {"properties": {}},
        **entry,
    }
    path.write_text(path.read_text("utf-8") + json.dumps(line) + "\n", "utf-8")


def _in_the_middle(path: pathlib.Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], b'{"time": "2026-\n', *lines[2:]]))


# How it is spoiled after two routes were written -> by what, whether Azure is as before after a rollback, what is said.
_SPOILED: dict[str, tuple[Spoil, bool, str]] = {
    "the last line, of a write that was sent, is missing": (lambda p: _lines(p, slice(3)), True, "^$"),
    "both 'done' lines are missing": (lambda p: p.write_bytes(b"".join(p.read_bytes().splitlines(True)[::2])), True, "^$"),
    "the last line is cut off in its middle": (lambda p: _cut(p, 3, 0.5), True, "^$"),
    "a line in the middle is cut off": (_in_the_middle, True, "^$"),
    "the 'intended' line of a write that was sent is cut off after its id": (
        lambda p: _cut(p, 2, 0.9), False, "may have been sent, and kms-.* is not as it was before",
    ),
    "the 'intended' line of a write that was sent is cut off at its beginning": (
        lambda p: _cut(p, 2, 0.05), False, "may have been sent, and what it was about is lost",
    ),
    "it is empty": (lambda p: p.write_text(""), False, "^$"),
    "it is missing": (lambda p: p.unlink(), False, "^journal: .* does not exist"),
    "it is a folder": (lambda p: (p.unlink(), p.mkdir()), False, "^journal: .* cannot be read"),
    "it is a pipe that nobody writes to": (lambda p: (p.unlink(), os.mkfifo(p)), False, "^journal: .* cannot be read: it is not a file"),
    "it is a device without an end": (lambda p: (p.unlink(), p.symlink_to("/dev/zero")), False, "^journal: .* cannot be read: it is not a file"),
    "it is larger than memory": (lambda p: os.truncate(p, 1 << 40), False, "^journal: .* larger than"),
    "it is random bytes": (lambda p: p.write_bytes(os.urandom(999)), False, "^journal: .* no journal of this collection"),
    "it is a page of HTML": (lambda p: p.write_text("<html>\n</html>\n"), False, "^journal: .* no journal of this collection"),
    "a line is a list": (lambda p: p.write_text("[1]\n" + p.read_text()), False, "^journal: line 1 of .* is not one of"),
    "a line is nested 200,000 deep": (lambda p: p.write_text("[" * 200_000 + "]" * 200_000 + "\n" + p.read_text()), True, "^$"),
    "a step is a text": (lambda p: _append(p, id=f"{TABLE}/routes/x", step="1"), False, "^journal: line 5 of .* is not one of"),
    "a state is unknown": (lambda p: _append(p, id=f"{TABLE}/routes/x", state="later"), False, "^journal: line 5 of .* is not one of"),
    "a body is a list": (lambda p: _append(p, id=f"{TABLE}/routes/x", before=[1]), False, "^journal: line 5 of .* is not one of"),
    "it names a virtual machine": (lambda p: _append(p, id=VM), True, "which no module of this collection writes"),
    "it names a virtual network": (
        lambda p: _append(p, id=f"{b.NETWORK}/virtualNetworks/spoke"), True, "which no module of this collection writes",
    ),
    "it names, by '..', the security group above a rule": (
        lambda p: _append(p, id=f"{_GROUP['id']}/securityRules/..", after=_GROUP), True, "is no resource id",
    ),
    "it names an unknown operation": (
        lambda p: _append(p, id=f"{TABLE}/routes/x", operation="move"), True, "which no module of this collection writes",
    ),
}  # fmt: skip


def _spoiled(how: str, folder: pathlib.Path) -> list[Row]:
    spoil, restored, says = _SPOILED[how]
    checks = Checks()
    with _azure(folder) as azure:
        written = azure.add_routes()
        checks.expect(not written.msg, written.msg)
        after = azure.lab.state_hash()
        spoil(azure.journal)
        answer = azure.undo()
        checks.expect(re.search(says, answer.msg) is not None, f"'{says}' is not said")
        checks.expect(azure.untouched is restored, "Azure is not as expected")
        named = any(
            entry["path"].endswith(("virtualMachines/web", "/spoke", "/nsg", "/nsg/")) for entry in azure.writes()
        )
        checks.expect(not named, "something of somebody else was written")
        asis = azure.lab.state_hash() == after
    left = "Azure as before" if restored else "nothing undone" if asis else "undone but for what is said"
    return [checks.row(AREA, f"at rollback, {how}", answer.msg or "undone", left)]


def _undoing(state: str, folder: pathlib.Path) -> list[Row]:
    def failing(handle: int, data: t.Any) -> int:
        if f'"state": "{state}"'.encode() in bytes(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return _write(handle, data)

    checks = Checks()
    with _azure(folder) as azure:
        azure.add_routes()
        with unittest.mock.patch.object(journal.os, "write", failing):
            answer = azure.undo()
        checks.expect(not answer.msg and azure.untouched, "the undo was stopped")
        checks.expect("cannot be written" in answer.printed, "the journal's trouble is not said")
        again = azure.undo()
        checks.expect(not again.msg and not again.result["changed"], "a second rollback finds something to do")
    return [
        checks.row(
            AREA, f"at rollback, the line '{state}' cannot be written", "undone, with a warning", "Azure as before"
        )
    ]


def cases() -> list[Case]:
    """Return every fault of the journal."""
    shares = {"nothing fits": 0.0, "a third fits": 0.33, "all but its end fits": 0.999}
    found = [
        Case(
            f"journal: full at line {line}: {how}",
            functools.partial(_full, line, f"disk full, {how}", functools.partial(Disk, line, share)),
        )
        for line in range(1, len(LINES) + 1)
        for how, share in shares.items()
    ]
    found += [
        Case(
            f"journal: sync at line {line}",
            functools.partial(_full, line, "the disk fails to keep it", functools.partial(Disk, line, sync=True)),
        )
        for line in (1, 2)
    ]
    found += [Case(f"journal: place {how}", functools.partial(_place, how, make)) for how, make in _PLACES.items()]
    found += [Case(f"journal: mode {mode:o}", functools.partial(_mode, mode)) for mode in (0o666, 0o440)]
    found += [Case(f"journal: {how}", functools.partial(_spoiled, how)) for how in _SPOILED]
    return found + [Case(f"journal: {state}", functools.partial(_undoing, state)) for state in ("undoing", "undone")]
