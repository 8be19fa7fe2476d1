# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carrying out what changes a guest: scripts and modules, one after the other, with the world's faults and a line in the log."""

from __future__ import annotations

import typing as t

from tests.lab.guest import licensing
from tests.lab.guest.machine import GuestMachine
from tests.lab.guest.steps import Fault, Steps
from tests.lab.server import powershell
from tests.lab.server.journal import Journal
from tests.lab.server.payload import Payload
from tests.lab.server.scripts import Script
from tests.lab.server.states import States, now
from tests.lab.server.step_faults import StepFaults

Result = dict[str, t.Any]
Module = t.Callable[[Payload, GuestMachine], Result]
# A module is one step.
MODULE_STEP = "run"


class Changer:
    """Changes one guest."""

    def __init__(self, name: str, states: States, faults: StepFaults, journal: Journal) -> None:
        self._name = name
        self._states = states
        self._faults = faults
        self._journal = journal

    def script(self, script: Script, payload: Payload) -> Result:
        """Return what a changing script prints. Raises CutError."""
        assert script.change is not None
        with self._states.guest(self._name).changing(now()) as guest:
            steps = Steps(guest.computer, payload.check_mode, self._fault(script.name))
            try:
                return script.change(steps, powershell.parameters(payload))
            finally:
                self._log(script.name, payload, steps)

    def wake(self, payload: Payload) -> None:
        """Let a script that reads licences have the effect that asking for them has."""
        sections = powershell.parameters(payload).get("Sections")
        if not sections or "license" in sections:
            with self._states.guest(self._name).changing(now()) as guest:
                licensing.wake(guest.computer)

    def module(self, module: Module, payload: Payload) -> Result:
        """Return what a changing module prints. Raises CutError."""
        result: Result = {}
        with self._states.guest(self._name).changing(now()) as guest:
            steps = Steps(guest.computer, fault=self._fault(payload.name))
            try:
                went_well = steps.run(MODULE_STEP, payload.name, lambda: result.update(module(payload, guest)))
            finally:
                self._log(payload.name, payload, steps)
        return result if went_well else {"failed": True, "msg": steps.done[0]["error"]["message"]}

    def boot(self) -> None:
        """Start the guest anew."""
        self._states.guest(self._name).boot(now())

    def _fault(self, script: str) -> Fault:
        return self._faults.of(self._name, script)

    def _log(self, script: str, payload: Payload, steps: Steps) -> None:
        ran = [{"name": step["name"], "ok": step["ok"]} for step in steps.done]
        self._journal.write(self._name, "steps", script=script, check_mode=payload.check_mode, steps=ran)
