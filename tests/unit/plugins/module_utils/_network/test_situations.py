# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Situations that Microsoft's documents describe, with the verdict that follows from them."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
import yaml

from . import arm
from .situations import path_of

TABLE: dict[str, t.Any] = yaml.safe_load(pathlib.Path(__file__).with_name("situations.yml").read_text(encoding="utf-8"))
SITUATIONS: list[arm.Json] = TABLE["situations"]


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=f"{case['document']}: {case['situation']}") for case in SITUATIONS]
)
def test_a_documented_situation(case: arm.Json) -> None:
    path = path_of(case.get("given", {}))
    assert (path["verdict"], path["cause"] if case["verdict"] == "blocked" else None) == (
        case["verdict"],
        case.get("cause"),
    ), path["reason"]
    # Notes are messages like the reasons, so that a report in another language can tell them.
    assert set(path["notes"]) <= set(path["messages"])
    if "egress" in case:
        assert {entry["egress"]["method"] for entry in path["addresses"]} == {case["egress"]}


def test_every_situation_names_its_document_and_is_told_once() -> None:
    assert {case["document"] for case in SITUATIONS} == set(TABLE["documents"])
    names = [case["situation"] for case in SITUATIONS]
    assert len(names) == len(set(names))
    assert len(names) >= 60
    known = {"document", "situation", "given", "verdict", "cause", "egress"}
    assert all(set(case) <= known for case in SITUATIONS)
    assert all(url.startswith("https://") for url in TABLE["documents"].values())
