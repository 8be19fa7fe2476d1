# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The world northwind: the collection's judgement and the lab's own derivation of it, which share no code, agree."""

from __future__ import annotations

import pathlib

import yaml

from ansible_collections.azure_windows.activation.plugins.module_utils._azure import paths, session, settings
from ansible_collections.azure_windows.activation.plugins.module_utils._reference import endpoints
from tests.lab.azure import facts, half

# Those that the world was written for, as the lab knows them.
ADDRESSES = endpoints.Override(addresses=facts.KMS_NAMES["AzureCloud"]["azkms.core.windows.net"][:2])
WORLD = pathlib.Path(__file__).resolve().parents[5] / "tests" / "lab" / "worlds" / "northwind.yml"


def test_the_path_of_every_machine(tmp_path: pathlib.Path) -> None:
    world = yaml.safe_load(WORLD.read_text(encoding="utf-8"))
    world["azure"]["options"] = {"question_seconds": 0, "retry_after": 0}
    lab = half.start(world, tmp_path / "lab")
    assert lab is not None
    try:
        found = settings.resolve({"ca_path": str(lab.ca)}, lab.environment, tmp_path)
        names = list(world["guests"])
        with session.open_session(found, deadline=20) as opened:
            machines = [world["guests"][name]["azure_id"] for name in names]
            answer, unread = paths.read_paths(opened.client, opened.cloud.name, paths.Asked(machines), ADDRESSES)
        for name, path in zip(names, answer, strict=True):
            cause = world["guests"][name]["expect"]["root_cause"]
            reached = [lab.reach(name, row["address"], 1688) for row in path["addresses"]]
            assert path["cause"] == (None if cause == "activated" else cause), (name, path["reason"])
            assert (path["verdict"] == "open") == (set(reached) == {"kms"}), (name, path["reason"], reached)
    finally:
        lab.stop()
    # Nobody runs in that subnet, so that its routes are computed.
    assert [(entry["what"], entry["scope"].rsplit("/", 5)[-1]) for entry in unread] == [("effective routes", "app")]
