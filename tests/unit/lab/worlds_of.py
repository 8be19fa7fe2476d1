# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Small worlds written by a test, and guests built from them."""

from __future__ import annotations

import datetime
import pathlib
import typing as t

import yaml

from tests.lab.guest.machine import GuestMachine
from tests.lab.guest.reachability import Reach
from tests.lab.world import World, load

NOW = datetime.datetime(2026, 11, 25, 8, 0, tzinfo=datetime.timezone.utc)
SERVER_2022 = {
    "caption": "Microsoft Windows Server 2022 Datacenter",
    "edition_id": "ServerDatacenter",
    "version": "10.0.20348",
}
EXPIRED = {
    "ID": "ef6cfc9f-8c5d-44ac-9aad-de6a2ea0ae03", "Name": "Windows(R), ServerDatacenter edition",
    "Description": "Windows(R) Operating System, VOLUME_KMSCLIENT channel", "ProductKeyChannel": "Volume:GVLK",
    "PartialProductKey": "6VM33", "LicenseStatus": 5, "LicenseStatusReason": 0xC004F009, "GracePeriodRemaining": 0,
}  # fmt: skip
MAK = {
    **EXPIRED, "ID": "8c1c5410-9f39-4805-8c9d-63a07706358f", "PartialProductKey": "7QPVD", "ProductKeyChannel": "Volume:MAK",
    "Description": "Windows(R) Operating System, VOLUME_MAK channel", "LicenseStatusReason": 0xC004C020,
}  # fmt: skip
KEY = "WX4NM-KYWYW-QJJR4-XV3QB-6VM33"


def world(folder: pathlib.Path, guests: t.Mapping[str, t.Mapping[str, t.Any]], **more: t.Any) -> World:
    """Write and load a world; every guest is a Server 2022 unless it says otherwise."""
    document = {
        "schema": 1, "name": "small", "now": "2026-11-20T08:00:00Z", "guest_defaults": {"os": SERVER_2022},
        "guests": {name: dict(guest) for name, guest in guests.items()}, **more,
    }  # fmt: skip
    path = folder / "small.yml"
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return load(path)


def guest(folder: pathlib.Path, reach: Reach | None = None, **keys: t.Any) -> GuestMachine:
    """Return one guest with these keys."""
    return GuestMachine(world(folder, {"web01": keys}), "web01", NOW, reach)


def products(*rows: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return `cim` with these products."""
    return {"SoftwareLicensingProduct": [dict(row) for row in rows]}


def base(machine: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the Windows product that has a key."""
    rows = machine["cim"]["SoftwareLicensingProduct"]["rows"]
    found: dict[str, t.Any] = next(row for row in rows if row["PartialProductKey"] and not row["LicenseIsAddon"])
    return found
