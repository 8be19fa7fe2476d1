# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The WS-Management server, asked by pywinrm."""

from __future__ import annotations

import pathlib
import typing as t

import pytest
import requests
import winrm
import winrm.exceptions

from tests.unit.lab import running
from tests.unit.lab.running import NTLM, SCRIPT, TLS, Running, run_module

GUESTS: dict[str, dict[str, t.Any]] = {
    "web01": {},
    "weg/ß": {},
    "slow": {"connection": {"slow": 1.5}},
    "locked": {"connection": {"state": "auth-fails"}},
    "three": {"connection": {"drops-after": 3}},
    "cut": {},
    "once": {},
    "silent": {},
    "torn": {},
    "odd": {},
}
FAULTS = [
    {"on": "arm", "match": "GET *", "answer": 429},
    {"on": "winrm", "guest": "cut", "at": "receive", "behaviour": "drop"},
    {"on": "winrm", "guest": "once", "at": "create", "behaviour": "drop", "times": 1},
    {"on": "winrm", "guest": "silent", "at": "command", "behaviour": "never-finishes"},
    {"on": "winrm", "guest": "torn", "at": "create", "behaviour": "truncate"},
    {"on": "winrm", "guest": "odd", "at": "delete", "behaviour": "garbage"},
]
BOOT_TIME = "(Get-CimInstance -ClassName Win32_OperatingSystem).LastBootUpTime.ToFileTime()"


@pytest.fixture(scope="module", params=[TLS, NTLM])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Running]:
    found = running.start(tmp_path_factory.mktemp("server"), request.param, GUESTS, FAULTS)
    yield found
    found.stop()


def test_script_of_the_collection_is_answered_by_its_twin(server: Running) -> None:
    answer = run_module(server.protocol(), "win_powershell", {"script": SCRIPT, "parameters": {"Size": 3}})
    assert answer["output"] == ['{"schema":1,"now":"2026-11-20T08:00:00Z","text":"ééé"}']
    assert set(answer) == {
        "result", "host_out", "host_err", "output", "error", "warning", "verbose", "debug", "information", "changed",
        "failed", "invocation",
    }  # fmt: skip
    assert (answer["failed"], answer["changed"], answer["error"]) == (False, False, [])
    assert answer["invocation"]["module_args"]["script"] == SCRIPT


def test_long_answer_comes_whole(server: Running) -> None:
    answer = run_module(server.protocol(), "win_powershell", {"script": SCRIPT, "parameters": {"Size": 300_000}})
    assert answer["output"][0].count("é") == 300_000


def test_command_that_outlasts_the_operation_timeout_is_asked_for_again(server: Running) -> None:
    answer = run_module(server.protocol("slow", timeout=1), "win_ping", {})
    assert answer["ping"] == "pong"


def test_guest_is_named_by_the_path(server: Running) -> None:
    answer = run_module(server.protocol("weg%2F%C3%9F"), "setup", {})
    assert answer["ansible_facts"]["ansible_hostname"] == "weg/ß"


def test_unknown_guest_is_not_found(server: Running) -> None:
    with pytest.raises(winrm.exceptions.WinRMTransportError, match="404"):
        server.protocol("nobody").open_shell()


def test_wrong_password_is_rejected(server: Running) -> None:
    with pytest.raises(winrm.exceptions.InvalidCredentialsError, match="rejected"):
        server.protocol(password="wrong").open_shell()


def test_guest_that_lets_nobody_in(server: Running) -> None:
    with pytest.raises(winrm.exceptions.InvalidCredentialsError, match="rejected"):
        server.protocol("locked").open_shell()
    assert "shell" not in server.events("locked")
    assert "denied" in server.events("locked")


def test_raw_script_of_a_reboot_and_any_other(server: Running) -> None:
    protocol = server.protocol()
    shell = protocol.open_shell()
    known = protocol.run_command(shell, f"powershell {BOOT_TIME}")
    stdout, _stderr, status = protocol.get_command_output(shell, known)
    assert (stdout.strip().isdigit(), status) == (True, 0)
    other = protocol.run_command(shell, "whoami")
    assert protocol.get_command_output(shell, other) == (b"", b"lab: does not run commands\r\n", 1)


def test_unknown_shell_is_a_fault(server: Running) -> None:
    with pytest.raises(winrm.exceptions.WSManFaultError) as failure:
        server.protocol().run_command("00000000-0000-0000-0000-000000000000", "whoami")
    assert failure.value.wsman_fault_code == 2150858843


def test_shell_is_gone_after_delete(server: Running) -> None:
    protocol = server.protocol()
    shell = protocol.open_shell()
    protocol.close_shell(shell, close_session=False)
    with pytest.raises(winrm.exceptions.WSManFaultError):
        protocol.run_command(shell, "whoami")


def test_body_over_the_limit_is_a_clear_fault(server: Running) -> None:
    protocol = server.protocol()
    shell = protocol.open_shell()
    command = protocol.run_command(shell, "PowerShell", console_mode_stdin=False)
    with pytest.raises(winrm.exceptions.WSManFaultError, match="larger than"):
        protocol.send_command_input(shell, command, b"x" * 1_200_000)
    assert run_module(server.protocol(), "win_ping", {})["ping"] == "pong"


@pytest.mark.parametrize(
    ("guest", "step", "failure"),
    [
        ("cut", "receive", requests.ConnectionError),
        ("torn", "create", requests.RequestException),
        ("odd", "delete", Exception),
    ],
)
def test_fault_strikes_at_its_step(server: Running, guest: str, step: str, failure: type[Exception]) -> None:
    with pytest.raises(failure):
        run_module(server.protocol(guest), "win_ping", {})
    struck = [line for line in server.journal() if line["guest"] == guest and line["event"] == "fault"]
    assert [line["step"] for line in struck] == [step]


def test_fault_is_used_up_after_its_times(server: Running) -> None:
    with pytest.raises(requests.ConnectionError):
        server.protocol("once").open_shell()
    assert run_module(server.protocol("once"), "win_ping", {})["ping"] == "pong"


def test_request_that_never_gets_an_answer(server: Running) -> None:
    protocol = server.protocol("silent", timeout=1)
    shell = protocol.open_shell()
    protocol.transport.read_timeout_sec = 1
    with pytest.raises(requests.Timeout):
        protocol.run_command(shell, "whoami")


def test_guest_drops_after_so_many_requests_and_stays_away(server: Running) -> None:
    with pytest.raises(requests.ConnectionError):
        run_module(server.protocol("three"), "win_ping", {})
    with pytest.raises(requests.ConnectionError):
        server.protocol("three").open_shell()
    assert set(server.events("three")) == {"shell", "cut"}


def test_other_guests_are_not_disturbed(server: Running) -> None:
    with pytest.raises(requests.ConnectionError):
        run_module(server.protocol("cut"), "win_ping", {})
    assert run_module(server.protocol(), "win_ping", {})["ping"] == "pong"


def test_plain_message_is_refused_where_messages_are_encrypted(tmp_path: pathlib.Path) -> None:
    server = running.start(tmp_path, NTLM, {"web01": {}})
    try:
        protocol = server.protocol()
        protocol.transport.message_encryption = "never"
        with pytest.raises(winrm.exceptions.WinRMTransportError, match="400"):
            protocol.open_shell()
    finally:
        server.stop()
    assert server.events("web01") == []


def test_certificate_of_another_authority_is_not_trusted(tmp_path: pathlib.Path) -> None:
    (tmp_path / "other").mkdir()
    server = running.start(tmp_path, TLS, {"web01": {}})
    other = running.start(tmp_path / "other", TLS, {"web01": {}})
    try:
        protocol = server.protocol()
        protocol.transport.ca_trust_path = str(other.folder / "ca.pem")
        with pytest.raises(requests.exceptions.SSLError):
            protocol.open_shell()
    finally:
        server.stop()
        other.stop()
