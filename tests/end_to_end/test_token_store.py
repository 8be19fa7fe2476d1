# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The token store rebuilt by real playbooks: a lost connection, a restart, a system that must keep its store."""

from __future__ import annotations

import pathlib
import re

from tests.end_to_end.lab import HERE, Lab, serving
from tests.end_to_end.test_guest_modules import FULL_KEY, state

PLAYBOOK = HERE / "playbooks" / "token_store.yml"
WORLD = str(HERE / "worlds" / "token_store.yml")


def play(lab: Lab, folder: pathlib.Path, *arguments: str) -> tuple[str, dict[str, str]]:
    """Return what was printed, and the recap by host."""
    output = lab.play(folder, *arguments, playbook=PLAYBOOK).output
    counts = r"^(\w+) +: ok=\d+ +(changed=\d+ +unreachable=\d+ +failed=\d+)"
    return output, {name: " ".join(told.split()) for name, told in re.findall(counts, output, re.MULTILINE)}


def test_rebuild_lost_and_found(tmp_path: pathlib.Path) -> None:
    refused = "changed=0 unreachable=0 failed=1"
    with serving(WORLD, tmp_path / "lab") as lab:
        untouched = state(lab)
        preview, foreseen = play(lab, tmp_path, "--check", "--diff")
        assert state(lab) == untouched
        first, recap = play(lab, tmp_path, "--diff", "-vvvv")
        second, again = play(lab, tmp_path)
        settled = state(lab)
        third, last = play(lab, tmp_path)
        assert state(lab) == settled
        log = (lab.state / "requests.jsonl").read_text("utf-8")
    done = "changed=1 unreachable=0 failed=0"
    assert foreseen == {"lost": done, "restarted": done, "mak": refused}, preview
    assert recap == {"lost": "changed=0 unreachable=1 failed=0", "restarted": done, "mak": refused}, first
    assert again == {"lost": done, "restarted": "changed=0 unreachable=0 failed=0", "mak": refused}, second
    assert "outcome=activated recovered=finished" in second
    assert set(last.values()) == {"changed=0 unreachable=0 failed=0", refused}, third
    assert "a multiple activation key (MAK)" in first
    assert "tokens.dat.20" in preview
    for text in (preview, first, second, third, log):
        assert FULL_KEY.search(text) is None
