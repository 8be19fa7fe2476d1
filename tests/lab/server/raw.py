# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The few lines of raw PowerShell that Ansible itself sends, as win_reboot does."""

from __future__ import annotations

import dataclasses
import datetime
import json
import re

_FILETIME_EPOCH = datetime.datetime(1601, 1, 1, tzinfo=datetime.timezone.utc)
_LOGGED_ON = re.compile(r"AutoLogonChecked.*?'(success-[0-9a-f-]+)'", re.IGNORECASE | re.DOTALL)


@dataclasses.dataclass(frozen=True)
class Output:
    """What one process left behind; `reboots`: the guest goes down afterwards; `cut`: the connection is lost instead."""

    stdout: str = ""
    stderr: str = ""
    exit_code: int = 0
    reboots: bool = False
    cut: bool = False


def run(script: str, booted: datetime.datetime) -> Output:
    """Answer a raw script; anything unknown fails with a clear message."""
    if "LastBootUpTime" in script:
        ticks = (booted - _FILETIME_EPOCH) // datetime.timedelta(microseconds=1) * 10
        return Output(f"{ticks}\r\n")
    if "shutdown.exe /r" in script:
        return Output(json.dumps({"stdout": "", "stderr": "", "rc": 0}) + "\r\n", reboots=True)
    if "shutdown.exe /a" in script:
        return Output()
    if found := _LOGGED_ON.search(script):
        return Output(f"{found[1]}\r\n")
    if "Remove-Item" in script:
        return Output()
    return Output(stderr="lab: does not run commands\r\n", exit_code=1)
