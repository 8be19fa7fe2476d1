# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Attempts to activate a guest that is cut off from KMS: told of one by one, ended early, all of them when insisted on."""

from __future__ import annotations

import json
import pathlib
import subprocess

import pytest

from tests.end_to_end.lab import CONTOSO, Lab, run, serving


def activate(lab: Lab, folder: pathlib.Path, options: str) -> subprocess.CompletedProcess[str]:
    inventory = str(lab.state / "inventory.yml")
    module = ("-m", "azure_windows.activation.kms_activation", "-a", f"interval=0 {options}")
    return run("ansible", "fw01", "-i", inventory, *module, folder=folder)


def steps(lab: Lab) -> list[str]:
    """Return the steps that the lab's guests ran."""
    return [step["name"] for line in lab.requests() if line["event"] == "steps" for step in line["steps"]]


@pytest.mark.parametrize(("options", "made"), [("", 3), ("insist=true attempts=5", 5)])
def test_attempts_of_a_guest_that_is_cut_off(tmp_path: pathlib.Path, options: str, made: int) -> None:
    with serving(CONTOSO, tmp_path / "lab") as lab:
        done = activate(lab, tmp_path, options)
        tried = steps(lab).count("activate")
    most = 5 if options else 12
    told = [line for line in done.stdout.splitlines() if line.startswith("fw01: attempt ")]
    assert (tried, len(told)) == (made, made - 1)
    assert told[0].startswith(f"fw01: attempt 1 of {most} failed: 0xC004F074 (")
    result = json.loads(done.stdout[done.stdout.index("=> {") + 3 :])
    assert result["msg"].startswith(f"{made} attempts failed, " if options else "stopped after 3 equal failures, ")
    assert result["activation"]["license_before"] == result["activation"]["license_after"]
    assert result["changed"] is False
