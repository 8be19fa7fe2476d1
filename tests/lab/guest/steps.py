# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The named steps of a changing script: what they answer, where they can be made to fail, and where the line can be cut."""

from __future__ import annotations

import dataclasses
import typing as t

from tests.lab.guest import messages, windows
from tests.lab.guest.computer import Computer, WindowsError
from tests.lab.world.model import Tree

BEFORE, AFTER = "before", "after"
DROP, DENIED = "drop", "denied"
_UNSPECIFIED = 0x80004005
_CIM = "Microsoft.Management.Infrastructure.CimException"
_WIN32 = "System.ComponentModel.Win32Exception"
_IO = "System.IO.IOException"
# kind of operation -> (id, type) of the error that PowerShell makes of it; {code} is the HRESULT
_SHAPES = {
    "cim": ("HRESULT {code}", _CIM), "start": ("CouldNotStartService", _WIN32), "stop": ("CouldNotStopService", _WIN32),
    "set": ("CouldNotSetService", _WIN32), "rename": ("RenameItemIOError", _IO), "remove": ("RemoveFileSystemItemIOError", _IO),
    "none": ("NoServiceFoundForGivenName", "System.InvalidOperationException"),
}  # fmt: skip
# Returns the fault that strikes at a step, before or after it.
Fault = t.Callable[[str, str], "Tree | None"]


class CutError(Exception):
    """The connection is lost here, and with it the script; what it did stays done."""


def no_fault(_step: str, _at: str) -> Tree | None:
    """Let every step be."""
    return None


@dataclasses.dataclass
class Steps:
    """Runs steps on a computer and notes how each of them went, as the scripts' own Invoke-Step does."""

    computer: Computer
    what_if: bool = False
    fault: Fault = no_fault
    done: list[Tree] = dataclasses.field(default_factory=list)

    def run(self, name: str, target: str, work: t.Callable[[], object]) -> bool:
        """Run one step; with what_if only name it. Raises CutError."""
        step: Tree = {"name": name, "ok": None, "error": None}
        self.done.append(step)
        if self.what_if:
            return True
        try:
            self._strike(name, BEFORE)
            work()
            self._strike(name, AFTER)
            step["ok"] = True
        except WindowsError as error:
            step |= {"ok": False, "error": failure(self.computer.machine, target, error)}
        return bool(step["ok"])

    def answer(self, **more: t.Any) -> Tree:
        """Return what the script prints."""
        mode = self.computer.machine["language_mode"]
        return {"schema": 1, "language_mode": mode, "steps": self.done, **more}

    @property
    def constrained(self) -> bool:
        """Say whether the guest's language mode keeps the scripts from trying anything."""
        return windows.constrained(self.computer.machine)

    def _strike(self, name: str, at: str) -> None:
        fault = self.fault(name, at)
        if fault is None:
            return
        if fault["behaviour"] == DROP:
            raise CutError(f"{at} {name}")
        code = messages.ACCESS_DENIED if fault["behaviour"] == DENIED else fault.get("code") or _UNSPECIFIED
        raise WindowsError(code, "cim")


def failure(machine: Tree, source: str, error: WindowsError) -> Tree:
    """Return an error as the scripts report it."""
    if error.text is not None:
        kind = "System.Management.Automation.RuntimeException"
        return windows.failure(source, error.told_code, error.text, kind, error.text)
    code = f"0x{error.hresult:08X}"
    error_id, kind = _SHAPES[error.kind]
    text = messages.message(error.hresult, machine["ui_culture"])
    told = None if error.kind == "none" else code
    return windows.failure(source, told, error_id.format(code=f"0x{error.hresult:x}"), kind, text)
