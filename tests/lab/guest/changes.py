# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection's changing scripts, by name, and one run of them on a machine that nothing stands behind."""

from __future__ import annotations

import copy
import typing as t

from tests.lab.guest import activate, hosts_file, set_host, set_key, token_store
from tests.lab.guest.computer import Computer
from tests.lab.guest.steps import Fault, Steps, no_fault
from tests.lab.world.model import Tree

Change = t.Callable[[Steps, t.Mapping[str, t.Any]], Tree]
SCRIPTS: t.Mapping[str, Change] = {
    "activate": activate.change,
    "hosts_file": hosts_file.change,
    "set_host": set_host.change,
    "set_key": set_key.change,
    "token_store": token_store.change,
}


def run(
    script: str,
    machine: t.Mapping[str, t.Any],
    parameters: t.Mapping[str, t.Any],
    what_if: bool = False,
    fault: Fault = no_fault,
) -> tuple[Tree, Tree]:
    """Return what a script answers on a machine, and the machine afterwards; `machine` stays as it is. Raises CutError.

    The machine says itself how an activation ends: by its `dns`, `tcp`, `files`, `services` and `on_activate`.
    """
    after = copy.deepcopy(dict(machine))
    answer = SCRIPTS[script](Steps(Computer.alone(after), what_if, fault), parameters)
    return answer, after
