# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a VM is counted, what is the first of many, and where the colours of the timeline begin."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.model import Diagnosis
from ansible_collections.azure_windows.activation.plugins.module_utils._plain import from_plain
from ansible_collections.azure_windows.activation.plugins.module_utils._report import counting, grouping, timeline
from ansible_collections.azure_windows.activation.plugins.module_utils._report.model import Host
from tests.unit.plugins.module_utils._report.fleet import ACTIVATED, UNREACHABLE, WRONG_HOST, Plain, diagnosis, side

WARNING: Plain = {**WRONG_HOST, "severity": "warning"}
NOW = "2026-11-24T08:00:00Z"


def judged(root: Plain, licensed: bool | None = False, **more: t.Any) -> Diagnosis:
    return from_plain(Diagnosis, diagnosis("web01", root, licensed, **more))


def host(name: str, root: Plain, licensed: bool | None = False, **more: t.Any) -> Host:
    return from_plain(Host, diagnosis(name, root, licensed, **more))


@pytest.mark.parametrize(
    ("root", "licensed", "guest", "state", "level"),
    [
        (ACTIVATED, True, "ok", "activated", (0, False)),
        (ACTIVATED, True, "partial", "activated", (0, False)),
        # Nothing is in order that was not seen, whatever was said of it.
        (ACTIVATED, True, "unreachable", "unknown", (3, False)),
        (ACTIVATED, True, "unreadable", "unknown", (3, False)),
        (ACTIVATED, True, "not_asked", "unknown", (3, False)),
        (UNREACHABLE, True, "ok", "unknown", (3, False)),
        ({**WRONG_HOST, "status": "skipped"}, None, "ok", "unknown", (3, True)),
        (ACTIVATED, False, "ok", "attention", (1, True)),
        (ACTIVATED, None, "ok", "attention", (1, True)),
        (WARNING, True, "ok", "attention", (2, False)),
        (WARNING, False, "ok", "attention", (2, True)),
        (WRONG_HOST, True, "ok", "attention", (4, False)),
        (WRONG_HOST, False, "ok", "attention", (4, True)),
        ({**WRONG_HOST, "severity": "disaster"}, True, "ok", "attention", (4, False)),
    ],
)
def test_how_a_vm_is_counted(
    root: Plain, licensed: bool | None, guest: str, state: str, level: tuple[int, bool]
) -> None:
    found = judged(root, licensed, guest=side(guest))
    assert (counting.state_of(found), counting.level(found)) == (state, level)


def test_the_tally() -> None:
    fleet = [
        judged(ACTIVATED, True, guest=side("partial", "dns", "events")),
        judged(WRONG_HOST, False, azure=side("partial", "firewall policy")),
        judged(WRONG_HOST, False, azure=side("partial", "firewall policy", "route table")),
        judged(UNREACHABLE, None, guest=side("unreachable"), azure={"status": "unreadable", "detail": "no sign-in"}),
        judged(WARNING, True, azure={"status": "partial", "detail": "of no matter"}),
    ]
    found = counting.summary(fleet, 2)
    assert found == counting.Summary(
        hosts=7,
        activated=1,
        attention=3,
        unknown=3,
        unanswered=2,
        unread=5,
        root_causes={"activated": 1, "guest-unreachable": 1, "wrong-kms-host": 3},
    )
    assert list(found.root_causes) == ["activated", "guest-unreachable", "wrong-kms-host"]
    assert counting.unread(fleet) == ("firewall policy", "route table", "no sign-in")


def test_the_oldest_reading_of_azure_counts() -> None:
    read = [
        judged(ACTIVATED, True, azure={"status": "ok", "read_at": time}) for time in ("2026-11-02", "2026-11-01", None)
    ]
    assert counting.azure_read(read) == "2026-11-01"
    assert counting.azure_read(read[2:]) == ""


def test_the_severe_come_first_and_an_unknown_severity_before_all() -> None:
    ranks = [counting.rank(severity) for severity in ("disaster", "error", "warning", "info")]
    assert ranks == sorted(set(ranks))


def test_causes_are_in_order_of_what_they_ask_for() -> None:
    other = {**WRONG_HOST, "id": "clock-skew"}
    fleet = [
        host("a", UNREACHABLE, None, guest=side("unreachable")),
        host("b", {**WARNING, "id": "renewal-overdue"}, True),
        host("c", {**WARNING, "id": "renewal-overdue"}, True),
        host("d", WRONG_HOST),
        host("e", other),
        host("f", other),
        host("g", ACTIVATED, True),
        host("h", {**ACTIVATED, "id": "transient-failure"}, True),
        host("i", {**ACTIVATED, "id": "transient-failure"}, True),
        host("j", {**ACTIVATED, "id": "adba"}, True),
    ]
    assert [(cause.id, len(cause.hosts)) for cause in grouping.causes(fleet)] == [
        ("clock-skew", 2),
        ("wrong-kms-host", 1),
        ("renewal-overdue", 2),
        ("guest-unreachable", 1),
    ]
    assert [(cause.id, cause.severity) for cause in grouping.healthy(fleet)] == [
        ("transient-failure", "info"),
        ("activated", "info"),
        ("adba", "info"),
    ]


def test_the_largest_case_comes_first_and_equal_ones_by_name() -> None:
    moved = {**WRONG_HOST, "title": "The guest asks another host."}
    third = {**WRONG_HOST, "title": "The guest asks a third host."}
    found = grouping.cases([host("d", third), host("c", WRONG_HOST), host("b", moved), host("a", moved)])
    assert [case.names for case in found] == [("b", "a"), ("c",), ("d",)]


def test_what_was_found_beside_the_root_cause_is_no_guess() -> None:
    beside = [
        {**WRONG_HOST, "id": "clock-skew"},
        {**WRONG_HOST, "id": "adba", "status": "unknown"},
        {**WRONG_HOST, "id": "renewal-overdue", "status": "skipped"},
        {**WRONG_HOST, "id": "activated", "status": "ok"},
    ]
    found = grouping.others(
        [host("a", WRONG_HOST, findings=[WRONG_HOST, *beside]), host("b", WRONG_HOST, findings=beside[:1])]
    )
    assert [(case.finding.id, case.names) for case in found] == [("clock-skew", ("a", "b")), ("activated", ("a",))]


@pytest.mark.parametrize(
    ("days", "tone"),
    [(-1, "soon"), (0, "soon"), (13, "soon"), (14, "near"), (59, "near"), (60, "later")],
)
def test_where_the_colours_of_the_timeline_begin(days: int, tone: str) -> None:
    assert timeline.tone(days) == tone


def test_the_last_week_of_the_timeline_and_the_first_day_behind_it() -> None:
    ends = ("2027-05-24T08:00:00Z", "2027-05-25T08:00:00Z")
    line = timeline.build([host(end, ACTIVATED, True, expires_at=end) for end in ends], NOW)
    assert [end.days for end in line.endings] == [181, 182]
    assert (len(line.weeks), line.weeks[-1].count, line.later) == (26, 1, 1)
    assert [week.tone for week in line.weeks[:10]] == ["soon"] * 2 + ["near"] * 7 + ["later"]
    assert (line.weeks[-1].day, line.weeks[-1].starts) == (175, "2027-05-18")


def test_endings_of_one_day_are_in_order_of_their_names() -> None:
    hosts = [host(name, ACTIVATED, True, expires_at="2026-12-02T08:00:00Z") for name in "ba"]
    assert [end.name for end in timeline.build(hosts, NOW).endings] == ["a", "b"]


def test_a_report_without_a_readable_time_has_no_endings_and_no_dates() -> None:
    line = timeline.build([host("a", ACTIVATED, True, expires_at="2026-12-02T08:00:00Z")], "some day")
    assert (line.endings, {week.starts for week in line.weeks}) == ((), {""})
    # The licence does end: it is none of those that never do.
    assert (line.endless, line.unlicensed, line.unknown) == (0, 0, 0)
