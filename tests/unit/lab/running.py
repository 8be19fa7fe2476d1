# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server with a few made-up guests, in a thread of its own, and what a test needs to talk to it."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import pathlib
import ssl
import threading
import typing as t

import trustme
import winrm

from tests.lab.server import inventory, security
from tests.lab.server.behaviour import Faults, behaviour
from tests.lab.server.guest import Guest
from tests.lab.server.journal import Journal
from tests.lab.server.modules import Surroundings
from tests.lab.server.scripts import Script, fingerprint
from tests.lab.server.security import Account, Basic, Negotiate
from tests.lab.server.service import Service
from tests.lab.sockets import Endpoints

TLS, NTLM = inventory.AUTHENTICATIONS
SCRIPT = "[CmdletBinding(SupportsShouldProcess)]\nparam($Size)\n$WhatIfPreference = $false\n"
ACCOUNT = Account("lab", "correct-horse")
PAYLOADS = pathlib.Path(__file__).parent / "payloads"
MACHINE: t.Mapping[str, t.Any] = {
    "utc_now": "2026-11-20T08:00:00Z",
    "powershell": "5.1.20348.2400",
    "domain": {"joined": True, "name": "corp.example"},
    "cim": {
        "Win32_OperatingSystem": {
            "rows": [{"Caption": "Microsoft Windows Server 2022 Datacenter", "Version": "10.0.20348", "ProductType": 3}]
        }
    },
    "files": {r"C:\Windows\tokens.dat": {"size": 3612672, "modified": "2026-11-01T00:00:00Z"}},
}


def twin(machine: t.Mapping[str, t.Any], parameters: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Answer as a script would; `Size` makes the answer long, `Crash` makes it fail inside the lab."""
    if parameters.get("Crash"):
        raise KeyError("crash")
    return {"schema": 1, "now": machine["utc_now"], "text": "é" * int(parameters.get("Size", 1))}


@dataclasses.dataclass
class Running:
    """A server that listens; `stop` ends it."""

    folder: pathlib.Path
    authentication: str
    port: int
    stop: t.Callable[[], None]

    def protocol(self, guest: str = "web01", password: str = ACCOUNT.password, timeout: int = 20) -> winrm.Protocol:
        """Return pywinrm's client of one guest."""
        tls = self.authentication == TLS
        return winrm.Protocol(
            endpoint=f"{'https' if tls else 'http'}://127.0.0.1:{self.port}/wsman/{guest}",
            transport="basic" if tls else "ntlm",
            username=ACCOUNT.user,
            password=password,
            ca_trust_path=str(self.folder / "ca.pem"),
            operation_timeout_sec=timeout,
            read_timeout_sec=timeout + 10,
            proxy=None,
        )

    def journal(self) -> list[dict[str, t.Any]]:
        """Return the events so far."""
        return [json.loads(line) for line in (self.folder / "requests.jsonl").read_text("utf-8").splitlines()]

    def events(self, guest: str) -> list[str]:
        """Return the names of one guest's events so far."""
        return [line["event"] for line in self.journal() if line["guest"] == guest]


def start(
    folder: pathlib.Path,
    authentication: str,
    guests: t.Mapping[str, t.Mapping[str, t.Any]],
    faults: t.Sequence[t.Mapping[str, t.Any]] = (),
) -> Running:
    """Start a server over `guests` (name -> world guest); inventory, CA and journal are in `folder`."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    security.write_users(folder / "users", ACCOUNT)
    journal = Journal(folder / "requests.jsonl")
    known = {fingerprint(SCRIPT): Script("probe", twin), fingerprint("unsimulated"): Script("other", None)}
    made = {
        name: Guest(Surroundings(name, lambda: MACHINE, known), behaviour(guest.get("connection")), journal)
        for name, guest in guests.items()
    }
    admit = (lambda: Basic(ACCOUNT)) if authentication == TLS else (lambda: Negotiate(folder / "users"))
    service = Service(made, admit, Faults(faults), journal)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    started = asyncio.run_coroutine_threadsafe(service.start(tls=tls if authentication == TLS else None), loop)
    port = started.result()
    endpoints = Endpoints()
    endpoints.start()
    closed, silent = (int(endpoints.endpoint(state).rpartition(":")[2]) for state in ("closed", "open"))
    access = inventory.Access(authentication, port, closed, silent, ACCOUNT, folder / "ca.pem")
    inventory.write(folder / "inventory.yml", guests, access)

    def stop() -> None:
        asyncio.run_coroutine_threadsafe(service.stop(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
        endpoints.stop()
        journal.close()

    return Running(folder, authentication, port, stop)


def module_input(
    module: str, arguments: t.Mapping[str, t.Any], check: bool = False, recording: str = "core-2.21-win_ping-become"
) -> bytes:
    """Return a recorded input with another module and other arguments in it."""
    head, separator, body = (PAYLOADS / f"{recording}.bin").read_bytes().rpartition(b"\0\0\0\0")
    manifest = json.loads(body)
    parameters = manifest["actions"][-1]["params"]
    parameters["Script"] = f"ansible_collections.ansible.windows.plugins.modules.{module}.ps1"
    parameters["Variables"][0]["Value"] = {
        **{key: item for key, item in parameters["Variables"][0]["Value"].items() if key.startswith("_ansible_")},
        **arguments,
        "_ansible_check_mode": check,
    }
    return head + separator + json.dumps(manifest).encode()


def run_module(
    protocol: winrm.Protocol, module: str, arguments: t.Mapping[str, t.Any], check: bool = False
) -> dict[str, t.Any]:
    """Run one module as Ansible does: a shell, a command, its input in pieces, its output, and cleaning up."""
    shell = protocol.open_shell(codepage=65001)
    command = protocol.run_command(shell, "PowerShell", ["-EncodedCommand", "JgA="], console_mode_stdin=False)
    data = module_input(module, arguments, check)
    protocol.send_command_input(shell, command, data[:1000])
    protocol.send_command_input(shell, command, data[1000:], end=True)
    stdout, stderr, _status = protocol.get_command_output(shell, command)
    protocol.cleanup_command(shell, command)
    protocol.close_shell(shell)
    assert stderr == b""
    answer: dict[str, t.Any] = json.loads(stdout)
    return answer
