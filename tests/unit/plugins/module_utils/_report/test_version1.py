# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report of schema version 1, as the version before wrote it, is still read, shown, joined and compared."""

from __future__ import annotations

import json
import pathlib
import typing as t

import jsonschema
import pytest

from ansible_collections.azure_windows.activation.plugins.action.kms_report import RENDERERS
from ansible_collections.azure_windows.activation.plugins.module_utils._report import build, console, sharing, written
from ansible_collections.azure_windows.activation.plugins.module_utils._report.catalogue.catalogue import Catalogue
from ansible_collections.azure_windows.activation.plugins.module_utils._report.model import Report
from tests.unit.plugins.module_utils._report.fleet import WRONG_HOST, diagnosis
from tests.unit.plugins.module_utils._report.test_build import SCHEMA

# Hosts of the lab's world contoso, with a run of remediate.
FILE = pathlib.Path(__file__).resolve().parents[3] / "fixtures" / "kms-report-1.json"
NOW = "2026-12-01T12:00:00Z"


@pytest.fixture(scope="module")
def then() -> t.Any:
    return json.loads(FILE.read_text("utf-8"))


@pytest.fixture
def read() -> Report:
    return written.parse(FILE.read_text("utf-8"))


def test_it_says_what_it_said(then: t.Any, read: Report) -> None:
    now = written.plain(read)
    assert now["summary"] == then["summary"]
    assert now["unanswered"] == then["unanswered"] == ["lost01"]
    for old, new, host in zip(then["hosts"], now["hosts"], read.hosts, strict=True):
        for key in ("name", "state", "chain", "guest", "azure", "licensed", "expires_at", "os", "resource_id"):
            # What Azure was read at was not told then.
            side = {"read_at": None} if key in {"guest", "azure"} else {}
            assert new[key] == ({**old[key], **side} if side else old[key])
        for before, after in zip((old["root_cause"], *old["findings"]), (host.root_cause, *host.findings), strict=True):
            assert [(fact.object, fact.value, fact.source) for fact in after.evidence] == [
                (fact["fact"], fact["observed"], fact["source"]) for fact in before["evidence"]
            ]
            said = [step.says for remedy in after.remedy for step in remedy.steps]
            assert said == [step for remedy in before["remedy"] for step in remedy["steps"]]


def test_it_is_written_as_the_version_of_today(read: Report) -> None:
    jsonschema.validate(written.plain(read), SCHEMA)
    again = written.parse(written.as_json(read))
    one, other = written.plain(again), written.plain(read)
    assert sharing.by_text(one.pop("messages")) == sharing.by_text(other.pop("messages"))
    assert one == other


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_format_shows_it(read: Report, language: str) -> None:
    catalogue = Catalogue(language)
    texts = {form: render(read, catalogue) for form, render in RENDERERS.items()}
    assert "tokens.dat" in texts["html"]
    assert "net stop sppsvc" in texts["md"]
    assert console.render(read, "/r", 100, [], catalogue)
    assert "kms-journal/1.jsonl" in texts["html"]


def test_japanese_reads_the_title_and_keeps_the_command_of_a_step(read: Report) -> None:
    text = RENDERERS["md"](read, Catalogue("ja"))
    assert "トークン ストア" in text
    assert "slmgr.vbs /rilc" in text


def test_it_is_joined_and_compared(read: Report) -> None:
    beside = build.Beside(merged=(read,), previous=read)
    report = build.report([diagnosis("web01", WRONG_HOST), diagnosis("tok01", WRONG_HOST)], NOW, "2", beside)
    assert {host.name for host in report.hosts} == {host.name for host in read.hosts}
    assert report.history is not None
    assert (report.history.new, report.history.changed, report.history.gone) == (("web01",), ("tok01",), ())
    assert report.remediation == read.remediation


@pytest.mark.parametrize("wrong", [5, None, {}, {"fact": "x"}, {"fact": 1, "observed": 2, "source": 3}])
def test_a_fact_of_no_version_is_refused_in_one_sentence(then: t.Any, wrong: t.Any) -> None:
    hosts = [{**then["hosts"][0], "root_cause": {**then["hosts"][0]["root_cause"], "evidence": [wrong]}}]
    with pytest.raises(ValueError, match=r"hosts\[0\]: Host\.root_cause\.evidence\[0\]"):
        written.parse(json.dumps({**then, "hosts": hosts}))
