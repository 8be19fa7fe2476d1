# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One simulated guest behind the server: what it runs, how it misbehaves, and its reboots."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import json
import threading
import traceback

from tests.lab.guest.steps import CutError
from tests.lab.server import journal, modules, payload, powershell, raw
from tests.lab.server.behaviour import Behaviour
from tests.lab.server.journal import Journal
from tests.lab.server.modules import Surroundings
from tests.lab.server.raw import Output
from tests.lab.server.shells import Shells

# A reboot as clients must see it: first the running command ends, then the guest is away for a moment.
_SHUTDOWN_DELAY = 1.0
_AWAY = 2.0
_UPTIME = datetime.timedelta(days=3)


class Guest:
    """Runs what a client sends, each run in a thread of its own."""

    def __init__(self, around: Surroundings, behaviour: Behaviour, log: Journal) -> None:
        self.name = around.guest
        self.behaviour = behaviour
        self.shells = Shells(self._run)
        self.connections: set[asyncio.WriteTransport] = set()
        self._around = around
        self._journal = log
        self._requests = 0
        self._away = False
        self._booted = datetime.datetime.now(datetime.timezone.utc) - _UPTIME

    def drops(self) -> bool:
        """Count one request; say whether the guest cuts the connection instead of answering it."""
        self._requests += 1
        limit = self.behaviour.drops_after
        return self._away or (limit is not None and self._requests > limit)

    async def _run(self, line: str, stdin: bytes | None) -> Output:
        if self.behaviour.slow:
            await asyncio.sleep(self.behaviour.slow)
        output = await self._in_thread(line, stdin)
        if output.reboots:
            asyncio.get_running_loop().call_later(_SHUTDOWN_DELAY, self._go_down)
        return output

    async def _in_thread(self, line: str, stdin: bytes | None) -> Output:
        """Keep the loop free; a daemon thread, so that the lab can stop in the middle of a probe."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Output] = loop.create_future()

        def work() -> None:
            output = self._execute(line, stdin)
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(lambda: None if future.done() else future.set_result(output))

        threading.Thread(target=work, name=f"lab-{self.name}", daemon=True).start()
        return await future

    def _execute(self, line: str, stdin: bytes | None) -> Output:
        if not stdin:
            output = raw.run(payload.decode_command(line), self._booted)
            self._journal.write(self.name, "reboot" if output.reboots else "raw", exit_code=output.exit_code)
            return output
        try:
            work = payload.decode(stdin)
        except payload.PayloadError as error:
            self._journal.write(self.name, "unreadable", reason=str(error))
            return Output(stderr=f"lab: this input cannot be read: {error}\r\n", exit_code=1)
        self._log(work)
        if work.name == "powershell_mkdtemp":
            # Whatever wants to copy something there is refused more clearly than this step could.
            return Output(f"C:\\Windows\\Temp\\{work.arguments.get('Name', 'lab')}\r\n")
        if work.kind != "module":
            return Output(stderr=f"lab: {work.name} is not simulated\r\n", exit_code=1)
        try:
            result = modules.answer(work, self._around)
        except CutError:
            return Output(cut=True)
        except Exception as error:
            # A fault of the lab itself must show in the task, and must not stop the server.
            self._journal.write(self.name, "lab-error", traceback=traceback.format_exc())
            result = modules.refuse(f"lab: internal error: {type(error).__name__}: {error}", work)
        return Output(json.dumps(result, ensure_ascii=False) + "\r\n", exit_code=1 if result.get("failed") else 0)

    def _log(self, work: payload.Payload) -> None:
        details: dict[str, object] = {"module": work.name, "check_mode": work.check_mode}
        if work.internal.get("version"):
            details["ansible_core"] = work.internal["version"]
        if work.name == "win_powershell":
            details["script"] = powershell.script_name(work, self._around.scripts)
            sensitive = work.arguments.get("sensitive_parameters") or []
            hidden = {str(item.get("name")): journal.hidden(item.get("value")) for item in sensitive}
            details["parameters"] = {**(work.arguments.get("parameters") or {}), **hidden}
        event = {"module": "script" if work.name == "win_powershell" else "module"}.get(work.kind, work.kind)
        self._journal.write(self.name, event, **details)

    def _go_down(self) -> None:
        self._away = True
        self.shells.clear()
        for transport in list(self.connections):
            transport.abort()
        asyncio.get_running_loop().call_later(_AWAY, self._come_back)

    def _come_back(self) -> None:
        if self._around.changer is not None:
            self._around.changer.boot()
        self._booted = datetime.datetime.now(datetime.timezone.utc)
        self._away = False
