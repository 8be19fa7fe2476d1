# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guest's registry, as far as scripts read it: derived from everything else, then overlaid by the world's own."""

from __future__ import annotations

import typing as t

from tests.lab.guest.license_rows import POLICY, SPP, registry_key
from tests.lab.guest.os_defaults import System
from tests.lab.guest.surroundings import START
from tests.lab.world.model import Tree

CURRENT_VERSION = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion"
SERVICES = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services"
PROXY = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\Connections"
_DIRECT, _BY_PROXY = 1, 3
Keys = dict[str, dict[str, Tree]]


def build(guest: Tree, system: System, services: Tree, domain: Tree, derived: Keys) -> Tree:
    """Return key -> {"values": {name: {type, data}}, "deny": "read"?} in full key names.

    `derived` holds the keys that other parts of the guest account for.
    """
    keys: Keys = {
        CURRENT_VERSION: _current_version(system),
        SPP: {},
        f"{SPP}\\Activation": {},
        PROXY: _proxy((guest.get("proxy") or {}).get("winhttp")),
        **_time_service(domain),
        **{f"{SERVICES}\\{service}": _service(item) for service, item in services.items()},
        f"{SERVICES}\\Tcpip\\Parameters": {"Domain": _text(domain["name"] if domain["joined"] else "")},
        **derived,
    }  # fmt: skip
    keys[SPP] = {"TokenStore": {"type": "ExpandString", "data": r"%WINDIR%\System32\spp\store\2.0"}, **keys[SPP]}
    for path, values in (guest.get("registry") or {}).items():
        _overlay(keys, path, values)
    registry: Tree = {path: {"values": values} for path, values in keys.items()}
    for path in guest.get("registry_denied") or []:
        _deny(registry, path)
    return registry


def policy_host(guest: Tree) -> Tree:
    """Return the KMS values a policy wrote: name -> {type, data}."""
    return {name: value for name, value in registry_key(guest, POLICY).items() if value is not None}


def _overlay(keys: Keys, path: str, values: t.Mapping[str, Tree | None]) -> None:
    known = next((key for key in keys if key.casefold() == path.casefold()), path)
    merged = keys.setdefault(known, {})
    for name, value in values.items():
        old = next((key for key in merged if key.casefold() == name.casefold()), None)
        if old is not None:
            del merged[old]
        if value is not None:
            merged[name] = value


def _deny(registry: Tree, path: str) -> None:
    registry.setdefault(next((key for key in registry if key.casefold() == path.casefold()), path), {"values": {}})
    for key, content in registry.items():
        # What lies below a key inherits who may read it.
        if f"{key}\\".casefold().startswith(f"{path}\\".casefold()):
            content["deny"] = "read"


def _current_version(system: System) -> dict[str, Tree]:
    values = {
        "EditionID": _text(system.edition_id),
        "ProductName": _text(system.product_name),
        "InstallationType": _text(system.installation_type),
        "CurrentBuild": _text(str(system.build)),
        "CurrentBuildNumber": _text(str(system.build)),
        "CurrentVersion": _text("6.3"),
        "UBR": _number(system.ubr),
    }
    if not system.version.startswith("6."):
        values |= {"CurrentMajorVersionNumber": _number(10), "CurrentMinorVersionNumber": _number(0)}
    if system.release.display_version:
        values["DisplayVersion"] = _text(system.release.display_version)
    return values


def _service(service: Tree) -> dict[str, Tree]:
    values = {"Start": _number(START[service["start_mode"]]), "Type": _number(0x20)}
    if service["delayed"]:
        values["DelayedAutostart"] = _number(1)
    return values


def _time_service(domain: Tree) -> Keys:
    root = f"{SERVICES}\\w32time"
    return {
        f"{root}\\Parameters": {
            "Type": _text("NT5DS" if domain["joined"] else "NTP"), "NtpServer": _text("time.windows.com,0x8"),
        },
        f"{root}\\TimeProviders\\NtpClient": {"Enabled": _number(1)},
        f"{root}\\TimeProviders\\VMICTimeProvider": {"Enabled": _number(1)},
    }  # fmt: skip


def _proxy(winhttp: Tree | str | None) -> dict[str, Tree]:
    if winhttp is None:
        return {}
    given = {"server": winhttp} if isinstance(winhttp, str) else winhttp
    server, bypass = given["server"], given.get("bypass", "")
    flags, server = (_DIRECT, "") if server.casefold() == "direct" else (_BY_PROXY, server)
    data = b"".join(number.to_bytes(4, "little") for number in (0x18, 0, flags))
    for text in (server, bypass):
        data += len(text).to_bytes(4, "little") + text.encode("ascii", "replace")
    return {"WinHttpSettings": {"type": "Binary", "data": data.hex()}}


def _text(value: str) -> Tree:
    return {"type": "String", "data": value}


def _number(value: int) -> Tree:
    return {"type": "DWord", "data": value}
