# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The KMS names leave the hosts file, and nothing else in it changes."""

from __future__ import annotations

import copy
import typing as t

import pytest
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure

from ansible_collections.azure_windows.activation.plugins.action import kms_hosts_file
from tests.lab.guest.hosts_file import PATH
from tests.unit.plugins.action.simulated import SimulatedGuest

BEFORE = (
    "# Kommentar f\u00c3\u00bcr azkms.core.windows.net\r\n"
    "10.1.2.3\tprinter\t# kms.core.windows.net lives elsewhere\n"
    "192.0.2.77\tAZKMS.core.windows.net.\t# by hand\r\n"
    "192.0.2.78 files kms.core.windows.net other # shared\r\n"
    "#192.0.2.79 azkms.core.windows.net\r\n"
    "fe80::1  kms.core.usgovcloudapi.net"
)
AFTER = (
    "# Kommentar f\u00c3\u00bcr azkms.core.windows.net\r\n"
    "10.1.2.3\tprinter\t# kms.core.windows.net lives elsewhere\n"
    "# 192.0.2.77\tAZKMS.core.windows.net.\t# by hand\r\n"
    "192.0.2.78 files other # shared\r\n"
    "#192.0.2.79 azkms.core.windows.net\r\n"
    "# fe80::1  kms.core.usgovcloudapi.net"
)


@pytest.fixture
def guest() -> SimulatedGuest:
    found = SimulatedGuest()
    write(found, BEFORE)
    return found


def write(guest: SimulatedGuest, text: str) -> None:
    file = {"size": len(text), "modified": None, "readable": True, "error": None, "text": text}
    guest.machine["files"][PATH] = file


def text(guest: SimulatedGuest, path: str = PATH) -> str:
    return t.cast("str", guest.machine["files"][path]["text"])


def test_only_the_kms_names_go(guest: SimulatedGuest) -> None:
    before = copy.deepcopy(guest.machine)
    preview = guest.run(kms_hosts_file, check_mode=True)
    assert (preview["changed"], guest.calls, guest.machine) == (True, ["hosts_file"], before)
    result = guest.run(kms_hosts_file)
    assert (result["changed"], guest.calls) == (True, ["hosts_file"] * 3)
    assert text(guest) == AFTER
    assert text(guest, result["hosts_file"]["backup"]) == BEFORE
    assert result["diff"] == preview["diff"]
    assert len(result["diff"]["before"]["hosts_file"]) == len(result["diff"]["after"]["hosts_file"]) == 3
    again = guest.run(kms_hosts_file)
    assert (again["changed"], guest.calls, text(guest)) == (False, ["hosts_file"], AFTER)
    assert "name resolution policy" in again["warnings"][0]


def test_the_file_of_before_comes_back(guest: SimulatedGuest) -> None:
    guest.run(kms_hosts_file)
    assert guest.run(kms_hosts_file, state="restored", check_mode=True)["changed"] is True
    assert text(guest) == AFTER
    result = guest.run(kms_hosts_file, state="restored")
    assert (result["changed"], text(guest)) == (True, BEFORE)
    assert text(guest, result["hosts_file"]["backup"]) == AFTER


def test_a_name_of_ones_own(guest: SimulatedGuest) -> None:
    guest.run(kms_hosts_file, names=["Printer."])
    assert text(guest) == BEFORE.replace("10.1.2.3\tprinter", "# 10.1.2.3\tprinter")


def test_a_signature_stays_in_front(guest: SimulatedGuest) -> None:
    write(guest, "\u00ef\u00bb\u00bf192.0.2.77 azkms.core.windows.net\r\n")
    guest.run(kms_hosts_file)
    assert text(guest) == "\u00ef\u00bb\u00bf# 192.0.2.77 azkms.core.windows.net\r\n"


@pytest.mark.parametrize(("step", "at"), [("backup", "before"), ("write", "before"), ("write", "after")])
def test_a_step_that_fails_leaves_the_file(guest: SimulatedGuest, step: str, at: str) -> None:
    guest.fault = (step, at, {"behaviour": "error", "code": 0x80070005})
    result = guest.run(kms_hosts_file)
    assert (result["failed"], result["changed"], text(guest)) == (True, False, BEFORE)
    assert f"the step {step} failed: 0x80070005" in result["msg"]


def test_a_cache_that_stays_full_is_a_warning(guest: SimulatedGuest) -> None:
    guest.fault = ("flush_dns", "before", {"behaviour": "error", "code": 0x80070005})
    result = guest.run(kms_hosts_file)
    assert (result["changed"], "failed" in result) == (True, False)
    assert "the step flush_dns failed" in result["warnings"][0]


def test_a_lost_connection_is_made_good_by_the_next_run(guest: SimulatedGuest) -> None:
    guest.fault = ("backup", "after", {"behaviour": "drop"})
    with pytest.raises(AnsibleConnectionFailure):
        guest.run(kms_hosts_file)
    guest.fault = None
    for path in [path for path in guest.machine["files"] if path.startswith(f"{PATH}.kms")]:
        guest.machine["files"][f"{PATH}.kms-20200101T000000Z"] = guest.machine["files"].pop(path)
    assert guest.run(kms_hosts_file)["changed"] is True
    assert text(guest) == AFTER


def test_nothing_to_bring_back(guest: SimulatedGuest) -> None:
    result = guest.run(kms_hosts_file, state="restored")
    assert (result["failed"], result["refused"], result["changed"]) == (True, "no-backup", False)
    guest.run(kms_hosts_file)
    result = guest.run(kms_hosts_file, state="restored", backup=r"C:\Windows\win.ini")
    assert (result["refused"], text(guest)) == ("no-backup", AFTER)


def test_a_constrained_guest_is_refused(guest: SimulatedGuest) -> None:
    guest.machine["language_mode"] = "ConstrainedLanguage"
    assert guest.run(kms_hosts_file)["refused"] == "constrained-language"


def test_a_backup_belongs_to_restoring(guest: SimulatedGuest) -> None:
    with pytest.raises(AnsibleActionFail, match="only used with state: restored"):
        guest.run(kms_hosts_file, backup="x")
