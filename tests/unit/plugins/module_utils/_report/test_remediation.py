# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run of the role remediate is told with before and after, and what got worse comes first."""

from __future__ import annotations

import json
import pathlib
import typing as t

import jsonschema
import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._plain import to_plain
from ansible_collections.azure_windows.activation.plugins.module_utils._plan.actions import OBSTACLES
from ansible_collections.azure_windows.activation.plugins.module_utils._report import build, changes, written
from ansible_collections.azure_windows.activation.plugins.module_utils._report.catalogue.catalogue import Catalogue
from ansible_collections.azure_windows.activation.plugins.module_utils._report.model import Repairs, Report
from ansible_collections.azure_windows.activation.plugins.module_utils._text import messages
from tests.unit.plugins.module_utils._report.fleet import ACTIVATED, TABLE, WRONG_HOST, diagnosis

NOW = "2026-11-24T08:00:00Z"
SCHEMA = json.loads(
    (pathlib.Path(__file__).resolve().parents[5] / "docs" / "kms_report.schema.json").read_text("utf-8")
)
BEFORE = [
    diagnosis("web01", WRONG_HOST),
    diagnosis("web02", {**WRONG_HOST, "severity": "warning"}, licensed=True),
    diagnosis("web03", WRONG_HOST),
]
AFTER = [diagnosis("web01", ACTIVATED, licensed=True), diagnosis("web02", WRONG_HOST)]
STEP = {"action": "route", "target": TABLE.format("rt"), "reason": "no route", "finding": "route-blackhole"}
RUN = {
    "check_mode": False,
    "actions": ["host", "activation"],
    "before": BEFORE,
    "hosts": {
        "web01": {
            "plan": [{"action": "host", "allowed": True}],
            "changes": [{"action": "host", "status": "changed", "before": {"name": "kms.corp"}, "after": {"name": ""}}],
        },
        "web02": {
            "plan": [{"action": "key", "reason": "wrong key", "who": "guest_admin"}],
            "changes": [{"action": "host", "status": "refused", "message": "A policy sets it."}],
        },
    },
    "plan": [{**STEP, "hosts": ["web01", "web02"], "who": "network_team"}],
    "changes": [
        {"action": "nsg_rule", "target": "/x/nsg", "status": "failed", "hosts": ["web02"], "message": "denied"}
    ],
    "journal": "kms-journal/1.jsonl",
}


def report(run: dict[str, t.Any] | None = None) -> Report:
    return build.report(AFTER, NOW, "1.0.0", build.Beside(remediation=build.remediation(run or RUN)))


def repairs(found: Report) -> Repairs:
    assert found.remediation is not None
    return found.remediation


def test_a_host_has_before_and_after() -> None:
    found = written.plain(report())
    jsonschema.validate(found, SCHEMA)
    (web01,) = (host for host in found["hosts"] if host["name"] == "web01")
    assert web01["before"]["root_cause"]["id"] == "wrong-kms-host"
    assert web01["after"]["root_cause"]["id"] == web01["root_cause"]["id"] == "activated"
    assert web01["changes"][0]["after"] == {"name": ""}


def test_who_got_worse_is_named() -> None:
    assert repairs(report()).worse == ("web02",)


def test_who_was_there_before_and_is_not_after_does_not_vanish() -> None:
    assert report().unanswered == ("web03",)


def test_it_survives_its_file_and_a_merge() -> None:
    found = report()
    again = build.report([], NOW, "1.0.0", build.Beside(merged=(written.parse(written.as_json(found)),)))
    assert written.plain(again) == written.plain(found)


def test_two_runs_are_joined() -> None:
    one = written.parse(written.as_json(report()))
    other = written.parse(written.as_json(report({"actions": ["key"], "check_mode": True})))
    joined = repairs(build.report([], NOW, "1.0.0", build.Beside(merged=(one, other))))
    assert joined.actions == ("host", "activation", "key")
    assert joined.check_mode is False
    assert joined.worse == ("web02",)


def test_changes_of_the_fleet_with_what_went_wrong_first() -> None:
    found = report()
    rows = changes.of_fleet(found, Catalogue())
    assert [(row.status, row.hosts) for row in rows] == [
        ("failed", ("web02",)),
        ("refused", ("web02",)),
        ("changed", ("web01",)),
    ]
    assert [(sign, text.strip()) for sign, text in rows[2].diff if sign in "+-"] == [
        ("-", '"name": "kms.corp"'),
        ("+", '"name": ""'),
    ]


def test_the_same_change_of_several_guests_is_told_once() -> None:
    same = {"action": "host", "status": "changed", "before": {"name": "kms.corp"}, "after": {"name": ""}}
    run = {"hosts": {name: {"changes": [{**same, "at": name}]} for name in ("web01", "web02")}}
    found = report(run)
    (row,) = changes.of_fleet(found, Catalogue())
    assert set(row.hosts) == {"web01", "web02"}


def test_what_was_not_allowed_says_who_may_and_how() -> None:
    found = report()
    rows = changes.withheld_of_fleet(found, Catalogue())
    assert [(row.action, row.hosts, row.who, row.variable) for row in rows] == [
        ("route", ("web01", "web02"), "network team", "remediate_actions: [route]"),
        ("key", ("web02",), "guest admin", "remediate_actions: [key]"),
    ]


def test_what_stands_in_the_way_is_told_in_the_reports_language() -> None:
    blocked = OBSTACLES["rule_by_policy"].format(names="x")
    plan = [
        {"action": "firewall", "allowed": True, "obstacle": str(blocked)},
        {"action": "activation", "allowed": True, "obstacle": "x stays"},
    ]
    run = {"before": BEFORE, "hosts": {"web01": {"plan": plan}}, "messages": to_plain(messages([blocked]))}
    found = report(run)
    jsonschema.validate(written.plain(found), SCHEMA)
    (row,) = changes.withheld_of_fleet(found, Catalogue("ja"))
    assert (row.action, row.variable) == ("firewall", "")
    assert "グループ ポリシー" in row.obstacle


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"before": [{"name": 5}]}, r"Remediation.before\[0\].name: expected str, got int"),
        ({"hosts": {"web01": {"plan": [{}]}}}, r"Remediation.hosts.web01.plan\[0\]"),
        ({"check_mode": "maybe"}, "Remediation.check_mode: expected bool, got str"),
    ],
)
def test_a_wrong_shape_is_named(wrong: dict[str, t.Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        build.remediation(wrong)
