# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every guest of the lab's worlds: masked, its answer is judged the same, and every key of the answer is still there."""

from __future__ import annotations

import datetime
import json
import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._guest.evidence import SECTIONS
from ansible_collections.azure_windows.activation.plugins.module_utils._recording import recording
from ansible_collections.azure_windows.activation.plugins.module_utils._reference import endpoints, rpc
from tests.lab.guest import probe
from tests.lab.guest.machine import GuestMachine
from tests.lab.world import load
from tests.tools import tree

WORLDS = ("contoso", "fabrikam", "northwind")
NOW = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
CLOUDS = {
    name: {"Names": list(cloud.names), "Addresses": list(cloud.addresses)} for name, cloud in endpoints.CLOUDS.items()
}
# Names of the rules are those of whoever made them.
_FREE = "rules"


def answers(name: str) -> t.Iterator[tuple[str, t.Any]]:
    """Return the raw answer of each guest that can be asked."""
    world = load(tree.ROOT / "tests" / "lab" / "worlds" / f"{name}.yml")
    given = {
        "Clouds": CLOUDS,
        "Port": 1688,
        "TimeoutSeconds": 5,
        "EventDays": 45,
        "EventMax": 200,
        "BindRequest": rpc.bind_request(),
    }
    for guest in world.guests:
        machine = GuestMachine(world, guest, NOW).snapshot(NOW)
        yield guest, json.loads(json.dumps(probe.answer(machine, given, pace=0.0)))


def keys(value: t.Any, place: str = "") -> t.Iterator[str]:
    """Return the places of all keys but those that stand under names of rules."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield f"{place}/{key}"
            if key != _FREE:
                yield from keys(item, f"{place}/{key}")
    elif isinstance(value, list):
        for item in value:
            yield from keys(item, f"{place}[]")


@pytest.mark.parametrize("world", WORLDS)
def test_masking_changes_no_verdict_and_hides_no_key(world: str) -> None:
    asked = {"sections": list(SECTIONS), "cloud": "auto", "kms_endpoints": None}
    times = dict.fromkeys(("before", "after"), NOW.isoformat())
    judged = 0
    for guest, raw in answers(world):
        read = {"asked": asked, "controller": times, "raw": raw}
        made = recording.new(versions={}, guest=read, mask_key=b"k" * 32)
        assert recording.verdict(recording.replay(made, guest)) == made["verdict"], guest
        assert list(keys(made["guest"]["raw"])) == list(keys(raw)), guest
        judged += 1
    assert judged > 10
