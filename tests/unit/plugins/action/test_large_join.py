# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fleet too large for one page says the same as one that is not: each test joins the same slices both ways."""

from __future__ import annotations

import datetime
import json
import pathlib
import types
import typing as t

import jsonschema  # type: ignore[import-untyped]
import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.azure_windows.activation.plugins.action import kms_report
from ansible_collections.azure_windows.activation.plugins.module_utils._report import fleet_page
from ansible_collections.azure_windows.activation.plugins.plugin_utils import _join
from tests.bench import fleet, join
from tests.tools import tree
from tests.unit.plugins.action.test_kms_report import read, run
from tests.unit.plugins.module_utils._report.fleet import ACTIVATED, UNREACHABLE, WRONG_HOST, diagnosis, side

LOST = ["lost01", "lost02"]
SCHEMA = json.loads((tree.ROOT / "docs" / "kms_report.schema.json").read_text("utf-8"))


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Count a dozen VMs as very many."""
    monkeypatch.setattr(_join, "MOST_HOSTS", 12)
    monkeypatch.setattr(_join, "HOSTS_PER_FILE", 5)


def slices(folder: pathlib.Path) -> tuple[list[str], list[str]]:
    """Write four reports of all kinds of VMs; returns their paths and the names of the VMs."""
    vms = fleet.diagnoses(30, healthy_percent=40)
    vms += [diagnosis("off01", UNREACHABLE, licensed=None, guest=side("unreachable"))]
    vms += [diagnosis(f"{name}.corp.example", WRONG_HOST) for name in ("web01", "web02", "</script>", "\U0001f4bb-vm")]
    paths = [run(folder / f"job-{start}", diagnoses=vms[start::4])["report"]["path"] for start in range(4)]
    return paths, [vm["name"] for vm in vms]


def both(folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch, **options: t.Any) -> tuple[pathlib.Path, pathlib.Path]:
    """Join at once and file by file, in all formats and at the same time; returns both folders."""
    now = datetime.datetime.now(datetime.timezone.utc)
    clock = types.SimpleNamespace(datetime=types.SimpleNamespace(now=lambda _zone: now), timezone=datetime.timezone)
    monkeypatch.setattr(kms_report, "datetime", clock)
    options = {"formats": ["json", "html", "md", "prom", "csv", "xml"], **options}
    run(folder / "large", **options)
    with monkeypatch.context() as patch:
        patch.setattr(_join, "MOST_HOSTS", 1000)
        run(folder / "small", **options)
    return folder / "large", folder / "small"


def parts(folder: pathlib.Path) -> list[dict[str, t.Any]]:
    return [json.loads((folder / name).read_text("utf-8")) for name in read(folder)["host_files"]]


def test_it_tells_the_same(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, small_pages: None) -> None:
    paths, names = slices(tmp_path)
    large, small = both(tmp_path, monkeypatch, merge=paths, expected_hosts=[*names, *LOST])
    for form in ("prom", "xml"):
        assert (large / f"kms-report.{form}").read_text("utf-8") == (small / f"kms-report.{form}").read_text("utf-8")
    whole, told = read(small), read(large)
    assert (told["summary"], told["unanswered"]) == (whole["summary"], LOST)
    assert (told["hosts"], whole["host_files"]) == ([], [])
    hosts = [host for part in parts(large) for host in part["hosts"]]
    assert sorted(host["name"] for host in hosts) == sorted(names)
    assert max(len(part["hosts"]) for part in parts(large)) == 5
    shared = ("state", "licensed", "expires_at", "resource_id", "guest", "azure", "chain")
    known = {host["name"]: host for host in whole["hosts"]}
    assert all(host[key] == known[host["name"]][key] for host in hosts for key in shared)
    for report in (told, *parts(large)):
        jsonschema.validate(report, SCHEMA)


def test_it_is_joined_and_compared_again(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, small_pages: None
) -> None:
    paths, names = slices(tmp_path / "jobs")
    large, small = both(tmp_path, monkeypatch, merge=paths)
    again = run(tmp_path / "again", merge=[str(large)], diagnoses=[diagnosis("web01.corp.example", ACTIVATED, True)])
    assert again["report"]["summary"]["hosts"] == len(names)
    assert again["report"]["summary"]["activated"] == read(small)["summary"]["activated"] + 1
    run(large, merge=paths[:3], previous=str(large / "kms-report.json"))
    fourth = json.loads(pathlib.Path(paths[3]).read_text("utf-8"))["hosts"]
    assert sorted(read(large)["history"]["gone"]) == sorted(host["name"] for host in fourth)
    assert not read(large)["history"]["changed"]
    # Of the report before it nothing is left.
    (folder,) = large.glob("kms-report-hosts-*")
    assert {name.partition("/")[0] for name in read(large)["host_files"]} == {folder.name}


def test_a_small_report_leaves_no_pages_of_a_large_one(tmp_path: pathlib.Path, small_pages: None) -> None:
    paths, _names = slices(tmp_path / "jobs")
    run(tmp_path, merge=paths)
    assert list(tmp_path.glob("kms-report-hosts-*"))
    run(tmp_path, merge=paths[:1])
    assert not list(tmp_path.glob("kms-report-hosts-*"))


def test_the_newest_answer_wins_and_namesakes_stay_apart(tmp_path: pathlib.Path, small_pages: None) -> None:
    paths, names = slices(tmp_path / "jobs")
    plain = pathlib.Path(paths[0]).read_text("utf-8")
    old = json.loads(plain)
    first = old["hosts"][0]
    later, namesake = tmp_path / "later.json", tmp_path / "namesake.json"
    healthy = run(
        tmp_path / "x", diagnoses=[diagnosis(first["name"], ACTIVATED, True, resource_id=first["resource_id"])]
    )
    later.write_text(
        pathlib.Path(healthy["report"]["path"]).read_text("utf-8").replace(old["generated_at"], "2999-01-01T00:00:00Z")
    )
    other = run(tmp_path / "y", diagnoses=[diagnosis(first["name"], WRONG_HOST, resource_id="/subscriptions/other")])
    namesake.write_text(pathlib.Path(other["report"]["path"]).read_text("utf-8"))
    # An older answer comes last.
    pathlib.Path(paths[0]).write_text(plain.replace(old["generated_at"], "2020-01-01T00:00:00Z"), "utf-8")
    result = run(tmp_path / "out", merge=[str(later), str(namesake), *paths])
    assert result["report"]["summary"]["hosts"] == len(names) + 1
    found = {host["name"]: host for part in parts(tmp_path / "out") for host in part["hosts"]}
    answers = [found[name]["root_cause"]["id"] for name in (first["name"], f"{first['name']} (2)")]
    assert sorted(answers) == ["activated", "wrong-kms-host"]


@pytest.mark.parametrize("name", ["../../etc/passwd", "kms-report-hosts-20261124T080000Z/../../x.json", "/x", 5])
def test_files_of_hosts_lie_beside_the_report_and_nowhere_else(tmp_path: pathlib.Path, name: t.Any) -> None:
    path = pathlib.Path(run(tmp_path, diagnoses=[])["report"]["path"])
    plain = {**read(tmp_path), "host_files": [name]}
    path.write_text(f"{json.dumps({**plain, 'hosts': []}, separators=(',', ':'))[:-2]}\n]}}\n", "utf-8")
    with pytest.raises(AnsibleActionFail, match="host_files must be a list of names as kms-report-hosts-"):
        run(tmp_path / "out", merge=[str(path)])


def test_a_lost_file_of_hosts_is_an_error(tmp_path: pathlib.Path, small_pages: None) -> None:
    paths, _names = slices(tmp_path / "jobs")
    run(tmp_path / "large", merge=paths)
    lost = tmp_path / "large" / read(tmp_path / "large")["host_files"][2]
    lost.unlink()
    with pytest.raises(AnsibleActionFail, match=f"merge: cannot read {lost}: No such file or directory"):
        run(tmp_path / "again", merge=[str(tmp_path / "large")])


def unpacked(end: str, lines: str) -> list[str]:
    """Do as the script of the page does."""
    found: list[str] = []
    for line in lines.split("\n") if lines else []:
        found.append((found[-1] if found else "")[: ord(line[0]) - ord("0")] + line[1:])
    return [name + end for name in found]


@pytest.mark.parametrize(
    "names",
    [
        [],
        ["one"],
        ["a", "a", "ab"],
        ["web01.corp.example", "web02.corp.example", "web10.corp.example"],
        [f"{'x' * 90}{number}" for number in range(3)],
        ["\U0001f4bb1", "\U0001f4bb2", "日本1", "日本2"],
    ],
)
def test_names_are_packed_without_loss(names: list[str]) -> None:
    end, lines = fleet_page.packed(names)
    assert unpacked(end, lines) == names


def test_names_of_a_hundred_thousand_take_a_megabyte() -> None:
    names = [f"s{number // 1000:03}-vm-{number % 1000:04}.corp.contoso.example" for number in range(100_000)]
    end, lines = fleet_page.packed(names)
    assert len(json.dumps([end, lines])) < 1_000_000


def test_memory_does_not_grow_with_what_the_vms_say(tmp_path: pathlib.Path) -> None:
    names = list(join.slices(tmp_path, 6, 1000))
    del names[::2000]
    costs = join.measured(tmp_path, [*names, "lost01"])
    assert (costs["summary"]["hosts"], costs["summary"]["unanswered"]) == (6001, 1)
    # File by file it is 95 MB, and all of them at once take 153 MB.
    assert costs["memory"] < 130_000_000
    assert costs["bytes"]["html"] < join.MOST_PAGE
