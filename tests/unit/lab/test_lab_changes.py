# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The changing scripts as the lab carries them out: check mode, faults at every step, and what a failure leaves."""

from __future__ import annotations

import copy
import pathlib
import typing as t

import pytest

from tests.lab.guest import changes, fingerprint, hosts_file, store
from tests.lab.guest.machine import GuestMachine
from tests.lab.guest.steps import CutError, Steps
from tests.lab.server import scripts
from tests.lab.world.fault import GUEST_STEPS
from tests.lab.world.model import Tree
from tests.unit.lab.worlds_of import EXPIRED, KEY, MAK, NOW, base, guest, products

TOKENS = store.PATHS[0]
REBUILD = ["mark", "stop_service", "rename", "start_service", "install_licenses", "install_key", "activate", "unmark"]
ROLLBACK = ["rollback_stop", "rollback_rename", "rollback_start", "rollback_unmark"]
STORE: Tree = {
    "Steps": REBUILD, "Path": TOKENS, "Backup": f"{TOKENS}.old", "WasRunning": True, "Dependents": ["Helper"], "Marker": "{}", "ProductKey": KEY,
    "Attempts": 2,
}  # fmt: skip
RUNS: dict[str, tuple[Tree, list[str]]] = {
    "set_key": ({"ProductKey": KEY}, ["install", "refresh"]),
    "set_host": (
        {"HostName": "kms.example", "Port": 1689, "ProductId": MAK["ID"], "Restart": True},
        ["set_machine", "set_port", "clear_product", "restart_service"],
    ),
    "activate": (
        {"ActivationId": EXPIRED["ID"], "EnableService": True, "StartService": True, "FlushDns": True},
        ["enable_service", "start_service", "flush_dns", "activate", "refresh"],
    ),
    "hosts_file": (
        {
            "Names": ["kms.example"],
            "Numbers": [4],
            "Old": ["192.0.2.7\tkms.example"],
            "New": ["#"],
            "Backup": rf"{hosts_file.PATH}.kms-1",
        },
        ["backup", "write", "flush_dns"],
    ),
    "token_store": (STORE, REBUILD),
}


def ready(folder: pathlib.Path) -> GuestMachine:
    """Return a guest on which every script has something to do."""
    rows = products({**EXPIRED, "PartialProductKey": None}, MAK)
    pinned = {"hosts_file": {"kms.example": ["192.0.2.7"]}}
    return guest(folder, cim=rows, dns=pinned, services={"sppsvc": {"state": "Running", "dependents": ["Helper"]}})


def names(answer: Tree) -> list[str]:
    return [step["name"] for step in answer["steps"]]


def strike(step: str, at: str, behaviour: str = "error", **more: t.Any) -> t.Callable[[str, str], Tree | None]:
    return lambda name, when: {"behaviour": behaviour, **more} if (name, when) == (step, at) else None


def test_every_changing_script_of_the_collection_has_its_steps_in_the_schema() -> None:
    assert {*changes.SCRIPTS} <= {*GUEST_STEPS}
    for name in changes.SCRIPTS:
        text = (scripts.FOLDER / f"{name}.ps1").read_text("utf-8")
        assert [step for step in GUEST_STEPS[name] if step not in text] == []


@pytest.mark.parametrize("script", RUNS)
def test_check_mode_names_the_steps_and_changes_nothing(tmp_path: pathlib.Path, script: str) -> None:
    machine = ready(tmp_path).snapshot(NOW)
    parameters, steps = RUNS[script]
    answer, after = changes.run(script, machine, parameters, what_if=True)
    assert after == machine
    assert answer["steps"] == [{"name": name, "ok": None, "error": None} for name in steps]


@pytest.mark.parametrize("script", RUNS)
def test_constrained_language_tries_nothing(tmp_path: pathlib.Path, script: str) -> None:
    machine = ready(tmp_path).snapshot(NOW) | {"language_mode": "ConstrainedLanguage"}
    answer, after = changes.run(script, machine, RUNS[script][0])
    assert (answer["language_mode"], answer["steps"]) == ("ConstrainedLanguage", [])
    assert after == machine


EVERY_STEP = [(script, step) for script, (_parameters, steps) in RUNS.items() for step in steps]


@pytest.mark.parametrize("at", ["before", "after"])
@pytest.mark.parametrize(("script", "step"), EVERY_STEP)
def test_connection_is_lost_at_a_step_and_what_ran_stays(
    tmp_path: pathlib.Path, script: str, step: str, at: str
) -> None:
    web01 = ready(tmp_path)
    steps = Steps(web01.computer, fault=strike(step, at, "drop"))
    with pytest.raises(CutError):
        changes.SCRIPTS[script](steps, _fit(script, web01))
    assert steps.done[-1] == {"name": step, "ok": None, "error": None}
    assert all(item["ok"] for item in steps.done[:-1])


@pytest.mark.parametrize(("script", "step"), EVERY_STEP)
def test_step_fails_with_the_code_of_the_fault(tmp_path: pathlib.Path, script: str, step: str) -> None:
    web01 = ready(tmp_path)
    steps = Steps(web01.computer, fault=strike(step, "before", code=0x80070020))
    answer = changes.SCRIPTS[script](steps, _fit(script, web01))
    failed = {item["name"]: item["error"]["code"] for item in answer["steps"] if item["ok"] is False}
    assert failed[step] == "0x80070020"


def _fit(script: str, web01: GuestMachine) -> Tree:
    """Return the run's parameters; what is activated must be a client."""
    if script == "activate":
        changes.SCRIPTS["set_key"](Steps(web01.computer), {"ProductKey": KEY})
    return RUNS[script][0]


def test_denied_is_an_error_of_its_own(tmp_path: pathlib.Path) -> None:
    answer, _after = changes.run(
        "set_key", ready(tmp_path).snapshot(NOW), RUNS["set_key"][0], fault=strike("install", "before", "denied")
    )
    assert answer["steps"][0]["error"]["code"] == "0x80070005"


@pytest.mark.parametrize("step", ["set_machine", "set_port", "clear_product"])
@pytest.mark.parametrize("at", ["before", "after"])
def test_host_is_put_back_when_a_step_fails(tmp_path: pathlib.Path, step: str, at: str) -> None:
    machine = ready(tmp_path).snapshot(NOW)
    answer, after = changes.run("set_host", machine, RUNS["set_host"][0], fault=strike(step, at))
    assert step in names(answer)
    assert all(name.startswith("restore_") for name in names(answer)[names(answer).index(step) + 1 :])
    after.pop("kms_cache", None)
    assert fingerprint.of(after) == fingerprint.of(machine)


def test_rebuild_ends_activated_with_the_old_store_beside(tmp_path: pathlib.Path) -> None:
    damaged = guest(tmp_path, cim=products({**EXPIRED, "LicenseStatusReason": 0xC004E015}))
    answer, after = changes.run("token_store", damaged.snapshot(NOW), {**STORE, "Dependents": []})
    assert (names(answer), {step["ok"] for step in answer["steps"]}) == (REBUILD, {True})
    assert base(after)["LicenseStatus"] == 1
    assert [file["name"] for file in answer["state"]["folders"][0]["files"]] == ["tokens.dat", "tokens.dat.old"]
    assert (answer["state"]["marker"], answer["state"]["service"]["status"]) == (None, "Running")


@pytest.mark.parametrize("step", REBUILD[1:-1])
@pytest.mark.parametrize("at", ["before", "after"])
def test_rebuild_that_fails_brings_the_old_store_back(tmp_path: pathlib.Path, step: str, at: str) -> None:
    machine = ready(tmp_path).snapshot(NOW)
    before = copy.deepcopy(machine)
    answer, after = changes.run("token_store", machine, STORE, fault=strike(step, at))
    assert names(answer)[-4:] == ROLLBACK
    for thing in ("cim", "registry", "services"):
        assert after[thing] == before[thing]
    assert {path: file["size"] for path, file in after["files"].items()} == {
        path: file["size"] for path, file in before["files"].items()
    }


def test_failure_that_is_not_to_be_rolled_back(tmp_path: pathlib.Path) -> None:
    machine = ready(tmp_path).snapshot(NOW)
    given = {**STORE, "NoRollBack": ["activate"]}
    answer, after = changes.run("token_store", machine, given, fault=strike("activate", "before"))
    assert names(answer)[-1] == "activate"
    assert answer["state"]["marker"] == "{}"
    assert f"{TOKENS}.old" in after["files"]


def test_marker_that_is_there_stops_a_second_run(tmp_path: pathlib.Path) -> None:
    machine = ready(tmp_path).snapshot(NOW)
    _answer, cut = changes.run("token_store", machine, {**STORE, "Steps": ["mark"]})
    answer, _after = changes.run("token_store", cut, {**STORE, "NoRollBack": ["mark"]})
    assert (names(answer), answer["steps"][0]["ok"]) == (["mark"], False)


def test_older_store_is_brought_back(tmp_path: pathlib.Path) -> None:
    _answer, rebuilt = changes.run("token_store", ready(tmp_path).snapshot(NOW), STORE)
    steps = ["stop_service", "rename", "bring_back", "start_service"]
    given = {**STORE, "Steps": steps, "Backup": f"{TOKENS}.new", "Source": f"{TOKENS}.old"}
    answer, after = changes.run("token_store", rebuilt, given)
    assert {step["ok"] for step in answer["steps"]} == {True}
    assert base(after)["PartialProductKey"] == "7QPVD"


def test_one_run_is_one_attempt_and_no_id_is_none(tmp_path: pathlib.Path) -> None:
    machine = guest(tmp_path, cim=products(EXPIRED)).snapshot(NOW) | {"on_activate": [0xC004F074]}
    told = []
    for given in ({}, {"ActivationId": EXPIRED["ID"]}, {"ActivationId": EXPIRED["ID"]}):
        answer, machine = changes.run("activate", machine, given)
        told.append([attempt["error"] and attempt["error"]["code"] for attempt in answer["attempts"]])
    assert told == [[], ["0xC004F074"], [None]]
