# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What hosts share stands in the file once, and a reader has all of it again."""

from __future__ import annotations

import dataclasses
import json
import typing as t

import jsonschema
import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._report import build, sharing, written
from ansible_collections.azure_windows.activation.plugins.module_utils._report.model import Report
from tests.bench import fleet as bench
from tests.unit.plugins.module_utils._report import test_remediation
from tests.unit.plugins.module_utils._report.fleet import blackhole, diagnosis, fact, with_own_facts
from tests.unit.plugins.module_utils._report.test_build import NOW, SCHEMA


def behind(count: int) -> Report:
    """Return VMs behind one broken route table, each with a fact of its own."""
    return build.report(
        [
            diagnosis(f"vm{number}", with_own_facts(blackhole(), fact("proxy", number, source="registry")), findings=[])
            for number in range(count)
        ],
        NOW,
        "1.0.0",
    )


def same(report: Report) -> tuple[t.Any, ...]:
    return report.hosts, report.unanswered, report.remediation


@pytest.mark.parametrize(
    "report",
    [
        behind(1),
        behind(sharing.LARGE),
        build.report(bench.diagnoses(200, healthy_percent=50), NOW, "1.0.0"),
        build.report(
            test_remediation.AFTER, NOW, "1", build.Beside(remediation=build.remediation(test_remediation.RUN))
        ),
    ],
)
def test_a_reader_has_every_host_as_it_was(report: Report) -> None:
    plain = written.plain(report)
    jsonschema.validate(plain, SCHEMA)
    assert same(written.parse(json.dumps(plain))) == same(report)


def test_what_all_share_stands_once_and_in_its_order() -> None:
    plain = written.plain(behind(sharing.LARGE))
    alone = written.as_json(behind(1)).count("routeTables/rt-hub")
    assert written.as_json(behind(sharing.LARGE)).count("routeTables/rt-hub") == alone
    evidence = plain["hosts"][3]["root_cause"]["evidence"]
    own = {"kind": "proxy", "value": 11, "source": "registry", "object": "", "expected": None, "at": None}
    assert (plain["hosts"][3]["name"], evidence) == ("vm11", [*range(9), own])
    assert plain["hosts"][3]["root_cause"]["remedy"] == [0]
    assert len(plain["facts"]) == 9


def test_a_small_report_has_everything_in_place() -> None:
    plain = written.plain(behind(sharing.LARGE - 1))
    assert (plain["facts"], plain["remedies"]) == ([], [])
    assert all(isinstance(item, dict) for host in plain["hosts"] for item in host["root_cause"]["evidence"])


@pytest.mark.parametrize(
    ("table", "key", "number"), [("facts", "evidence", 9), ("facts", "evidence", -1), ("remedies", "remedy", 1)]
)
def test_a_number_that_stands_for_nothing_is_refused(table: str, key: str, number: int) -> None:
    plain = written.plain(behind(sharing.LARGE))
    plain["hosts"][1]["root_cause"][key] = [number]
    with pytest.raises(ValueError, match=rf"hosts\[1\]: there is no {table}\[{number}\]"):
        written.parse(json.dumps(plain))


@pytest.mark.parametrize("wrong", [True, 0.5, "0", None, [0]])
def test_what_is_neither_a_fact_nor_a_number_is_refused(wrong: t.Any) -> None:
    plain = written.plain(behind(sharing.LARGE))
    plain["hosts"][0]["root_cause"]["evidence"] = [wrong]
    with pytest.raises(ValueError, match=r"hosts\[0\]: Host\.root_cause\.evidence\[0\]: expected a mapping"):
        written.parse(json.dumps(plain))


def test_version_2_in_which_nothing_was_shared_is_still_read() -> None:
    report = build.report(bench.diagnoses(6, healthy_percent=50), NOW, "1.0.0")
    then = {
        **{key: value for key, value in written.plain(report).items() if key not in {"facts", "remedies"}},
        "schema_version": 2,
        "messages": {},
        "hosts": [dataclasses.asdict(host) for host in report.hosts],
    }
    assert same(written.parse(json.dumps(then))) == same(report)
