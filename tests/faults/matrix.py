# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of `kms_token_store`: where a first run is disturbed, and how the guest is after it and after the next run."""

from __future__ import annotations

import copy
import dataclasses
import datetime
import pathlib
import typing as t

from ansible.errors import AnsibleConnectionFailure

from tests.faults.guest import Guest
from tests.lab.guest import machine, services, store
from tests.lab.guest.computer import Computer
from tests.lab.world import loader
from tests.lab.world.model import Tree

REBUILT, OLD, BACK, NEITHER = "rebuilt and activated", "old store, services as before", "backup is back", "NEITHER"
HALF = "half done, marker left"
_WORLD = pathlib.Path(__file__).parent / "worlds" / "damaged_store.yml"
_REBUILD = ("mark", "stop_service", "rename", "start_service", "install_licenses", "install_key", "activate", "unmark")
_RESTORE = ("mark", "stop_service", "rename", "bring_back", "start_service", "unmark")
_ROLL_BACK = ("rollback_stop", "rollback_rename", "rollback_start", "rollback_unmark")
_FAILED, _NO_RESTART, _RESTART = 0x80004005, 0xC004F074, 0xC004D302
# What a step meets in practice, beside failing for any reason.
_SPECIAL = (
    ("stop_service", 0x800705B4, "the service does not stop"),
    ("rename", 0x80070020, "the file stays open"),
    ("rename", 0x800700E1, "an antivirus program refuses the rename"),
    ("rename", 0x80070005, "the disk refuses the rename (access denied)"),
    ("rename", 0x80070013, "the disk refuses the rename (write-protected)"),
    ("start_service", 0x8007041D, "the service does not start"),
    ("install_licenses", 0xC004F034, "a licence is refused"),
    ("install_key", 0xC004F050, "the key is refused"),
    ("activate", _NO_RESTART, "KMS does not answer"),
)


@dataclasses.dataclass(frozen=True)
class Strike:
    """What happens at a step of the first run; `code` None cuts the connection there, and the script with it."""

    step: str
    at: str = "before"
    code: int | None = None


@dataclasses.dataclass(frozen=True)
class Case:
    """A first run with strikes. `options` of both runs; `reboots` says whether Windows comes back from a restart."""

    title: str
    strikes: tuple[Strike, ...] = ()
    options: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)
    reboots: bool = True


@dataclasses.dataclass(frozen=True)
class Row:
    """How a case went: the first run in words, what the guest has then, and after the next run: while KMS answers, and while not."""

    title: str
    first: str
    between: str
    reachable: str
    unreachable: str


def cases() -> dict[str, list[Case]]:
    """Return the cases by the heading of their table."""
    rebuild = [
        *_disturbed(_REBUILD),
        *(Case(f"{step}: {what}", (Strike(step, code=code),)) for step, code, what in _SPECIAL),
    ]
    failing = Strike("activate", code=_NO_RESTART)
    going_back = [Case(f"activate fails, {case.title}", (failing, *case.strikes)) for case in _disturbed(_ROLL_BACK)]
    needs = Strike("activate", code=_RESTART)
    options = {"reboot": "if_needed"}
    restart = [
        Case("activate needs a restart, Windows does not come back", (needs,), options, reboots=False),
        Case(
            "activate fails for another reason, rollback_rename: cut before",
            (failing, Strike("rollback_rename")),
            options,
        ),
        Case(
            "activate needs a restart, and fails after it as well",
            (needs, Strike("activate", code=_NO_RESTART)),
            options,
        ),
    ]
    restore = {"state": "restored"}
    back = [dataclasses.replace(case, options=restore) for case in _disturbed(_RESTORE)]
    refused = Strike("bring_back", code=0x80070005)
    back += [
        Case(f"bring_back fails, {case.title}", (refused, *case.strikes), restore) for case in _disturbed(_ROLL_BACK)
    ]
    return {
        "A rebuild (state: rebuilt)": rebuild,
        "Going back after a rebuild that did not activate": going_back,
        "A restart in between (reboot: if_needed)": restart,
        "A backup brought back (state: restored)": back,
    }


def run(case: Case, service: str = "Running") -> Row:
    """Run a case twice, each time with a guest of its own: the next run meets a KMS that answers, or one that does not."""
    outcomes = []
    for answers in (True, False):
        guest = damaged(service)
        guest.reboots = case.reboots
        if case.options.get("state") == "restored":
            guest.run()
        before = copy.deepcopy(guest.machine)
        first = _first(guest, case)
        restored = case.options.get("state") == "restored"
        between = HALF if guest.marked else outcome(guest, before, restored)
        if not answers:
            _close(guest.machine)
        guest.reboots = True
        guest.run(**case.options)
        outcomes.append(outcome(guest, before, restored))
    return Row(case.title, first, between, *outcomes)


def outcome(guest: Guest, before: Tree, restored: bool) -> str:
    """Say what a guest has: one of the whole states, or NEITHER."""
    now = guest.machine
    kept = [file.get("mark") for path, file in now["files"].items() if path.endswith(".bak")]
    if guest.marked or "token_store.new" in " ".join(now["files"]):
        return NEITHER
    if _services(now) == _services(before) and _stores(now) == _stores(before):
        return OLD if _licenses(now) == _licenses(before) else NEITHER
    if guest.service() != "Running" or guest.service("LicenseUser") != before["services"]["LicenseUser"]["status"]:
        return NEITHER
    if restored:
        return BACK if guest.store == "old" and kept == [None] else NEITHER
    return REBUILT if guest.store == "new" and guest.licensed and kept == ["old"] else NEITHER


def _disturbed(steps: tuple[str, ...]) -> list[Case]:
    found = []
    for step in steps:
        found += [
            Case(f"{step}: connection killed before", (Strike(step),)),
            Case(f"{step}: connection killed after", (Strike(step, "after"),)),
            Case(f"{step}: fails", (Strike(step, code=_FAILED),)),
            Case(f"{step}: fails once it is done", (Strike(step, "after", _FAILED),)),
        ]
    return found


def damaged(service: str) -> Guest:
    """Return the guest before everything; `service`: Running or Stopped, with the service on top of it."""
    world = loader.load(_WORLD)
    built = machine.build(world, "store01", datetime.datetime(2026, 11, 24, 8, tzinfo=datetime.timezone.utc))
    built["files"][store.PATHS[0]]["mark"] = "old"
    for name in ("sppsvc", "LicenseUser"):
        built["services"][name]["status"] = service
    return Guest(built)


def _first(guest: Guest, case: Case) -> str:
    left = list(case.strikes)

    def fault(step: str, at: str) -> Tree | None:
        strike = left[0] if left else None
        if strike is None or (strike.step, strike.at) != (step, at):
            return None
        left.pop(0)
        return {"behaviour": "drop"} if strike.code is None else {"behaviour": "error", "code": strike.code}

    guest.fault = fault
    try:
        told = guest.run(**case.options)
    except AnsibleConnectionFailure:
        return "unreachable"
    finally:
        guest.fault = lambda _step, _at: None
    if left:
        raise AssertionError(f"{case.title}: nothing came to {left[0]}")
    return "failed" if told.get("failed") else "succeeded"


def _stores(found: Tree) -> Tree:
    return {path: file.get("mark") for path, file in found["files"].items() if "spp\\store" in path}


def _services(found: Tree) -> Tree:
    return {name: (service["status"], service["start"]) for name, service in found["services"].items()}


def _licenses(found: Tree) -> list[Tree]:
    """Return the licences as a query shows them, which starts the service."""
    asked = copy.deepcopy(found)
    services.start(Computer.alone(asked), services.LICENSING)
    return store.rows(asked)


def _close(found: Tree) -> None:
    for target in found["tcp"].values():
        target["state"] = "filtered"
