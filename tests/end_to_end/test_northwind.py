# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Networks that mislead, and what a run says of the part that it could not read."""

from __future__ import annotations

import json
import pathlib

from tests.end_to_end.lab import expect, serving

NORTHWIND = "tests/lab/worlds/northwind.yml"


def test_every_machine_has_the_expected_root_cause(tmp_path: pathlib.Path) -> None:
    with serving(NORTHWIND, tmp_path / "lab") as lab:
        run = lab.play(tmp_path)
    assert run.status == 0, run.output
    assert "Traceback" not in run.output
    compared = expect(NORTHWIND, run.path)
    assert compared.returncode == 0, compared.stdout
    # One machine is stopped: its routes are not Azure's own answer, and both the report and the table say so.
    assert json.loads(run.path.read_text("utf-8"))["summary"]["unread"] == 1
    assert "Could not read 1 in Azure: effective routes of" in " ".join(run.output.split())
