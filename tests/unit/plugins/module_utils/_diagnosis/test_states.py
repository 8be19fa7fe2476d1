# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""States over time: what is judged, and until when the user sees nothing of it."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.engine import diagnose
from tests.unit.plugins.module_utils._diagnosis import build as made
from tests.unit.plugins.module_utils._diagnosis.build import attempt, events, renewed, targets, unlicensed

DAY = 1440
DEAD = targets("filtered")
FAST: made.Plain = {"clock": {"guest_utc": "2026-11-24T17:00:00Z", "offset_seconds": 32400.0}}
CLONED: made.Plain = {"license": {"client_machine_id": "0d2b3a53-2f5f-4a4b-8f51-6f3e5f1d2c10"}}
OWN = {
    **made.host("kms01.corp.example", "other"),
    **made.dns(made.answer("kms01.corp.example", "10.1.2.4", verdict="unexpected")),
    "connectivity": {
        "targets": [made.target("10.1.2.4", "kms", ("configured",)), *targets("kms")["connectivity"]["targets"]]
    },
}


def failing(first: int, last: int, success: str | None = None) -> made.Plain:
    """A failed attempt on every day of November 2026 from `first` to `last`, the newest first as the log gives them."""
    tries = [attempt(f"2026-11-{day:02}T06:00:00Z", value="0xC004F074") for day in range(last, first - 1, -1)]
    return events(*tries, success=success)


def grace(status: int, minutes: int, reason: str) -> made.Plain:
    return unlicensed(status, reason, grace_minutes=minutes)


# State, evidence; root cause with severity, end, and the last sentence.
STATES: list[tuple[str, tuple[made.Plain, ...], str, str | None, str]] = [
    (
        "failing for a week, the interval not over",
        (renewed(7 * DAY), DEAD, failing(18, 24, "2026-11-17T08:00:00Z")),
        "activated warning",
        "2027-05-16T08:00:00Z",
        "licensed for 173 days",
    ),
    (
        "failing for two weeks",
        (renewed(15 * DAY), DEAD, failing(10, 24, "2026-11-09T08:00:00Z")),
        "kms-unreachable-unexplained error",
        "2027-05-08T08:00:00Z",
        "licensed for 165 days",
    ),
    (
        "failed for two weeks, nothing in its way now",
        (renewed(15 * DAY), failing(10, 24, "2026-11-09T08:00:00Z")),
        "renewal-overdue warning",
        "2027-05-08T08:00:00Z",
        "licensed for 165 days",
    ),
    (
        "licensed for five more days",
        (renewed(175 * DAY), DEAD, failing(23, 24)),
        "kms-unreachable-unexplained error",
        "2026-11-29T08:00:00Z",
        "licensed for 5 days",
    ),
    (
        "just deployed, not yet tried",
        (grace(2, 43140, "0x4004F00C"), events()),
        "activation-unexplained error",
        "2026-12-24T07:00:00Z",
        "29 days left",
    ),
    (
        "deployed two days ago, failing",
        (grace(2, 40320, "0xC004F074"), DEAD, failing(23, 24)),
        "kms-unreachable-unexplained error",
        "2026-12-22T08:00:00Z",
        "28 days left",
    ),
    (
        "grace after the licence ended",
        (grace(3, 10080, "0xC004F074"), DEAD, failing(23, 24)),
        "kms-unreachable-unexplained error",
        "2026-12-01T08:00:00Z",
        "7 days left",
    ),
    ("just rebooted", (renewed(2 * DAY), events()), "activated info", "2027-05-21T08:00:00Z", "licensed for 178 days"),
    (
        "switched on after 40 days",
        (renewed(40 * DAY), events()),
        "renewal-overdue warning",
        "2027-04-13T08:00:00Z",
        "licensed for 140 days",
    ),
    (
        "notification mode, not tried",
        (unlicensed(5), events()),
        "activation-unexplained error",
        None,
        "in notification mode",
    ),
    (
        "notification mode, failing",
        (unlicensed(5), DEAD, failing(18, 24)),
        "kms-unreachable-unexplained error",
        None,
        "in notification mode",
    ),
    (
        # KMS does not need it, and the cause stays the same.
        "rearm used up",
        (unlicensed(5), {"license": {"rearm_count": 0}}, DEAD, failing(18, 24)),
        "kms-unreachable-unexplained error",
        None,
        "in notification mode",
    ),
    (
        "event log cleared, licensed",
        (renewed(3 * DAY), events()),
        "activated info",
        "2027-05-20T08:00:00Z",
        "licensed for 177 days",
    ),
    (
        "event log cleared, not licensed",
        (unlicensed(5, "0xC004F074"), DEAD, events()),
        "kms-unreachable-unexplained error",
        None,
        "in notification mode",
    ),
    (
        "clock jumped ahead, refused",
        (unlicensed(5, "0xC004F06C"), FAST, events(attempt("2026-11-24T16:00:00Z", "refused", "0xC004F06C"))),
        "clock-skew error",
        None,
        "in notification mode",
    ),
    ("clock jumped ahead, licensed", (renewed(2 * DAY), FAST), "activated warning", "2027-05-21T08:00:00Z", "178 days"),
    (
        # The clock had jumped ahead and is right again: what it wrote then is no failure of these days.
        "failures of the future",
        (renewed(2 * DAY), events(attempt("2027-03-01T06:00:00Z", value="0xC004F074"))),
        "activated info",
        "2027-05-21T08:00:00Z",
        "licensed for 178 days",
    ),
    (
        # Nor does a success of the future hide today's failures.
        "a success of the future",
        (
            unlicensed(5),
            {"connectivity": None, **made.failed("connectivity")},
            events(
                attempt("2027-03-01T06:00:00Z", "success"),
                attempt("2026-11-24T07:00:00Z", value="0xC004F074"),
                success="2027-03-01T06:00:00Z",
            ),
        ),
        "kms-unreachable-unexplained error",
        None,
        "in notification mode",
    ),
    (
        "cloned, Azure's KMS does not mind",
        (renewed(2 * DAY), CLONED),
        "activated info",
        "2027-05-21T08:00:00Z",
        "licensed for 178 days",
    ),
    (
        # An own KMS counts clones once, and refuses below its number of clients.
        "cloned, an own KMS counts too few",
        (
            unlicensed(5, "0xC004F038"),
            CLONED,
            OWN,
            events(attempt(outcome="refused", value="0xC004F038", name="kms01.corp.example")),
        ),
        "wrong-kms-host error",
        None,
        "in notification mode",
    ),
]


@pytest.mark.parametrize(
    ("changes", "root", "end", "sentence"), [row[1:] for row in STATES], ids=[row[0] for row in STATES]
)
def test_a_state_is_judged_with_what_is_ahead(changes: t.Any, root: str, end: str | None, sentence: str) -> None:
    found = made.verdict(*changes)
    assert f"{found.root_cause.id} {found.root_cause.severity}" == root
    assert found.expires_at == end
    assert sentence in found.chain[-1]


def test_clones_are_judged_alike() -> None:
    one, other = (diagnose(dataclasses.replace(made.evidence(CLONED), name=name)) for name in ("web01", "web02"))
    assert (one.root_cause, one.expires_at) == (other.root_cause, other.expires_at)
