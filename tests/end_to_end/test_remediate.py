# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The closed loop over contoso: preview, repair, prove, find nothing left to do, take Azure back."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import re
import subprocess
import sys
import typing as t

import jsonschema
import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._plan import actions
from tests.end_to_end.lab import CONTOSO, HERE, Lab, Run, expect, run, serving
from tests.tools import tree

REMEDIATE = tree.ROOT / "playbooks" / "remediate.yml"
ROLLBACK = tree.ROOT / "playbooks" / "rollback.yml"
PRODUCT_KEY = re.compile(r"\b[0-9A-Z]{5}(?:-[0-9A-Z]{5}){4}\b")
EVERYTHING = {
    "remediate_actions": list(actions.NAMES),
    "remediate_disable_blocking_firewall_rules": True,
    "remediate_interval": 0,
    "remediate_attempts": 2,
}
WRITES = ("PUT", "PATCH", "DELETE")

pytestmark = pytest.mark.xdist_group("remediate")


@dataclasses.dataclass(frozen=True)
class Loop:
    """The states and runs of one lab, in their order."""

    states: dict[str, dict[str, t.Any]]
    preview: Run
    first: Run
    second: Run
    written: dict[str, int]
    rolled_back: subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def loop(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Loop]:
    folder = tmp_path_factory.mktemp("loop")
    with serving(CONTOSO, folder / "lab") as lab:
        states = {"start": state(lab)}
        preview = repair(lab, folder / "preview", "--check", "--diff")
        states["previewed"], written = state(lab), {"preview": writes(lab)}
        first = repair(lab, folder / "first", "-vvv")
        written["first"] = writes(lab)
        second = repair(lab, folder / "second")
        written["second"] = writes(lab)
        (journal,) = (folder / "first" / "kms-journal").glob("*.jsonl")
        windows_everywhere(folder / "inventory")
        relative = journal.relative_to(folder)
        arguments = ("-i", "inventory", str(ROLLBACK), "-e", f"remediate_journal={relative}")
        rolled_back = run("ansible-playbook", *arguments, folder=folder, **lab.environment)
        states["rolled back"] = state(lab)
        yield Loop(states, preview, first, second, written, rolled_back)


def repair(lab: Lab, folder: pathlib.Path, *arguments: str) -> Run:
    folder.mkdir()
    return lab.play(folder, "-e", json.dumps(EVERYTHING), *arguments, playbook=REMEDIATE)


def windows_everywhere(inventory: pathlib.Path) -> None:
    """Write an inventory whose variables, as in many real ones, call every host a Windows machine."""
    (inventory / "group_vars").mkdir(parents=True)
    (inventory / "hosts.ini").write_text("web01\n", "utf-8")
    windows = {"ansible_connection": "winrm", "ansible_shell_type": "powershell", "ansible_become": True}
    (inventory / "group_vars" / "all.yml").write_text(json.dumps(windows), "utf-8")


def state(lab: Lab) -> dict[str, t.Any]:
    command = [sys.executable, "-m", "tests.lab", "state", str(lab.state)]
    return t.cast("dict[str, t.Any]", json.loads(subprocess.check_output(command, cwd=tree.ROOT, text=True)))


def writes(lab: Lab) -> int:
    """Return how many writes Azure has seen since the lab started."""
    lines = (lab.state / "azure_requests.jsonl").read_text("utf-8").splitlines()
    return sum(json.loads(line)["method"] in WRITES for line in lines)


def plan(done: Run) -> dict[str, list[tuple[str, str, bool]]]:
    assert done.report is not None, done.output
    return {
        host["name"]: [(step["action"], step["target"], step["allowed"]) for step in host["plan"]]
        for host in done.report["hosts"]
    }


def test_a_preview_changes_nothing_and_plans_the_same(loop: Loop) -> None:
    assert loop.preview.status == 0, loop.preview.output
    assert loop.states["previewed"] == loop.states["start"]
    assert loop.written["preview"] == 0
    assert plan(loop.preview) == plan(loop.first)
    assert loop.preview.report is not None
    statuses = {change["status"] for host in loop.preview.report["hosts"] for change in host["changes"]}
    assert "would_change" in statuses
    assert "changed" not in statuses


def test_every_repairable_guest_ends_as_expected(loop: Loop) -> None:
    compared = expect(CONTOSO, loop.first.path)
    assert compared.returncode == 0, compared.stdout
    schema = json.loads((tree.ROOT / "docs" / "kms_report.schema.json").read_text("utf-8"))
    jsonschema.validate(loop.first.report, schema)


def test_one_object_of_azure_is_written_once(loop: Loop) -> None:
    assert loop.first.report is not None
    changed = [item for item in loop.first.report["remediation"]["changes"] if item["status"] == "changed"]
    targets = [(item["action"], item["target"].lower()) for item in changed]
    assert targets
    assert len(targets) == len(set(targets))
    assert all(item["after"] and item["hosts"] for item in changed)


def test_a_second_run_changes_nothing(loop: Loop) -> None:
    assert re.findall(r"changed=[1-9]\d*", loop.second.output) == []
    assert loop.written["second"] == loop.written["first"]


def test_rollback_restores_azure(loop: Loop) -> None:
    assert loop.rolled_back.returncode == 0, loop.rolled_back.stdout
    assert loop.states["rolled back"]["azure"] == loop.states["start"]["azure"]


def test_no_product_key_is_printed_or_kept(loop: Loop) -> None:
    assert not PRODUCT_KEY.search(loop.first.output)
    assert not PRODUCT_KEY.search(loop.first.path.read_text("utf-8"))


def test_the_default_touches_nothing_else(tmp_path: pathlib.Path) -> None:
    """Without a word only what is harmless in the guest is done, and the rest says who may allow it."""
    with serving(CONTOSO, tmp_path / "lab") as lab:
        before = state(lab)
        limit = "az-branch01,tok01,fw01,dc01,erp01"
        default = json.dumps({"remediate_interval": 0, "remediate_attempts": 1})
        done = lab.play(tmp_path, "-e", default, "--limit", limit, playbook=REMEDIATE)
        after = state(lab)
    assert done.status == 0, done.output
    assert done.report is not None
    changed = {name for name in before["guests"] if before["guests"][name] != after["guests"][name]}
    assert (changed, before["azure"] == after["azure"]) == ({"erp01"}, True)
    hosts = {host["name"]: host for host in done.report["hosts"]}
    waiting = {
        name: [(step["action"], step["who"]) for step in host["plan"] if not step["allowed"]]
        for name, host in hosts.items()
    }
    assert waiting == {
        "az-branch01": [("route", "network_team")],
        "tok01": [("token_store", "guest_admin")],
        "fw01": [("firewall", "guest_admin")],
        "dc01": [("clock", "guest_admin")],
        "erp01": [],
    }
    assert hosts["erp01"]["after"]["root_cause"]["id"] == "activated"


@pytest.mark.parametrize(
    ("tag", "after"),
    [("remediate_plan", "wrong-kms-host"), ("remediate_azure", "wrong-kms-host"), ("remediate_guest", "activated")],
)
def test_tags_choose_what_is_repaired(tmp_path: pathlib.Path, tag: str, after: str) -> None:
    with serving(str(HERE / "worlds" / "small.yml"), tmp_path / "lab") as lab:
        done = lab.play(tmp_path, "--tags", tag, "--limit", "wronghost01", playbook=REMEDIATE)
    assert done.status == 0, done.output
    assert done.root_causes == {"wronghost01": after}
