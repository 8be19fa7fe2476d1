# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One running lab: a world's guests, what they connect to, and the files that tell a client how to reach them."""

from __future__ import annotations

import functools
import os
import pathlib
import secrets
import shlex
import ssl
import typing as t

import trustme

from tests.lab.azure import half
from tests.lab.server import inventory, scripts, security
from tests.lab.server.behaviour import Faults, behaviour
from tests.lab.server.changing import Changer
from tests.lab.server.control import FILE, Control
from tests.lab.server.guest import Guest
from tests.lab.server.journal import Journal
from tests.lab.server.modules import Surroundings
from tests.lab.server.security import Account, Basic, Negotiate, Security
from tests.lab.server.service import Service
from tests.lab.server.states import States
from tests.lab.server.step_faults import StepFaults
from tests.lab.sockets import Endpoints
from tests.lab.world import World


class Lab:
    """Starts and stops everything that one world needs; its files are in `state`."""

    def __init__(self, world: World, state: pathlib.Path, authentication: str) -> None:
        self.environment: dict[str, str] = {}
        self._world = world
        self._state = state.resolve()
        self._authentication = authentication
        self._account = Account("lab", secrets.token_urlsafe(18))
        self._endpoints = Endpoints()
        self._azure: half.AzureLab | None = None
        self._journal: Journal | None = None
        self._service: Service | None = None
        self._control: Control | None = None
        self._states: States | None = None

    @property
    def inventory(self) -> pathlib.Path:
        """The inventory of this lab."""
        return self._state / "inventory.yml"

    async def start(self, port: int = 0) -> None:
        """Start, then write `ready`. Raises OSError."""
        self._state.mkdir(parents=True, exist_ok=True)
        self._journal = Journal(self._state / "requests.jsonl")
        self._endpoints.start()
        self._azure = half.start(self._world, self._state)
        self._states = states = States(self._world, self._azure.reach if self._azure else None, self._endpoints)
        self._control = Control(self.state)
        await self._control.start(self._state)
        authority, tls = self._certificates()
        self._service = Service(
            self._guests(states, self._journal), self._new_security, Faults(self._world.faults), self._journal
        )
        bound = await self._service.start(port, tls if self._authentication == "basic-tls" else None)
        access = inventory.Access(
            self._authentication, bound, self._port("closed"), self._port("open"), self._account, authority
        )
        machine_id = self._azure.machine_id if self._azure else None
        inventory.write(self.inventory, self._world.guests, access, machine_id)
        self.environment = {
            **(self._azure.environment if self._azure else {}),
            "LAB_STATE": str(self._state),
            "LAB_INVENTORY": str(self.inventory),
        }
        lines = [f"export {name}={shlex.quote(value)}\n" for name, value in self.environment.items()]
        _write_private(self._state / "environment", "".join(lines))
        (self._state / "ready").write_text(f"{os.getpid()}\n", encoding="ascii")

    async def stop(self) -> None:
        """Stop everything that was started."""
        for name in ("ready", FILE):
            (self._state / name).unlink(missing_ok=True)
        if self._control is not None:
            self._control.stop()
        if self._service is not None:
            await self._service.stop()
        if self._azure is not None:
            self._azure.stop()
        self._endpoints.stop()
        if self._journal is not None:
            self._journal.close()

    def _guests(self, states: States, journal: Journal) -> dict[str, Guest]:
        known = scripts.read()
        faults = StepFaults(self._world.faults)
        guests = {}
        for name, guest in self._world.guests.items():
            changer = Changer(name, states, faults, journal)
            around = Surroundings(name, functools.partial(states.snapshot, name), known, changer)
            guests[name] = Guest(around, behaviour(guest.get("connection")), journal)
        return guests

    def state(self) -> dict[str, t.Any]:
        """Return a hash of every guest's lasting state, and of the Azure half's."""
        return {
            "guests": self._states.hashes() if self._states else {},
            "azure": self._azure.state_hash() if self._azure else None,
        }

    def _new_security(self) -> Security:
        if self._authentication == "basic-tls":
            return Basic(self._account)
        return Negotiate(self._state / "ntlm-users")

    def _certificates(self) -> tuple[pathlib.Path, ssl.SSLContext]:
        authority = trustme.CA(organization_name="Lab of azure_windows.activation")
        path = self._state / "ca.pem"
        authority.cert_pem.write_to_path(str(path))
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1", "localhost").configure_cert(tls)
        if self._authentication == "ntlm-http":
            security.write_users(self._state / "ntlm-users", self._account)
        return path, tls

    def _port(self, state: str) -> int:
        return int(self._endpoints.endpoint(state).rpartition(":")[2])


def _write_private(path: pathlib.Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
