# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A reading of Azure that several runs share: what the lab's Azure was asked decides, not what the file says."""

from __future__ import annotations

import collections
import collections.abc
import concurrent.futures
import contextlib
import datetime
import functools
import json
import pathlib
import time
import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._azure import kept, paths, session, settings
from ansible_collections.azure_windows.activation.plugins.module_utils._azure.state_file import StateError
from tests.lab.azure import half
from tests.unit.lab.azure import builders as b

MACHINES = f"{b.GROUP}/providers/Microsoft.Compute/virtualMachines"
WEB, TWIN, APP = (f"{MACHINES}/{name}" for name in ("web", "twin", "app"))
SUBNETS = {"work": {"addressPrefix": "10.1.1.0/24"}, "apps": {"addressPrefix": "10.1.2.0/24"}}


class Runs:
    """Runs that share one file over one lab."""

    def __init__(self, lab: half.AzureLab, folder: pathlib.Path) -> None:
        self.lab = lab
        self.file = folder / "shared" / "azure.json"
        self._settings = settings.resolve({}, lab.environment, folder)

    def open(self, budget: float) -> session.Session:
        return session.open_session(self._settings, deadline=20, budget=budget)

    def read(self, *machines: str, use: str = "auto", max_age: int = 3600, budget: float = 60) -> t.Any:
        """Return (verdicts, what was not read, what the lab was asked) of one run."""
        before = len(self.log())
        wanted = kept.Wanted(str(self.file), use, max_age, budget)
        with kept.Kept(wanted, self.lab.url, machines, self.open) as source:
            answer, unread = paths.read_paths(source, source.state.cloud_name, paths.Asked(machines), None)
        asked = [entry["path"].rpartition("/providers/")[2].lower() for entry in self.log()[before:]]
        return [path["verdict"] for path in answer], unread, asked

    def log(self) -> list[dict[str, t.Any]]:
        return [json.loads(line) for line in self.lab.request_log.read_text("utf-8").splitlines()]

    def plain(self) -> dict[str, t.Any]:
        return t.cast("dict[str, t.Any]", json.loads(self.file.read_text("utf-8")))

    def change(self, **parts: t.Any) -> None:
        self.file.write_text(json.dumps({**self.plain(), **parts}), "utf-8")


Start = t.Callable[..., Runs]


@pytest.fixture
def start(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> collections.abc.Iterator[Start]:
    """Start a lab with three machines in two subnets."""
    with contextlib.ExitStack() as stack:

        def _start(**more: t.Any) -> Runs:
            two = b.network("spoke", "10.1.0.0/16", SUBNETS)
            resources = [two, *b.machine("web", "spoke/work", "10.1.1.4"), *b.machine("twin", "spoke/work", "10.1.1.5")]
            resources += b.machine("app", "spoke/apps", "10.1.2.4")
            options = {"retry_after": 0, **more.pop("options", {})}
            lab = half.start(b.world(resources, options=options, **more), tmp_path / "lab")
            assert lab is not None
            stack.callback(lab.stop)
            monkeypatch.setenv("REQUESTS_CA_BUNDLE", lab.environment["REQUESTS_CA_BUNDLE"])
            return Runs(lab, tmp_path)

        yield _start


def test_the_next_slices_ask_only_for_what_the_file_lacks(start: Start) -> None:
    runs = start()
    first = runs.read(WEB)
    assert first[:2] == (["open"], [])
    assert first[2]
    assert runs.read(TWIN) == (["open"], [], [])
    verdicts, unread, asked = runs.read(WEB, APP)
    assert (verdicts, unread) == (["open", "open"], [])
    # Signing in, and the routes of the one subnet that nobody asked about.
    asked = [path for path in asked if path.startswith("microsoft.network/")]
    assert {path.rpartition("/")[2] for path in asked if "operationresults" not in path} == {"effectiveroutetable"}
    assert not [path for path in asked if "/web" in path or "/twin" in path]
    assert runs.read(WEB, TWIN, APP) == (["open", "open", "open"], [], [])
    assert runs.read(APP, use="only") == (["open"], [], [])


def test_a_machine_that_is_younger_than_the_list_is_looked_for(start: Start) -> None:
    runs = start()
    runs.read(WEB)
    calls = runs.plain()["calls"]
    for call in calls:
        if call["method"] == "list":
            call["body"] = [item for item in call["body"] if "/twin" not in str(item.get("id")).lower()]
    runs.change(calls=calls)
    assert runs.read(TWIN)[0] == ["open"]
    # One that Azure does not have is looked for once.
    assert runs.read(f"{MACHINES}/none")[2]
    assert runs.read(f"{MACHINES}/none")[2] == []


def test_old_and_refreshed(start: Start) -> None:
    runs = start()
    runs.read(WEB)
    then = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=2)
    old = then.strftime("%Y-%m-%dT%H:%M:%SZ")
    runs.change(read_at=old)
    assert runs.read(WEB, max_age=0) == (["open"], [], [])
    assert runs.read(WEB, use="only", max_age=8000) == (["open"], [], [])
    with pytest.raises(StateError, match=r"was read 7\d\d\d s ago, longer than the 3600 s of state_max_age\. Read it"):
        runs.read(WEB, use="only")
    assert runs.plain()["read_at"] == old
    assert runs.read(WEB)[2]
    assert runs.plain()["read_at"] > old
    assert runs.read(WEB, use="refresh")[2]


DAMAGED: dict[str, tuple[str | dict[str, t.Any], str]] = {
    "no JSON": ("{", "is not JSON"),
    "something else": ("[1]", "is no reading of Azure by this collection. Name another file"),
    "another format": ({"format": "x"}, "is no reading of Azure by this collection"),
    "a later version": ({"version": 2}, "has version 2, this release reads 1. Remove the file"),
    "no time": ({"read_at": "yesterday"}, "is damaged. Remove it"),
    "no calls": ({"calls": {}}, "is damaged"),
    "half a call": ({"calls": [{"method": "list", "path": "/x", "api_version": "1", "query": {}}]}, "is damaged"),
    "a list of what is none": (
        {"calls": [{"method": "list", "path": "/x", "api_version": "1", "query": {}, "body": [1]}]},
        "is damaged",
    ),
    "another cloud": ({"cloud": "AzureChinaCloud"}, "was read from AzureChinaCloud, not from https://"),
    "to come": ({"read_at": "2999-01-01T00:00:00Z"}, "which is yet to come"),
}


def test_a_file_that_cannot_be_used_is_said_and_kept(start: Start) -> None:
    runs = start()
    with pytest.raises(StateError, match=r"azure.json does not exist\. Read Azure into it first"):
        runs.read(WEB, use="only")
    runs.read(WEB)
    good = runs.file.read_text("utf-8")
    for name, (damage, complaint) in DAMAGED.items():
        runs.file.write_text(good, "utf-8")
        runs.file.write_text(damage, "utf-8") if isinstance(damage, str) else runs.change(**damage)
        bad = runs.file.read_text("utf-8")
        with pytest.raises(StateError, match=complaint):
            runs.read(WEB)
        assert runs.file.read_text("utf-8") == bad, name
    runs.file.unlink()
    runs.file.mkdir()
    with pytest.raises(StateError, match="is not a file"):
        runs.read(WEB)


def test_it_is_for_its_owner_and_holds_no_secret(start: Start) -> None:
    runs = start()
    runs.read(WEB)
    assert runs.file.stat().st_mode & 0o777 == 0o600
    calls = runs.plain()["calls"]
    secrets = {"sharedKey": "hush-1", "radiusServerSecret": "hush-2", "adminPassword": "hush-3", "customData": "hush-4"}
    calls[0]["body"].append({"id": "/x", "properties": {"inner": [secrets]}})
    runs.change(calls=calls)
    runs.read(APP)
    assert "hush" not in runs.file.read_text("utf-8")
    assert runs.lab.environment["AZURE_SECRET"] not in runs.file.read_text("utf-8")


def test_what_may_be_better_next_time_is_not_kept(start: Start) -> None:
    runs = start(faults=[{"on": "arm", "match": "POST */effectiveRouteTable*", "answer": 409, "times": 1}])
    assert [entry["what"] for entry in runs.read(WEB)[1]] == ["effective routes"]
    assert runs.read(WEB)[:2] == (["open"], [])
    assert runs.read(WEB) == (["open"], [], [])


def test_a_right_that_is_missing_is_kept(start: Start) -> None:
    runs = start(faults=[{"on": "arm", "match": "POST */effectiveRouteTable*", "answer": 403}])
    first, again = runs.read(WEB), runs.read(WEB)
    assert first[1]
    assert (again[1], again[2]) == (first[1], [])


def test_of_runs_at_the_same_time_one_reads(start: Start) -> None:
    runs = start(options={"question_seconds": 0.2})
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        verdicts = [found[0] for found in pool.map(runs.read, [WEB, TWIN, APP] * 2)]
    assert verdicts == [["open"]] * 6
    asked = collections.Counter((entry["method"], entry["path"].lower()) for entry in runs.log())
    lists = {path.rpartition("/")[2]: count for (method, path), count in asked.items() if "/providers/" in path}
    # The machines are listed twice in one reading, the second time with their power states.
    assert (lists.pop("virtualmachines"), lists["networkinterfaces"], lists["virtualnetworks"]) == (2, 1, 1)
    routes = [count for (method, path), count in asked.items() if method == "POST" and "effectiveroutetable" in path]
    assert routes == [1, 1]


def test_who_waits_too_long_says_so(start: Start) -> None:
    runs = start()
    runs.read(WEB)
    with kept.state_file.alone(str(runs.file), 1):
        assert runs.read(TWIN) == (["open"], [], [])
        began = time.monotonic()
        verdicts, unread, asked = runs.read(APP, budget=0.5)
        assert time.monotonic() - began < 5
    assert (verdicts, asked) == (["unknown"], []) or unread
    assert "another run was reading Azure for the state file all the time" in json.dumps(unread)


def test_several_readers_that_azure_slows_down_read_everything(start: Start) -> None:
    """As ARM does: 429 with Retry-After, https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling."""
    runs = start(faults=[{"on": "arm", "match": "* /subscriptions/*", "answer": 429, "retry_after": 1, "times": 40}])
    reader = functools.partial(_alone, runs)
    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        found = list(pool.map(reader, [WEB, TWIN, APP, WEB]))
    assert found == [(["open"], [])] * 4
    assert time.monotonic() - began < 60
    assert sum(entry["status"] == 429 for entry in runs.log()) == 40


def _alone(runs: Runs, machine: str) -> tuple[list[str], list[t.Any]]:
    with runs.open(60) as opened:
        answer, unread = paths.read_paths(opened.client, opened.cloud.name, paths.Asked([machine]), None)
    return [path["verdict"] for path in answer], unread
