# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The commands that the report offers finish the job: every cause that can be repaired ends activated by its own command."""

from __future__ import annotations

import collections
import pathlib
import shlex
import typing as t

import pytest
import yaml

from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.model import Finding
from ansible_collections.azure_windows.activation.plugins.module_utils._plain import from_plain
from ansible_collections.azure_windows.activation.plugins.module_utils._report import commands
from tests.end_to_end.lab import CONTOSO, serving
from tests.tools import tree

REMEDIATE = tree.ROOT / "playbooks" / "remediate.yml"
FAST = '{"remediate_interval": 0, "remediate_attempts": 2}'
# Causes of contoso with a command; a cause that loses its command fails the test.
REPAIRABLE = 13

pytestmark = pytest.mark.xdist_group("remediate")


def printed(report: dict[str, t.Any]) -> dict[str, list[str]]:
    """Return the value of -e in the printed commands, with one host of each cause that can be repaired."""
    world = yaml.safe_load((tree.ROOT / CONTOSO).read_text("utf-8"))["guests"]
    found: dict[str, list[str]] = collections.defaultdict(list)
    seen: set[tuple[str, str]] = set()
    for host in report["hosts"]:
        finding = from_plain(Finding, host["root_cause"])
        for remedy in finding.remedy:
            command = shlex.split(commands.of(remedy, finding.evidence, [host["name"]]).ansible)
            key = (finding.id, " ".join(command[command.index("-e") :]) if command else "")
            if command and world[host["name"]]["expect"].get("after") == "activated" and key not in seen:
                seen.add(key)
                found[command[command.index("-e") + 1]].append(host["name"])
    assert len({cause for cause, _command in seen}) >= REPAIRABLE, sorted(seen)
    return found


def test_each_printed_command_activates_the_vm(tmp_path: pathlib.Path) -> None:
    with serving(CONTOSO, tmp_path / "lab") as lab:
        report = lab.play(tmp_path).report
        assert report is not None
        ended = {}
        for number, (variables, hosts) in enumerate(printed(report).items()):
            folder = tmp_path / str(number)
            folder.mkdir()
            arguments = ("-e", FAST, "--limit", ",".join(hosts), "-e", variables)
            ended |= lab.play(folder, *arguments, playbook=REMEDIATE).root_causes
    assert ended == dict.fromkeys(ended, "activated")
