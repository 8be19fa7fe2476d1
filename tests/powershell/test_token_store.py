# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""token_store.ps1 in the real engine, on machines of the lab: it leaves what its twin leaves, and no cut leaves neither store."""

from __future__ import annotations

import copy
import functools
import itertools
import typing as t

import pytest
from ansible.errors import AnsibleConnectionFailure

from tests.faults import matrix
from tests.lab.guest import changes
from tests.lab.guest.steps import CutError, Fault
from tests.lab.world.model import Tree
from tests.powershell import bridge
from tests.powershell.differences import differences
from tests.powershell.engine import Engine
from tests.powershell.generations import both_generations

FOLDER = r"C:\Windows\System32\spp\store\2.0"
PATH, BACKUP, OLDER = rf"{FOLDER}\tokens.dat", rf"{FOLDER}\tokens.dat.20261124T080000Z.bak", rf"{FOLDER}\tokens.bar"
KEY = "WX4NM-KYWYW-QJJR4-XV3QB-6VM33"
REBUILD = ["mark", "stop_service", "rename", "start_service", "install_licenses", "install_key", "activate", "unmark"]
RESTORE = ["mark", "stop_service", "rename", "bring_back", "start_service", "unmark"]
NO_ANSWER, NO_NAME, WRONG_EDITION = 0xC004F074, 0x8007232B, 0xC004F069
Change = t.Callable[[Tree], None]


def machine(service: str = "Running") -> Tree:
    """Return a guest with a damaged store."""
    return matrix.damaged(service).machine


def given(steps: list[str], **changed: t.Any) -> Tree:
    """Return the parameters of a run."""
    return {
        "Steps": steps, "NoRollBack": ["mark", "unmark"], "Path": PATH, "Backup": BACKUP, "Source": "", "WasRunning": True,
        "Dependents": ["LicenseUser"], "Marker": '{"schema": 1}', "ProductKey": KEY, "Attempts": 2, "IntervalSeconds": 1,
        "FinalCodes": [], **changed,
    }  # fmt: skip


def compare(engine: Engine, found: Tree, parameters: Tree, what_if: bool = False) -> Tree:
    """Run the script and its twin, hold both answers and both machines against each other, return the answer."""
    after = copy.deepcopy(found)
    answer, _calls = bridge.run(engine, "token_store", after, parameters, what_if=what_if)
    expected, expected_after = changes.run("token_store", found, parameters, what_if)
    assert answer is not None
    told = copy.deepcopy(answer)
    # Which thread holds the lock is nothing that a simulated guest knows.
    for one in (told, expected):
        one["state"].pop("busy", None)
    assert differences(expected, told) == []
    assert differences(expected_after, after) == []
    assert KEY not in str(answer)
    return answer


def add_older(found: Tree) -> None:
    found["files"][OLDER] = {**found["files"][PATH], "damage": 0, "rows": []}


def keep_key(found: Tree) -> None:
    found["on_rebuild"] = {"key": "kept"}


def busy_once(found: Tree) -> None:
    found["on_activate"] = [NO_ANSWER]


def refuse_activation(found: Tree) -> None:
    found["on_activate"] = NO_ANSWER


def lose_name(found: Tree) -> None:
    found["on_activate"] = [NO_ANSWER, NO_NAME, NO_NAME, NO_ANSWER, NO_NAME, NO_NAME, NO_NAME, NO_NAME]


def disable(found: Tree) -> None:
    found["services"]["sppsvc"] |= {"status": "Stopped", "start": 4}


def break_dependent(found: Tree) -> None:
    found["services"]["LicenseUser"] |= {"status": "Stopped", "start_error": 0x8007041D}


def remove_licenses(found: Tree) -> None:
    found["files"] = {path: file for path, file in found["files"].items() if not path.endswith(".xrm-ms")}


def remove_store(found: Tree) -> None:
    del found["files"][PATH]


def set_aside(found: Tree) -> None:
    _answer, after = changes.run("token_store", found, given(REBUILD[:3]))
    found.update(after)


def half_built(found: Tree) -> None:
    _answer, after = changes.run("token_store", found, given(REBUILD[:5]))
    found.update(after)


def half_restored(found: Tree) -> None:
    add_older(found)
    _answer, after = changes.run("token_store", found, given(RESTORE[:4], Source=OLDER))
    found.update(after)


@pytest.mark.parametrize(
    ("change", "parameters", "failed"),
    [
        (None, {"Steps": []}, None),
        (set_aside, {"Steps": []}, None),
        (None, given(REBUILD), None),
        (keep_key, given(REBUILD), None),
        (busy_once, given(REBUILD), None),
        (refuse_activation, given(REBUILD), "activate"),
        (refuse_activation, given(REBUILD, FinalCodes=["0xC004F074"]), "activate"),
        (lose_name, given(REBUILD, Attempts=12, FutileCodes=["0x8007232B"]), "activate"),
        (refuse_activation, given(REBUILD, NoRollBack=["mark", "unmark", "activate"]), "activate"),
        (None, given(REBUILD, ProductKey="TVRH6-WHNXV-R9WG3-9XRFY-MY832"), "install_key"),
        (disable, given(REBUILD, WasRunning=False), "start_service"),
        (break_dependent, given(REBUILD), "start_service"),
        (remove_licenses, given(REBUILD), "install_licenses"),
        (remove_store, given(REBUILD, Backup=""), None),
        (set_aside, given(REBUILD), "mark"),
        (set_aside, given(REBUILD[3:]), None),
        (set_aside, given([], RollBack=True), None),
        (half_built, given([], RollBack=True), None),
        (half_built, given([], RollBack=True, WasRunning=False), None),
        (half_built, given(REBUILD[3:]), None),
        (half_restored, given([], RollBack=True, Source=OLDER), None),
        (half_restored, given(["start_service", "unmark"], Source=OLDER), None),
        (add_older, given(RESTORE, Source=OLDER), None),
        (None, given(RESTORE, Source=OLDER), "bring_back"),
    ],
)  # fmt: skip
def test_the_script_leaves_what_its_twin_leaves(
    engine: Engine, change: Change | None, parameters: Tree, failed: str | None
) -> None:
    found = machine()
    if change is not None:
        change(found)
    answer = compare(engine, found, parameters)
    assert next((step["name"] for step in answer["steps"] if step["ok"] is False), None) == failed
    assert change is not lose_name or len(answer["attempts"]) == 7


@both_generations
def test_what_if_changes_nothing(engine: Engine) -> None:
    found = machine()
    answer = compare(engine, copy.deepcopy(found), given(REBUILD), what_if=True)
    assert [(step["name"], step["ok"]) for step in answer["steps"]] == [(name, None) for name in REBUILD]
    after = copy.deepcopy(found)
    _answer, calls = bridge.run(engine, "token_store", after, given(REBUILD), what_if=True)
    assert (after, calls) == (found, [])


@both_generations
def test_nothing_is_tried_in_a_constrained_language(engine: Engine) -> None:
    found = machine()
    found["language_mode"] = "ConstrainedLanguage"
    before = copy.deepcopy(found)
    answer, calls = bridge.run(engine, "token_store", found, given(REBUILD))
    assert answer is not None
    assert (answer["steps"], calls, found) == ([], [], before)
    assert answer["language_mode"] == "ConstrainedLanguage"


def test_nothing_of_licensing_is_asked_between_stop_and_rename(engine: Engine) -> None:
    _answer, calls = bridge.run(engine, "token_store", machine(), given(REBUILD))
    assert calls[2:4] == ["stop_service", "rename"]


@pytest.mark.parametrize("code", [0x80070020, 0x80070021])
def test_a_file_that_stays_open_is_tried_again_after_another_stop(engine: Engine, code: int) -> None:
    found = machine()

    def strike(number: int, operation: str, at: str) -> int | None:
        return code if (operation, at) == ("rename", "before") and number < 8 else None

    answer, calls = bridge.run(engine, "token_store", found, given(REBUILD), strike=strike)
    assert answer is not None
    assert all(step["ok"] for step in answer["steps"])
    assert calls.count("rename") == 5


# Held for good (sharing), and refused by an antivirus program (ERROR_VIRUS_INFECTED).
@both_generations
@pytest.mark.parametrize(("code", "tried"), [(0x80070020, 6), (0x800700E1, 1)])
def test_a_file_that_cannot_be_moved_leaves_the_guest_as_it_was(engine: Engine, code: int, tried: int) -> None:
    found = machine()
    before = copy.deepcopy(found)

    def strike(_number: int, operation: str, at: str) -> int | None:
        return code if (operation, at) == ("rename", "before") else None

    answer, calls = bridge.run(engine, "token_store", found, given(REBUILD), strike=strike)
    assert answer is not None
    failed = next(step for step in answer["steps"] if step["ok"] is False)
    assert (failed["name"], failed["error"]["code"], calls.count("rename")) == ("rename", f"0x{code:08X}", tried)
    assert (found["files"], found["services"]) == (before["files"], before["services"])


@both_generations
def test_going_back_leaves_an_older_store_that_was_not_moved_yet(engine: Engine) -> None:
    """The service came up before the older store was brought back, and has made itself a new one."""
    found = machine()
    add_older(found)
    before = copy.deepcopy(found["files"])
    _answer, found = changes.run("token_store", found, given([*RESTORE[:3], "start_service"], Source=OLDER))
    assert {PATH, BACKUP, OLDER} <= {*found["files"]}
    answer, _calls = bridge.run(engine, "token_store", found, given([], RollBack=True, Source=OLDER))
    assert answer is not None
    assert all(step["ok"] for step in answer["steps"])
    assert found["files"] == before


@both_generations
def test_services_beside_it_run_on(engine: Engine) -> None:
    """On a node of a failover cluster a rebuild stops sppsvc and what needs it, and nothing else."""
    found = machine()
    found["services"]["ClusSvc"] = {"status": "Running", "dependents": [], "start": 2}
    before = copy.deepcopy(found["services"])
    answer, _calls = bridge.run(engine, "token_store", found, given(REBUILD))
    assert answer is not None
    assert all(step["ok"] for step in answer["steps"])
    assert found["services"] == before


def test_a_restart_that_waits_is_left_to_windows(engine: Engine) -> None:
    """Renames and updates that wait for a restart of the guest keep nothing from being rebuilt, and wait on.

    Where they are kept: https://learn.microsoft.com/sysinternals/downloads/pendmoves and the key that servicing sets, RebootPending.
    """
    found = machine()
    system = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Session Manager"
    servicing = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending"
    renames = {"type": "MultiString", "data": [r"\??\C:\Windows\Temp\old.dll", ""]}
    found["registry"] |= {system: {"values": {"PendingFileRenameOperations": renames}}, servicing: {"values": {}}}
    before = copy.deepcopy(found["registry"])
    answer = compare(engine, found, given(REBUILD))
    assert [step for step in answer["steps"] if not step["ok"]] == []
    answer, _calls = bridge.run(engine, "token_store", found, given(REBUILD))
    assert found["registry"] == before


def test_two_runs_do_not_meet(engine: Engine) -> None:
    engine.run(script=_HOLD)
    try:
        found = machine()
        before = copy.deepcopy(found)
        answer, _calls = bridge.run(engine, "token_store", found, {"Steps": []})
        assert answer is not None
        assert answer["state"]["busy"] is True
        with pytest.raises(bridge.ScriptError, match="another run is still at work"):
            bridge.run(engine, "token_store", found, given(REBUILD))
        assert found == before
    finally:
        engine.run(script="[AppDomain]::CurrentDomain.GetData('lab.other').Stop()")
    compare(engine, found, given(REBUILD))


# Another script that is still at work.
_HOLD = r"""
$ready = New-Object System.Threading.ManualResetEvent $false
$other = [powershell]::Create().AddScript({
    param($ready)
    $held = New-Object System.Threading.Mutex $true, "Global\azure_windows.activation.token_store.$PID"
    try { $null = $ready.Set(); Start-Sleep -Seconds 600 } finally { $held.ReleaseMutex() }
}).AddArgument($ready)
$null = $other.BeginInvoke()
$null = $ready.WaitOne(5000)
[AppDomain]::CurrentDomain.SetData('lab.other', $other)
"""


def calls_of(engine: Engine, parameters: Tree, change: Change | None = None) -> list[str]:
    found = machine()
    if change is not None:
        change(found)
    return bridge.run(engine, "token_store", found, parameters)[1]


def other_calls(engine: Engine, parameters: Tree, change: Change | None) -> range:
    """Return the numbers of the calls of a rebuild; with a change only those from where it goes another way."""
    plain = calls_of(engine, parameters)
    if change is None:
        return range(1, len(plain) + 1)
    changed = calls_of(engine, parameters, change)
    same = next(number for number, pair in enumerate(itertools.zip_longest(plain, changed)) if pair[0] != pair[1])
    return range(same, len(changed) + 1)


@pytest.mark.parametrize("at", ["before", "after"])
def test_every_call_that_fails_ends_with_one_store(engine: Engine, at: str) -> None:
    for number in other_calls(engine, given(REBUILD), None):
        guest = matrix.damaged("Running")
        before = copy.deepcopy(guest.machine)
        strike = functools.partial(_strike, number, 0x80004005, at)
        answer, _calls = bridge.run(engine, "token_store", guest.machine, given(REBUILD, Attempts=1), strike=strike)
        assert answer is not None
        failed = next(step["name"] for step in answer["steps"] if step["ok"] is False)
        outcome = matrix.outcome(guest, before, restored=False)
        if failed in {"mark", "unmark"}:
            assert guest.licensed == (failed == "unmark")
            continue
        assert (failed, outcome) == (failed, matrix.OLD)


@pytest.mark.parametrize("change", [None, refuse_activation])
def test_every_call_after_which_the_connection_is_cut(engine: Engine, change: Change | None) -> None:
    """The next run of the module ends what the first one left, both of them with the real script."""
    for number in other_calls(engine, given(REBUILD, Attempts=1), change):
        guest = matrix.damaged("Running")
        if change is not None:
            change(guest.machine)
        strike = functools.partial(_strike, number, bridge.CUT, "after")
        guest.runner = functools.partial(_in_engine, engine, strike)
        before = copy.deepcopy(guest.machine)
        with pytest.raises(AnsibleConnectionFailure):
            guest.run(attempts=1)
        guest.runner = functools.partial(_in_engine, engine, bridge.no_strike)
        guest.machine["on_activate"] = 0
        told = guest.run(attempts=1)
        assert not told.get("failed"), (number, told)
        assert matrix.outcome(guest, before, restored=False) == matrix.REBUILT, (number, told)


def _strike(wanted: int, what: str | int, when: str, number: int, _operation: str, at: str) -> str | int | None:
    return what if (number, at) == (wanted, when) else None


def _in_engine(
    engine: Engine, strike: bridge.Strike, found: Tree, parameters: Tree, what_if: bool, _fault: Fault
) -> Tree:
    answer, _calls = bridge.run(engine, "token_store", found, parameters, what_if=what_if, strike=strike)
    if answer is None:
        raise CutError("in the engine")
    return answer
