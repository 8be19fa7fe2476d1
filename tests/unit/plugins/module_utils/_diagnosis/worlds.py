# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Guests of the lab's worlds, asked and judged in process."""

from __future__ import annotations

import datetime
import functools
import json
import typing as t

from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.engine import diagnose
from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.model import Diagnosis, Evidence
from ansible_collections.azure_windows.activation.plugins.module_utils._guest.interpret import interpret
from ansible_collections.azure_windows.activation.plugins.module_utils._reference import endpoints, rpc
from tests.lab.guest import probe
from tests.lab.guest.machine import GuestMachine
from tests.lab.world import load
from tests.tools import tree

NOW = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
ASKED = {
    "Clouds": {
        name: {"Names": list(cloud.names), "Addresses": list(cloud.addresses)}
        for name, cloud in endpoints.CLOUDS.items()
    },
    "Port": 1688,
    "TimeoutSeconds": 5,
    "EventDays": 45,
    "EventMax": 200,
    "BindRequest": rpc.bind_request(),
}


@functools.cache
def answers(name: str) -> dict[str, tuple[dict[str, t.Any], dict[str, t.Any]]]:
    """Return, of each guest of a world that can be asked, what it expects and its raw answer."""
    world = load(tree.ROOT / "tests" / "lab" / "worlds" / f"{name}.yml")
    found = {}
    for guest, given in world.guests.items():
        machine = GuestMachine(world, guest, NOW).snapshot(NOW)
        raw = json.loads(json.dumps(probe.answer(machine, ASKED, pace=0.0)))
        found[guest] = (given.get("expect") or {}, raw)
    return found


def judge(name: str, raw: dict[str, t.Any]) -> Diagnosis:
    """Return the diagnosis of a raw answer without Azure."""
    times = NOW.isoformat()
    return diagnose(Evidence(name, guest=interpret(raw, controller_before=times, controller_after=times)))


@functools.cache
def judged(name: str) -> dict[str, tuple[dict[str, t.Any], Diagnosis]]:
    """Return, of each guest of a world that can be asked, what it expects and its diagnosis without Azure."""
    return {guest: (expected, judge(guest, raw)) for guest, (expected, raw) in answers(name).items()}
