# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook that joins reports, without any host to ask."""

from __future__ import annotations

import json
import pathlib
import typing as t

from ansible_collections.azure_windows.activation.plugins.module_utils._report import build, written
from tests.bench import fleet
from tests.end_to_end.lab import run
from tests.tools import tree

PLAYBOOK = str(tree.ROOT / "playbooks" / "report.yml")
NOW = "2026-11-24T12:00:00Z"


def write(path: pathlib.Path, diagnoses: list[dict[str, t.Any]]) -> str:
    path.write_text(written.as_json(build.report(diagnoses, NOW, "1.0.0")), "utf-8")
    return path.name


def join(folder: pathlib.Path, files: list[str], *arguments: str) -> tuple[int, str]:
    """Run the playbook over an inventory of ten VMs, none of which exists."""
    names = [vm["name"] for vm in fleet.diagnoses(10)]
    (folder / "inventory.ini").write_text("[windows]\n" + "\n".join(names), "utf-8")
    wanted = json.dumps({"report_files": files})
    done = run(
        "ansible-playbook",
        PLAYBOOK,
        "-i",
        "inventory.ini",
        "-e",
        wanted,
        *arguments,
        folder=folder,
        ANSIBLE_SHOW_CUSTOM_STATS="1",
    )
    return done.returncode, done.stdout


def test_four_slices_and_a_host_that_is_in_none(tmp_path: pathlib.Path) -> None:
    vms = fleet.diagnoses(10, healthy_percent=50)
    slices = [vms[start::4] for start in range(4)]
    lost = slices[1].pop()["name"]
    files = [write(tmp_path / f"slice{number}.json", part) for number, part in enumerate(slices)]
    status, output = join(tmp_path, files)
    assert status == 0, output
    report = json.loads((tmp_path / "kms-report" / "kms-report.json").read_text("utf-8"))
    assert report["unanswered"] == [lost]
    assert report["summary"]["hosts"] == 10
    assert f"Expected, but did not answer: {lost}" in output
    assert '"kms_report_summary"' in output
    assert '"unanswered": 1' in output


def test_a_finding_is_explained(tmp_path: pathlib.Path) -> None:
    playbook = str(tree.ROOT / "playbooks" / "explain.yml")
    done = run("ansible-playbook", playbook, "-i", "localhost,", "-e", "finding=wrong-kms-host", folder=tmp_path)
    assert done.returncode == 0, done.stdout
    assert "\nWrong KMS host (wrong-kms-host)\n" in done.stdout
    assert "\nHOW IT IS DETECTED\n" in done.stdout
    done = run("ansible-playbook", playbook, "-i", "localhost,", "-e", "finding=wrong-host", folder=tmp_path)
    assert done.returncode == 2
    assert '"msg": "finding: wrong-host is no finding. Did you mean wrong-kms-host' in done.stdout


def test_a_missing_slice_is_one_message(tmp_path: pathlib.Path) -> None:
    status, output = join(tmp_path, [write(tmp_path / "slice0.json", fleet.diagnoses(3)), "slice1.json"])
    assert status == 2
    assert "kms_report: merge: cannot read slice1.json: No such file or directory" in output
    assert "Errno" not in output
    assert "Traceback" not in output
    assert not (tmp_path / "kms-report").exists()
