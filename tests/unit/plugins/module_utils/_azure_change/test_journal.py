# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The journal on a bad disk: what is written is whole, what was cut off is said, and no other file is touched."""

from __future__ import annotations

import errno
import json
import os
import pathlib
import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._azure_change import change_set, journal

ID = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/routeTables/t/routes/r"
DONE: dict[str, t.Any] = {"properties": {"provisioningState": "Succeeded"}}


def test_the_journal_keeps_the_last_state_of_each_write(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "new" / "journal.jsonl"
    book = journal.Journal(str(path), "module", now=lambda: "now")
    first, second = (book.next_entry(f"{ID}{n}", change_set.CREATE, None, DONE) for n in (1, 2))
    book.append(first)
    book.append(second)
    done = journal.dataclasses.replace(first, state=journal.DONE, after={"etag": "e", **DONE})
    book.append(done)
    assert journal.read(str(path)) == ([done, second], None)
    line = json.loads(path.read_text("utf-8").splitlines()[-1])
    named = {
        "time",
        "run",
        "step",
        "state",
        "id",
        "operation",
        "before",
        "after",
        "etag_before",
        "etag_after",
        "module",
        "api_version",
    }
    assert (line.keys(), line["etag_after"]) == (named, "e")
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_torn_line_spoils_nothing(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "journal.jsonl"
    book = journal.Journal(str(path), "module")
    first, second = (book.next_entry(f"{ID}{n}", change_set.CREATE, None, DONE) for n in (1, 2))
    book.append(first)
    with path.open("a", encoding="utf-8") as stream:
        stream.write('{"time": "2026')
    book.append(second)
    assert journal.read(str(path)) == ([first, second], None)


def test_a_journal_that_cannot_be_written_is_said(tmp_path: pathlib.Path) -> None:
    (tmp_path / "file").write_text("")
    book = journal.Journal(str(tmp_path / "file" / "journal"), "module")
    with pytest.raises(journal.JournalError, match=r"journal: .* cannot be written"):
        book.append(book.next_entry(ID, change_set.CREATE, None, DONE))


@pytest.mark.parametrize("free", [0, 1, 40, 200])
def test_a_line_is_whole_or_an_error(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    """As write(2) does on a nearly full disk: a part is taken and counted, the next call fails."""
    path = tmp_path / "journal"
    book = journal.Journal(str(path), "module")
    left = [free]
    write = os.write

    def nearly_full(handle: int, data: t.Any) -> int:
        if not left[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        count = write(handle, bytes(data[: left[0]]))
        left[0] -= count
        return count

    monkeypatch.setattr(os, "write", nearly_full)
    with pytest.raises(journal.JournalError, match="No space left on device"):
        book.append(book.next_entry(ID, change_set.CREATE, None, DONE))
    assert path.stat().st_size == free
    monkeypatch.undo()
    second = book.next_entry(ID, change_set.CREATE, None, DONE)
    book.append(second)
    assert journal.read(str(path)) == ([second], None)


def test_a_line_goes_out_in_as_many_pieces_as_the_system_takes(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, bytes(data[:7])))
    book = journal.Journal(str(tmp_path / "journal"), "module")
    entry = book.next_entry(ID, change_set.CREATE, None, DONE)
    book.append(entry)
    assert journal.read(str(tmp_path / "journal")) == ([entry], None)


def test_a_line_is_on_the_disk_before_it_counts(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(_handle: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    book = journal.Journal(str(tmp_path / "journal"), "module")
    book.append(book.next_entry(ID, change_set.CREATE, None, DONE))
    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(journal.JournalError, match="Input/output error"):
        book.append(book.next_entry(ID, change_set.CREATE, None, DONE))


@pytest.mark.parametrize("kind", ["link", "dangling", "pipe", "folder"])
def test_only_a_file_is_written_to(tmp_path: pathlib.Path, kind: str) -> None:
    path, other = tmp_path / "journal", tmp_path / "other"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to(other)
        if kind == "link":
            other.write_text("theirs")
    book = journal.Journal(str(path), "module")
    with pytest.raises(journal.JournalError, match=r"journal: .* cannot be written"):
        book.append(book.next_entry(ID, change_set.CREATE, None, DONE))
    assert (other.read_text() if other.exists() else None) == ("theirs" if kind == "link" else None)


def test_a_journal_is_private_whatever_it_was(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "journal"
    path.touch(0o666)
    path.chmod(0o666)
    book = journal.Journal(str(path), "module")
    book.append(book.next_entry(ID, change_set.CREATE, None, DONE))
    assert path.stat().st_mode & 0o777 == 0o600


def _cut(tmp_path: pathlib.Path, after: str, state: str = journal.INTENDED) -> journal.Torn | None:
    """Return what is read of a second line that is cut off after a text."""
    path = tmp_path / "journal"
    book = journal.Journal(str(path), "module")
    book.append(book.next_entry(f"{ID}1", change_set.CREATE, None, DONE))
    second = book.next_entry(f"{ID}2", change_set.UPDATE, {"name": "old"}, DONE)
    if state != journal.INTENDED:
        book.append(second)
    book.append(journal.dataclasses.replace(second, state=state))
    text = path.read_text("utf-8")
    path.write_text(text[: text.rindex(after) + len(after)], "utf-8")
    entries, torn = journal.read(str(path))
    assert len(entries) == (1 if state == journal.INTENDED else 2)
    return torn


def test_a_last_line_that_is_cut_off_is_told(tmp_path: pathlib.Path) -> None:
    whole = _cut(tmp_path, '"after": ')
    assert whole == journal.Torn(2, f"{ID}2", change_set.UPDATE, {"name": "old"}, True)


def test_what_was_before_is_known_only_whole(tmp_path: pathlib.Path) -> None:
    assert _cut(tmp_path, '"before": {"na') == journal.Torn(2, f"{ID}2", change_set.UPDATE, None, False)


def test_a_line_cut_off_early_names_nothing(tmp_path: pathlib.Path) -> None:
    assert _cut(tmp_path, '{"time": "2') == journal.Torn(2, "", "", None, False)


def test_the_end_of_a_known_write_may_be_cut_off(tmp_path: pathlib.Path) -> None:
    assert _cut(tmp_path, '"before": {"na', journal.DONE) is None
