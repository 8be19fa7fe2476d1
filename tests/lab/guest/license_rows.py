# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guest's licence as CIM shows it, and the KMS host settings behind it."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t
import uuid

from tests.lab.azure.facts import KMS_PORT
from tests.lab.guest import registry as keys
from tests.lab.guest.os_defaults import NAMESPACE, OFFICE_APP, WINDOWS_APP, System
from tests.lab.world.model import Tree

FULL_PERIOD = 259200
LICENSED, LICENSED_REASON = 1, 0x4004F040
NO_KEY = 0xC004F014
_RENEWED = 3 * 1440 + 37
_NO_DATE = "1601-01-01T00:00:00Z"
SPP = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion\SoftwareProtectionPlatform"
NETWORK_SERVICE = r"HKEY_USERS\S-1-5-20\SOFTWARE\Microsoft\Windows NT\CurrentVersion\SoftwareProtectionPlatform"
POLICY = r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\Windows NT\CurrentVersion\Software Protection Platform"
NAME, PORT = "KeyManagementServiceName", "KeyManagementServicePort"
DISCOVERED = ("DiscoveredKeyManagementServiceMachineName", "DiscoveredKeyManagementServiceMachinePort")
PRODUCT = (
    "ID", "Name", "Description", "ApplicationID", "PartialProductKey", "ProductKeyChannel", "LicenseFamily",
    "LicenseIsAddon", "LicenseStatus", "LicenseStatusReason", "GracePeriodRemaining", "EvaluationEndDate",
    "VLActivationInterval", "VLRenewalInterval", "VLActivationTypeEnabled", "KeyManagementServiceMachine",
    "KeyManagementServicePort", "KeyManagementServiceLookupDomain", "DiscoveredKeyManagementServiceMachineName",
    "DiscoveredKeyManagementServiceMachinePort", "DiscoveredKeyManagementServiceMachineIpAddress",
    "KeyManagementServiceProductKeyID", "GenuineStatus", "VLActivationType", "ADActivationObjectName",
    "ADActivationObjectDN",
)  # fmt: skip
SERVICE = (
    "Version", "ClientMachineID", "KeyManagementServiceMachine", "KeyManagementServicePort",
    "KeyManagementServiceLookupDomain", "KeyManagementServiceHostCaching", "DiscoveredKeyManagementServiceMachineName",
    "DiscoveredKeyManagementServiceMachinePort", "DiscoveredKeyManagementServiceMachineIpAddress",
    "VLActivationTypeEnabled", "RemainingWindowsReArmCount", "IsKeyManagementServiceMachine",
    "PolicyCacheRefreshRequired",
)  # fmt: skip
CLASSES = ("SoftwareLicensingProduct", "SoftwareLicensingService")
_CODES = ("LicenseStatusReason",)
_ABSENT = object()


@dataclasses.dataclass(frozen=True)
class Licensing:
    """CIM rows, and the registry values that go with them: key -> value name -> {type, data}."""

    products: list[Tree]
    service: Tree
    registry: dict[str, dict[str, Tree]]

    @property
    def base(self) -> Tree | None:
        """Return the Windows product with a key, in Windows' own order; add-ons do not count."""
        return next((row for row in self.products if is_base(row)), None)


def is_base(row: Tree) -> bool:
    """Say whether a row is a Windows product with a key, no add-on."""
    application = str(row["ApplicationID"]).casefold()
    return application == WINDOWS_APP and bool(row["PartialProductKey"]) and not row["LicenseIsAddon"]


def is_kms_client(row: Tree) -> bool:
    """Say whether a row's key makes it a client of KMS."""
    return "VOLUME_KMSCLIENT" in str(row["Description"]).upper()


def without_key(row: Tree) -> Tree:
    """Return a product's row as it is without a key."""
    return row | {
        "PartialProductKey": None, "ProductKeyChannel": None, "LicenseStatus": 0, "LicenseStatusReason": NO_KEY,
        "GracePeriodRemaining": 0,
    }  # fmt: skip


def client_row(system: System) -> Tree:
    """Return the KMS client product of an edition, as a healthy guest has it."""
    return _default_products(system)[-1]


def build(guest: Tree, name: str, system: System, cloud_host: str, time: t.Callable[[t.Any], str]) -> Licensing:
    """Put rows and registry together; `time` turns a world's time into the text CIM answers with."""
    cim = guest.get("cim") or {}
    spp = registry_key(guest, SPP)
    given_service = cim.get("SoftwareLicensingService")
    host, port = _global_host(given_service, spp, cloud_host)
    service = {
        **(dict.fromkeys(SERVICE) if given_service is not None else _default_service(name, system)),
        "KeyManagementServiceMachine": host, "KeyManagementServicePort": port, **(given_service or [{}])[0],
    }  # fmt: skip
    service = {key: _plain(key, value, time) for key, value in service.items()}
    given_products = cim.get("SoftwareLicensingProduct")
    rows = _default_products(system) if given_products is None else [dict(row) for row in given_products]
    products = [_product(row, time) for row in rows]
    registry: dict[str, dict[str, Tree]] = {SPP: {"SkipRearm": {"type": "DWord", "data": 1}}}
    if service["KeyManagementServiceMachine"]:
        registry[SPP] |= _host_values(NAME, PORT, service["KeyManagementServiceMachine"], port)
    for row in products:
        _product_host(row, given_products is not None, guest, service, registry)
    registry[NETWORK_SERVICE] = _cached(guest, products, service)
    return Licensing(products, service, registry)


def forget_cached_host(machine: Tree) -> None:
    """Drop the discovered KMS host, as the licensing service does when it starts after its setting was changed."""
    if machine.pop("kms_cache", None) != "stale":
        return
    for row in (row for class_ in CLASSES for row in machine["cim"].get(class_, {}).get("rows") or []):
        row |= {name: None for name in DISCOVERED if row.get(name)}
    keys.remove(machine, NETWORK_SERVICE, f"Discovered{NAME}", f"Discovered{PORT}")


def registry_key(guest: Tree, path: str) -> dict[str, Tree | None]:
    """Return the values a world gives a registry key."""
    keys = guest.get("registry") or {}
    return next((values for key, values in keys.items() if key.casefold() == path.casefold()), {})


def _global_host(rows: list[Tree] | None, spp: dict[str, Tree | None], cloud_host: str) -> tuple[str | None, int]:
    row = rows[0] if rows else {}
    default_host = cloud_host if rows is None else None
    host = row.get("KeyManagementServiceMachine", _registry_text(spp, NAME, default_host))
    port = row.get("KeyManagementServicePort", _registry_text(spp, PORT, KMS_PORT if host else 0))
    return host or None, int(str(port or 0)) if str(port or 0).isdigit() else 0


def _registry_text(values: dict[str, Tree | None], name: str, default: t.Any) -> t.Any:
    found = next((value for key, value in values.items() if key.casefold() == name.casefold()), _ABSENT)
    if found is _ABSENT:
        return default
    return found["data"] if isinstance(found, dict) else None


def _default_service(name: str, system: System) -> Tree:
    return {
        **dict.fromkeys(SERVICE),
        "Version": f"{system.version}.{system.ubr}",
        "ClientMachineID": machine_id(name),
        "KeyManagementServiceHostCaching": True,
        "DiscoveredKeyManagementServiceMachinePort": 0,
        "VLActivationTypeEnabled": 0,
        "RemainingWindowsReArmCount": 1000,
        "IsKeyManagementServiceMachine": 0,
        "PolicyCacheRefreshRequired": 0,
    }


def machine_id(name: str) -> str:
    """Return the CMID of a guest."""
    return str(uuid.uuid5(NAMESPACE, f"cmid {name}"))


def _default_products(system: System) -> list[Tree]:
    evaluation = system.edition_id.endswith("Eval")
    channel, key_channel = ("TIMEBASED_EVAL", "Retail:TB:Eval") if evaluation else ("VOLUME_KMSCLIENT", "Volume:GVLK")
    prefix = f"Windows(R), {system.edition_id} edition"
    # Windows lists a row per product it could be; only the one with a key is in use.
    unused = {
        "ID": str(uuid.uuid5(NAMESPACE, f"unused {system.activation_id}")), "Name": prefix,
        "Description": "Windows(R) Operating System, RETAIL channel", "LicenseFamily": system.edition_id,
        "LicenseStatus": 0, "LicenseStatusReason": NO_KEY, "GracePeriodRemaining": 0,
    }  # fmt: skip
    used = {
        "ID": system.activation_id, "Name": prefix, "LicenseFamily": system.edition_id,
        "Description": f"Windows(R) Operating System, {channel} channel", "ProductKeyChannel": key_channel,
        "PartialProductKey": system.partial_key, "LicenseStatus": LICENSED, "LicenseStatusReason": LICENSED_REASON,
        "GracePeriodRemaining": FULL_PERIOD - _RENEWED, "EvaluationEndDate": _NO_DATE, "VLActivationInterval": 120,
        "VLRenewalInterval": 10080, "VLActivationTypeEnabled": 0, "KeyManagementServicePort": 0,
        "DiscoveredKeyManagementServiceMachinePort": 0, "GenuineStatus": 0,
        "KeyManagementServiceProductKeyID": f"03612-03311-000-000001-03-{system.language}-20348.0000-2602024",
    }  # fmt: skip
    if evaluation:
        used |= {
            "EvaluationEndDate": datetime.timedelta(days=150), "KeyManagementServiceProductKeyID": None,
            "GracePeriodRemaining": 150 * 1440,
        }  # fmt: skip
    return [unused, used]


def _product(given: Tree, time: t.Callable[[t.Any], str]) -> Tree:
    office = str(given.get("Name") or "").startswith("Office")
    row = {**dict.fromkeys(PRODUCT), "ApplicationID": OFFICE_APP if office else WINDOWS_APP, "LicenseIsAddon": False}
    row |= given
    return {key: _plain(key, value, time) for key, value in row.items()}


def _plain(key: str, value: t.Any, time: t.Callable[[t.Any], str]) -> t.Any:
    if isinstance(value, (datetime.datetime, datetime.timedelta)):
        return time(value)
    if key in _CODES and value is not None:
        return int(str(value), 0) & 0xFFFFFFFF
    return value


def _product_host(row: Tree, given: bool, guest: Tree, service: Tree, registry: dict[str, dict[str, Tree]]) -> None:
    path = f"{SPP}\\{WINDOWS_APP}\\{row['ID']}"
    values = registry_key(guest, path)
    if row["KeyManagementServiceMachine"] is None and values:
        row["KeyManagementServiceMachine"] = _registry_text(values, NAME, None)
        port = _registry_text(values, PORT, None)
        row["KeyManagementServicePort"] = int(port) if port and str(port).isdigit() else row["KeyManagementServicePort"]
    host = row["KeyManagementServiceMachine"]
    # Some tools print the global host in the product row too; that makes no setting of the product's own.
    if given and is_base(row) and host and host != service["KeyManagementServiceMachine"] and not values:
        registry[path] = _host_values(NAME, PORT, host, row["KeyManagementServicePort"])


def _cached(guest: Tree, products: list[Tree], service: Tree) -> dict[str, Tree]:
    names = (f"Discovered{NAME}", f"Discovered{PORT}")
    machine, port = DISCOVERED
    values = registry_key(guest, NETWORK_SERVICE)
    base = next((row for row in products if is_base(row)), service)
    cached = _registry_text(values, names[0], None)
    if cached and base[machine] is None:
        base[machine] = cached
        base[port] = int(_registry_text(values, names[1], None) or KMS_PORT)
    found = next((row for row in (base, service) if row[machine]), None)
    return _host_values(*names, found[machine], found[port]) if found else {}


def _host_values(name: str, port_name: str, host: str, port: int | None) -> dict[str, Tree]:
    values = {name: {"type": "String", "data": host}}
    if port:
        values[port_name] = {"type": "String", "data": str(port)}
    return values
