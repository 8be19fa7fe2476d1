# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The world's faults that strike inside a guest, at a step of a script or in a module."""

from __future__ import annotations

import fnmatch
import functools
import threading
import typing as t

from tests.lab.guest.steps import Fault
from tests.lab.world.model import Tree


class StepFaults:
    """Each fault is used up after its `times` (default: never); safe to use from several threads."""

    def __init__(self, faults: t.Iterable[Tree]) -> None:
        self._lock = threading.Lock()
        self._faults = [dict(fault) for fault in faults if fault.get("on") == "guest"]

    def of(self, guest: str, script: str) -> Fault:
        """Return the faults of one guest's script or module, to be asked step by step."""
        return functools.partial(self._take, guest, script)

    def _take(self, guest: str, script: str, step: str, at: str) -> Tree | None:
        with self._lock:
            for fault in self._faults:
                if not _fits(fault, guest, script, step, at) or fault.get("times") == 0:
                    continue
                if fault.get("times") is not None:
                    fault["times"] -= 1
                return fault
        return None


def _fits(fault: Tree, guest: str, script: str, step: str, at: str) -> bool:
    return (
        fnmatch.fnmatchcase(guest, fault.get("guest", "*"))
        and fnmatch.fnmatchcase(script, fault.get("script", "*"))
        and fnmatch.fnmatchcase(step, fault.get("step", "*"))
        and fault.get("at", "before") == at
    )
