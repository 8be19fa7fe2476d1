# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The callback's count and answer, in front of the lab and in plays that are not ours."""

from __future__ import annotations

import pathlib
import re

import pytest

from tests.end_to_end.lab import Lab, run

CALLBACK = "azure_windows.activation.kms"
FOREIGN = """
- hosts: a,b
  gather_facts: false
  connection: local
  tasks:
    - ansible.builtin.debug: {msg: not a word of this}
    - name: Forgiven
      ansible.builtin.fail: {msg: nor of this}
      ignore_errors: true
    - name: Not forgiven
      ansible.builtin.fail: {msg: but of this}
      when: inventory_hostname == 'b'
"""

pytestmark = pytest.mark.xdist_group("small")


def test_the_answer_comes_last(small: Lab, tmp_path: pathlib.Path) -> None:
    lines = small.play(tmp_path, ANSIBLE_STDOUT_CALLBACK=CALLBACK).output.rstrip().splitlines()
    assert lines[-1].startswith("Report: ")
    assert lines[-3] == "4 VMs: 1 activated, 1 needs attention, 2 unknown"
    assert [line for line in lines if line.startswith("4 of 4 guests asked, ")]
    assert not [line for line in lines if line.startswith(("TASK", "PLAY RECAP", "fatal"))]


def test_with_verbosity_it_is_the_default_callback(small: Lab, tmp_path: pathlib.Path) -> None:
    output = small.play(tmp_path, "-v", ANSIBLE_STDOUT_CALLBACK=CALLBACK).output
    assert "TASK [azure_windows.activation.diagnose : Find the root causes]" in output
    assert "PLAY RECAP" in output


def test_a_play_without_a_report_keeps_its_failures_and_its_recap(tmp_path: pathlib.Path) -> None:
    (tmp_path / "play.yml").write_text(FOREIGN, "utf-8")
    done = run("ansible-playbook", "-i", "a,b,", "play.yml", folder=tmp_path, ANSIBLE_STDOUT_CALLBACK=CALLBACK)
    assert done.returncode == 2
    assert "not a word of this" not in done.stdout
    assert re.findall(r"^TASK \[(.*?)\]", done.stdout, re.M) == ["Not forgiven"]
    assert re.findall(r"^fatal: \[(.)\].*but of this", done.stdout, re.M) == ["b"]
    assert "PLAY RECAP" in done.stdout
