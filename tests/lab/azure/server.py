# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The HTTP side: TLS for Entra ID and Resource Manager, plain HTTP for managed identity, faults and the request log."""

from __future__ import annotations

import contextlib
import dataclasses
import http.server
import json
import pathlib
import socket
import ssl
import threading
import time
import typing as t
import urllib.parse
import uuid

from tests.lab.azure import entra, faults, paths
from tests.lab.azure.arm import Arm
from tests.lab.azure.entra import Entra
from tests.lab.azure.faults import Faults
from tests.lab.azure.messages import Answer, Problem, Request
from tests.lab.azure.paste import Body
from tests.lab.azure.world import FATES, AzureWorld

_GARBAGE = b"<html><body>proxy error"
# Seconds between two bytes of an answer that drips.
_DRIP = 0.1


class Front:
    """Takes a request to the room that answers it, by way of the world's faults and into the log."""

    def __init__(
        self,
        world: AzureWorld,
        login: Entra,
        arm: Arm,
        log: pathlib.Path,
        concurrent_put: t.Callable[[Body], None],
    ) -> None:
        """Write every request to `log`; `concurrent_put` stores a resource that a fault brings along."""
        self._world = world
        self._entra = login
        self._arm = arm
        self._faults = Faults(world.faults)
        self._put = concurrent_put
        self._log = log
        self._log_lock = threading.Lock()
        self.stopping = threading.Event()

    def answer(self, request: Request) -> tuple[Answer, str | None]:
        """Return the answer and what befalls it on the wire (a `behaviour` of the world's faults)."""
        target = paths.understand(request.method, request.segments)
        return self._meet(request, target, lambda fate: self._work_out(request, target, fate=fate))

    def calm(self) -> None:
        """Let no fault strike any more."""
        self._faults.calm()

    def identity(self, request: Request) -> tuple[Answer, str | None]:
        """Answer a request to the plain HTTP side."""
        return self._meet(request, None, lambda _fate: (self._entra.managed_identity(request), None))

    def _meet(
        self, request: Request, target: paths.Target | None, work: t.Callable[[str | None], tuple[Answer, str | None]]
    ) -> tuple[Answer, str | None]:
        action = target.action if target else ""
        fault = self._faults.meet(request.method, request.path)
        behaviour = fault.get("behaviour") if fault else None
        if fault and fault.get("put"):
            self._put(fault["put"])
        client = None
        hangs = behaviour == "silent" or (behaviour == "never-finishes" and request.method == "GET")
        if fault and fault.get("answer"):
            found = faults.answer(fault, action, target.scope if target else request.path)
        elif behaviour == "drop" or hangs:
            found = Answer(0)
        else:
            found, client = work(behaviour if behaviour in FATES else None)
        if fault and fault.get("headers"):
            found = dataclasses.replace(found, headers={**found.headers, **fault["headers"]})
        self._write_log(request, found, action, client, fault)
        if hangs or behaviour == "held":
            self.stopping.wait()
            behaviour = "drop"
        return found, behaviour

    def _work_out(
        self, request: Request, target: paths.Target | None, *, fate: str | None
    ) -> tuple[Answer, str | None]:
        client = None
        try:
            if request.path == "/metadata/endpoints":
                return entra.endpoints(request.base, self._world), None
            if target is None:
                found = self._entra.handle(request)
                return found or Problem(404, "NotFound", f"There is nothing at {request.path}.").answer(), None
            caller = self._entra.caller(request)
            client = str(caller["client_id"])
            return self._arm.handle(request, target, caller, fate=fate), client
        except Problem as problem:
            return problem.answer(), client

    def _write_log(self, request: Request, answer: Answer, action: str, client: str | None, fault: Body | None) -> None:
        entry = {
            "t": round(time.time(), 3),
            "method": request.method,
            "path": request.path,
            "query": dict(request.query),
            "status": answer.status,
            "action": action or None,
            "client_id": client,
        }
        if fault:
            entry["fault"] = fault["match"]
        with self._log_lock, self._log.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(entry) + "\n")


class Server(http.server.ThreadingHTTPServer):
    """One listening port on the loopback address."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(
        self,
        respond: t.Callable[[Request], tuple[Answer, str | None]],
        stopping: threading.Event,
        context: ssl.SSLContext | None = None,
    ) -> None:
        """Listen on a free port; with a context the port speaks TLS. What drips ends when `stopping` is set."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.respond = respond
        self.stopping = stopping
        self._context = context
        scheme, host = ("https", "localhost") if context else ("http", "127.0.0.1")
        self.base = f"{scheme}://{host}:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def get_request(self) -> tuple[socket.socket, t.Any]:
        """Accept; the TLS handshake waits for the thread of the connection."""
        connection, address = super().get_request()
        if self._context:
            connection = self._context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def handle_error(self, request: t.Any, client_address: t.Any) -> None:
        """Stay quiet about clients that go away."""

    def stop(self) -> None:
        """Stop listening."""
        self.shutdown()
        self.server_close()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60

    def _serve(self) -> None:
        server = t.cast("Server", self.server)
        parts = urllib.parse.urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        request = Request(
            method=self.command,
            path=parts.path,
            query={name.lower(): value for name, value in urllib.parse.parse_qsl(parts.query, keep_blank_values=True)},
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length),
            base=server.base,
        )
        answer, behaviour = server.respond(request)
        if behaviour in ("cut", "drop"):
            self._cut()
            return
        payload = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        if behaviour == "garbage":
            payload = _GARBAGE
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("x-ms-request-id", str(uuid.uuid4()))
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        if behaviour == "drip":
            self._drip(payload, server.stopping)
            return
        self.wfile.write(payload[: len(payload) // 2] if behaviour == "truncate" else payload)
        if behaviour == "truncate":
            self._cut()

    def _drip(self, payload: bytes, stopping: threading.Event) -> None:
        for number in range(len(payload)):
            self.wfile.write(payload[number : number + 1])
            if stopping.wait(_DRIP):
                break
        self._cut()

    def _cut(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    do_GET = do_PUT = do_PATCH = do_DELETE = do_POST = _serve  # noqa: N815

    def log_message(self, format: str, *args: t.Any) -> None:  # noqa: A002
        """Say nothing: the request log is a file."""
