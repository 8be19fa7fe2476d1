# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The oldest ansible.windows that galaxy.yml allows: reading and changing guests ends as with the newest, which all else uses."""

from __future__ import annotations

import pathlib

import pytest
import yaml

from tests.end_to_end.lab import CONTOSO, Lab, expect, serving
from tests.end_to_end.test_guest_modules import HOSTS, PLAYBOOK, changes
from tests.tools import tree

# Alone on a worker, so that one of them fetches the tree where `make test` has not.
pytestmark = pytest.mark.xdist_group("oldest ansible.windows")


def number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def test_the_two_trees_are_the_two_generations() -> None:
    """From 3.4.0 on win_powershell makes its sessions with CreateDefault2 (read in its win_powershell.ps1)."""
    oldest, newest = (tree.version(tree.link(place)) for place in (tree.OLDEST_TREE, tree.TREE))
    galaxy = yaml.safe_load((tree.ROOT / "galaxy.yml").read_text("utf-8"))
    assert galaxy["dependencies"]["ansible.windows"] == f">={oldest}"
    assert number(oldest) <= (3, 3, 0) < (3, 4, 0) <= number(newest)
    module = tree.DEPENDENCIES[0] / "plugins" / "modules" / "win_powershell.ps1"
    made = [(place / module).read_text("utf-8").count("CreateDefault2()") for place in (tree.OLDEST_TREE, tree.TREE)]
    assert made == [0, 1]


def test_the_fleet_is_diagnosed(contoso: Lab, tmp_path: pathlib.Path) -> None:
    run = contoso.play(tmp_path, collections=tree.OLDEST_TREE)
    done = expect(CONTOSO, run.path)
    assert done.returncode == 0, done.stdout


def test_guests_are_changed(tmp_path: pathlib.Path) -> None:
    with serving(CONTOSO, tmp_path / "lab") as lab:
        first = lab.play(tmp_path, *HOSTS, playbook=PLAYBOOK, collections=tree.OLDEST_TREE)
        second = lab.play(tmp_path, *HOSTS, playbook=PLAYBOOK, collections=tree.OLDEST_TREE)
    assert first.status == second.status == 0, first.output
    assert changes(first.output) == {"erp01": "2", "mak01": "2", "web01": "0"}
    assert set(changes(second.output).values()) == {"0"}
