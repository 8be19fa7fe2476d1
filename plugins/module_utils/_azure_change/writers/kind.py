# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A kind of change: its options, and how it is carried out."""

from __future__ import annotations

import dataclasses
import typing as t

from ..._network.state import NetworkState
from ..job import Job, Run, open_job

Params = t.Mapping[str, t.Any]


def _nobody(_params: Params, _state: NetworkState) -> list[str]:
    return []


@dataclasses.dataclass(frozen=True)
class Kind:
    """`spec` are its options, of which exactly one of `either` is given; `check` raises OptionError; `act` plans and writes.

    `touches`: ids of what Azure changes one after the other, given what was read. `machines`: whose paths it looks at.
    """

    name: str
    spec: t.Mapping[str, dict[str, t.Any]]
    either: tuple[str, ...]
    check: t.Callable[[Params], None]
    act: t.Callable[[Job], dict[str, t.Any]]
    touches: t.Callable[[Params, NetworkState], list[str]]
    machines: t.Callable[[Params, NetworkState], list[str]] = _nobody

    @property
    def rules(self) -> dict[str, t.Any]:
        """Return what AnsibleModule takes besides the options."""
        return {"mutually_exclusive": [self.either], "required_one_of": [self.either]} if self.either else {}

    def run(self, run: Run, params: Params) -> dict[str, t.Any]:
        """Return the result of one change as part of a run."""
        return self.act(open_job(run, params))
