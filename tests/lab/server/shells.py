# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The shells and commands of one guest: the six operations of a WinRS client."""

from __future__ import annotations

import asyncio
import dataclasses
import typing as t
import uuid

from tests.lab.server import envelope
from tests.lab.server.envelope import Message
from tests.lab.server.raw import Output

# Windows keeps an answer below the 150 kB that clients name as their envelope size; base64 adds a third.
_CHUNK = 110_000
_LONGEST_WAIT = 60.0

Run = t.Callable[[str, bytes | None], t.Coroutine[t.Any, t.Any, Output]]


class CutError(Exception):
    """The connection is lost instead of an answer."""


@dataclasses.dataclass
class _Command:
    """One command: collects its input, runs once, and is read in pieces."""

    line: str
    stdin: bytearray | None
    task: asyncio.Task[Output] | None = None
    unread: list[tuple[str, bytes]] | None = None


class Shells:
    """The shells of one guest. `run` executes a command line with its input."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._shells: dict[str, dict[str, _Command]] = {}

    async def handle(self, message: Message) -> bytes:
        """Return the envelope that answers `message`. Raises FaultError, CutError."""
        operation = self._operations.get(message.verb.lower())
        if operation is None or message.resource != envelope.SHELL_RESOURCE:
            reason = f"lab: {message.verb} of {message.resource or 'nothing'} is not simulated; use ansible_connection=winrm."
            raise envelope.FaultError(
                "w:ActionNotSupported" if operation is None else "w:InvalidResourceURI", None, reason
            )
        return envelope.answer(message, await operation(self, message))

    def clear(self) -> None:
        """Forget every shell, as a guest that goes down does."""
        for commands in self._shells.values():
            for command in commands.values():
                _cancel(command)
        self._shells.clear()

    async def _create(self, _message: Message) -> str:
        shell_id = _new_id()
        self._shells[shell_id] = {}
        return envelope.created(shell_id)

    async def _command(self, message: Message) -> str:
        commands = self._commands(message)
        command_id = _new_id()
        waits_for_input = message.options.get("WINRS_CONSOLEMODE_STDIN", "TRUE").upper() == "FALSE"
        command = commands[command_id] = _Command(message.command, bytearray() if waits_for_input else None)
        if not waits_for_input:
            self._start(command)
        return envelope.command_started(command_id)

    async def _send(self, message: Message) -> str:
        command = self._existing(message)
        if command.stdin is not None and message.stdin is not None:
            command.stdin += message.stdin
            if message.stdin_ends:
                self._start(command)
        return "<rsp:SendResponse/>"

    async def _receive(self, message: Message) -> str:
        command = self._existing(message)
        if command.task is None:
            await asyncio.sleep(min(message.timeout, _LONGEST_WAIT))
            raise envelope.timed_out()
        done, _pending = await asyncio.wait([command.task], timeout=min(message.timeout, _LONGEST_WAIT))
        if not done:
            raise envelope.timed_out()
        if command.task.cancelled():
            raise envelope.unknown_shell()
        output = command.task.result()
        if output.cut:
            raise CutError
        if command.unread is None:
            command.unread = [*_pieces("stdout", output.stdout), *_pieces("stderr", output.stderr)]
        stream, data = command.unread.pop(0) if command.unread else ("stdout", b"")
        if command.unread:
            return envelope.output(message.command_id, stream, data)
        return envelope.finished(message.command_id, stream, data, output.exit_code)

    async def _signal(self, message: Message) -> str:
        command = self._commands(message).pop(message.command_id, None)
        if command is not None:
            _cancel(command)
        return "<rsp:SignalResponse/>"

    async def _delete(self, message: Message) -> str:
        for command in self._commands(message).values():
            _cancel(command)
        del self._shells[message.shell_id]
        return ""

    _operations: t.ClassVar[t.Mapping[str, t.Callable[[Shells, Message], t.Awaitable[str]]]] = {
        "create": _create, "command": _command, "send": _send, "receive": _receive, "signal": _signal,
        "delete": _delete,
    }  # fmt: skip

    def _commands(self, message: Message) -> dict[str, _Command]:
        commands = self._shells.get(message.shell_id)
        if commands is None:
            raise envelope.unknown_shell()
        return commands

    def _existing(self, message: Message) -> _Command:
        command = self._commands(message).get(message.command_id)
        if command is None:
            raise envelope.FaultError(
                "w:InvalidSelectors", 2150858843, "The request names a command that does not exist."
            )
        return command

    def _start(self, command: _Command) -> None:
        stdin = None if command.stdin is None else bytes(command.stdin)
        command.stdin = None
        command.task = asyncio.create_task(self._run(command.line, stdin))


def _pieces(stream: str, text: str) -> list[tuple[str, bytes]]:
    data = text.encode()
    return [(stream, data[start : start + _CHUNK]) for start in range(0, len(data), _CHUNK)]


def _cancel(command: _Command) -> None:
    if command.task is not None:
        command.task.cancel()


def _new_id() -> str:
    return str(uuid.uuid4()).upper()
