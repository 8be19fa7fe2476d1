# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reports of several runs are one: the newer answer wins, nobody vanishes."""

from __future__ import annotations

import dataclasses
import json
import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._report import build, written
from ansible_collections.azure_windows.activation.plugins.module_utils._report.model import Report
from tests.unit.plugins.module_utils._report.fleet import ACTIVATED, UNREACHABLE, WRONG_HOST, diagnosis, side

EARLY, LATE, NOW = "2026-11-24T08:00:00Z", "2026-11-24T09:00:00Z", "2026-11-24T10:00:00Z"
FLEET = [
    diagnosis(f"vm{number:02}", WRONG_HOST if number % 3 else ACTIVATED, licensed=not number % 3)
    for number in range(22)
]


def a_slice(at: str, *diagnoses: t.Any, expected: t.Sequence[str] = ()) -> Report:
    """Return a report as it is read back from its file."""
    report = build.report(diagnoses, at, "1.0.0", build.Beside(expected=tuple(expected)))
    return written.parse(written.as_json(report))


def merged(*slices: Report, own: t.Sequence[t.Any] = (), expected: t.Sequence[str] = ()) -> Report:
    return build.report(own, NOW, "1.0.0", build.Beside(merged=slices, expected=tuple(expected)))


def causes(report: Report) -> dict[str, str]:
    return {host.name: host.root_cause.id for host in report.hosts}


def test_four_slices_are_the_report_of_one_run() -> None:
    slices = [a_slice(NOW, *FLEET[start::4]) for start in range(4)]
    assert merged(*slices) == build.report(FLEET, NOW, "1.0.0")


def test_a_host_that_a_slice_lost_is_unanswered_and_unknown() -> None:
    slices = [a_slice(NOW, *FLEET[start::4]) for start in range(4)]
    slices[2] = dataclasses.replace(slices[2], hosts=slices[2].hosts[:-1])
    report = merged(*slices, expected=[item["name"] for item in FLEET])
    assert len(report.unanswered) == 1
    assert report.summary.hosts == len(FLEET)
    assert (report.summary.unknown, report.summary.unanswered) == (1, 1)


@pytest.mark.parametrize("newer_first", [True, False])
def test_the_newer_answer_wins(newer_first: bool) -> None:
    slices = [
        a_slice(LATE, diagnosis("web01", ACTIVATED, licensed=True)),
        a_slice(EARLY, diagnosis("web01", WRONG_HOST)),
    ]
    report = merged(*(slices if newer_first else reversed(slices)))
    assert causes(report) == {"web01": "activated"}
    assert report.hosts[0].reported_at == LATE


def test_an_answer_keeps_its_age_through_several_merges() -> None:
    first = merged(a_slice(EARLY, diagnosis("web01", WRONG_HOST)))
    again = written.parse(written.as_json(first))
    report = merged(again, a_slice(LATE, diagnosis("web01", ACTIVATED, licensed=True)))
    assert causes(report) == {"web01": "activated"}


def test_this_run_is_newer_than_what_it_is_merged_with() -> None:
    report = merged(a_slice(LATE, diagnosis("web01", ACTIVATED, licensed=True)), own=[diagnosis("web01", WRONG_HOST)])
    assert causes(report) == {"web01": "wrong-kms-host"}


def test_a_vm_that_is_lost_now_is_not_shown_as_it_was() -> None:
    lost = diagnosis("web01", UNREACHABLE, licensed=None, guest=side("unreachable"))
    report = merged(
        a_slice(EARLY, diagnosis("web01", ACTIVATED, licensed=True, resource_id="/vm/1")), a_slice(LATE, lost)
    )
    assert report.summary.unknown == 1
    assert len(report.hosts) == 1


def test_two_vms_of_one_name_both_stay() -> None:
    report = merged(
        a_slice(EARLY, diagnosis("web01", ACTIVATED, licensed=True, resource_id="/subscriptions/a/vm")),
        a_slice(LATE, diagnosis("web01", WRONG_HOST, resource_id="/subscriptions/b/vm")),
    )
    assert causes(report) == {"web01": "activated", "web01 (2)": "wrong-kms-host"}


def test_who_was_unanswered_in_a_slice_stays_so_until_it_answers() -> None:
    slices = [a_slice(EARLY, FLEET[0], expected=["vm00", "vm01", "vm02"]), a_slice(LATE, FLEET[1])]
    assert merged(*slices).unanswered == ("vm02",)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", "it is not JSON"),
        ("[]", "it is not a report of schema_version 1, 2 or 3"),
        ('{"schema_version": 4}', "it is not a report of schema_version 1, 2 or 3"),
        ('{"schema_version": 1}', "generated_at must be a time as 2026-11-24T08:00:00Z"),
        ('{"schema_version": 1, "generated_at": "yesterday"}', "generated_at must be a time"),
        ('{"schema_version": 1, "generated_at": "2026-11-24T08:00:00Z", "hosts": {}}', "must be lists"),
        (
            '{"schema_version": 1, "generated_at": "2026-11-24T08:00:00Z", "hosts": [{"name": 5}]}',
            "hosts\\[0\\]: Host.name: expected str, got int",
        ),
        ("[" * 100_000, "it is not JSON"),
    ],
)
def test_a_file_that_is_no_report_is_refused_in_one_sentence(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        written.parse(text)


def _changed(*place: t.Any, value: str) -> str:
    """Return the JSON of a report in which one value is another JSON text."""
    plain: t.Any = written.plain(a_slice(EARLY, *FLEET))
    inner = plain
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = "PLACE"
    return json.dumps(plain).replace('"PLACE"', value, 1)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
def test_a_number_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match=f"it is not JSON \\({value} is no number"):
        written.parse(_changed("summary", "hosts", value=value))


@pytest.mark.parametrize("levels", [80, 400, 900, 200_000])
def test_deep_nesting_is_refused(levels: int) -> None:
    for text in ("[" * levels + "]" * levels, '{"a":' * levels + "1" + "}" * levels):
        with pytest.raises(ValueError, match=r"nested deeper than 60 levels|it is not JSON"):
            written.parse(_changed("hosts", 0, "root_cause", "evidence", value=text))


@pytest.mark.parametrize("value", ['"catastrophic"', '""', "5", "[]"])
def test_an_unknown_severity_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match=r"hosts\[1\]: .*severity"):
        written.parse(_changed("hosts", 1, "root_cause", "severity", value=value))
