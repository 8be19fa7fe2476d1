# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of each finding as text, held against the page itself and the catalogue."""

from __future__ import annotations

import re
import typing as t

import pytest
from ansible.errors import AnsibleActionFail
from ansible.playbook.task import Task

from ansible_collections.azure_windows.activation.plugins.action import kms_explain, kms_report
from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis import precedence
from ansible_collections.azure_windows.activation.plugins.module_utils._report import build
from ansible_collections.azure_windows.activation.plugins.module_utils._report.catalogue.catalogue import Catalogue
from tests.tools import tree
from tests.unit.plugins.action.test_kms_report import FLEET, NoConnection

PAGES = tree.ROOT / "docs" / "findings"


def explain(**options: t.Any) -> dict[str, t.Any]:
    task = Task()
    task.action = "azure_windows.activation.kms_explain"
    task.args = {"display": False, **options}
    task.async_val = 0
    wiring: dict[str, t.Any] = dict.fromkeys(("play_context", "loader", "templar", "shared_loader_obj"))
    action: t.Any = kms_explain.ActionModule(task=task, **{**wiring, "connection": NoConnection()})
    return t.cast("dict[str, t.Any]", action.run(task_vars={}))


def words(text: str) -> str:
    """Return the words of a text, whatever marks are around them."""
    return re.sub(r"\W+", " ", re.sub(r"\]\([^)]*\)|^```.*$", " ", text, flags=re.MULTILINE)).lower()


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("name", precedence.IDS)
def test_it_tells_what_the_page_tells(name: str, language: str) -> None:
    page = (PAGES / f"{name}.md").read_text("utf-8")
    text = explain(finding=name, language=language)["text"]
    prose = page.partition("## What it means")[2].partition("<!-- written by make docs: in full -->")[0]
    assert words(prose).strip() in words(text)
    commands = [
        command for line in page.splitlines() if line.startswith("- ") for command in re.findall(r": `([^`]+)`$", line)
    ]
    assert all(command in text for command in commands)
    assert all(url in text for url in re.findall(r"^- \[.*\]\((https://\S+)\)$", page, re.MULTILINE))
    assert not re.search(r"\{\w+\}", text)


def test_sentences_and_steps_are_in_the_language() -> None:
    text = explain(finding="clock-skew", language="ja")["text"]
    assert text.startswith("時刻のずれ (clock-skew)\n重大度: ")
    assert "KMS が許容する 4 時間を超えています" in text
    assert "- 時刻サービスを開始します" in text
    assert "exceeds" not in text.partition("表示される内容")[2]


def test_all_are_listed_by_their_names() -> None:
    found = explain(language="ja")
    assert found["findings"] == list(precedence.IDS)
    assert re.search(r"^clock-skew +時刻のずれ$", found["text"], re.MULTILINE)
    assert len(found["text"].splitlines()) == len(precedence.IDS)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("wrong-kms", "Did you mean wrong-kms-host"),
        ("WRONG_KMS_HOST", "Did you mean wrong-kms-host"),
        ("firewall", r"Did you mean .*azure-firewall-denies-kms"),
        ("0xC004F074", "Name none to list them all"),
        ("../../galaxy", "Name none to list them all"),
    ],
)
def test_an_unknown_one_is_an_error_with_those_near(name: str, meant: str) -> None:
    with pytest.raises(AnsibleActionFail, match=f"^finding: {re.escape(name)} is no finding\\. .*{meant}"):
        explain(finding=name)


def test_the_page_of_a_report_holds_those_of_its_causes() -> None:
    report = build.report(FLEET, "2026-11-24T08:00:00Z", "1.0.0")
    html = kms_report.RENDERERS["html"](report, Catalogue())
    assert "Windows asks a KMS that is not Azure&#39;s: on-premises" in html
    assert html.count('<p class="page">') == 2
