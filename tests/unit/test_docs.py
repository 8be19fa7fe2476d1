# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pages on findings say what the rules say."""

from __future__ import annotations

import dataclasses
import pathlib
import shutil

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis import precedence
from tests.tools import docs, finding_pages

ROOT = pathlib.Path(__file__).resolve().parents[2]
RULE = next(rule for rule in precedence.RULES if rule.id == "clock-skew")
PROSE = {"What it means": "Prose.", "How it is detected": "More prose."}


@pytest.fixture
def folder(tmp_path: pathlib.Path) -> pathlib.Path:
    """A copy of the pages."""
    return pathlib.Path(shutil.copytree(ROOT / "docs", tmp_path / "docs"))


def page() -> str:
    """A page with its prose."""
    text = finding_pages.skeleton(RULE)
    for heading, prose in PROSE.items():
        text = text.replace(f"## {heading}\n\n", f"## {heading}\n\n{prose}\n\n")
    return text


def test_the_pages_are_fresh(folder: pathlib.Path) -> None:
    assert docs.refresh(folder, check=True) == ([], [])
    assert {path.stem for path in (folder / "findings").glob("[a-z]*.md")} == set(precedence.IDS)


def test_what_is_stale_is_named_and_written(folder: pathlib.Path) -> None:
    one, two = folder / "findings" / "clock-skew.md", folder / "findings" / "README.md"
    fresh = one.read_text("utf-8"), two.read_text("utf-8")
    one.write_text(fresh[0].replace("w32tm /query /source", "w32tm /query"), "utf-8")
    two.write_text(fresh[1].replace("Clock is off", "Clock"), "utf-8")
    assert docs.refresh(folder, check=True) == ([two, one], [])
    assert one.read_text("utf-8") != fresh[0]
    assert docs.refresh(folder, check=False) == ([two, one], [])
    assert (one.read_text("utf-8"), two.read_text("utf-8")) == fresh


def test_a_new_finding_gets_a_page_that_asks_for_its_prose(folder: pathlib.Path) -> None:
    path = folder / "findings" / "clock-skew.md"
    path.unlink()
    assert "clock-skew.md" in docs.refresh(folder, check=True)[1][0]
    assert not path.exists()
    (complaint,) = docs.refresh(folder, check=False)[1]
    assert complaint == f"{path}: there is no prose below `## What it means`"


def test_a_page_holds_what_the_rule_says() -> None:
    text = finding_pages.page(RULE, page())
    assert RULE.why in text
    assert "[azure-edition-attestation](azure-edition-attestation.md)" in text
    assert "`w32tm /resync /rediscover`" in text
    assert "`remediate_actions: [clock]`" in text
    assert all(source.url in text for source in RULE.sources)
    assert "The guest's clock is *offset* *direction*" in text
    assert finding_pages.page(RULE, text) == text


def test_prose_is_kept_and_what_was_written_is_not() -> None:
    text = finding_pages.page(RULE, page())
    other = finding_pages.page(dataclasses.replace(RULE, why="Another reason.", explains=(), action=None), text)
    assert "Another reason." in other
    assert RULE.why not in other
    assert "symptoms" not in other
    assert "None: this is not changed automatically." in other
    assert all(prose in other for prose in PROSE.values())


@pytest.mark.parametrize("lost", [finding_pages.END, "# clock-skew\n", finding_pages.BEGIN.format(name="in full")])
def test_a_page_without_its_frame_is_refused(lost: str) -> None:
    with pytest.raises(ValueError, match=r"missing|begin"):
        finding_pages.page(RULE, page().replace(lost, ""))
