# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Modules that change a guest: what they answer, that a second run changes nothing, and that check mode changes nothing."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from tests.lab.guest import fingerprint
from tests.lab.guest.machine import GuestMachine
from tests.lab.server import commands, firewall_module, service_module
from tests.lab.server.changing import Module
from tests.lab.server.payload import Payload
from tests.unit.lab.worlds_of import EXPIRED, NOW, guest, products

ALLOW = {
    "name": "KMS", "direction": "out", "action": "allow", "protocol": "tcp", "remoteport": 1688,
    "remoteip": "20.118.99.224,40.83.235.53", "enabled": True,
}  # fmt: skip
BLOCK = {
    "name": "{9A0F0B60-6F43-4C0E-9C38-0D6B2A3F5E01}", "display": "Block licensing", "direction": "Outbound", "action": "Block",
    "protocol": "TCP", "remote_port": 1688,
}  # fmt: skip
LOCKED = {"profiles": {"Public": {"enabled": True, "outbound": "Block"}}, "active_profile": "Public"}


def ask(
    module: Module, web01: GuestMachine, check: bool = False, diff: bool = False, **options: t.Any
) -> dict[str, t.Any]:
    internal = {"check_mode": check, "diff": diff}
    with web01.changing(NOW):
        return module(Payload("module", "", options, internal, ()), web01)


def state(web01: GuestMachine) -> str:
    return fingerprint.of(web01.snapshot(NOW))


def test_service_is_started_once(tmp_path: pathlib.Path) -> None:
    web01 = guest(tmp_path, services={"w32time": {"state": "Stopped", "start_mode": "Disabled"}})
    options = {"name": "w32time", "state": "started", "start_mode": "auto"}
    before = state(web01)
    checked = ask(service_module.answer, web01, check=True, **options)
    assert (checked["changed"], checked["state"], state(web01)) == (True, "running", before)
    first = ask(service_module.answer, web01, diff=True, **options)
    assert (first["changed"], first["exists"], first["state"], first["start_mode"]) == (True, True, "running", "auto")
    assert (first["diff"]["before"]["state"], first["diff"]["after"]["state"]) == ("stopped", "started")
    second = ask(service_module.answer, web01, **options)
    assert (second["changed"], second["state"]) == (False, "running")


def test_service_module_stops_restarts_and_delays(tmp_path: pathlib.Path) -> None:
    web01 = guest(tmp_path, services={"w32time": {"dependents": ["Helper"]}})
    refused = ask(service_module.answer, web01, name="w32time", state="stopped")
    assert (refused["failed"], "0x8007041B" in refused["msg"]) == (True, True)
    assert ask(service_module.answer, web01, name="w32time", state="restarted", force_dependent_services=True)[
        "changed"
    ]
    assert web01.machine["services"]["Helper"]["status"] == "Running"
    assert ask(service_module.answer, web01, name="W32Time", start_mode="delayed")["start_mode"] == "delayed"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"name": "nothing", "state": "started"}, "is not installed"),
        ({"name": "sppsvc", "start_mode": "delayed"}, "0x80070005"),
        ({"name": "w32time", "state": "absent"}, "does not remove"),
        ({"name": "w32time", "username": "x"}, "without username"),
    ],
)
def test_service_that_cannot_be_changed(tmp_path: pathlib.Path, options: dict[str, t.Any], said: str) -> None:
    answer = ask(service_module.answer, guest(tmp_path), **options)
    assert (answer["failed"], said in answer["msg"]) == (True, True)


@pytest.mark.parametrize(
    "options", [{"_raw_params": "w32tm /resync"}, {"cmd": "w32tm.exe /resync /force"}, {"argv": ["w32tm", "/resync"]}]
)
def test_resync_corrects_the_clock(tmp_path: pathlib.Path, options: dict[str, t.Any]) -> None:
    web01 = guest(tmp_path, clock={"offset": "PT5H"}, cim=products(EXPIRED))
    answer = ask(commands.win_command, web01, **options)
    assert (answer["changed"], answer["rc"]) == (True, 0)
    assert web01.activate() == 0


def test_resync_without_the_time_service(tmp_path: pathlib.Path) -> None:
    web01 = guest(tmp_path, clock={"offset": "PT5H"}, services={"w32time": {"state": "Stopped"}})
    answer = ask(commands.win_command, web01, cmd="w32tm /resync")
    assert (answer["failed"], answer["rc"], answer["msg"]) == (True, 0x80070426 - 2**32, "non-zero return code")
    assert web01.machine["clock_offset"] == 5 * 3600


@pytest.mark.parametrize("module", [commands.win_command, commands.win_shell])
def test_commands_skip_check_mode_and_refuse_the_rest(tmp_path: pathlib.Path, module: Module) -> None:
    web01 = guest(tmp_path)
    before = state(web01)
    assert ask(module, web01, check=True, _raw_params="w32tm /resync")["skipped"]
    assert ask(module, web01, _raw_params="ipconfig /flushdns")["rc"] == 0
    assert ask(module, web01, _raw_params="whoami")["msg"] == "lab: does not run commands"
    assert state(web01) == before


def test_firewall_rule_opens_a_closed_profile(tmp_path: pathlib.Path) -> None:
    web01 = guest(tmp_path, firewall=LOCKED, cim=products(EXPIRED))
    assert web01.activate() == 0xC004F074
    before = state(web01)
    assert ask(firewall_module.answer, web01, check=True, **ALLOW)["changed"]
    assert state(web01) == before
    first = ask(firewall_module.answer, web01, diff=True, **ALLOW)
    assert (first["changed"], first["msg"]) == (True, "Firewall rule 'KMS' created.")
    assert first["diff"]["prepared"].startswith("+[KMS]")
    again = ask(firewall_module.answer, web01, **{**ALLOW, "remoteip": "40.83.235.53,20.118.99.224", "enabled": "yes"})
    assert again["changed"] is False
    assert web01.activate() == 0
    texts = [value["data"] for key, entry in web01.snapshot(NOW)["registry"].items() if key.endswith("FirewallRules")
             for value in entry["values"].values()]  # fmt: skip
    (rule,) = [text for text in texts if "Name=KMS|" in text]
    assert "Action=Allow|Active=TRUE|Dir=Out|Protocol=6|RPort=1688|RA4=20.118.99.224|RA4=40.83.235.53|" in rule
    assert ask(firewall_module.answer, web01, name="kms", state="absent")["changed"]
    assert not ask(firewall_module.answer, web01, name="KMS", state="absent")["changed"]
    assert web01.snapshot(NOW)["tcp"]["20.118.99.224:1688"]["state"] == "denied"


def test_blocking_rule_is_disabled_by_its_name(tmp_path: pathlib.Path) -> None:
    web01 = guest(tmp_path, firewall={"rules": [BLOCK]}, cim=products(EXPIRED))
    assert ask(firewall_module.answer, web01, name="Block licensing", enabled=False)["changed"]
    assert web01.activate() == 0
    rules = next(item for key, item in web01.snapshot(NOW)["registry"].items() if key.endswith("FirewallRules"))
    assert "Active=FALSE" in rules["values"][BLOCK["name"]]["data"]


def test_rule_of_a_policy_is_out_of_reach(tmp_path: pathlib.Path) -> None:
    web01 = guest(tmp_path, firewall={"rules": [{**BLOCK, "store": "policy"}]}, cim=products(EXPIRED))
    ask(firewall_module.answer, web01, name="Block licensing", state="absent")
    assert web01.activate() == 0xC004F074


@pytest.mark.parametrize(
    ("options", "said"), [({}, "name or group"), ({"name": "x", "security": "authenc"}, "without security")]
)
def test_firewall_module_refuses(tmp_path: pathlib.Path, options: dict[str, t.Any], said: str) -> None:
    assert said in ask(firewall_module.answer, guest(tmp_path), **options)["msg"]


@pytest.mark.parametrize("module", [firewall_module.answer, service_module.answer, commands.win_command])
def test_modules_need_an_elevated_user(tmp_path: pathlib.Path, module: Module) -> None:
    web01 = guest(tmp_path, connection={"elevated": False})
    before = state(web01)
    answer = ask(
        module,
        web01,
        name="w32time",
        state="present" if module is firewall_module.answer else "stopped",
        cmd="w32tm /resync",
    )
    assert answer["failed"]
    assert state(web01) == before
