# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Machines that are not in Azure, and licences that Azure's KMS does not give: judged for what they are, and left alone by default."""

from __future__ import annotations

import json
import pathlib

from tests.end_to_end.lab import expect, serving
from tests.end_to_end.test_remediate import REMEDIATE, state

WORLD = str(pathlib.Path(__file__).with_name("worlds") / "elsewhere.yml")
MACHINES = {
    "avma-std25": "azure_local avma",
    "avma-served": "azure_local avma",
    "hall-own-kms": "unknown own_kms",
    "hall-served": "unknown own_kms",
    "hall-keyless": "unknown unknown",
    "arc-disabled": "arc azure_kms",
    "ec2-served": "other_cloud own_kms",
    "ec2-untried": "other_cloud own_kms",
    "desk-subscription": "azure_vm subscription",
    "dom-closed": "azure_vm active_directory",
}
# A KMS of its own that is right for where the machine is; in Azure none of these would be.
REPAIRED = {"hall-own-kms", "hall-keyless", "avma-std25", "arc-disabled", "ec2-untried"}


def test_what_is_not_azures_is_judged_for_what_it_is_and_stays_as_it_is(tmp_path: pathlib.Path) -> None:
    default = json.dumps({"remediate_interval": 0, "remediate_attempts": 1})
    with serving(WORLD, tmp_path / "lab") as lab:
        before = state(lab)
        done = lab.play(tmp_path, "-e", default, playbook=REMEDIATE)
        after = state(lab)
        opened = lab.play(
            tmp_path, "-e", default, "-e", '{"remediate_outside_azure": true}', "--check", playbook=REMEDIATE
        )
    assert before == after
    assert done.report is not None, done.output
    compared = expect(WORLD, done.path)
    assert compared.returncode == 0, compared.stdout
    hosts = {host["name"]: host for host in done.report["hosts"]}
    assert {name: f"{host['machine']['kind']} {host['activator']['kind']}" for name, host in hosts.items()} == MACHINES
    waiting = {
        name for name, host in hosts.items() if any("outside_azure" in str(step["obstacle"]) for step in host["plan"])
    }
    assert waiting == REPAIRED
    assert not any(host["changes"] for host in hosts.values())
    # The word that allows it is all that keeps them from being changed.
    assert opened.report is not None, opened.output
    due = {
        host["name"]
        for host in opened.report["hosts"]
        if any(step["allowed"] and not step["obstacle"] for step in host["plan"])
    }
    assert due == REPAIRED
