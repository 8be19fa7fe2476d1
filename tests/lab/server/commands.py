# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How win_command and win_shell answer the few commands that the lab understands."""

from __future__ import annotations

import datetime
import re
import typing as t

from tests.lab.guest import clock, services
from tests.lab.guest.machine import GuestMachine
from tests.lab.server.payload import Payload

_RESYNC = re.compile(r"w32tm(\.exe)?\s+/resync(\s+/(force|rediscover|nowait|soft))*", re.IGNORECASE)
_FLUSH = re.compile(r"ipconfig(\.exe)?\s+/flushdns", re.IGNORECASE)
_DENIED, _NOT_STARTED = 0x80070005, 0x80070426


def win_command(payload: Payload, guest: GuestMachine) -> dict[str, t.Any]:
    """Run a command; the module does nothing in check mode."""
    options = payload.arguments
    argv = options.get("argv")
    line = " ".join(argv) if argv else str(options.get("cmd") or options.get("_raw_params") or "").strip()
    skipped = {"changed": False, "skipped": True, "msg": "remote module (win_command) does not support check mode"}
    return skipped if payload.check_mode else _run(line, guest)


def win_shell(payload: Payload, guest: GuestMachine) -> dict[str, t.Any]:
    """Run one command in a shell; the module does nothing in check mode."""
    line = str(payload.arguments.get("_raw_params") or "").strip()
    skipped = {"changed": False, "skipped": True, "msg": "remote module does not support check mode"}
    return skipped if payload.check_mode else _run(line, guest)


def _run(line: str, guest: GuestMachine) -> dict[str, t.Any]:
    if _RESYNC.fullmatch(line):
        code, stdout = _resync(guest)
    elif _FLUSH.fullmatch(line):
        code, stdout = 0, "\r\nWindows IP Configuration\r\n\r\nSuccessfully flushed the DNS Resolver Cache.\r\n"
    else:
        return {"failed": True, "msg": "lab: does not run commands", "cmd": line, "rc": 1}
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M:%S.%f")
    result = {
        "cmd": line,
        "changed": True,
        "stdout": stdout,
        "stderr": "",
        "start": now,
        "end": now,
        "delta": "0:00:00.000000",
    }
    if not code:
        return {**result, "rc": 0}
    # A process ends with a signed number.
    return {**result, "rc": code - 2**32, "failed": True, "msg": "non-zero return code"}


def _resync(guest: GuestMachine) -> tuple[int, str]:
    text = "Sending resync command to local computer\r\n"
    if not guest.machine["elevated"]:
        return _DENIED, f"{text}The following error occurred: Access is denied. (0x80070005)\r\n"
    if (guest.machine["services"].get("w32time") or {}).get("status") != services.RUNNING:
        return _NOT_STARTED, f"{text}The following error occurred: The service has not been started. (0x80070426)\r\n"
    clock.resync(guest.machine)
    return 0, f"{text}The command completed successfully.\r\n"
