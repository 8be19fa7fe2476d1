# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook for a disposable VM, over the lab: nothing without consent; a table and a recording with it."""

from __future__ import annotations

import json
import pathlib

import pytest

from tests.end_to_end.lab import Lab
from tests.tools import tree

VERIFY = tree.ROOT / "playbooks" / "verify_on_windows.yml"
ONE = ("--limit", "healthy01")

pytestmark = pytest.mark.xdist_group("small")


def test_nothing_is_done_without_consent(small: Lab, tmp_path: pathlib.Path) -> None:
    before = len(small.requests())
    run = small.play(tmp_path, *ONE, playbook=VERIFY)
    assert run.status == 2
    assert "Nothing was done." in run.output
    assert len(small.requests()) == before
    assert not (tmp_path / "kms-recordings").exists()


def test_what_was_seen_is_shown_and_recorded(small: Lab, tmp_path: pathlib.Path) -> None:
    run = small.play(tmp_path, *ONE, "-e", "verify_disposable=true", playbook=VERIFY)
    assert run.status == 0, run.output
    assert "OBSERVED  services: Who depends on sppsvc" in run.output
    assert "NOT_SIMULATED  amsi: " in run.output
    (file,) = (tmp_path / "kms-recordings").glob("*.json")
    recording = json.loads(file.read_text("utf-8"))
    assert file.name == "verify-healthy01.json"
    assert recording["verdict"]["root_cause"] == "activated"
    rows = {row["id"]: row["status"] for row in recording["verification"]}
    assert (rows["services"], rows["w32tm_resync"]) == ("observed", "not_simulated")
    assert "healthy01" not in file.read_text("utf-8")
