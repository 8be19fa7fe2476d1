# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The server, asked by Ansible's own winrm connection."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import re
import subprocess
import sys
import typing as t

import pytest

from tests.lab.server import child
from tests.tools import tree
from tests.unit.lab import running
from tests.unit.lab.running import NTLM, SCRIPT, TLS, Running

GUESTS: dict[str, dict[str, t.Any]] = {
    "web01": {},
    "web02": {"connection": {"slow": 0.5}},
    "stranger": {"connection": {"state": "auth-fails"}},
    "off": {"connection": {"state": "refused"}},
    "cut": {},
    "stuck": {},
}
FAULTS = [
    {"on": "winrm", "guest": "cut", "at": "receive", "behaviour": "drop"},
    {"on": "winrm", "guest": "stuck", "at": "receive", "behaviour": "never-finishes"},
]
_RESULT = re.compile(r"^(\S+) \| ([A-Z]+)!? => (\{.*?^\})", re.MULTILINE | re.DOTALL)


@dataclasses.dataclass(frozen=True)
class Result:
    """What `ansible` printed for one host: SUCCESS, CHANGED, FAILED or UNREACHABLE, and the JSON behind it."""

    status: str
    body: dict[str, t.Any]


@pytest.fixture(scope="module", params=[TLS, NTLM])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Running]:
    found = running.start(tmp_path_factory.mktemp("server"), request.param, GUESTS, FAULTS)
    yield found
    found.stop()


def ansible(server: Running, hosts: str, module: str, arguments: dict[str, t.Any], *more: str) -> dict[str, Result]:
    """Run the `ansible` command and return the result of each host."""
    tree.link()
    settings = {
        "ANSIBLE_COLLECTIONS_PATH": str(tree.TREE), "ANSIBLE_NOCOLOR": "1", "ANSIBLE_FORCE_COLOR": "0",
        "HOME": str(server.folder), "LC_ALL": "C.UTF-8",
    }  # fmt: skip
    program = pathlib.Path(sys.executable).with_name("ansible")
    inventory = server.folder / "inventory.yml"
    given = ["-a", json.dumps(arguments)] if arguments else []
    done = subprocess.run(
        [program, hosts, "-i", inventory, "-f", "10", "-m", module, *given, *more],
        env=child.environment(os.environ, settings), capture_output=True, text=True, check=False, cwd=server.folder,
    )  # fmt: skip
    found = {name: Result(status, json.loads(body)) for name, status, body in _RESULT.findall(done.stdout)}
    assert found, done.stdout + done.stderr
    return found


def test_ping(server: Running) -> None:
    found = ansible(server, "web*", "ansible.windows.win_ping", {})
    assert {name: (result.status, result.body["ping"]) for name, result in found.items()} == {
        "web01": ("SUCCESS", "pong"),
        "web02": ("SUCCESS", "pong"),
    }


def test_setup(server: Running) -> None:
    found = ansible(server, "web01", "ansible.windows.setup", {})
    assert found["web01"].body["ansible_facts"]["ansible_os_family"] == "Windows"


@pytest.mark.parametrize("mode", [(), ("--check",)])
def test_script_of_the_collection(server: Running, mode: tuple[str, ...]) -> None:
    before = len(server.journal())
    arguments = {"script": SCRIPT, "parameters": {"Size": 2}}
    found = ansible(server, "web01", "ansible.windows.win_powershell", arguments, *mode)
    assert json.loads(found["web01"].body["output"][0])["text"] == "éé"
    ran = [line for line in server.journal()[before:] if line["event"] == "script"]
    assert [(line["script"], line["parameters"], line["check_mode"]) for line in ran] == [
        ("probe", {"Size": 2}, bool(mode))
    ]


def test_any_other_script(server: Running) -> None:
    arguments = {"script": "'hello'"}
    found = ansible(server, "web01", "ansible.windows.win_powershell", arguments)
    assert (found["web01"].status, found["web01"].body["error"][0]["output"].splitlines()[0]) == (
        "FAILED",
        "lab: this script is not simulated",
    )
    assert ansible(server, "web01", "ansible.windows.win_powershell", arguments, "--check")["web01"].status == "CHANGED"


def test_twin_that_fails_inside_the_lab(server: Running) -> None:
    arguments = {"script": SCRIPT, "parameters": {"Crash": True}}
    found = ansible(server, "web01", "ansible.windows.win_powershell", arguments)
    assert "lab: internal error: KeyError" in found["web01"].body["msg"]


def test_guests_that_cannot_be_reached_leave_the_others_alone(server: Running) -> None:
    found = ansible(server, "all", "ansible.windows.win_ping", {})
    assert {name: result.status for name, result in found.items()} == {
        "web01": "SUCCESS",
        "web02": "SUCCESS",
        "stranger": "UNREACHABLE",
        "off": "UNREACHABLE",
        # ansible-core takes a time-out for an unreachable host, a broken connection for a failed task.
        "stuck": "UNREACHABLE",
        "cut": "FAILED",
    }


def test_wrong_password(server: Running) -> None:
    found = ansible(server, "web01", "ansible.windows.win_ping", {}, "-e", "ansible_password=wrong")
    assert found["web01"].status == "UNREACHABLE"
    assert "credentials were rejected" in found["web01"].body["msg"]


@pytest.mark.parametrize("server", [NTLM], indirect=True)
def test_reboot(server: Running) -> None:
    found = ansible(server, "web01", "ansible.windows.win_reboot", {"post_reboot_delay": 4})
    assert (found["web01"].status, found["web01"].body["rebooted"]) == ("CHANGED", True)
    assert "reboot" in server.events("web01")
