# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Worlds of many networks: the collection's judgement and the lab's own derivation of it, which share no code, agree."""

from __future__ import annotations

import pathlib

import pytest
import yaml

from ansible_collections.azure_windows.activation.plugins.module_utils._azure import paths, session, settings
from ansible_collections.azure_windows.activation.plugins.module_utils._reference import endpoints
from tests.lab.azure import facts, half
from tests.tools import tree

# Those that the world was written for, as the lab knows them.
ADDRESSES = endpoints.Override(addresses=facts.KMS_NAMES["AzureCloud"]["azkms.core.windows.net"][:2])
# World -> what could not be read: nobody runs in that subnet of northwind, so that its routes are computed.
WORLDS = {
    "tests/lab/worlds/northwind.yml": [("effective routes", "app")],
    "tests/end_to_end/worlds/wide.yml": [],
}


@pytest.mark.parametrize("name", WORLDS)
def test_the_path_of_every_machine(name: str, tmp_path: pathlib.Path) -> None:
    world = yaml.safe_load((tree.ROOT / name).read_text(encoding="utf-8"))
    world["azure"]["options"] = {"question_seconds": 0, "retry_after": 0}
    lab = half.start(world, tmp_path / "lab")
    assert lab is not None
    try:
        found = settings.resolve({"ca_path": str(lab.ca)}, lab.environment, tmp_path)
        guests = list(world["guests"])
        with session.open_session(found, deadline=20) as opened:
            machines = [world["guests"][guest]["azure_id"] for guest in guests]
            answer, unread = paths.read_paths(opened.client, opened.cloud.name, paths.Asked(machines), ADDRESSES)
        for guest, path in zip(guests, answer, strict=True):
            cause = world["guests"][guest]["expect"]["root_cause"]
            reached = [lab.reach(guest, row["address"], 1688) for row in path["addresses"]]
            assert path["cause"] == (None if cause == "activated" else cause), (guest, path["reason"])
            assert (path["verdict"] == "open") == (set(reached) == {"kms"}), (guest, path["reason"], reached)
    finally:
        lab.stop()
    assert [(entry["what"], entry["scope"].rsplit("/", 5)[-1]) for entry in unread] == WORLDS[name]
