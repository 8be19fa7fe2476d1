# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role in other people's plays, and with hosts that go missing."""

from __future__ import annotations

import json
import os
import pathlib
import re
import subprocess

import pytest

from tests.end_to_end.lab import HERE, Lab, serving
from tests.tools import tree

EXPECTED = {
    "healthy01": "activated",
    "stopped01": "guest-unreachable",
    "refused01": "guest-unreachable",
    "wronghost01": "wrong-kms-host",
}
RECAP = re.compile(r"^(?P<host>\S+)\s+: ok=\d+ .*failed=(?P<failed>\d+)", re.M)

pytestmark = pytest.mark.xdist_group("small")


def failed_hosts(output: str) -> set[str]:
    return {row["host"] for row in RECAP.finditer(output) if row["failed"] != "0"}


def test_a_guest_stopped_in_mid_probe_disturbs_no_other(small: Lab, tmp_path: pathlib.Path) -> None:
    run = small.play(tmp_path)
    assert run.status == 0, run.output
    assert run.root_causes == EXPECTED
    assert "4 VMs: 1 activated, 1 needs attention, 2 unknown" in run.output


def test_foreign_play_with_become_serial_and_tags(small: Lab, tmp_path: pathlib.Path) -> None:
    run = small.play(tmp_path, "--tags", "activation", playbook=HERE / "playbooks" / "foreign.yml")
    assert run.status == 0, run.output
    assert run.root_causes == EXPECTED
    assert re.findall(r"^(\d VMs): \d activated", run.output, re.M) == ["2 VMs", "4 VMs"]


NOT_FIRST = {name: cause for name, cause in EXPECTED.items() if name != "healthy01"}


def test_a_condition_on_the_role_leaves_the_first_host_out(small: Lab, tmp_path: pathlib.Path) -> None:
    playbook = HERE / "playbooks" / "mixed.yml"
    run = small.play(tmp_path, "-e", "diagnose_fail_on=error", playbook=playbook)
    assert run.status == 2
    assert failed_hosts(run.output) == set(NOT_FIRST)
    assert run.root_causes == NOT_FIRST


def test_hosts_that_go_at_their_own_pace_share_the_report(small: Lab, tmp_path: pathlib.Path) -> None:
    run = small.play(tmp_path, playbook=HERE / "playbooks" / "free.yml")
    assert run.status == 0, run.output
    assert run.root_causes == NOT_FIRST


def test_repairs_in_batches_share_the_report(tmp_path: pathlib.Path) -> None:
    with serving(str(HERE / "worlds" / "small.yml"), tmp_path / "lab") as lab:
        run = lab.play(tmp_path, "-e", "remediate_serial=1", playbook=tree.ROOT / "playbooks" / "remediate.yml")
    assert run.status == 0, run.output
    assert run.root_causes == {**EXPECTED, "wronghost01": "activated"}
    assert run.report is not None
    before = {host["name"]: host["before"]["root_cause"]["id"] for host in run.report["hosts"]}
    assert before == EXPECTED


def test_what_an_earlier_play_found_is_not_told_again(tmp_path: pathlib.Path) -> None:
    with serving(str(HERE / "worlds" / "small.yml"), tmp_path / "lab") as lab:
        run = lab.play(tmp_path, playbook=HERE / "playbooks" / "twice.yml")
    assert run.status == 0, run.output
    assert run.root_causes == {name: cause for name, cause in EXPECTED.items() if name != "wronghost01"}
    assert run.report is not None
    assert run.report["remediation"] is None


def test_a_host_that_was_lost_before_is_unknown(small: Lab, tmp_path: pathlib.Path) -> None:
    run = small.play(tmp_path, playbook=HERE / "playbooks" / "dropped.yml")
    assert set(run.root_causes) == set(EXPECTED)
    assert run.report is not None
    (lost,) = (host for host in run.report["hosts"] if host["name"] == "healthy01")
    assert (lost["state"], lost["guest"]["status"]) == ("unknown", "not_asked")


@pytest.mark.parametrize(
    ("fail_on", "status", "failed"),
    [
        ("never", 0, set()),
        ("error", 2, {"stopped01", "refused01", "wronghost01"}),
        ("warning", 2, {"stopped01", "refused01", "wronghost01"}),
    ],
)
def test_fail_on(small: Lab, tmp_path: pathlib.Path, fail_on: str, status: int, failed: set[str]) -> None:
    run = small.play(tmp_path, "-e", f"diagnose_fail_on={fail_on}")
    assert run.status == status, run.output
    assert failed_hosts(run.output) == failed
    assert run.root_causes == EXPECTED


def test_a_fleet_of_which_nobody_answers_still_has_a_report(small: Lab, tmp_path: pathlib.Path) -> None:
    run = small.play(tmp_path, "--limit", "stopped01,refused01")
    assert run.status == 0, run.output
    assert run.root_causes == {"stopped01": "guest-unreachable", "refused01": "guest-unreachable"}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ('{"diagnose_gather_subset": ["eventz"]}', "diagnose_gather_subset must be one or more of"),
        ('{"diagnose_fail_on": "sometimes"}', "diagnose_fail_on must be one of: never, error, warning, got: sometimes"),
        ('{"diagnose_probe_timeout": "soon"}', "argument 'diagnose_probe_timeout' is of type"),
    ],
)
def test_a_wrong_input_is_one_message(small: Lab, tmp_path: pathlib.Path, wrong: str, message: str) -> None:
    before = len(small.requests())
    run = small.play(tmp_path, "-e", wrong)
    assert run.status == 2
    assert run.output.count("fatal: ") == 1
    assert message in run.output
    assert "Traceback" not in run.output
    assert len(small.requests()) == before


def test_guests_are_reported_on_where_azure_had_to_be_read_and_could_not_be(small: Lab, tmp_path: pathlib.Path) -> None:
    run = small.play(tmp_path, "-e", "diagnose_azure=always")
    assert run.status == 2
    assert run.root_causes == EXPECTED
    said = "diagnose_azure: it is always, and Azure could not be read. No Azure credentials were found"
    assert said in run.output
    unasked = json.dumps({"diagnose_azure": "always", "diagnose_gather_subset": ["all", "!imds"]})
    nobody = small.play(tmp_path, "-e", unasked, "--limit", "healthy01")
    assert (nobody.status, nobody.root_causes) == (2, {"healthy01": "activated"})
    assert "No host's Azure resource id is known. Set diagnose_azure_resource_id." in nobody.output


def test_nothing_is_repaired_where_azure_had_to_be_read_and_could_not_be(small: Lab, tmp_path: pathlib.Path) -> None:
    wanted = json.dumps({"diagnose_azure": "always", "remediate_actions": ["host", "activation"]})
    playbook = tree.ROOT / "playbooks" / "remediate.yml"
    run = small.play(tmp_path, "-e", wanted, "--limit", "healthy01,wronghost01", playbook=playbook)
    assert run.status == 2
    assert run.root_causes == {"healthy01": "activated", "wronghost01": "wrong-kms-host"}
    assert "TASK [azure_windows.activation.remediate : Plan]" not in run.output


def test_hosts_that_limit_left_out_are_not_gone(small: Lab, tmp_path: pathlib.Path) -> None:
    first = small.play(tmp_path, "--limit", "healthy01,wronghost01")
    assert first.report is not None, first.output
    plain = first.path.read_text("utf-8").replace('"healthy01"', '"retired01"')
    (tmp_path / "then.json").write_text(plain, "utf-8")
    run = small.play(tmp_path, "--limit", "healthy01", "-e", f"diagnose_report_previous={tmp_path}/then.json")
    assert run.report is not None, run.output
    history = run.report["history"]
    assert (history["gone"], history["left_out"]) == (["retired01"], ["wronghost01"])
    assert re.search(r"^Since .*: 1 gone, 1 not asked this time$", run.output, re.M)


def test_each_job_of_awx_has_a_folder_of_its_own(small: Lab, tmp_path: pathlib.Path) -> None:
    for job, host in ((41, "healthy01"), (42, "refused01")):
        run = small.play(tmp_path, "--limit", host, "-e", json.dumps({"awx_job_id": job}))
        assert f"Report: {tmp_path}/kms-report/job-{job}/kms-report.html" in run.output
    assert len(list(tmp_path.glob("kms-report/job-4[12]/kms-report.json"))) == 2


def test_a_play_branches_on_the_verdict(small: Lab, tmp_path: pathlib.Path) -> None:
    run = small.play(tmp_path, playbook=HERE / "playbooks" / "baseline.yml")
    assert run.status == 0, run.output
    assert '"msg": "wronghost01: wrong-kms-host error certain, allow host"' in run.output
    # The lab's guests live at the time of their world, so that the days are those from then to now.
    assert re.findall(r"(\w+) ends in -?\d+ days", run.output) == ["healthy01"]
    assert "['healthy01'] ['wronghost01'] ['refused01', 'stopped01'] unknown" in run.output


def test_an_undefined_value_is_one_message(small: Lab, tmp_path: pathlib.Path) -> None:
    before = len(small.requests())
    run = small.play(tmp_path, "-e", json.dumps({"diagnose_report_dir": "/reports/{{ awx_job_id }}"}))
    assert run.status == 2
    assert run.output.count("fatal: ") == 1
    assert '"msg": "diagnose_report_dir: the value refers to a variable that is not defined. Define it' in run.output
    assert len(small.requests()) == before


def test_the_table_stays_out_of_parsed_output(small: Lab, tmp_path: pathlib.Path) -> None:
    run = small.play(tmp_path, "-e", "diagnose_display=false")
    assert "wrong-kms-host: 1 VM" not in run.output
    assert run.root_causes == EXPECTED


def test_a_report_that_cannot_be_written_is_one_message(small: Lab, tmp_path: pathlib.Path) -> None:
    (tmp_path / "kms-report").write_text("a file where the folder should be", "utf-8")
    run = small.play(tmp_path, "-e", "diagnose_report_dir=kms-report/deeper")
    assert run.status == 2
    assert f"diagnose_report_dir: {tmp_path}/kms-report is not a folder. Name a folder." in run.output


def test_make_diagnose(tmp_path: pathlib.Path) -> None:
    arguments = f"-e diagnose_fail_on=error -e diagnose_report_dir={tmp_path} --limit healthy01,wronghost01"
    done = subprocess.run(
        ["make", "--no-print-directory", "diagnose", f"WORLD={HERE / 'worlds' / 'small.yml'}", f"ARGS={arguments}"],
        cwd=tree.ROOT,
        env={key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 2, done.stdout
    assert "2 VMs: 1 activated, 1 needs attention, 0 unknown" in done.stdout
    report = f"Report: {tmp_path}/kms-report.html (also .json, .md, .prom)"
    # What make itself says of the failure is on the line after it.
    assert [line for line in done.stdout.splitlines() if line and not line.startswith("make")][-1] == report
    assert {path.suffix for path in tmp_path.glob("kms-report.*")} == {".html", ".json", ".md", ".prom"}
