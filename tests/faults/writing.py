# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Azure that answers oddly, late or not at all while two routes are written, and while they are taken back."""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import functools
import pathlib
import re
import typing as t
import unittest.mock

from ansible_collections.azure_windows.activation.plugins.module_utils._azure import patience
from ansible_collections.azure_windows.activation.plugins.module_utils._azure_change import reconcile, writer
from tests.faults.azure_module import SECRET, Answer, Azure
from tests.faults.row import Case, Checks, Row
from tests.unit.lab.azure import builders as b

FIRST, SECOND = (f"kms-{address.replace('.', '-')}" for address in b.BOTH)
PUT = f"PUT */routes/{SECOND}"
LOOK = "GET */resourceGroups/rg/*/routeTables/rt"
OPERATION = "GET */operations/*"
DELETE = f"DELETE */routes/{FIRST}"
_PLACES = {
    PUT: "second write",
    LOOK: "look at the table after the second write",
    OPERATION: "operation of a write",
    DELETE: "taking the first write back",
}
# What waits are cut to here, in seconds: a silent answer is given up sooner than after 60 s, and tries follow each other sooner.
_WIRE = {"connection_timeout": 2, "read_timeout": 2}
# Seconds that a row may take: the operation_timeout of its run, and tries.
_LIMIT = 90
Fault = dict[str, t.Any]
_DEEP = "[" * 200_000 + "]" * 200_000
CLEAN, DONE, OPEN = "put back", "done", "open"


@dataclasses.dataclass(frozen=True)
class Writing:
    """A fault while two routes are written.

    `end`: CLEAN (failed, and Azure as before), DONE (both written), OPEN (what is left is said, and the journal knows it).
    """

    match: str
    how: str
    fault: Fault
    end: str = CLEAN
    says: str = ""
    beside: tuple[Fault, ...] = ()
    seconds: float = 0
    slow: bool = False

    @property
    def title(self) -> str:
        """Where, and how."""
        return f"{_PLACES[self.match]}: {self.how}"


def run(case: Writing, folder: pathlib.Path) -> list[Row]:
    """Write under a fault, then roll back without it."""
    faults = [{"on": "arm", "match": case.match, **case.fault}, *({"on": "arm", **fault} for fault in case.beside)]
    resources = b.routed(b.route("0.0.0.0/0", "VirtualNetworkGateway", name="default"))
    world = b.world(resources, faults=faults, options={"retry_after": 0, "write_seconds": case.seconds})
    checks = Checks()
    with Azure(world, folder) as azure:
        with _impatient():
            answer = azure.add_routes()
        checks.expect(any(entry.get("fault") == case.match for entry in azure.log()), "the fault was never met")
        checks.expect(answer.seconds < _LIMIT, f"the answer came after {answer.seconds:.0f} s")
        checks.expect(SECRET not in answer.printed, "the secret was printed")
        _judge(case, azure, answer, checks)
        left = _left(azure, answer)
        azure.lab.calm()
        back = azure.undo()
        checks.expect(not back.msg, f"rollback said: {back.msg}")
        checks.expect(azure.untouched, "after rollback Azure is not as before")
    told = answer.msg or "as if nothing had happened"
    checks.expect(re.search(case.says, told, re.IGNORECASE) is not None, f"'{case.says}' is not said")
    return [checks.row("Azure, writing", case.title, told, f"{left}; rollback restores Azure")]


@contextlib.contextmanager
def _impatient() -> t.Iterator[None]:
    with (
        unittest.mock.patch.dict(patience.WIRE, _WIRE),
        unittest.mock.patch.object(patience, "WRITE", 3.0),
        unittest.mock.patch.object(reconcile, "FIRST_PAUSE", 0.1),
        unittest.mock.patch.object(writer, "_POLL", 0.1),
    ):
        yield


def _judge(case: Writing, azure: Azure, answer: Answer, checks: Checks) -> None:
    """Hold the run to what it says of itself."""
    named = [change["operation"] for change in answer.result.get("changes") or ()]
    done = collections.Counter(
        entry["path"]
        for entry in azure.writes()
        # An answer that the fault made up is none of Azure.
        if entry["method"] == "PUT"
        and entry["status"] in (200, 201)
        and not (entry.get("fault") and "answer" in case.fault)
    )
    checks.expect(not done or max(done.values()) == 1, "a write that was done was sent again")
    if case.end == DONE:
        checks.expect(
            (answer.msg, named) == ("", ["create", "create"]), f"it should have been done: {answer.msg} {named}"
        )
    elif case.end == CLEAN:
        checks.expect(
            bool(answer.msg) and not named and azure.untouched, "it should have failed and left Azure as before"
        )
    else:
        known = set(azure.states()[-4:]) & {"intended", "done", "undoing"}
        checks.expect(bool(answer.msg) and bool(known), "what is left is not in the journal")
        said = "not known" in answer.msg or "could not be put back" in answer.printed
        checks.expect(said, "that something is left is not said")


def _left(azure: Azure, answer: Answer) -> str:
    if azure.untouched:
        return "Azure as before"
    return "both routes" if not answer.msg else "one write left, which the journal names"


def _error(code: str, message: str = "m") -> Fault:
    return {"error": {"code": code, "message": message}}


def _waiting() -> list[Writing]:
    week = {"Retry-After": "604800"}
    return [
        Writing(PUT, "silent, once", {"behaviour": "silent", "times": 1}, DONE),
        Writing(PUT, "silent, every time", {"behaviour": "silent"}, says="could not be brought to do it"),
        Writing(PUT, "done, but silent, once", {"behaviour": "held", "times": 1}, DONE),
        Writing(PUT, "done, but the answer drips", {"behaviour": "drip", "times": 1}, DONE),
        Writing(PUT, "429 with Retry-After: 604800", {"answer": 429, "headers": week}, says="429"),
        Writing(PUT, "503 with Retry-After: 604800", {"answer": 503, "headers": week}, says="503"),
        Writing(
            PUT, "429 with Retry-After: abc, once", {"answer": 429, "headers": {"Retry-After": "abc"}, "times": 1}, DONE
        ),
        Writing(
            PUT,
            "409 busy with retry-after-ms: 20, twice",
            {
                "answer": 409,
                "body": _error("AnotherOperationInProgress"),
                "headers": {"retry-after-ms": "20"},
                "times": 2,
            },
            DONE,
        ),
        Writing(LOOK, "silent, every time", {"behaviour": "silent", "after": 1}, OPEN, "not known", slow=True),
        Writing(OPERATION, "silent, once", {"behaviour": "silent", "times": 1}, DONE, seconds=1),
        Writing(OPERATION, "Retry-After: 604800", {"answer": 202, "headers": week}, DONE, seconds=1),
    ]


def _odd() -> list[Writing]:
    found = [
        Writing(PUT, f"answered with {what}", {"text": text, "answer": 200}, says=says)
        for what, text, says in (
            ("JSON nested 200,000 deep", _DEEP, ""),
            ("a number", "7", ""),
            ("a page of HTML", "<html>", ""),
        )
    ]
    links: list[tuple[str, str]] = [
        ("that is malformed", "https://[::1"),
        ("of another host", "https://127.0.0.5/x"),
        ("that is a word", "soon"),
    ]
    found += [
        Writing(PUT, f"done, with an Azure-AsyncOperation {how}", {"headers": {"Azure-AsyncOperation": link}}, DONE)
        for how, link in links
    ]
    found += [
        Writing(LOOK, f"{what}, every time", {"answer": 200, "text": text, "after": 1}, OPEN, "not known")
        for what, text in (
            ("JSON nested 200,000 deep", _DEEP),
            ("properties that are a list", '{"properties": []}'),
            ("null", "null"),
        )
    ]
    states: list[tuple[str, t.Any]] = [("a number", 5), ("a list", ["Succeeded"]), ("an object", {"a": 1})]
    found += [
        Writing(
            LOOK, f"a provisioningState that is {what}, once",
            {"answer": 200, "body": {"properties": {"provisioningState": state}}, "times": 1, "after": 1}, DONE,
        )
        for what, state in states
    ]  # fmt: skip
    found += [
        Writing(OPERATION, f"{what}, once", {"answer": 200, "text": text, "times": 1}, DONE, seconds=1)
        for what, text in (("a status that is a number", '{"status": 3}'), ("JSON nested 200,000 deep", _DEEP))
    ]
    return found


def _refused() -> list[Writing]:
    found = [
        Writing(
            PUT, f"{status} {code}".strip(), {"answer": status, **({"body": _error(code)} if code else {})}, says=says
        )
        for status, code, says in (
            (401, "", "Sign in again or renew the secret"),
            (403, "", "Microsoft.Network/routeTables/routes/write"),
            (403, "RequestDisallowedByPolicy", "exemption"),
            (404, "ParentResourceNotFound", "404 ParentResourceNotFound"),
            (409, "ScopeLocked", "Remove the lock"),
            (400, "InvalidRequestFormat", "400 InvalidRequestFormat"),
            (405, "", "405"),
            (507, "", "507"),
        )
    ]
    found += [
        Writing(PUT, "500, every time", {"answer": 500}, says="500"),
        Writing(
            PUT, "connection cut before it is done, every time", {"behaviour": "drop"}, says="could not be brought"
        ),
        Writing(PUT, "done, but the connection is cut, once", {"behaviour": "cut", "times": 1}, DONE),
        Writing(PUT, "done, but the answer is cut mid body, once", {"behaviour": "truncate", "times": 1}, DONE),
        Writing(PUT, "accepted, and fails in the end", {"behaviour": "fails"}, says="OperationFailed", seconds=1),
    ]
    failing = {"match": PUT, "answer": 400, "body": _error("InvalidRequestFormat")}
    for how, fault, end in (
        ("silent, once", {"behaviour": "silent", "times": 1}, CLEAN),
        ("done, but silent, once", {"behaviour": "held", "times": 1}, CLEAN),
        ("connection cut, twice", {"behaviour": "drop", "times": 2}, CLEAN),
        ("429 with Retry-After: 1, once", {"answer": 429, "headers": {"Retry-After": "1"}, "times": 1}, CLEAN),
        ("401, every time", {"answer": 401}, OPEN),
        ("403, every time", {"answer": 403}, OPEN),
        ("409 locked meanwhile, every time", {"answer": 409, "body": _error("ScopeLocked")}, OPEN),
        ("500, every time", {"answer": 500}, OPEN),
        ("412, once", {"answer": 412, "times": 1}, CLEAN),
    ):
        found.append(Writing(DELETE, how, fault, end, "InvalidRequestFormat", beside=(failing,)))
    return found


def cases() -> list[Case]:
    """Return every fault of writing."""
    return [
        Case(f"writing: {case.title}", functools.partial(run, case), case.slow)
        for case in (*_waiting(), *_odd(), *_refused())
    ]
