# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a world file to a World."""

from __future__ import annotations

import datetime
import fnmatch
import os
import pathlib
import typing as t

from tests.lab.azure.world import KEYS as AZURE_KEYS
from tests.lab.world import checks, forms
from tests.lab.world import guest as guests
from tests.lab.world.checks import At, Check
from tests.lab.world.fault import fault
from tests.lab.world.model import Tree, World
from tests.lab.world.source import Source

CLOUDS = ("AzureCloud", "AzureUSGovernment", "AzureChinaCloud")


def load(path: str | os.PathLike[str]) -> World:
    """Read and check a world file; raises WorldError."""
    source = Source(pathlib.Path(path))
    at = At(source)
    if not isinstance(source.value, dict):
        raise at.error("is not a world: it must be a mapping with schema, name and guests")
    found = checks.mapping(_WORLD, ["guests"])(source.value, at)
    defaults = found.get("guest_defaults") or {}
    merged = {name: guests.merge(defaults, guest) for name, guest in found["guests"].items()}
    for name, guest in merged.items():
        if not guest.get("os"):
            raise (at / "guests" / name).error("has no 'os', and neither has guest_defaults")
    for index, item in enumerate(found.get("faults") or []):
        _of_a_guest(item, merged, at / "faults" / index)
    now = found.get("now") or datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    return World(
        path=source.path,
        name=found.get("name") or source.path.stem,
        now=now,
        cloud=found.get("cloud") or CLOUDS[0],
        guests=merged,
        kms={"servers": None, "egress": "azure-public-ip", **(found.get("kms") or {})},
        azure=found.get("azure"),
        faults=found.get("faults") or [],
    )


def _schema(value: t.Any, at: At) -> int:
    if checks.integer(value, at) != 1:
        raise at.error(f"this lab reads schema 1, not {value}")
    return 1


def _of_a_guest(fault_: Tree, names: t.Collection[str], at: At) -> None:
    """A fault for a guest, or a pattern of guests, that the world does not have would never happen."""
    wanted = fault_.get("guest", "*")
    if not any(fnmatch.fnmatchcase(name, wanted) for name in names):
        raise checks.unknown(wanted, names, at / "guest", "guest")


def _azure(value: t.Any, at: At) -> Tree:
    for name in (found := checks.table_of(value, at)):
        if name not in AZURE_KEYS:
            raise checks.unknown(name, AZURE_KEYS, at / name)
    return found


def _server(value: t.Any, at: At) -> Tree:
    found = _SERVER(value, at)
    if found.get("busy", 0) > 1:
        raise at.error(f"busy is a share of the requests, from 0 to 1, not {found['busy']}")
    return {"state": "busy" if found.get("busy") else "healthy", **found}


_SERVER = forms.worded(("healthy", "down"), {"busy": checks.number, "answers": checks.code})
_WORLD: dict[str, Check] = {
    "schema": _schema,
    "name": checks.text,
    "now": checks.absolute,
    "cloud": checks.choice(*CLOUDS),
    "guests": checks.table(guests.guest),
    "guest_defaults": guests.guest,
    "kms": checks.mapping(
        {"servers": checks.table(_server, checks.address), "egress": checks.choice("azure-public-ip", "any")}
    ),
    "azure": checks.optional(_azure),
    "faults": checks.several(fault),
}
