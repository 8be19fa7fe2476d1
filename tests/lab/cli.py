# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab's commands: serve, run, state, check and expect."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import pathlib
import signal
import sys
import tempfile
import typing as t

from tests.lab import expect
from tests.lab.azure import half
from tests.lab.azure.paste import AzureWorldError
from tests.lab.server import child, control
from tests.lab.server.inventory import AUTHENTICATIONS
from tests.lab.server.lab import Lab
from tests.lab.world import World, WorldError, load

_FAILED = 1
_MISUSED = 2
_NOT_FOUND = 127
_MAX_PORT = 65535


class UsageError(Exception):
    """The command cannot be carried out as it was given, or not here; the message is one line."""


def main(arguments: t.Sequence[str]) -> int:
    """Carry out one command and return the exit status: 1 when something is wrong with a world, 2 on misuse."""
    own, command = _split(arguments)
    options = _parser().parse_args(own, argparse.Namespace(command=command))
    try:
        if command and options.carry_out is not _run:
            raise UsageError("only run takes a command after --")
        status: int = options.carry_out(options)
    except UsageError as error:
        print(f"lab: {error}", file=sys.stderr)
        return _MISUSED
    except (WorldError, AzureWorldError) as error:
        text = " ".join(str(error).split())
        print(text if text.startswith(str(options.world)) else f"{options.world}: {text}", file=sys.stderr)
        return _FAILED
    return status


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> t.NoReturn:
        """Say in one line what is wrong."""
        self.exit(_MISUSED, f"lab: {message} (see {self.prog} --help)\n")


def _split(arguments: t.Sequence[str]) -> tuple[t.Sequence[str], list[str]]:
    """Part what follows the first -- from our own arguments."""
    if "--" not in arguments:
        return arguments, []
    place = list(arguments).index("--")
    return arguments[:place], list(arguments[place + 1 :])


def _parser() -> _Parser:
    parser = _Parser(prog="python -m tests.lab", description="A loopback world of Windows guests.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve = _command(commands, "serve", _serve, "serve a world until SIGTERM")
    serve.add_argument("--state", type=pathlib.Path, required=True, help="folder for the inventory, the CA and the log")
    run = _command(commands, "run", _run, "serve a world while a command runs")
    run.add_argument("--state", type=pathlib.Path, help="the same folder, kept afterwards (default: a temporary one)")
    for command in (serve, run):
        command.add_argument("--auth", choices=AUTHENTICATIONS, default=AUTHENTICATIONS[0], help="how guests log on")
        command.add_argument("--port", type=_port, default=0, help="port of the server (default: a free one)")
    run.usage = f"{run.prog} WORLD [--state DIR] [--auth {{{','.join(AUTHENTICATIONS)}}}] [--port PORT] -- COMMAND..."
    _command(commands, "check", _check, "say whether a world can be loaded")
    state = commands.add_parser(
        "state", help=(text := "print a hash of what a running lab remembers"), description=text
    )
    state.add_argument("folder", type=pathlib.Path, metavar="DIR", help="state folder of the running lab")
    state.set_defaults(carry_out=_state)
    expect = _command(commands, "expect", _expect, "compare a report with what the world expects")
    expect.add_argument("report", type=pathlib.Path, metavar="REPORT", help="kms-report.json")
    return parser


def _command(
    commands: argparse._SubParsersAction[_Parser],
    name: str,
    carry_out: t.Callable[[argparse.Namespace], int],
    text: str,
) -> _Parser:
    parser = commands.add_parser(name, help=text, description=text)
    parser.add_argument("world", type=pathlib.Path, metavar="WORLD", help="world file")
    parser.set_defaults(carry_out=carry_out)
    return parser


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= _MAX_PORT):
        raise argparse.ArgumentTypeError(f"'{text}' is not a port from 0 to {_MAX_PORT}")
    return int(text)


def _serve(options: argparse.Namespace) -> int:
    lab = _lab(options, options.state)
    return asyncio.run(_until_stopped(lab, options.port))


async def _until_stopped(lab: Lab, port: int) -> int:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with _Started(lab, port):
        print(f"lab: serving, inventory {lab.inventory}", flush=True)
        await stopped.wait()
    return 0


def _run(options: argparse.Namespace) -> int:
    if not options.command:
        raise UsageError("run: no command was given (run WORLD -- COMMAND...)")
    if options.state is not None:
        return asyncio.run(_beside(_lab(options, options.state), options.port, options.command))
    with tempfile.TemporaryDirectory(prefix="kms-lab-") as folder:
        return asyncio.run(_beside(_lab(options, pathlib.Path(folder)), options.port, options.command))


async def _beside(lab: Lab, port: int, command: t.Sequence[str]) -> int:
    async with _Started(lab, port):
        try:
            return await child.run(command, lab.environment)
        except OSError as error:
            print(f"lab: {command[0]}: {error.strerror}", file=sys.stderr)
            return _NOT_FOUND


def _check(options: argparse.Namespace) -> int:
    world = _load(options.world)
    with tempfile.TemporaryDirectory(prefix="kms-lab-") as folder:
        # Only a started Azure half has looked at how its resources refer to each other.
        azure = half.start(world, pathlib.Path(folder))
        if azure is not None:
            azure.stop()
    print("ok")
    return 0


def _state(options: argparse.Namespace) -> int:
    try:
        print(json.dumps(control.ask(options.folder), indent=2))
    except control.ControlError as error:
        raise UsageError(str(error)) from None
    return 0


def _expect(options: argparse.Namespace) -> int:
    if not options.report.is_file():
        raise UsageError(f"{options.report}: there is no such report")
    mismatches = expect.compare(options.world, options.report)
    print(expect.table(mismatches) or "ok")
    return 1 if mismatches else 0


def _lab(options: argparse.Namespace, state: pathlib.Path) -> Lab:
    world = _load(options.world)
    _claim(state)
    return Lab(world, state, options.auth)


def _load(path: pathlib.Path) -> World:
    if not path.is_file():
        raise UsageError(f"{path}: there is no such world file")
    return load(path)


def _claim(state: pathlib.Path) -> None:
    """Refuse a folder that another running lab uses; remove what a killed one left to say that it is ready."""
    if state.exists() and not state.is_dir():
        raise UsageError(f"{state} is not a folder")
    try:
        pid = int((state / "ready").read_text(encoding="ascii"))
        os.kill(pid, 0)
    except (OSError, ValueError):
        (state / "ready").unlink(missing_ok=True)
        return
    raise UsageError(f"{state} is in use by the lab with process id {pid}")


class _Started:
    """A lab that runs inside an `async with`."""

    def __init__(self, lab: Lab, port: int) -> None:
        self._lab = lab
        self._port = port

    async def __aenter__(self) -> None:
        try:
            await self._lab.start(self._port)
        except OSError as error:
            await self._lab.stop()
            raise UsageError(f"the lab cannot start: {error.strerror or error}") from None
        except BaseException:
            await self._lab.stop()
            raise

    async def __aexit__(self, *_failure: object) -> None:
        await self._lab.stop()
