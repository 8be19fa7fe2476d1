# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report holds every host once, in order, and follows the schema that ships."""

from __future__ import annotations

import json
import pathlib
import typing as t

import jsonschema
import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis import activator, machine
from ansible_collections.azure_windows.activation.plugins.module_utils._report import build, written
from ansible_collections.azure_windows.activation.plugins.module_utils._report.catalogue.catalogue import LANGUAGES
from ansible_collections.azure_windows.activation.plugins.module_utils._report.model import Report
from tests.unit.plugins.module_utils._report.fleet import ACTIVATED, UNREACHABLE, WRONG_HOST, diagnosis, side

NOW = "2026-11-24T08:00:00Z"
SCHEMA = json.loads(
    (pathlib.Path(__file__).resolve().parents[5] / "docs" / "kms_report.schema.json").read_text("utf-8")
)
WARNING = {**WRONG_HOST, "id": "renewal-overdue", "severity": "warning"}
NOTE = {**WRONG_HOST, "id": "transient-failure", "severity": "info", "status": "ok"}


def report(*diagnoses: t.Any) -> Report:
    return build.report(diagnoses, NOW, "1.0.0")


def test_fleet() -> None:
    found = report(
        diagnosis("web01", ACTIVATED, licensed=True),
        diagnosis("db01", WARNING, licensed=True),
        diagnosis("app02", WRONG_HOST),
        diagnosis("dead01", UNREACHABLE, licensed=None, guest=side("unreachable")),
        diagnosis("app01", WRONG_HOST),
    )
    plain = written.plain(found)
    jsonschema.validate(plain, SCHEMA)
    assert [host.name for host in found.hosts] == ["app01", "app02", "dead01", "db01", "web01"]
    assert plain["summary"] == {
        "hosts": 5,
        "activated": 1,
        "attention": 3,
        "unknown": 1,
        "unanswered": 0,
        "unread": 0,
        "root_causes": {"activated": 1, "guest-unreachable": 1, "renewal-overdue": 1, "wrong-kms-host": 2},
    }
    assert (plain["schema_version"], plain["generated_at"]) == (3, NOW)


@pytest.mark.parametrize(
    ("root_cause", "licensed", "guest", "state"),
    [
        (ACTIVATED, True, "ok", "activated"),
        (ACTIVATED, True, "partial", "activated"),
        (NOTE, True, "ok", "activated"),
        (WARNING, True, "ok", "attention"),
        (WRONG_HOST, False, "ok", "attention"),
        (NOTE, False, "ok", "attention"),
        (NOTE, None, "ok", "attention"),
        (ACTIVATED, None, "ok", "attention"),
        (UNREACHABLE, None, "unreachable", "unknown"),
        (ACTIVATED, True, "unreachable", "unknown"),
        (WRONG_HOST, None, "unreachable", "unknown"),
        (WRONG_HOST, None, "not_asked", "unknown"),
        (UNREACHABLE, True, "ok", "unknown"),
        ({**ACTIVATED, "status": "skipped"}, True, "ok", "unknown"),
    ],
)
def test_only_what_is_known_to_be_licensed_counts_as_activated(
    root_cause: dict[str, t.Any], licensed: bool | None, guest: str, state: str
) -> None:
    found = report(diagnosis("web01", root_cause, licensed, guest=side(guest)))
    assert found.hosts[0].state == state
    assert getattr(found.summary, state) == 1


def test_empty_fleet() -> None:
    found = report()
    jsonschema.validate(written.plain(found), SCHEMA)
    assert found.summary.hosts == 0


def test_strings_of_guests_are_neutral() -> None:
    cause = {**WRONG_HOST, "title": "Asks \x1b]0;owned\x07 a host."}
    found = report(diagnosis("web01", cause))
    assert "\x1b" not in written.as_json(found)
    assert found.hosts[0].root_cause.title == "Asks \ufffd]0;owned\ufffd a host."


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"name": 5}, "diagnoses[1]: Diagnosis.name: expected str, got int"),
        ({"root_cause": {"id": "x"}}, "diagnoses[1]: Diagnosis.root_cause: "),
        ({"chain": "text"}, "diagnoses[1]: Diagnosis.chain: expected a list, got str"),
    ],
)
def test_a_wrong_shape_is_named(wrong: dict[str, t.Any], place: str) -> None:
    with pytest.raises(ValueError, match="diagnoses") as caught:
        report(diagnosis("web01", ACTIVATED), {**diagnosis("web02", ACTIVATED), **wrong})
    assert str(caught.value).startswith(place)


def test_the_schema_refuses_what_breaks_the_contract() -> None:
    found = report(diagnosis("web01", WRONG_HOST))
    plain = written.plain(found)
    del plain["hosts"][0]["root_cause"]["id"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(plain, SCHEMA)


def test_the_schema_knows_every_kind_of_machine_and_activator() -> None:
    known = SCHEMA["$defs"]["host"]["properties"]
    assert known["machine"]["properties"]["kind"]["enum"] == list(machine.KINDS)
    assert set(known["activator"]["properties"]["kind"]["enum"]) == set(activator.KINDS)
    for language in LANGUAGES.values():
        assert {f"machine.{kind}" for kind in machine.KINDS} | {f"activator.{kind}" for kind in activator.KINDS} <= set(
            language
        )
