# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reports and recordings from elsewhere that are not what they should be, and a controller that cannot write its own."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import pathlib
import re
import resource
import signal
import typing as t

from ansible.errors import AnsibleError

from ansible_collections.azure_windows.activation.plugins.action import kms_diagnosis, kms_facts
from tests.faults.row import Case, Checks, Row
from tests.unit.plugins.action import test_kms_report as writing
from tests.unit.plugins.action.simulated import SimulatedGuest
from tests.unit.plugins.action.wiring import run_action
from tests.unit.plugins.module_utils._report.fleet import ACTIVATED, diagnosis

FORMATS = ("json", "html", "md", "prom")
_HOSTS = [diagnosis("web01", ACTIVATED, licensed=True)]
Spoil = t.Callable[[pathlib.Path], t.Any]


@contextlib.contextmanager
def full_disk(room: int) -> t.Iterator[None]:
    """Let no file of this process grow beyond `room` bytes: the kernel takes a part, and then refuses, as it does on a full disk."""
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, old[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
        signal.signal(signal.SIGXFSZ, handler)


def _said(call: t.Callable[[], t.Any]) -> str:
    """Return the one error of a call as Ansible would print it; empty when there is none. Any other exception is a traceback."""
    try:
        call()
    except AnsibleError as error:
        return error.message
    return ""


def _files(folder: pathlib.Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} if folder.is_dir() else {}


# Reports from elsewhere.


def _text(text: str) -> Spoil:
    return lambda path: path.write_text(text, "utf-8", "surrogatepass")


def _changed(change: t.Callable[[dict[str, t.Any]], t.Any]) -> Spoil:
    def spoil(path: pathlib.Path) -> None:
        report = json.loads(path.read_text("utf-8"))
        change(report)
        path.write_text(json.dumps(report), "utf-8")

    return spoil


def _host(**values: t.Any) -> Spoil:
    return _changed(lambda report: report["hosts"][0].update(values))


def _cause(**values: t.Any) -> Spoil:
    return _changed(lambda report: report["hosts"][0]["root_cause"].update(values))


def _number(text: str) -> Spoil:
    def spoil(path: pathlib.Path) -> None:
        report = json.loads(path.read_text("utf-8"))
        report["hosts"][0]["root_cause"]["evidence"] = [
            {"kind": "kms_host", "object": "x", "value": "NUMBER", "source": "host_settings"}
        ]
        path.write_text(json.dumps(report).replace('"NUMBER"', text), "utf-8")

    return spoil


def _deep(levels: int) -> Spoil:
    def spoil(path: pathlib.Path) -> None:
        report = json.loads(path.read_text("utf-8"))
        report["hosts"][0]["root_cause"]["evidence"] = "DEEP"
        path.write_text(json.dumps(report).replace('"DEEP"', "[" * levels + "]" * levels), "utf-8")

    return spoil


def _instead(make: t.Callable[[pathlib.Path], t.Any]) -> Spoil:
    def spoil(path: pathlib.Path) -> None:
        path.unlink()
        make(path)

    return spoil


_FOREIGN: dict[str, Spoil] = {
    "a value is -Infinity": _number("-Infinity"),
    "a value is NaN": _number("NaN"),
    "a value is 1e400": _number("1e400"),
    "a value has 100,000 digits": _number("9" * 100_000),
    "a severity is 'critical'": _cause(severity="critical"),
    "a severity is a number": _cause(severity=3),
    "a finding is a text": _host(findings=["nsg-denies-kms"]),
    "evidence nested 200,000 deep": _deep(200_000),
    "evidence nested 80 deep": _deep(80),
    "hosts is an object": _changed(lambda report: report.update(hosts={"web01": {}})),
    "a host is a number": _changed(lambda report: report.update(hosts=[7])),
    "a name is a list": _host(name=["web01"]),
    "licensed is a text": _host(licensed="yes"),
    "a time is a number": _host(reported_at=1764576000),
    "a time that is none": _changed(lambda report: report.update(generated_at="2026-02-30T08:00:00Z".replace("T", " "))),
    "schema_version 99": _changed(lambda report: report.update(schema_version=99)),
    "schema_version as a text": _changed(lambda report: report.update(schema_version="2")),
    "no schema_version": _changed(lambda report: report.pop("schema_version")),
    "remediation is a text": _changed(lambda report: report.update(remediation="none")),
    "it is a list": _text("[]"),
    "it is empty": _text(""),
    "it is a page of HTML": _text("<!DOCTYPE html>"),
    "it is cut off in its middle": lambda path: os.truncate(path, path.stat().st_size // 2),
    "it is not UTF-8": lambda path: path.write_bytes(b'{"schema_version": 2, "x": "\xff"}'),
    "it is a folder": _instead(lambda path: path.mkdir()),
    "it is a pipe that nobody writes to": _instead(os.mkfifo),
    "it is a device without an end": _instead(lambda path: path.symlink_to("/dev/zero")),
    "it is a loop of symbolic links": _instead(lambda path: path.symlink_to(path.name)),
    "it is larger than memory": lambda path: os.truncate(path, 1 << 40),
}  # fmt: skip


def _foreign(option: str, how: str, folder: pathlib.Path) -> list[Row]:
    checks = Checks()
    writing.run(folder / "earlier", diagnoses=_HOSTS)
    path = folder / "earlier" / "kms-report.json"
    _FOREIGN[how](path)
    given = [str(path)] if option == "merge" else str(path)
    said = _said(lambda: writing.run(folder / "out", diagnoses=_HOSTS, **{option: given}))
    checks.expect(
        re.match(rf"kms_report: {option}: .*kms-report\.json", said) is not None, "option and file are not named"
    )
    checks.expect(not (folder / "out").exists(), "a report was written")
    checks.expect("\n" not in said and len(said) < 500, "it is more than a sentence")
    return [checks.row("report", f"{option}: {how}", said, "nothing written")]


def _harmless(how: str, option: str, spoil: Spoil, folder: pathlib.Path) -> list[Row]:
    checks = Checks()
    writing.run(folder / "earlier", diagnoses=_HOSTS)
    path = folder / "earlier" / "kms-report.json"
    spoil(path)
    given = [str(path)] if option == "merge" else str(path)
    said = _said(lambda: writing.run(folder / "out", diagnoses=_HOSTS, **{option: given}))
    checks.expect(said == "" and len(_files(folder / "out")) == len(FORMATS), f"it was refused: {said}")
    for name, data in _files(folder / "out").items():
        checks.expect(b"NaN" not in data and b"Infinity" not in data, f"{name} holds what is no number")
    return [checks.row("report", f"{option}: {how}", "as if nothing had happened", "whole report")]


# Writing.


def _full(form: str, share: float, folder: pathlib.Path) -> list[Row]:
    checks = Checks()
    old = [diagnosis("old01", ACTIVATED, licensed=True)]
    writing.run(folder, diagnoses=old, formats=[form])
    before = _files(folder)
    with full_disk(int(len(before[f"kms-report.{form}"]) * share)):
        said = _said(lambda: writing.run(folder, diagnoses=_HOSTS, formats=[form]))
    checks.expect(
        re.match(rf"kms_report: cannot write .*kms-report\.{form}: ", said) is not None, "the file is not named"
    )
    checks.expect(_files(folder) == before, "the earlier report is not as it was")
    return [
        checks.row(
            "report", f"disk full after {share:.0%} of kms-report.{form}", said, "earlier report whole, no draft left"
        )
    ]


def _no_place(how: str, make: t.Callable[[pathlib.Path], pathlib.Path], folder: pathlib.Path) -> list[Row]:
    checks = Checks()
    place = make(folder)
    said = _said(lambda: writing.run(place, diagnoses=_HOSTS))
    checks.expect("cannot write" in said and "kms-report" in said, "the file is not named")
    left = sorted(path.name for path in folder.rglob(".kms-report*"))
    checks.expect(not left, f"drafts are left: {left}")
    return [checks.row("report", f"its place is {how}", said, "no draft left")]


def _file(folder: pathlib.Path) -> pathlib.Path:
    (folder / "file").write_text("x")
    return folder / "file"


def _taken(folder: pathlib.Path) -> pathlib.Path:
    (folder / "kms-report.json").mkdir()
    return folder


_NO_PLACES: dict[str, t.Callable[[pathlib.Path], pathlib.Path]] = {
    "a file": _file,
    "below a file": lambda folder: _file(folder) / "inner",
    "where nothing can be made": lambda _folder: pathlib.Path("/proc/kms"),
    "taken by a folder of the report's name": _taken,
}


# Recordings.


def _recorded(folder: pathlib.Path) -> pathlib.Path:
    guest = SimulatedGuest()
    path = folder / "web01.json"
    guest.run(kms_facts, record=str(path))
    return path


_RECORDINGS: dict[str, Spoil] = {
    "it is cut off in its middle": lambda path: os.truncate(path, path.stat().st_size // 2),
    "it is nested 200,000 deep": _text("[" * 200_000 + "]" * 200_000),
    "it is a list": _text("[1]"),
    "its format is unknown": _changed(lambda recording: recording.update(recording=99)),
    "it is a report": _text('{"schema_version": 2, "hosts": []}'),
    "it is not UTF-8": lambda path: path.write_bytes(b"\xff\xfe"),
    "it is a pipe that nobody writes to": _instead(os.mkfifo),
    "it is a device without an end": _instead(lambda path: path.symlink_to("/dev/zero")),
    "it is larger than memory": lambda path: os.truncate(path, 1 << 40),
}  # fmt: skip


def _replay(how: str, folder: pathlib.Path) -> list[Row]:
    checks = Checks()
    path = _recorded(folder)
    _RECORDINGS[how](path)
    said = _said(lambda: run_action(kms_diagnosis, {"recordings": [str(path)]}, lambda **_call: None))
    checks.expect(re.match(r"recordings: .*web01\.json", said) is not None, "option and file are not named")
    return [checks.row("report", f"a recording: {how}", said, "nothing judged")]


def _recording_full(share: float, folder: pathlib.Path) -> list[Row]:
    checks = Checks()
    path = _recorded(folder)
    before = path.read_bytes()
    with full_disk(int(len(before) * share)):
        said = _said(lambda: SimulatedGuest().run(kms_facts, record=str(path)))
    checks.expect("cannot write the recording" in said and path.name in said, "the file is not named")
    checks.expect(_files(folder) == {path.name: before}, "the earlier recording is not as it was")
    return [
        checks.row(
            "report", f"disk full after {share:.0%} of a recording", said, "earlier recording whole, no draft left"
        )
    ]


def cases() -> list[Case]:
    """Return every fault of reports and recordings."""
    found = [
        Case(f"report: {option}: {how}", functools.partial(_foreign, option, how))
        for option in ("merge", "previous")
        for how in _FOREIGN
        # What is compared with is read by the same code; one of each kind shows it.
        if option == "merge" or how.startswith("it is") or "severity" in how or "-Inf" in how
    ]
    harmless: list[tuple[str, str, Spoil]] = [
        (
            "of a clock that was a year ahead",
            "previous",
            _changed(lambda report: report.update(generated_at="2099-01-01T00:00:00Z")),
        ),
        ("missing", "previous", _instead(lambda _path: None)),
        ("lone surrogates in a name", "merge", _host(name="web\ud800")),
        ("messages that are numbers", "merge", _changed(lambda report: report.update(messages=[1, 2]))),
        ("messages that are a text", "merge", _changed(lambda report: report.update(messages="none"))),
        (
            "unknown keys everywhere",
            "merge",
            _changed(lambda report: (report.update(later=1), report["hosts"][0].update(later=[2]))),
        ),
    ]
    found += [
        Case(f"report: {option}: {how}", functools.partial(_harmless, how, option, spoil))
        for how, option, spoil in harmless
    ]
    found += [
        Case(f"report: full {form} {share}", functools.partial(_full, form, share))
        for form in FORMATS
        for share in (0, 0.5)
    ]
    found += [Case(f"report: place {how}", functools.partial(_no_place, how, make)) for how, make in _NO_PLACES.items()]
    found += [Case(f"report: recording {how}", functools.partial(_replay, how)) for how in _RECORDINGS]
    return [
        *found,
        *(Case(f"report: recording full {share}", functools.partial(_recording_full, share)) for share in (0, 0.5)),
    ]
