# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbooks with a survey's answers: everything left blank, and everything as text."""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
import yaml

from tests.end_to_end.lab import Lab
from tests.tools import tree

REMEDIATE = tree.ROOT / "playbooks" / "remediate.yml"
EXPECTED = {
    "healthy01": "activated",
    "stopped01": "guest-unreachable",
    "refused01": "guest-unreachable",
    "wronghost01": "wrong-kms-host",
}

pytestmark = pytest.mark.xdist_group("small")


def defaults() -> dict[str, t.Any]:
    files = [tree.ROOT / "roles" / role / "defaults" / "main.yml" for role in ("diagnose", "remediate")]
    return {name: value for file in files for name, value in yaml.safe_load(file.read_text("utf-8")).items()}


def as_text(value: t.Any) -> t.Any:
    if isinstance(value, list):
        return "\n".join(value)
    return value if isinstance(value, dict) else str(value)


@pytest.mark.parametrize("how", ["blank", "text"])
def test_answers_of_a_survey(small: Lab, tmp_path: pathlib.Path, how: str) -> None:
    others = {"diagnose_azure_resource_id": " ", "remediate_hosts": " ", "remediate_serial": ""}
    answers = {name: " " if how == "blank" else as_text(value) for name, value in defaults().items()}
    done = small.play(tmp_path, "--check", "-e", json.dumps({**answers, **others}), playbook=REMEDIATE)
    assert done.status == 0, done.output
    assert done.root_causes == EXPECTED
    (step,) = next(host["plan"] for host in done.report["hosts"] if host["name"] == "wronghost01")[:1]
    assert (step["action"], step["allowed"]) == ("host", True), step
    assert {path.suffix for path in done.path.parent.iterdir()} == {".json", ".html", ".md", ".prom"}
