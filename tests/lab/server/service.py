# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The WS-Management server: many guests on one port, told apart by the path /wsman/<guest>."""

from __future__ import annotations

import asyncio
import os
import ssl
import traceback
import typing as t
import urllib.parse

from tests.lab.server import envelope, http, shells
from tests.lab.server.behaviour import Faults
from tests.lab.server.envelope import Message
from tests.lab.server.guest import Guest
from tests.lab.server.http import Request
from tests.lab.server.journal import Journal
from tests.lab.server.security import Reply, Security

PATH = "/wsman/"
_GARBAGE = b"\x00\x01<<not a WS-Management answer>>\xff"


class _CutError(Exception):
    """The connection is to be cut without an answer."""


class Service:
    """Serves `guests`; `security` makes the state of each new connection."""

    def __init__(
        self, guests: t.Mapping[str, Guest], security: t.Callable[[], Security], faults: Faults, journal: Journal
    ) -> None:
        self._guests = guests
        self._security = security
        self._faults = faults
        self._journal = journal
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[t.Any]] = set()

    async def start(self, port: int = 0, tls: ssl.SSLContext | None = None) -> int:
        """Listen on the loopback interface and return the port. Raises OSError."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", port, ssl=tls, backlog=512)
        bound: int = self._server.sockets[0].getsockname()[1]
        return bound

    async def stop(self) -> None:
        """Stop listening and cut every connection."""
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for guest in self._guests.values():
            guest.shells.clear()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        connection = _Connection(self, self._security(), writer)
        try:
            await connection.serve(reader)
        except (_CutError, OSError, asyncio.CancelledError):
            writer.transport.abort()
        except Exception:
            self._journal.write("", "lab-error", traceback=traceback.format_exc())
            writer.transport.abort()
        finally:
            self._tasks.discard(task)
            for guest in self._guests.values():
                guest.connections.discard(writer.transport)
            writer.close()

    def guest(self, path: str) -> Guest | None:
        """Return the guest that a path names."""
        if not path.startswith(PATH):
            return None
        return self._guests.get(urllib.parse.unquote(path.removeprefix(PATH)))

    async def answer(self, guest: Guest, body: bytes) -> tuple[int, bytes, str | None]:
        """Return the status, the envelope and the fault that is to spoil it. Raises _CutError."""
        try:
            message = envelope.parse(body)
        except envelope.FaultError as fault:
            return 500, envelope.fault(fault), None
        step = message.verb.lower()
        if os.environ.get("LAB_LOG_MESSAGES"):
            self._journal.write(guest.name, "message", step=step)
        if guest.drops():
            self._journal.write(guest.name, "cut", step=step)
            raise _CutError
        spoiled = self._faults.take(guest.name, step)
        if spoiled:
            self._journal.write(guest.name, "fault", step=step, behaviour=spoiled)
        if spoiled == "drop":
            raise _CutError
        if spoiled == "never-finishes":
            await asyncio.Event().wait()
        return *await self._handle(guest, message), spoiled

    async def _handle(self, guest: Guest, message: Message) -> tuple[int, bytes]:
        try:
            answer = await guest.shells.handle(message)
        except envelope.FaultError as fault:
            return 500, envelope.fault(fault, message.message_id)
        except shells.CutError:
            self._journal.write(guest.name, "cut", step=message.verb.lower())
            raise _CutError from None
        if message.verb.lower() == "create":
            self._journal.write(guest.name, "shell")
        return 200, answer

    def denied(self, guest: Guest) -> None:
        """Note that a client was turned away."""
        self._journal.write(guest.name, "denied")


class _Connection:
    """One TCP connection: its authentication state and its requests, one after the other."""

    def __init__(self, service: Service, security: Security, writer: asyncio.StreamWriter) -> None:
        self._service = service
        self._security = security
        self._writer = writer

    async def serve(self, reader: asyncio.StreamReader) -> None:
        while await self._serve_one(reader):
            pass

    async def _serve_one(self, reader: asyncio.StreamReader) -> bool:
        """Read and answer one request; say whether the connection goes on."""
        try:
            request = await http.read_request(reader)
            return request is not None and await self._answer(request)
        except http.BodyTooLargeError as error:
            # An encrypted session cannot go on once a message was thrown away.
            text = envelope.fault(envelope.FaultError("w:EncodingLimit", None, f"lab: {error}"))
            await self._write(500, text, headers=[("Connection", "close")])
            return False
        except http.BadRequestError as error:
            await self._write(error.status, str(error).encode(), content_type="text/plain")
            return False

    async def _answer(self, request: Request) -> bool:
        """Answer one request; say whether the connection goes on."""
        guest = self._service.guest(request.path)
        if guest is None:
            raise http.BadRequestError(404, f"lab: there is no guest behind {request.path}")
        if request.method != "POST":
            raise http.BadRequestError(405, "lab: WS-Management is asked with POST")
        guest.connections.add(self._writer.transport)
        reply = self._security.admit(request)
        if guest.behaviour.state == "auth-fails" and (reply is None or reply.status == 200):
            self._security.forget()
            reply = Reply(401, self._security.challenge)
        if reply is not None and (reply.status != 200 or not request.body):
            if reply.status == 401 and reply.headers == self._security.challenge and "authorization" in request.headers:
                self._service.denied(guest)
            await self._write(reply.status, headers=reply.headers)
            return True
        status, plain, spoiled = await self._service.answer(guest, self._security.open(request))
        sealed, content_type = self._security.seal(_GARBAGE if spoiled == "garbage" else plain)
        data = http.response(status, sealed, content_type, reply.headers if reply else ())
        if spoiled == "truncate":
            data = data[: -len(sealed) // 2]
        self._writer.write(data)
        await self._writer.drain()
        return spoiled != "truncate"

    async def _write(
        self, status: int, body: bytes = b"", content_type: str = "application/soap+xml;charset=UTF-8",
        headers: t.Iterable[tuple[str, str]] = (),
    ) -> None:  # fmt: skip
        self._writer.write(http.response(status, body, content_type, headers))
        await self._writer.drain()
