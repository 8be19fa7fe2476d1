# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A guest that answers the probe with something else, or not at all: asked by the module itself, judged by the module itself."""

from __future__ import annotations

import functools
import json
import pathlib
import typing as t

from ansible.errors import AnsibleConnectionFailure, AnsibleError

from ansible_collections.azure_windows.activation.plugins.action import kms_diagnosis, kms_facts
from ansible_collections.azure_windows.activation.plugins.filter.kms_evidence import FilterModule
from tests.faults.row import Case, Checks, Row
from tests.unit.plugins.action.simulated import SimulatedGuest
from tests.unit.plugins.action.wiring import run_action

# What no broken answer may be taken for: a licence that is in order, or a cause in the guest or on its way.
UNKNOWN = ("guest-unreachable", "license-state-unreadable")
Outcome = dict[str, t.Any]
Spoil = t.Callable[[Outcome], Outcome]


def _output(change: t.Callable[[str], t.Any]) -> Spoil:
    return lambda outcome: {**outcome, "output": [change(outcome["output"][0])]}


def _answer(change: t.Callable[[Outcome], t.Any]) -> Spoil:
    def spoil(text: str) -> str:
        answer = json.loads(text)
        change(answer)
        return json.dumps(answer)

    return _output(spoil)


def _every(value: t.Any) -> Spoil:
    """Put `value` in place of every section."""
    return _answer(lambda answer: answer.update(dict.fromkeys(answer, value)))


def _sections(key: str, value: t.Any) -> Spoil:
    """Put `value` in place of a part of every section, or of the whole sections."""

    def change(answer: Outcome) -> None:
        sections = answer["sections"]
        for name in sections:
            sections[name] = {**sections[name], key: value} if key else value

    return _answer(change)


def _raising(error: Exception) -> Spoil:
    def spoil(_outcome: Outcome) -> Outcome:
        raise error

    return spoil


_SPOILED: dict[str, Spoil] = {
    "no output at all": lambda outcome: {**outcome, "output": []},
    "output that is null": lambda outcome: {**outcome, "output": None},
    "output that is a text": lambda outcome: {**outcome, "output": "x"},
    "an empty text": _output(lambda _text: ""),
    "an answer cut off in its middle": _output(lambda text: text[: len(text) // 2]),
    "an answer cut off before its last character": _output(lambda text: text[:-1]),
    "a page of HTML": _output(lambda _text: "<html>captive portal</html>"),
    "an answer in UTF-16": _output(lambda text: text.encode("utf-16").decode("latin-1")),
    "control characters and escapes": _output(lambda _text: "\x00\x1b]0;owned\x07\x1b[2J{{ lookup('env', 'HOME') }}"),
    "JSON nested 200,000 deep": _output(lambda _text: "[" * 200_000 + "]" * 200_000),
    "a list": _output(lambda _text: "[1]"),
    "a number": _output(lambda _text: "1"),
    "an empty object": _output(lambda _text: "{}"),
    "NaN": _output(lambda _text: "NaN"),
    "everything a number": _every(7),
    "everything a text": _every("in order"),
    "everything null": _every(None),
    "sections that are numbers": _sections("", 7),
    "sections that are lists": _sections("", []),
    "sections whose data is a number": _sections("data", 7),
    "sections whose data is a text": _sections("data", "in order"),
    "sections whose data is a list": _sections("data", [{}]),
    "sections whose data is an empty object": _sections("data", {}),
    "sections whose status is a list": _sections("status", ["ok"]),
    "a module that failed without a word": lambda _outcome: {"failed": True},
    "a module that failed with an error of PowerShell": lambda outcome: {
        **outcome, "output": [], "error": [{"exception": {"message": "Out of memory"}, "output": "x"}],
    },
    "a module that was skipped": lambda _outcome: {"skipped": True, "msg": "check mode"},
    "the connection refused": _raising(
        AnsibleConnectionFailure(
            "ssl: HTTPSConnectionPool(host='10.0.0.9', port=5986): Max retries exceeded: [Errno 111] Connection refused"
        )
    ),
    "the password rejected": _raising(AnsibleConnectionFailure("ntlm: the specified credentials were rejected by the server")),
    "the connection reset in mid answer": _raising(ConnectionResetError(104, "Connection reset by peer")),
    "the pipe broken": _raising(BrokenPipeError(32, "Broken pipe")),
    "sections and 5 MB of noise": _answer(lambda answer: answer.update(noise="x" * 5_000_000)),
}  # fmt: skip
# What is beside the answer and takes nothing from it.
_HARMLESS = ("sections and 5 MB of noise", "sections whose status is a list")


def _run(how: str, folder: pathlib.Path) -> list[Row]:
    checks = Checks()
    guest = SimulatedGuest()

    def execute(**call: t.Any) -> Outcome:
        return _SPOILED[how](guest.execute(**call))

    try:
        result = run_action(kms_facts, {"record": str(folder / "web01.json")}, execute)
    except AnsibleConnectionFailure as error:
        result = {"unreachable": True, "msg": error.message}
    except AnsibleError as error:
        result = {"failed": True, "msg": error.message}
    known = {"web01": {"registered": result}}
    evidence = FilterModule().filters()["kms_evidence"](["web01"], known, "registered", ["web01"])
    (diagnosis,) = run_action(kms_diagnosis, {"evidence": evidence}, execute)["diagnoses"]
    cause = diagnosis["root_cause"]
    if how not in _HARMLESS:
        checks.expect(cause["id"] in UNKNOWN and diagnosis["licensed"] is None, f"taken for {cause['id']}")
    checks.expect(all(char.isprintable() for char in cause["title"]), "control characters in the title")
    said = str(cause["title"])
    return [checks.row("guest", f"the probe is answered with {how}", said, f"told as {cause['id']}")]


def cases() -> list[Case]:
    """Return every odd answer of a guest."""
    return [Case(f"guest: {how}", functools.partial(_run, how)) for how in _SPOILED]
