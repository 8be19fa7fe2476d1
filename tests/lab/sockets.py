# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real loopback sockets that stand for what a guest meets on the network."""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import struct
import threading
import typing as t

from tests.lab import rpc

STATES = ("kms", "open", "closed", "filtered", "reset")
_LOOPBACK = "127.0.0.1"
# Linger of zero seconds: closing sends a reset instead of an orderly end.
_RESET = struct.pack("ii", 1, 0)
_RESET_DELAY = 0.2
_FILLERS = 64
_FILL_WAIT = 0.05


class Endpoints:
    """One endpoint for each state, shared by all guests.

    kms: acknowledges an RPC bind to the KMS interface; open: accepts and stays silent; closed: refuses; filtered: a
    connection never comes about; reset: accepts, then resets.
    """

    def __init__(self) -> None:
        """Nothing is opened before `start`."""
        self._addresses: dict[str, str] = {}
        self._sockets: list[socket.socket] = []
        self._accepted: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._wake_reader, self._wake_writer = os.pipe()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Open every endpoint. Raises OSError."""
        listeners = {state: self._listen(state, backlog=128) for state in ("kms", "open", "reset")}
        self._bound("closed")
        self._fill(self._listen("filtered", backlog=0))
        self._thread = threading.Thread(target=self._serve, args=(listeners,), name="lab-sockets", daemon=True)
        self._thread.start()

    def endpoint(self, state: str) -> str:
        """Return "127.0.0.1:port" of a state. Raises KeyError."""
        return self._addresses[state]

    def stop(self) -> None:
        """Close everything."""
        with contextlib.suppress(OSError):
            os.write(self._wake_writer, b"x")
        if self._thread is not None:
            self._thread.join()
        with self._lock:
            for client in self._accepted:
                # Closing alone would leave the thread that reads from it waiting.
                with contextlib.suppress(OSError):
                    client.shutdown(socket.SHUT_RDWR)
            for item in self._sockets:
                item.close()
            self._sockets.clear()
        for descriptor in (self._wake_reader, self._wake_writer):
            with contextlib.suppress(OSError):
                os.close(descriptor)

    def __enter__(self) -> Endpoints:
        """Start."""
        self.start()
        return self

    def __exit__(self, *_failure: object) -> None:
        """Stop."""
        self.stop()

    def _bound(self, state: str) -> socket.socket:
        """Reserve a port; as long as nobody listens on it, it refuses."""
        item = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        item.bind((_LOOPBACK, 0))
        self._sockets.append(item)
        self._addresses[state] = f"{_LOOPBACK}:{item.getsockname()[1]}"
        return item

    def _listen(self, state: str, backlog: int) -> socket.socket:
        item = self._bound(state)
        item.listen(backlog)
        return item

    def _fill(self, listener: socket.socket) -> None:
        """Fill the queue of a listener that never accepts: the kernel then ignores whoever connects."""
        for _number in range(_FILLERS):
            filler = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            filler.settimeout(_FILL_WAIT)
            self._sockets.append(filler)
            try:
                filler.connect(listener.getsockname())
            except TimeoutError:
                return
        raise OSError("the loopback interface has no limit on waiting connections, so no port can be filtered")

    def _serve(self, listeners: t.Mapping[str, socket.socket]) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._wake_reader, selectors.EVENT_READ)
            for state, listener in listeners.items():
                selector.register(listener, selectors.EVENT_READ, (listener, state))
            while True:
                for key, _events in selector.select():
                    if key.data is None:
                        return
                    self._accept(*key.data)

    def _accept(self, listener: socket.socket, state: str) -> None:
        try:
            client = listener.accept()[0]
        except OSError:
            return
        with self._lock:
            self._accepted.add(client)
        threading.Thread(target=self._attend, args=(client, state), name="lab-socket", daemon=True).start()

    def _attend(self, client: socket.socket, state: str) -> None:
        with contextlib.suppress(OSError, rpc.NotRpcError):
            if state == "reset":
                # At once would be too early: the client's connect itself could fail then.
                client.settimeout(_RESET_DELAY)
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                client.recv(1)
            else:
                _listen_to(client, speaks_rpc=state == "kms")
        with self._lock:
            self._accepted.discard(client)
        client.close()


def _listen_to(client: socket.socket, speaks_rpc: bool) -> None:
    """Read until the client leaves; answer each RPC request where a KMS would."""
    waiting = b""
    while data := client.recv(4096):
        waiting = waiting + data if speaks_rpc else b""
        while pdu := rpc.first_pdu(waiting):
            waiting = waiting[len(pdu) :]
            client.sendall(rpc.answer(pdu, client.getsockname()[1]))
