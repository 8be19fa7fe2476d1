# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Azure that answers oddly, late or not at all while it is read: the metadata of a cloud, Entra ID, Resource Manager."""

from __future__ import annotations

import dataclasses
import email.utils
import functools
import pathlib
import re
import time
import typing as t
import unittest.mock

from ansible_collections.azure_windows.activation.plugins.module_utils._azure import patience
from tests.faults.azure_module import SECRET, VM, Answer, Azure
from tests.faults.row import Case, Checks, Row
from tests.unit.lab.azure import builders as b

# What is told of the end of the time; signing in takes its part of it.
_OVER = r"the \d+ s for Azure were over"
# Seconds for all of Azure, those where much is asked before the fault, plenty where nothing is to wait, and how much later the
# answer may be there on a busy machine.
BUDGET, LARGER, PLENTY, GRACE = 2, 6, 20, 10
METADATA, ENTRA, IDENTITY = "GET /metadata/endpoints", "POST */oauth2/v2.0/token", "GET /metadata/identity/*"
DISCOVERY = "GET */.well-known/openid-configuration"
TABLES = "GET */providers/Microsoft.Network/routeTables"
ROUTES = "POST */effectiveRouteTable"
RESULTS = "GET */operationResults/*"
_PLACES = {
    METADATA: "cloud metadata",
    DISCOVERY: "Entra ID's configuration",
    ENTRA: "Entra ID's token",
    IDENTITY: "managed identity",
    TABLES: "Resource Manager, list of route tables",
    ROUTES: "Resource Manager, effective routes",
    RESULTS: "Resource Manager, result of the effective routes",
}
Fault = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Reading:
    """A fault while Azure is read. `says` is a pattern for what is told; `lost`: what must be told as not read, beside what is asked after it."""

    match: str
    how: str
    fault: Fault
    says: str = ""
    lost: tuple[str, ...] = ()
    late: bool = False
    seconds: int = PLENTY
    longest_pause: float = patience.LONGEST_PAUSE

    @property
    def title(self) -> str:
        """Where, and how."""
        return f"{_PLACES[self.match]}: {self.how}"


def _world(faults: t.Sequence[Fault]) -> b.Body:
    """Return a spoke behind a firewall that lets the KMS through, read in pages of one."""
    default = b.route("0.0.0.0/0", "VirtualAppliance", b.FIREWALL)
    resources = b.routed(default, more=[*b.hub(b.network_rule("Allow", *b.BOTH)), b.table(name="other")])
    return b.world(resources, faults=list(faults), options={"retry_after": 0, "page_size": 1})


def run(case: Reading, folder: pathlib.Path) -> list[Row]:
    """Read Azure once under a fault."""
    fault = {"on": "arm", "match": case.match, **case.fault}
    checks = Checks()
    with Azure(_world([fault]), folder) as azure:
        options = {}
        if case.match == IDENTITY:
            azure.environment.update(azure.lab.machine_identity)
            options["auth_source"] = "msi"
        with unittest.mock.patch.object(patience, "LONGEST_PAUSE", case.longest_pause):
            answer = azure.read(case.seconds, **options)
        checks.expect(any(entry.get("fault") for entry in azure.log()), "the fault was never met")
        checks.expect(azure.untouched and not azure.writes(), "Azure was changed by reading")
    limit = case.seconds + GRACE
    checks.expect(answer.seconds < limit, f"the answer came after {answer.seconds:.0f} s, not within {limit} s")
    checks.expect(SECRET not in answer.printed, "the secret was printed")
    told = _told(case, answer, checks)
    checks.expect(re.search(case.says, told, re.IGNORECASE) is not None, f"'{case.says}' is not said")
    return [checks.row("Azure, reading", case.title, told, _left(answer))]


def _told(case: Reading, answer: Answer, checks: Checks) -> str:
    if case.match in (METADATA, DISCOVERY, ENTRA, IDENTITY):
        (path,) = answer.result.get("paths") or [{"readable": False}]
        checks.expect(not path["readable"], "Azure was read all the same")
        return answer.msg or f"nothing could be read: {answer.result['unread'][0]['reason']}"
    checks.expect(not answer.msg, f"the whole Azure side was lost: {answer.msg}")
    unread = {entry["what"]: entry["reason"] for entry in answer.result.get("unread") or ()}
    (path,) = answer.result.get("paths") or [{}]
    missing = set(case.lost) - unread.keys()
    checks.expect(not missing, f"not told as unread: {', '.join(sorted(missing))}")
    if not case.late:
        more = unread.keys() - set(case.lost)
        checks.expect(not more, f"lost beside it: {', '.join(sorted(more))}")
    if case.lost:
        checks.expect(path.get("verdict") != "open" or path.get("confidence") != "certain", "sure of what was not read")
        told = unread.get(case.lost[0], "")
        return f"{case.lost[0]} not read: {told}" + (f" (and {len(unread) - 1} more)" if len(unread) > 1 else "")
    checks.expect((path.get("vm_id"), path.get("verdict")) == (VM, "open"), "the way was not found")
    return "as if nothing had happened"


def _left(answer: Answer) -> str:
    return f"Azure untouched, answer after {answer.seconds:.0f} s"


def _table(kind: str) -> str:
    return f"Microsoft.Network/{kind}"


def _dated(seconds: float) -> str:
    return email.utils.formatdate(time.time() + seconds, usegmt=True)


_RT = (_table("routeTables"),)
_ER = ("effective routes",)
_DEEP = '{"value":' + "[" * 200_000 + "]" * 200_000 + "}"


def _late() -> list[Reading]:
    """Whatever keeps the client waiting, at each place."""
    hanging: list[tuple[str, Fault]] = [
        ("silent", {"behaviour": "silent"}),
        ("drips, a byte every 0.1 s", {"behaviour": "drip"}),
        ("429 with Retry-After: 604800", {"answer": 429, "headers": {"Retry-After": "604800"}}),
        ("503 with a Retry-After of next week, as a date", {"answer": 503, "headers": {"Retry-After": _dated(7e5)}}),
        ("503 with retry-after-ms: 90000000", {"answer": 503, "headers": {"retry-after-ms": "90000000"}}),
        ("429 with x-ms-retry-after-ms: 1e12", {"answer": 429, "headers": {"x-ms-retry-after-ms": "1e12"}}),
    ]
    said = {
        METADATA: r"^cloud_environment: .*metadata",
        ENTRA: "^Azure sign-in failed",
        DISCOVERY: "^Azure sign-in failed",
    }
    found = []
    for how, fault in hanging:
        for match, says in said.items():
            if match != DISCOVERY or "behaviour" in fault:
                found.append(Reading(match, how, fault, says, seconds=BUDGET))
        found.append(Reading(TABLES, how, fault, _OVER, _RT, late=True, seconds=LARGER))
    found += [Reading(IDENTITY, how, fault, "^Azure sign-in failed", seconds=BUDGET) for how, fault in hanging[:3]]
    found += [
        Reading(ROUTES, how, fault, _OVER, _ER, late=True, seconds=LARGER) for how, fault in (hanging[0], hanging[2])
    ]
    found.append(Reading(RESULTS, *hanging[1], _OVER, _ER, late=True, seconds=LARGER))
    return found


def _odd() -> list[Reading]:
    """What costs one answer: everything else is read."""
    texts: list[tuple[str, str]] = [
        ("JSON nested 200,000 deep", _DEEP),
        ("an empty body", ""),
        ("a page of HTML", "<!DOCTYPE html><title>Proxy</title>"),
        ("NaN as the list", '{"value": NaN}'),
        ("the list as a text", '{"value": "none"}'),
        ("items that are numbers", '{"value": [1, 2]}'),
        ("a list at the top", "[]"),
        ("null", "null"),
        ("bytes that are no text", "\udcff\udcfe"),
    ]
    found = [Reading(TABLES, how, {"answer": 200, "text": text}, "", _RT) for how, text in texts]
    links: list[tuple[str, t.Any]] = [
        ("a number", 17),
        ("a dict", {"href": "x"}),
        ("a list", ["x"]),
        ("true", True),
        ("of another host", "https://127.0.0.2/subscriptions"),
        ("without a host", "https://"),
        ("of a port that is none", "https://localhost:99999/x"),
        ("a broken IPv6 address", "https://[::1/x"),
        ("of another scheme", "ftp://localhost/x"),
        ("with a line break", "https://localhost/x\r\nX: y"),
        ("of 3 MB", "https://localhost/" + "x" * 3_000_000),
    ]
    found += [
        Reading(TABLES, f"nextLink {how}", {"answer": 200, "body": {"value": [], "nextLink": link}}, "", _RT)
        for how, link in links
    ]
    places: list[tuple[str, str | None]] = [
        ("malformed", "http://[::1"),
        ("of another host", "https://127.0.0.9/operations/1"),
        ("missing", None),
        ("a word", "later"),
    ]
    for how, link in places:
        headers = {"Retry-After": "0"} if link is None else {"Retry-After": "0", "Location": link}
        found.append(Reading(ROUTES, f"202 with a Location {how}", {"answer": 202, "headers": headers}, "", _ER))
    found += [
        Reading(RESULTS, "a number", {"answer": 200, "text": "7"}, "", _ER),
        Reading(RESULTS, "JSON nested 200,000 deep", {"answer": 200, "text": _DEEP}, "", _ER),
    ]
    return found


def _refused() -> list[Reading]:
    """Statuses, and connections that are cut."""
    return [
        Reading(TABLES, "401 every time", {"answer": 401}, "401", _RT),
        Reading(TABLES, "403", {"answer": 403}, "403|Microsoft.Network/routeTables/read", _RT),
        Reading(TABLES, "404", {"answer": 404}, "404", _RT),
        Reading(TABLES, "409", {"answer": 409}, "409", _RT),
        Reading(TABLES, "418 without a body", {"answer": 418, "text": ""}, "418", _RT),
        Reading(TABLES, "connection cut before the answer, every time", {"behaviour": "drop"}, "", _RT, seconds=30),
        Reading(TABLES, "connection cut mid body, every time", {"behaviour": "truncate"}, "", _RT, seconds=30),
        Reading(
            TABLES,
            "429, Retry-After: abc, once",
            {"answer": 429, "headers": {"Retry-After": "abc"}, "times": 1},
        ),
        Reading(
            TABLES,
            "503, Retry-After: -5, once",
            {"answer": 503, "headers": {"Retry-After": "-5"}, "times": 1},
        ),
        Reading(
            TABLES,
            "429, Retry-After: nan, once",
            {"answer": 429, "headers": {"Retry-After": "nan"}, "times": 1},
        ),
        Reading(
            TABLES,
            "429 with Retry-After: 604800, once, and a longest pause of 0.5 s",
            {"answer": 429, "headers": {"Retry-After": "604800"}, "times": 1},
            longest_pause=0.5,
        ),
        Reading(TABLES, "connection cut mid body, once", {"behaviour": "truncate", "times": 1}),
        Reading(TABLES, "500, twice", {"answer": 500, "times": 2}),
        Reading(
            ENTRA,
            "401",
            {"answer": 401, "body": {"error": "invalid_client", "error_description": "AADSTS7000222: expired"}},
            "AADSTS7000222",
        ),
        Reading(ENTRA, "a page of HTML", {"answer": 200, "text": "<html>"}, "^Azure sign-in failed"),
        Reading(ENTRA, "JSON nested 200,000 deep", {"answer": 200, "text": _DEEP}, "^Azure sign-in failed"),
        Reading(
            ENTRA,
            "a token that is a list",
            {"answer": 200, "body": {"token_type": "Bearer", "expires_in": 3600, "access_token": []}},
            "nothing could be read: 401",
        ),
        Reading(
            ENTRA,
            "a lifetime that is a word",
            {"answer": 200, "body": {"token_type": "Bearer", "expires_in": "soon", "access_token": "x"}},
            "^Azure sign-in failed",
        ),
        Reading(DISCOVERY, "an empty object", {"answer": 200, "text": "{}"}, "^Azure sign-in failed"),
        Reading(METADATA, "a page of HTML", {"answer": 200, "text": "<html>"}, "^cloud_environment: "),
        Reading(METADATA, "an empty list", {"answer": 200, "text": "[]"}, "^cloud_environment: "),
        Reading(
            METADATA,
            "numbers for addresses",
            {"answer": 200, "text": '[{"resourceManager": 1, "authentication": 2}]'},
            "^cloud_environment: ",
        ),
        Reading(METADATA, "JSON nested 200,000 deep", {"answer": 200, "text": _DEEP}, "^cloud_environment: "),
        Reading(METADATA, "404", {"answer": 404}, "^cloud_environment: "),
    ]


def _clock(seconds: float, how: str, folder: pathlib.Path) -> list[Row]:
    """Let the controller's clock jump as soon as Azure has given a token."""
    checks = Checks()
    real = time.time
    with Azure(_world([]), folder) as azure:

        def jumping() -> float:
            signed_in = '"POST"' in azure.lab.request_log.read_text("utf-8")
            return real() + (seconds if signed_in else 0)

        with unittest.mock.patch.object(time, "time", jumping):
            answer = azure.read(30)
        (path,) = answer.result.get("paths") or [{}]
        checks.expect((path.get("verdict"), answer.result.get("unread")) == ("open", []), f"not read: {answer.result}")
        checks.expect(azure.untouched and answer.seconds < 30, f"after {answer.seconds:.0f} s")
    return [
        checks.row(
            "controller", f"the clock jumps {how} while Azure is read", "as if nothing had happened", _left(answer)
        )
    ]


def cases() -> list[Case]:
    """Return every fault of reading."""
    readings = [*_late(), *_odd(), *_refused()]
    found = [Case(f"reading: {case.title}", functools.partial(run, case)) for case in readings]
    jumps = {"a day ahead": 86400.0, "an hour back": -3600.0, "to the year 1970": -time.time()}
    return found + [Case(f"clock: {how}", functools.partial(_clock, seconds, how)) for how, seconds in jumps.items()]
