# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One slow guest holds nobody up, and what the controller did wrong is the controller's."""

from __future__ import annotations

import pathlib
import time

from tests.end_to_end.lab import HERE, Lab, serving

SLOW = 90


def test_a_guest_that_hangs_is_left_behind(tmp_path: pathlib.Path) -> None:
    world = tmp_path / "slow.yml"
    small = (HERE / "worlds" / "small.yml").read_text("utf-8")
    world.write_text(small.replace("{drops-after: 3}", f"{{slow: {SLOW}}}"), "utf-8")
    with serving(str(world), tmp_path / "lab") as lab:
        begun = time.monotonic()
        run = lab.play(tmp_path, "-e", "diagnose_host_timeout=15")
        assert time.monotonic() - begun < SLOW
    assert (run.status, run.root_causes["healthy01"], run.root_causes["wronghost01"]) == (
        0,
        "activated",
        "wrong-kms-host",
    )
    assert run.report is not None
    (late,) = (host for host in run.report["hosts"] if host["name"] == "stopped01")
    assert "did not answer in time: no answer within 15 s" in late["root_cause"]["title"]
    assert late["guest"]["status"] == "unreadable"
    assert [step["who"] for step in late["root_cause"]["remedy"]] == ["guest_admin"]


def test_what_the_controller_did_wrong_fails_the_play(small: Lab, tmp_path: pathlib.Path) -> None:
    run = small.play(tmp_path, "-e", "ansible_host=no-such-host.invalid", "--limit", "healthy01,wronghost01")
    assert run.status == 2, run.output
    assert "No host could be asked, because of the controller." in run.output
    assert run.report is not None, "the report is written all the same"
    assert {step["who"] for host in run.report["hosts"] for step in host["root_cause"]["remedy"]} == {"automation"}
