# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Words are chosen at the edge: with every English text another string, the report of contoso is the same but for its words."""

from __future__ import annotations

import json
import subprocess
import sys
import typing as t

import pytest

from tests.tools import pseudo, tree

pytestmark = pytest.mark.xdist_group("pseudo-locale")
CONTOSO = "tests/lab/worlds/contoso.yml"
# What is compared; `by_title` is what a report that goes by words would show.
PARTS = (
    "hosts", "groups", "shared", "ways", "drawings", "commands", "colours", "rows", "others", "overview", "table", "metrics",
)  # fmt: skip


@pytest.fixture(scope="module")
def reports() -> tuple[t.Any, t.Any]:
    """What of the report is no words, in English and in the pseudo-locale; both at once, each in a process of its own."""
    command = [sys.executable, "-m", "tests.tools.pseudo", CONTOSO]
    running = [
        subprocess.Popen([*command, locale], cwd=tree.ROOT, stdout=subprocess.PIPE, text=True)
        for locale in (pseudo.ENGLISH, pseudo.PSEUDO)
    ]
    english, other = (json.loads(process.communicate()[0]) for process in running)
    return english, other


@pytest.mark.parametrize("part", PARTS)
def test_a_part_of_the_report_is_made_of_no_words(reports: tuple[t.Any, t.Any], part: str) -> None:
    english, other = reports
    assert english[part]
    assert other[part] == english[part]


def test_nothing_is_left_out(reports: tuple[t.Any, t.Any]) -> None:
    assert {*reports[0]} - {*PARTS} == {"by_title", "said"}


def test_the_pseudo_locale_says_nothing_in_english(reports: tuple[t.Any, t.Any]) -> None:
    english, other = (set(report["said"]) for report in reports)
    assert len(english) > 50
    assert english & other == set()


def test_groups_by_a_title_would_be_seen(reports: tuple[t.Any, t.Any]) -> None:
    english, other = reports
    assert len(english["by_title"]) < len(other["by_title"])
