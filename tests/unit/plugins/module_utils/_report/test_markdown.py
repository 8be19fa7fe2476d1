# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Markdown is terse where all is well, and shows hostile text as text."""

from __future__ import annotations

import typing as t

import pytest
from markdown_it import MarkdownIt

from ansible_collections.azure_windows.activation.plugins.module_utils._report import build, markdown
from ansible_collections.azure_windows.activation.plugins.module_utils._report.catalogue.catalogue import Catalogue
from tests.unit.plugins.module_utils._report.fleet import ACTIVATED, WRONG_HOST, blackhole, diagnosis

NOW = "2026-11-24T08:00:00Z"


def render(*diagnoses: t.Any, language: str = "en", **beside: t.Any) -> str:
    report = build.report(diagnoses, NOW, "1.0.0", build.Beside(**beside))
    return markdown.render(report, Catalogue(language))


def test_fleet() -> None:
    text = render(diagnosis("web01", ACTIVATED, licensed=True), diagnosis("app01", WRONG_HOST))
    assert text.endswith("\n")
    assert text.splitlines() == [
        "# KMS activation report",
        "",
        "**2 VMs: 1 activated, 1 needs attention, 0 unknown**",
        "",
        "2026-11-24T08:00:00Z, azure_windows.activation 1.0.0",
        "",
        "Commands for a VM are for an elevated Windows PowerShell on it.",
        "",
        "## Error: Wrong KMS host (1 VM)",
        "",
        "`wrong-kms-host`",
        "",
        "**The guest asks kms.corp.example instead of Azure's KMS.**",
        "",
        "1 VM: `app01`",
        "",
        "- KMS host (service): `kms.corp.example` (expected `azkms.core.windows.net`), licensing service, registry and policy",
        "",
        "Who can do it: **guest admin**",
        "",
        "1. Clear the KMS host: `slmgr /ckms`",
        "2. Activate",
        "",
        "More in the collection's `docs/findings/wrong-kms-host.md`",
        "",
        "Activated: `web01`",
    ]


def test_eighty_vms_behind_one_route_table_are_one_item() -> None:
    text = render(*(diagnosis(f"vm{number:02}", blackhole()) for number in range(80)))
    assert text.count("dropped by the route") == 1
    assert text.count("az network route-table route create") == 2
    assert "and 20 more" in text


def test_a_healthy_fleet_is_a_few_lines() -> None:
    text = render(*(diagnosis(f"vm{number}", ACTIVATED, licensed=True) for number in range(1000)))
    assert len(text) < 2000


def test_who_did_not_answer_is_named() -> None:
    assert "Expected, but did not answer: `lost01`" in render(expected=("lost01",))


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "**b** _i_ ~s~",
        "[x](http://e)",
        "![x](y)",
        "# h",
        "- l",
        "1. l",
        "a|b",
        "&lt;b&gt;",
        "`c`",
        "\\",
        "@all #1",
    ],
)
@pytest.mark.parametrize("guard", [markdown.prose, markdown.code])
def test_text_is_shown_as_it_is(text: str, guard: t.Callable[[str], str]) -> None:
    (_open, inline, _close) = MarkdownIt("commonmark").parse(f"x {guard(text)} y")
    assert {token.type for token in inline.children} <= {"text", "text_special", "code_inline"}
    assert "".join(token.content for token in inline.children) == f"x {text} y"


@pytest.mark.parametrize("text", ["- l", "+ l", "# h", "1. l", "12) l", "= x", "> q", "***", "---", "|a|"])
def test_a_line_that_begins_with_it_is_no_construct(text: str) -> None:
    kinds = [token.type for token in MarkdownIt("commonmark").parse(f"- {markdown.prose(text)}")]
    assert kinds == [
        "bullet_list_open", "list_item_open", "paragraph_open", "inline", "paragraph_close", "list_item_close", "bullet_list_close",
    ]  # fmt: skip


def test_a_remedy_that_is_the_same_for_several_cases_is_told_once() -> None:
    hosts = [
        diagnosis(f"app{number}", {**WRONG_HOST, "title": f"The guest asks 10.0.0.{number}."}) for number in range(5)
    ]
    text = render(*hosts)
    assert text.count("The guest asks 10.0.0.") == 5
    assert text.count("1. Clear the KMS host: ") == 1
