# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is handed on: spreadsheets, pipelines and trackers get every VM, and nothing that harms them."""

from __future__ import annotations

import csv
import io
import typing as t
import xml.etree.ElementTree as ET

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._report import (
    build,
    junit,
    spreadsheet,
    tickets,
)
from ansible_collections.azure_windows.activation.plugins.module_utils._report.catalogue.catalogue import Catalogue
from ansible_collections.azure_windows.activation.plugins.module_utils._report.model import Report
from tests.unit.plugins.module_utils._report.fleet import ACTIVATED, UNREACHABLE, WRONG_HOST, diagnosis, side

NETWORK = {
    **WRONG_HOST,
    "id": "forced-tunneling",
    "title": "A route.",
    "remedy": [{"who": "network_team", "steps": []}],
}


def report(*diagnoses: t.Any, expected: tuple[str, ...] = ()) -> Report:
    return build.report(diagnoses, "2026-11-24T08:00:00Z", "1.0.0", build.Beside(expected=expected))


def fleet(*more: t.Any) -> Report:
    return report(
        diagnosis("web01", ACTIVATED, licensed=True, expires_at="2027-05-20T08:00:00Z"),
        diagnosis("app01", WRONG_HOST),
        diagnosis("app02", NETWORK),
        diagnosis("dead01", UNREACHABLE, licensed=None, guest=side("unreachable")),
        *more,
        expected=("lost01",),
    )


def rows(of: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(spreadsheet.render(of, Catalogue()))))


def test_a_spreadsheet_has_every_vm() -> None:
    found = {row["name"]: (row["state"], row["root_cause"], row["owner"], row["days_left"]) for row in rows(fleet())}
    assert found == {
        "web01": ("activated", "activated", "unassigned", "177"),
        "app01": ("attention", "wrong-kms-host", "guest_admin", ""),
        "app02": ("attention", "forced-tunneling", "network_team", ""),
        "dead01": ("unknown", "guest-unreachable", "unassigned", ""),
        "lost01": ("unanswered", "", "", ""),
    }
    assert {row["first_step"] for row in rows(fleet()) if row["name"] == "app01"} == {"Clear the KMS host: slmgr /ckms"}


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_a_spreadsheet_runs_nothing(start: str) -> None:
    hostile = f'{start}HYPERLINK("http://evil.example";"click")'
    row = rows(report(diagnosis(hostile, {**WRONG_HOST, "title": hostile, "id": hostile}), expected=(hostile + "2",)))
    assert [row[0][key] for key in ("name", "title", "root_cause")] == [f"'{hostile}"] * 3
    assert row[1]["name"] == f"'{hostile}2"


def test_a_pipeline_sees_what_fails_and_what_nobody_judged() -> None:
    suite = ET.fromstring(junit.render(fleet(), Catalogue()))[0]
    assert {case.get("name"): [child.tag for child in case] for case in suite} == {
        "web01": ["system-out"],
        "app01": ["failure"],
        "app02": ["failure"],
        "dead01": ["error"],
        "lost01": ["error"],
    }
    assert {key: suite.get(key) for key in ("tests", "failures", "errors", "skipped")} == {
        "tests": "5",
        "failures": "2",
        "errors": "2",
        "skipped": "0",
    }
    (failure,) = suite.findall("testcase[@name='app01']/failure")
    assert failure.get("message") == WRONG_HOST["title"]
    assert "1. Clear the KMS host: slmgr /ckms" in str(failure.text)


def test_a_pipeline_can_read_any_text() -> None:
    nasty = "]]></failure><x>&\ufffe\U0001f600\x00"
    suite = ET.fromstring(junit.render(report(diagnosis("a", {**WRONG_HOST, "title": nasty})), Catalogue()))[0]
    assert suite[0][0].get("message") == "]]></failure><x>&\ufffd\U0001f600\ufffd"


def test_each_owner_gets_what_is_theirs() -> None:
    found = tickets.tickets(fleet(), Catalogue())
    assert [(ticket.owner, ticket.hosts, ticket.root_causes) for ticket in found] == [
        ("guest_admin", ("app01",), ("wrong-kms-host",)),
        ("network_team", ("app02",), ("forced-tunneling",)),
        ("unassigned", ("dead01",), ("guest-unreachable",)),
    ]
    assert found[0].subject == "KMS activation, guest admin: 1 VM"
    assert "`slmgr /ckms`" in found[0].text


def test_an_owner_from_elsewhere_names_no_file() -> None:
    cause = {**WRONG_HOST, "remedy": [{"who": "../../etc/cron.d/x", "steps": []}]}
    assert [ticket.owner for ticket in tickets.tickets(report(diagnosis("a", cause)), Catalogue())] == ["unassigned"]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_a_ticket_fits_and_says_what_did_not(language: str) -> None:
    causes = [{**WRONG_HOST, "id": f"cause-{number}", "title": f"{number} " + "long " * 300} for number in range(60)]
    many = report(*(diagnosis(f"{'x' * 60}{number}", cause) for number, cause in enumerate(causes)))
    (ticket,) = tickets.tickets(many, Catalogue(language))
    shown = ticket.text.count("## ")
    assert len(ticket.text) <= tickets.LONGEST
    assert 1 < shown < len(causes)
    assert str(len(causes) - shown) in ticket.text.splitlines()[-1]
    assert len(ticket.hosts) == len(causes)
