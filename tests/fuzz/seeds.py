# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real-shaped documents: Azure's bodies and Windows' answers out of the lab's worlds and of recordings, reports and a journal as written.

The worlds are written from Azure's REST reference and from recordings of it (their heads name which), not from what the collection reads.
"""

from __future__ import annotations

import functools
import json
import typing as t

import yaml

from ansible_collections.azure_windows.activation.plugins.module_utils._plain import to_plain
from ansible_collections.azure_windows.activation.plugins.module_utils._recording import recording
from ansible_collections.azure_windows.activation.plugins.module_utils._report import build, written
from tests.fuzz.damage import Seed
from tests.tools import tree

WORLDS = tree.ROOT / "tests" / "lab" / "worlds"
FIXTURES = tree.ROOT / "tests" / "unit" / "fixtures"
Body = dict[str, t.Any]
MACHINE = "/providers/microsoft.compute/virtualmachines/"


@functools.cache
def networks() -> list[tuple[list[Body], str]]:
    """Return the networks of northwind, each with one of its machines: whatever decides about a way out of Azure is in one of them."""
    world = yaml.load((WORLDS / "northwind.yml").read_text("utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    groups: dict[str, list[Body]] = {}
    for body in json.loads(json.dumps(world["azure"]["resources"], default=str)):
        groups.setdefault(body["id"].split("/")[4], []).append(body)
    machines = {
        name: next((b["id"] for b in bodies if MACHINE in b["id"].lower()), None) for name, bodies in groups.items()
    }
    return [(groups[name], machine) for name, machine in machines.items() if machine]


@functools.cache
def network_seeds() -> list[tuple[Seed, str]]:
    """Return the networks as seeds."""
    return [(Seed(bodies), machine) for bodies, machine in networks()]


@functools.cache
def recordings() -> list[dict[str, t.Any]]:
    """Return the recordings that the tests keep."""
    return [json.loads(file.read_text("utf-8")) for file in sorted((tree.ROOT / "tests" / "recordings").glob("*.json"))]


@functools.cache
def azure_recordings() -> list[Seed]:
    """Return what Azure answered in them."""
    return [Seed(found["azure"]) for found in recordings() if found["azure"]]


@functools.cache
def guests() -> list[Seed]:
    """Return answers of the probe."""
    answers = [json.loads(file.read_text("utf-8")) for file in sorted((FIXTURES / "guest").glob("*.json"))]
    return [Seed(answer) for answer in [*answers, *(found["guest"]["raw"] for found in recordings() if found["guest"])]]


@functools.cache
def whole_recordings() -> list[Seed]:
    """Return the recordings themselves."""
    return [Seed(found) for found in recordings()]


@functools.cache
def reports() -> list[Seed]:
    """Return reports: one of the first version, and one of today on the recorded machines."""
    diagnoses = [to_plain(recording.replay(found, f"vm{number}")) for number, found in enumerate(recordings())]
    today = written.as_json(build.report(diagnoses, "2026-11-24T08:00:00Z", "1.0.0"))
    return [Seed(json.loads((FIXTURES / "kms-report-1.json").read_text("utf-8"))), Seed(json.loads(today))]
