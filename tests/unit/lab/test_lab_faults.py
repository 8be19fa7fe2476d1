# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults inside a guest and the other additions to the schema: what is taken, what is refused, and when a fault strikes."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from tests.lab.guest import changes
from tests.lab.server import modules
from tests.lab.server.step_faults import StepFaults
from tests.lab.world import WorldError
from tests.lab.world.fault import GUEST_STEPS
from tests.unit.lab.worlds_of import world


def load(folder: pathlib.Path, **fault: t.Any) -> dict[str, t.Any]:
    """Load a world with one fault and return it in its one form."""
    (found,) = world(folder, {"web01": {}}, faults=[{"on": "guest", **fault}]).faults
    return found


def test_fault_of_the_page_is_taken(tmp_path: pathlib.Path) -> None:
    found = load(
        tmp_path,
        guest="web01",
        script="token_store",
        step="rename",
        at="before",
        behaviour="error",
        code="0x80070020",
        times=1,
    )
    assert found == {
        "on": "guest", "guest": "web01", "script": "token_store", "step": "rename", "at": "before", "behaviour": "error",
        "code": 0x80070020, "times": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (
            {"behaviour": "drop", "script": "token_store", "step": "renam"},
            r"faults\[0\].step: unknown step; did you mean 'rename'",
        ),
        ({"behaviour": "drop", "scripts": "x"}, "unknown key; did you mean 'script'"),
        ({"behaviour": "drop", "script": "set_keys"}, "'set_keys' is not one of set_key"),
        ({"behaviour": "garbage"}, "is not one of error, drop, denied"),
        ({"behaviour": "drop", "at": "receive"}, "is not one of before, after"),
        ({"behaviour": "drop", "code": 5}, "only behaviour error has a code"),
        ({"script": "set_key"}, "has no 'behaviour'"),
        ({"behaviour": "error", "step": "nothing"}, "unknown step"),
    ],
)
def test_fault_that_is_refused(tmp_path: pathlib.Path, fault: dict[str, t.Any], said: str) -> None:
    with pytest.raises(WorldError, match=said):
        load(tmp_path, **fault)


def test_schema_knows_every_script_and_module_that_changes() -> None:
    assert {*GUEST_STEPS} == {*changes.SCRIPTS, *modules._CHANGING}


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"on_rebuild": {"key": "gone"}}, "is not one of kept, lost"),
        ({"on_rebuild": {"keys": "kept"}}, "did you mean 'key'"),
        ({"services": {"sppsvc": {"protect": True}}}, "did you mean 'protected'"),
    ],
)
def test_guest_that_is_refused(tmp_path: pathlib.Path, keys: dict[str, t.Any], said: str) -> None:
    with pytest.raises(WorldError, match=said):
        world(tmp_path, {"web01": keys})


def test_fault_strikes_as_often_as_it_says_and_only_where_it_says() -> None:
    faults = StepFaults([
        {"on": "winrm", "guest": "web01", "at": "receive"},
        {"on": "guest", "guest": "web*", "script": "set_key", "step": "install", "behaviour": "drop", "times": 2},
        {"on": "guest", "script": "*", "step": "*", "at": "after", "behaviour": "denied"},
    ])  # fmt: skip
    install = faults.of("web01", "set_key")
    other = faults.of("db01", "set_key")
    assert other("install", "before") is None
    assert [bool(install("install", "before")) for _number in range(3)] == [True, True, False]
    assert install("refresh", "before") is None
    found = other("anything", "after")
    assert found is not None
    assert found["behaviour"] == "denied"
