# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A whole lab, asked over WS-Management: its guests remember, its faults strike, and its state can be asked for."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import pathlib
import threading
import typing as t

import pytest
import requests
import winrm
import yaml

from tests.lab import cli
from tests.lab.server import scripts
from tests.lab.server.lab import Lab
from tests.unit.lab import running
from tests.unit.lab.worlds_of import EXPIRED, KEY, MAK, products, world

OTHER_KEY = "VDYBN-27WPP-V4HQT-9VMD4-VMK7H"
GUESTS = {
    name: {"cim": products({**EXPIRED, "PartialProductKey": None}, MAK)}
    for name in ("web01", "web02", "cut", "done", "service")
}
FAULTS = [
    {
        "on": "guest",
        "guest": "cut",
        "script": "set_key",
        "step": "install",
        "at": "before",
        "behaviour": "drop",
        "times": 1,
    },
    {
        "on": "guest",
        "guest": "done",
        "script": "set_key",
        "step": "install",
        "at": "after",
        "behaviour": "drop",
        "times": 1,
    },
    {
        "on": "guest",
        "guest": "service",
        "script": "win_service",
        "behaviour": "error",
        "code": "0x8007041D",
        "times": 1,
    },
]


@dataclasses.dataclass(frozen=True)
class Served:
    """A lab that listens."""

    folder: pathlib.Path

    def protocol(self, guest: str) -> winrm.Protocol:
        """Return pywinrm's client of one guest."""
        group = yaml.safe_load((self.folder / "inventory.yml").read_text("utf-8"))["windows"]
        variables = group["vars"]
        return winrm.Protocol(
            endpoint=f"https://127.0.0.1:{variables['ansible_port']}/wsman/{guest}", transport="basic",
            username=variables["ansible_user"], password=variables["ansible_password"],
            ca_trust_path=variables["ansible_winrm_ca_trust_path"], proxy=None,
        )  # fmt: skip

    def set_key(self, guest: str, key: str = KEY, check: bool = False) -> dict[str, t.Any]:
        """Run the collection's script set_key on a guest and return the module's result."""
        arguments = {
            "script": scripts.whole(scripts.FOLDER / "set_key.ps1"), "parameters": {},
            "sensitive_parameters": [{"name": "ProductKey", "value": key}],
        }  # fmt: skip
        return running.run_module(self.protocol(guest), "win_powershell", arguments, check)

    def journal(self, guest: str) -> list[dict[str, t.Any]]:
        """Return the guest's lines of the log."""
        lines = (self.folder / "requests.jsonl").read_text("utf-8").splitlines()
        return [line for line in map(json.loads, lines) if line["guest"] == guest]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Served]:
    folder = tmp_path_factory.mktemp("lab")
    lab = Lab(world(folder, GUESTS, faults=FAULTS), folder, "basic-tls")
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(lab.start(), loop).result()
    yield Served(folder)
    asyncio.run_coroutine_threadsafe(lab.stop(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def hashes(served: Served, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """Return what `python -m tests.lab state` prints about the guests."""
    assert cli.main(["state", str(served.folder)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["azure"] is None
    return dict(found["guests"])


def test_guest_remembers_its_key_and_check_mode_changes_nothing(
    served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    before = hashes(served, capsys)
    assert set(before) == set(GUESTS)
    checked = served.set_key("web01", check=True)
    assert (checked["changed"], hashes(served, capsys)) == (False, before)
    first = served.set_key("web01")
    assert [step["ok"] for step in json.loads(first["output"][0])["steps"]] == [True, True]
    assert first["changed"]
    after = hashes(served, capsys)
    assert {name for name in before if before[name] != after[name]} == {"web01"}
    served.set_key("web01")
    assert hashes(served, capsys) == after


def test_key_is_nowhere_in_full(served: Served) -> None:
    answer = served.set_key("web02", OTHER_KEY)
    assert json.loads(answer["output"][0])["steps"][0]["error"]["code"] == "0xC004F069"
    assert answer["changed"] is False
    text = json.dumps(answer) + (served.folder / "requests.jsonl").read_text("utf-8")
    assert OTHER_KEY not in text
    ran = {line["event"]: line for line in served.journal("web02")}
    assert ran["script"]["parameters"] == {"ProductKey": "***-VMK7H"}
    assert (ran["steps"]["script"], ran["steps"]["steps"]) == ("set_key", [{"name": "install", "ok": False}])


@pytest.mark.parametrize(("guest", "changed"), [("cut", False), ("done", True)])
def test_connection_is_lost_at_a_step(
    served: Served, capsys: pytest.CaptureFixture[str], guest: str, changed: bool
) -> None:
    before = hashes(served, capsys)[guest]
    with pytest.raises(requests.ConnectionError):
        served.set_key(guest)
    assert (hashes(served, capsys)[guest] != before) is changed
    assert [line["event"] for line in served.journal(guest)][-2:] == ["steps", "cut"]
    again = served.set_key(guest)
    assert [step["ok"] for step in json.loads(again["output"][0])["steps"]] == [True, True]


def test_module_fails_where_a_fault_says_so(served: Served) -> None:
    options = {"name": "w32time", "state": "restarted"}
    failed = running.run_module(served.protocol("service"), "win_service", options)
    assert (failed["failed"], "0x8007041D" in failed["msg"]) == (True, True)
    assert running.run_module(served.protocol("service"), "win_service", options)["changed"]


def test_state_of_no_lab(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["state", str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"lab: {tmp_path}: no lab is running here\n"


def test_state_is_told_to_nobody_else(
    served: Served, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = json.loads((served.folder / "control").read_text("utf-8"))
    (tmp_path / "control").write_text(json.dumps({**place, "token": "wrong"}), encoding="utf-8")
    assert cli.main(["state", str(tmp_path)]) == 2
    assert "does not answer" in capsys.readouterr().err
