# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Running a command beside the lab: it gets our signals, and nothing of it is left behind."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import typing as t

_PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "ftp_proxy")
_LOOPBACK = "127.0.0.0/8,127.0.0.1,localhost"


def environment(own: t.Mapping[str, str], added: t.Mapping[str, str]) -> dict[str, str]:
    """Return the environment of the command: no proxy stands between it and the lab."""
    kept = {name: value for name, value in own.items() if name.lower() not in _PROXIES}
    return {**kept, "no_proxy": _LOOPBACK, "NO_PROXY": _LOOPBACK, **added}


async def run(command: t.Sequence[str], added: t.Mapping[str, str]) -> int:
    """Run `command` and return its exit status, 128 + n when signal n ended it. Raises OSError."""
    # At a terminal the command must stay in our process group, or it could not read from it.
    at_terminal = _in_foreground()
    process = await asyncio.create_subprocess_exec(
        *command, env=environment(os.environ, added), start_new_session=not at_terminal
    )
    loop = asyncio.get_running_loop()
    for number in _PASSED_ON:
        loop.add_signal_handler(number, _pass_on, process, number, at_terminal)
    try:
        status = await process.wait()
    finally:
        for number in _PASSED_ON:
            loop.remove_signal_handler(number)
        if not at_terminal:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGTERM)
    return 128 - status if status < 0 else status


def _pass_on(process: asyncio.subprocess.Process, number: signal.Signals, at_terminal: bool) -> None:
    if at_terminal:
        # The terminal has already sent its own interrupt to the whole group.
        if number != signal.SIGINT:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(number)
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def _in_foreground() -> bool:
    try:
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (OSError, ValueError):
        return False
