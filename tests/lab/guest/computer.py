# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A machine as operations change it: its state, and what its licensing service meets on the way to KMS."""

from __future__ import annotations

import dataclasses
import typing as t

from tests.lab.guest import messages
from tests.lab.world.model import Tree


class WindowsError(Exception):
    """An operation failed; `code` is the HRESULT, or the Win32 error that Windows gives with this operation.

    `kind` says which sort of command failed. `text` is what a script of the collection itself throws instead.
    """

    def __init__(self, code: int, kind: str, text: str | None = None) -> None:
        super().__init__(text or messages.hexadecimal(messages.hresult(code)))
        self.code = code
        self.kind = kind
        self.text = text

    @property
    def hresult(self) -> int:
        """Return the error as an HRESULT."""
        return messages.hresult(self.code)

    @property
    def told_code(self) -> str | None:
        """Return the code that a reader of the text finds in it."""
        return messages.hexadecimal(self.code) if self.code else None


class Ways(t.Protocol):
    """What a request for activation meets outside of the guest."""

    def connection(self, address: str, port: int) -> str:
        """Return how a connection of the licensing service ends: kms, open, closed, filtered, reset or denied."""

    def busy(self, address: str) -> bool:
        """Say whether the KMS server has no time for this request."""

    def told(self, address: str) -> int:
        """Return what Activate() answers to this attempt when the server at `address` was asked, 0 for success."""


class OwnWays:
    """The ways of a machine that nothing stands behind: its own `tcp` and `on_activate`."""

    def __init__(self, machine: Tree) -> None:
        self._machine = machine

    def connection(self, address: str, port: int) -> str:
        """Return the state of the machine's own table."""
        place = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
        return str((self._machine["tcp"].get(place) or {"state": "filtered"})["state"])

    def busy(self, _address: str) -> bool:
        """Say no."""
        return False

    def told(self, _address: str) -> int:
        """Return what `on_activate` says."""
        return told(self._machine.get("on_activate"), self._machine.get("attempts", 0))


def told(answers: int | list[int | None] | None, attempt: int) -> int:
    """Return the answer to an attempt, counted from 1: one for ever, or one each and success after their end."""
    if isinstance(answers, list):
        return (answers[attempt - 1] or 0) if attempt <= len(answers) else 0
    return answers or 0


@dataclasses.dataclass
class Computer:
    """A machine that is changed in place, and the ways from it."""

    machine: Tree
    ways: Ways

    @classmethod
    def alone(cls, machine: Tree) -> Computer:
        """Return the computer of a machine that no world stands behind."""
        return cls(machine, OwnWays(machine))

    def require_elevation(self, kind: str) -> None:
        """Refuse what only an elevated administrator may do. Raises WindowsError."""
        if not self.machine.get("elevated", True):
            raise WindowsError(messages.ACCESS_DENIED, kind)
