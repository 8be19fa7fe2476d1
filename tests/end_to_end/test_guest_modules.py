# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The modules that change a guest, as playbooks use them: previewed, done, done once, and without a key in any print."""

from __future__ import annotations

import pathlib
import re
import subprocess
import sys

from tests.end_to_end.lab import CONTOSO, HERE, Lab, serving
from tests.tools import tree

PLAYBOOK = HERE / "playbooks" / "guest_modules.yml"
HOSTS = ("--limit", "erp01,mak01,web01")
FULL_KEY = re.compile(r"\b[A-Z0-9]{5}(-[A-Z0-9]{5}){4}\b")


def state(lab: Lab) -> str:
    """Return the hash of everything the lab keeps."""
    command = [sys.executable, "-m", "tests.lab", "state", str(lab.state)]
    return subprocess.run(command, cwd=tree.ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout


def changes(output: str) -> dict[str, str]:
    """Return how many tasks changed each host."""
    return dict(re.findall(r"^(\w+) +: ok=\d+ +changed=(\d+) +unreachable=0 +failed=0", output, re.MULTILINE))


def test_preview_change_and_repetition(tmp_path: pathlib.Path) -> None:
    with serving(CONTOSO, tmp_path / "lab") as lab:
        untouched = state(lab)
        preview = lab.play(tmp_path, *HOSTS, "--check", "--diff", "-vvvv", playbook=PLAYBOOK)
        assert state(lab) == untouched
        first = lab.play(tmp_path, *HOSTS, "--diff", "-vvvv", playbook=PLAYBOOK)
        changed = state(lab)
        second = lab.play(tmp_path, *HOSTS, "-vvvv", playbook=PLAYBOOK)
        log = (lab.state / "requests.jsonl").read_text("utf-8")
        assert state(lab) == changed != untouched
    assert first.status == second.status == 0, first.output
    assert changes(first.output) == {"erp01": "2", "mak01": "2", "web01": "0"}
    assert set(changes(second.output).values()) == {"0"}
    assert "azkms.core.windows.net" in preview.output
    assert "0xC004F069 (The key belongs to another edition" in first.output
    for text in (preview.output, first.output, second.output, log):
        assert FULL_KEY.search(text) is None
