# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Questions to a running lab from another process: one JSON line over a loopback connection, for who can read its folder."""

from __future__ import annotations

import asyncio
import hmac
import json
import pathlib
import secrets
import socket
import typing as t

_PATIENCE = 30.0
FILE = "control"


class ControlError(Exception):
    """The lab cannot be asked; the message is one line."""


class Control:
    """Answers with what `state` returns."""

    def __init__(self, state: t.Callable[[], t.Mapping[str, t.Any]]) -> None:
        self._state = state
        self._token = secrets.token_urlsafe(18)
        self._server: asyncio.Server | None = None

    async def start(self, folder: pathlib.Path) -> None:
        """Listen on a free port of the loopback address, and write where."""
        self._server = await asyncio.start_server(self._asked, "127.0.0.1", 0)
        path = folder / FILE
        path.touch(mode=0o600)
        port = self._server.sockets[0].getsockname()[1]
        path.write_text(json.dumps({"port": port, "token": self._token}), encoding="utf-8")

    def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()

    async def _asked(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            token = (await asyncio.wait_for(reader.readline(), _PATIENCE)).strip()
            if hmac.compare_digest(token, self._token.encode()):
                found = await asyncio.to_thread(self._state)
                writer.write(json.dumps(found).encode() + b"\n")
                await writer.drain()
        except (OSError, ValueError, asyncio.TimeoutError):
            pass
        finally:
            writer.close()


def ask(folder: pathlib.Path) -> dict[str, t.Any]:
    """Return the state of the lab whose files are in `folder`. Raises ControlError."""
    try:
        place = json.loads((folder / FILE).read_text(encoding="utf-8"))
        with socket.create_connection(("127.0.0.1", place["port"]), _PATIENCE) as link:
            link.sendall(f"{place['token']}\n".encode())
            text = link.makefile("rb").read()
    except FileNotFoundError:
        raise ControlError(f"{folder}: no lab is running here") from None
    except (OSError, ValueError, KeyError) as error:
        raise ControlError(f"{folder}: the lab does not answer: {error}") from None
    if not text:
        raise ControlError(f"{folder}: the lab does not answer")
    found: dict[str, t.Any] = json.loads(text)
    return found
