# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action: which files it writes, what it reads, and one sentence for each thing that is wrong."""

from __future__ import annotations

import json
import os
import pathlib
import types
import typing as t

import pytest
from ansible.errors import AnsibleActionFail
from ansible.playbook.task import Task

from ansible_collections.azure_windows.activation.plugins.action import kms_report
from ansible_collections.azure_windows.activation.plugins.module_utils import _whole_file
from tests.unit.plugins.module_utils._report.fleet import ACTIVATED, WRONG_HOST, diagnosis

FLEET = [diagnosis("web01", ACTIVATED, licensed=True), diagnosis("app01", WRONG_HOST)]


class NoConnection:
    """A connection that has nothing to run or send with."""

    _shell = types.SimpleNamespace(tmpdir=None)


def run(folder: pathlib.Path, variables: dict[str, t.Any] | None = None, /, **options: t.Any) -> dict[str, t.Any]:
    """Run the action as a task with these variables would, without its table."""
    task = Task()
    task.action = "azure_windows.activation.kms_report"
    task.args = {"report_dir": str(folder), "display": False, **options}
    task.async_val = 0
    task.check_mode = False
    wiring: dict[str, t.Any] = dict.fromkeys(("play_context", "loader", "templar", "shared_loader_obj"))
    action: t.Any = kms_report.ActionModule(task=task, **{**wiring, "connection": NoConnection()})
    return t.cast(dict[str, t.Any], action.run(task_vars=variables or {}))


def read(folder: pathlib.Path) -> dict[str, t.Any]:
    return t.cast("dict[str, t.Any]", json.loads((folder / "kms-report.json").read_text("utf-8")))


def test_all_formats_by_default(tmp_path: pathlib.Path) -> None:
    result = run(tmp_path, diagnoses=FLEET)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "kms-report.html",
        "kms-report.json",
        "kms-report.md",
        "kms-report.prom",
    ]
    assert result["report"]["path"] == result["report"]["paths"]["json"] == str(tmp_path / "kms-report.json")
    assert result["report"]["summary"] == read(tmp_path)["summary"]
    assert result["changed"] is False


@pytest.mark.parametrize(
    ("options", "mode"), [({}, 0o640), ({"report_mode": "0600"}, 0o600), ({"report_mode": "644"}, 0o644)]
)
def test_who_may_read_the_report(tmp_path: pathlib.Path, options: dict[str, str], mode: int) -> None:
    run(tmp_path, diagnoses=FLEET, **options)
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {mode}


def test_a_huge_file_is_not_read(tmp_path: pathlib.Path) -> None:
    with (tmp_path / "huge.json").open("wb") as stream:
        stream.truncate(_whole_file.LARGEST + 1)
    with pytest.raises(AnsibleActionFail, match=r"merge: .*huge.json cannot be used: it is larger than 1024 MiB"):
        run(tmp_path / "out", merge=[str(tmp_path / "huge.json")])


@pytest.mark.parametrize(("formats", "path"), [(["md"], "kms-report.md"), (["html", "json"], "kms-report.json")])
def test_chosen_formats(tmp_path: pathlib.Path, formats: list[str], path: str) -> None:
    result = run(tmp_path, diagnoses=FLEET, formats=formats)
    assert {file.suffix[1:] for file in tmp_path.iterdir()} == set(formats)
    assert result["report"]["path"] == str(tmp_path / path)


def test_the_same_file_is_compared_with_and_replaced(tmp_path: pathlib.Path) -> None:
    run(tmp_path, diagnoses=FLEET)
    run(tmp_path, diagnoses=FLEET[:1], previous=str(tmp_path / "kms-report.json"))
    assert read(tmp_path)["history"]["gone"] == ["app01"]


@pytest.mark.parametrize(("known", "kinds"), [([], (["app01"], [])), (["app01", "web01"], ([], ["app01"]))])
def test_a_host_that_was_left_out_is_not_gone(
    tmp_path: pathlib.Path, known: list[str], kinds: tuple[list[str], list[str]]
) -> None:
    run(tmp_path, diagnoses=FLEET)
    run(tmp_path, diagnoses=FLEET[:1], previous=str(tmp_path / "kms-report.json"), known_hosts=known)
    history = read(tmp_path)["history"]
    assert (history["gone"], history["left_out"]) == kinds


def test_before_the_first_run_there_is_nothing_to_compare_with(tmp_path: pathlib.Path) -> None:
    result = run(tmp_path, diagnoses=FLEET, previous=str(tmp_path / "kms-report.json"))
    assert result["warnings"] == [
        f"kms_report: previous: {tmp_path}/kms-report.json does not exist, so there is nothing to compare with."
    ]
    assert read(tmp_path)["history"] is None


def test_slices_are_joined(tmp_path: pathlib.Path) -> None:
    files = []
    for number, item in enumerate(FLEET):
        folder = tmp_path / str(number)
        files.append(run(folder, diagnoses=[item])["report"]["path"])
    result = run(tmp_path, merge=files, expected_hosts=["web01", "app01", "lost01"], language="ja")
    assert result["report"]["summary"]["hosts"] == 3
    assert read(tmp_path)["unanswered"] == ["lost01"]
    assert "lost01" in (tmp_path / "kms-report.html").read_text("utf-8")


def test_older_formats_do_not_lie_beside_a_newer_report(tmp_path: pathlib.Path) -> None:
    run(tmp_path, diagnoses=FLEET)
    (tmp_path / "kms-report.txt").write_text("not ours", "utf-8")
    run(tmp_path, diagnoses=FLEET[:1], formats=["json"])
    assert {path.name for path in tmp_path.iterdir()} == {"kms-report.json", "kms-report.txt"}


@pytest.mark.parametrize(
    ("variables", "report_dir", "place"),
    [
        ({}, "out", "out"),
        ({"awx_job_id": 42, "tower_job_id": 42}, "out", "out/job-42"),
        ({"tower_job_id": "7"}, "out", "out/job-7"),
        ({"awx_job_id": 42}, "out/42", "out/42"),
        ({"awx_job_id": 42}, "out/run-42", "out/run-42"),
        ({"awx_job_id": 4}, "out/run-42", "out/run-42/job-4"),
        ({"awx_job_id": "../.."}, "out", "out"),
    ],
)
def test_where_a_job_writes(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, t.Any], report_dir: str, place: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(pathlib.Path(report_dir), variables, diagnoses=FLEET, formats=["json"])
    assert result["report"]["path"] == str(tmp_path / place / "kms-report.json")
    shared = run(pathlib.Path(report_dir), variables, diagnoses=FLEET, formats=["json"], per_job=False)
    assert shared["report"]["path"] == str(tmp_path / report_dir / "kms-report.json")


@pytest.mark.parametrize(
    "wanted", [["jobs"], ["jobs/*"], ["jobs/*/kms-report.json"], ["jobs/**/kms-report.json", "jobs"], ["jobs/job-900?"]]
)
def test_folders_and_patterns_are_joined(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, wanted: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for number, item in enumerate(FLEET):
        run(pathlib.Path("jobs"), {"awx_job_id": number + 9001}, diagnoses=[item])
    result = run(tmp_path / "joined", merge=wanted, expected_hosts=["web01", "app01"])
    assert (result["report"]["summary"]["hosts"], read(tmp_path / "joined")["unanswered"]) == (2, [])


def test_the_last_join_does_not_stand_for_a_slice_that_is_lost(tmp_path: pathlib.Path) -> None:
    for number, item in enumerate(FLEET):
        run(tmp_path, {"awx_job_id": number + 9001}, diagnoses=[item])
    expected = ["web01", "app01"]
    run(tmp_path, merge=[str(tmp_path)], expected_hosts=expected)
    (tmp_path / "job-9002" / "kms-report.json").unlink()
    run(tmp_path, merge=[str(tmp_path)], expected_hosts=expected)
    assert read(tmp_path)["unanswered"] == ["app01"]


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({}, "one of diagnoses and merge is needed"),
        ({"diagnoses": FLEET, "formats": []}, "formats: name at least one of json, html, md, prom"),
        ({"diagnoses": FLEET, "formats": ["pdf"]}, "value of formats must be one or more of: json, html, md, prom"),
        ({"diagnoses": FLEET, "language": "de"}, "value of language must be one of: en, ja"),
        ({"diagnoses": [{"name": 1}]}, r"diagnoses\[0\]: Diagnosis.name: expected str, got int"),
        ({"diagnoses": FLEET, "merge": ["/nowhere.json"]}, "merge: cannot read /nowhere.json: No such file"),
        ({"diagnoses": FLEET, "merge": ["bad.json"]}, "merge: .*bad.json cannot be used: it is not JSON"),
        ({"diagnoses": FLEET, "previous": "bad.json"}, "previous: .*bad.json cannot be used: it is not JSON"),
        ({"diagnoses": FLEET, "previous": "latin1.json"}, "previous: .*latin1.json cannot be used: 'utf-8' codec"),
        ({"diagnoses": FLEET, "merge": ["folder.json"]}, r"merge: folder.json holds no kms-report.json\. Name the"),
        ({"diagnoses": FLEET, "merge": ["none*"]}, r"merge: none\* holds no kms-report.json\. Name the folder"),
        ({"diagnoses": FLEET, "previous": "folder.json"}, "previous: folder.json cannot be used: it is not a file"),
        ({"diagnoses": FLEET, "previous": "pipe.json"}, "previous: pipe.json cannot be used: it is not a file"),
        ({"diagnoses": FLEET, "report_mode": "rw-r-----"}, "report_mode: .*octal"),
        ({"diagnoses": FLEET, "report_mode": "0440"}, "report_mode: .*octal"),
        ({"diagnoses": FLEET, "report_mode": "4755"}, "report_mode: .*octal"),
        ({"diagnoses": FLEET, "remediation": {"plan": [{}]}}, r"remediation: Remediation.plan\[0\]"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, t.Any], complaint: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.json").write_text("{", "utf-8")
    (tmp_path / "latin1.json").write_bytes(b'"\xe9"')
    (tmp_path / "folder.json").mkdir()
    os.mkfifo(tmp_path / "pipe.json")
    with pytest.raises(AnsibleActionFail, match=complaint):
        run(tmp_path / "out", **options)
    assert not (tmp_path / "out").exists()
