# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Job slices as AWX runs them: four ansible-runner processes over a quarter of the inventory each, joined to the report of one run.

AWX cuts the list of hosts as hosts[number - 1::count] and tells each job its id in extra variables (awx/main/models/inventory.py and
unified_jobs.py of https://github.com/ansible/awx), the number of its slice it does not tell.
"""

from __future__ import annotations

import collections
import dataclasses
import json
import os
import pathlib
import re
import subprocess
import sys
import typing as t

import pytest
import yaml

from tests.end_to_end.lab import HERE, Lab, Run, serving
from tests.tools import tree
from tests.unit.lab.azure import builders as b

COUNT, GUESTS = 4, 24
FIRST_JOB = 9001
REPORT = tree.ROOT / "playbooks" / "report.yml"

pytestmark = pytest.mark.xdist_group("slices")


@dataclasses.dataclass(frozen=True)
class Sliced:
    """A run of four slices: the lab, the shared folder with a report of each job, what each slice was given, runner's artifacts."""

    lab: Lab
    shared: pathlib.Path
    hosts: list[list[str]]
    artifacts: list[pathlib.Path]
    azure_requests: list[dict[str, t.Any]]


def world(folder: pathlib.Path) -> str:
    """Write a world of 24 guests of three kinds in two subnets of Azure."""
    small = yaml.safe_load((HERE / "worlds" / "small.yml").read_text("utf-8"))
    # One that breaks off in the middle is told in words that differ from run to run.
    kinds = [small["guests"][name] for name in ("healthy01", "refused01", "wronghost01", "healthy01")]
    names = [f"vm{number:02}" for number in range(GUESTS)]
    subnets = {"one": {"addressPrefix": "10.1.1.0/24"}, "two": {"addressPrefix": "10.1.2.0/24"}}
    resources = [b.network("spoke", "10.1.0.0/16", subnets)]
    for number, name in enumerate(names):
        place, address = ("one", f"10.1.1.{number + 10}") if number % 2 else ("two", f"10.1.2.{number + 10}")
        resources += b.machine(name, f"spoke/{place}", address)
    azure = b.world(resources, names, options={"retry_after": 0})["azure"]
    machines = f"{b.GROUP}/providers/Microsoft.Compute/virtualMachines"
    guests = {name: {**kinds[number // 2 % 4], "azure_id": f"{machines}/{name}"} for number, name in enumerate(names)}
    path = folder / "world.yml"
    path.write_text(yaml.safe_dump({**small, "name": "slices", "guests": guests, "azure": azure}), "utf-8")
    return str(path)


def runner(folder: pathlib.Path, lab: Lab, inventory: dict[str, t.Any], job: int, variables: t.Any) -> t.Any:
    """Start ansible-runner over an inventory."""
    (folder / "env").mkdir(parents=True)
    (folder / "project").mkdir()
    (folder / "inventory").mkdir()
    (folder / "inventory" / "hosts.yml").write_text(yaml.safe_dump(inventory), "utf-8")
    (folder / "env" / "extravars").write_text(json.dumps({**variables, "awx_job_id": job}), "utf-8")
    settings = {
        **lab.environment,
        "ANSIBLE_COLLECTIONS_PATH": str(tree.TREE),
        "ANSIBLE_CONFIG": str(tree.ROOT / "ansible.cfg"),
        "HOME": str(folder),
        "no_proxy": "127.0.0.0/8,127.0.0.1,localhost",
    }
    (folder / "env" / "envvars").write_text(json.dumps(settings), "utf-8")
    command = [
        sys.executable,
        "-m",
        "ansible_runner",
        "run",
        str(folder),
        "-p",
        "azure_windows.activation.diagnose",
        "--ident",
        "run",
    ]
    return subprocess.Popen(command, cwd=folder, env=dict(os.environ), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def requests(lab: Lab) -> list[dict[str, t.Any]]:
    return [json.loads(line) for line in (lab.state / "azure_requests.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def sliced(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Sliced]:
    """Run the slices, all at the same time."""
    folder = tmp_path_factory.mktemp("slices")
    with serving(world(folder), folder / "lab") as lab:
        whole = yaml.safe_load((lab.state / "inventory.yml").read_text("utf-8"))["windows"]
        names = sorted(whole["hosts"])
        hosts = [names[start::COUNT] for start in range(COUNT)]
        shared = {
            "diagnose_report_dir": str(folder / "shared"),
            "diagnose_azure_state_file": str(folder / "azure.json"),
        }
        started = []
        for number, part in enumerate(hosts):
            inventory = {"windows": {**whole, "hosts": {name: whole["hosts"][name] for name in part}}}
            started.append(runner(folder / f"slice{number}", lab, inventory, FIRST_JOB + number, shared))
        said = [process.communicate(timeout=300)[0].decode() for process in started]
        assert [process.returncode for process in started] == [0] * COUNT, "\n".join(said)
        artifacts = [folder / f"slice{number}" / "artifacts" / "run" for number in range(COUNT)]
        yield Sliced(lab, folder / "shared", hosts, artifacts, requests(lab))


def join(sliced: Sliced, folder: pathlib.Path) -> Run:
    folder.mkdir()
    return sliced.lab.play(
        folder, "-e", f"report_files={sliced.shared}", playbook=REPORT, ANSIBLE_SHOW_CUSTOM_STATS="1"
    )


def timeless(report: dict[str, t.Any] | None) -> dict[str, t.Any]:
    assert report is not None
    # A licence ends so many minutes after the guest was asked.
    hosts = [
        {**host, "reported_at": "", "expires_at": bool(host["expires_at"]), "azure": {**host["azure"], "read_at": None}}
        for host in report["hosts"]
    ]
    return {**report, "generated_at": "", "hosts": hosts}


def test_slices_are_the_report_of_one_run(sliced: Sliced, tmp_path: pathlib.Path) -> None:
    joined = join(sliced, tmp_path / "joined")
    (tmp_path / "one").mkdir()
    one = sliced.lab.play(tmp_path / "one")
    assert len(joined.root_causes) == GUESTS
    assert timeless(joined.report) == timeless(one.report)
    assert sorted(collections.Counter(joined.root_causes.values()).values()) == [6, 6, 12]


def test_a_lost_slice_is_named_with_its_hosts(sliced: Sliced, tmp_path: pathlib.Path) -> None:
    lost = sliced.shared / f"job-{FIRST_JOB + 2}"
    lost.rename(tmp_path / "aside")
    try:
        joined = join(sliced, tmp_path / "joined")
    finally:
        (tmp_path / "aside").rename(lost)
    assert joined.report is not None
    assert joined.report["unanswered"] == sliced.hosts[2]
    assert f"Expected, but did not answer: {', '.join(sliced.hosts[2])}" in re.sub(r"\s+", " ", joined.output)


def test_azure_is_read_once_for_all_slices(sliced: Sliced) -> None:
    asked = collections.Counter(
        entry["path"].lower().rpartition("/")[2] for entry in sliced.azure_requests if "/providers/" in entry["path"]
    )
    # The machines twice, the second time with their power states; one question for the routes of each subnet.
    wanted = {"virtualmachines": 2, "networkinterfaces": 1, "virtualnetworks": 1, "effectiveroutetable": 2}
    assert {name: asked[name] for name in wanted} == wanted
    report = json.loads((sliced.shared / f"job-{FIRST_JOB}" / "kms-report.json").read_text("utf-8"))
    assert {host["azure"]["status"] for host in report["hosts"]} == {"ok"}
    assert all(host["azure"]["read_at"] for host in report["hosts"])


def test_events_artifacts_and_stats_are_those_of_a_job(sliced: Sliced) -> None:
    tallies = collections.Counter[str]()
    for number, place in enumerate(sliced.artifacts):
        assert ((place / "rc").read_text(), (place / "status").read_text()) == ("0", "successful")
        events = [json.loads(path.read_text("utf-8")) for path in (place / "job_events").glob("*.json")]
        asked = {
            event["event_data"]["host"]
            for event in events
            if event["event_data"].get("task_action") == "azure_windows.activation.kms_facts"
            and "host" in event["event_data"]
        }
        assert asked == set(sliced.hosts[number])
        (stats,) = (event["event_data"] for event in events if event["event"] == "playbook_on_stats")
        assert set(stats["ok"]) == set(sliced.hosts[number])
        assert not stats["failures"]
        summary = stats["artifact_data"]["kms_report_summary"]
        tallies.update({state: summary[state] for state in ("hosts", "activated", "attention", "unknown")})
    assert tallies == {"hosts": 24, "activated": 12, "attention": 6, "unknown": 6}
