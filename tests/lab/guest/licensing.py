# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The methods of SoftwareLicensingService and SoftwareLicensingProduct: what they change, and how they refuse."""

from __future__ import annotations

import contextlib
import uuid

from tests.lab.guest import attempt, license_rows, os_defaults, registry, services, setup_keys, store
from tests.lab.guest.computer import Computer, WindowsError
from tests.lab.guest.license_rows import NAME, PORT, SPP
from tests.lab.guest.os_defaults import WINDOWS_APP, System
from tests.lab.guest.registry_keys import CURRENT_VERSION
from tests.lab.world.model import Tree

INVALID_PARAMETER, INVALID_KEY, WRONG_EDITION, NO_PRODUCT = 0x80070057, 0xC004F050, 0xC004F069, 0xC004F015
NEEDS_ELEVATION = 0xC004F025
_NOTIFICATION, _EXPIRED = 5, 0xC004F009
_MACHINE, _MACHINE_PORT = "KeyManagementServiceMachine", "KeyManagementServicePort"
_PRODUCT, _SERVICE = "SoftwareLicensingProduct", "SoftwareLicensingService"


def service(computer: Computer) -> Tree:
    """Return the row of SoftwareLicensingService as a query gives it. Raises WindowsError."""
    return _queried(computer, _SERVICE, computer.machine["cim"].get(_SERVICE, {}).get("rows") or [])


def product(computer: Computer, activation_id: str) -> Tree:
    """Return the row of a product as a query gives it. Raises WindowsError."""
    wanted = activation_id.casefold()
    found = [row for row in store.rows(computer.machine) if str(row["ID"]).casefold() == wanted]
    return _queried(computer, _PRODUCT, found)


def refresh(computer: Computer) -> None:
    """Query the service and let it look at its licences again. Raises WindowsError."""
    service(computer)
    refresh_license_status(computer)


def wake(computer: Computer) -> None:
    """Do what a query for licences does while a run has left the guest without a store: the service starts, and makes one."""
    if computer.machine.get("store_moved"):
        with contextlib.suppress(WindowsError):
            services.start(computer, services.LICENSING)


def install_product_key(computer: Computer, key: str) -> None:
    """Install a key: a client setup key makes a KMS client, any other one of the right form a MAK. Raises WindowsError."""
    _call(computer, _SERVICE, elevated=True)
    machine, key = computer.machine, key.strip().upper()
    if not setup_keys.is_key(key):
        raise WindowsError(INVALID_PARAMETER, "cim")
    if not setup_keys.can_exist(key):
        raise WindowsError(INVALID_KEY, "cim")
    system = system_of(machine)
    ours = setup_keys.setup_key(setup_keys.CLIENT if system.client else system.release.name, system.edition_id) == key
    if not ours and (setup_keys.is_setup_key(key) or system.edition_id.endswith("Eval")):
        raise WindowsError(WRONG_EDITION, "cim")
    if not any(_is_windows(row) for row in store.rows(machine)):
        raise WindowsError(NO_PRODUCT, "cim")
    _give_key(machine, system, key, "VOLUME_KMSCLIENT" if ours else "VOLUME_MAK")


def refresh_license_status(computer: Computer) -> None:
    """Let Windows look at its licences again; nothing that can be read changes. Raises WindowsError."""
    _call(computer, _SERVICE)


def set_machine(computer: Computer, name: str, activation_id: str | None = None) -> None:
    """Set the KMS host, for all products or for one. Raises WindowsError."""
    row, key = _target(computer, activation_id)
    row[_MACHINE] = name
    registry.write(computer.machine, key, NAME, name)
    computer.machine["kms_cache"] = "stale"


def clear_machine(computer: Computer, activation_id: str | None = None) -> None:
    """Take the KMS host away, for all products or for one. Raises WindowsError."""
    row, key = _target(computer, activation_id)
    row[_MACHINE] = None
    registry.remove(computer.machine, key, NAME)
    computer.machine["kms_cache"] = "stale"


def set_port(computer: Computer, port: int, activation_id: str | None = None) -> None:
    """Set the port of the KMS host. Raises WindowsError."""
    row, key = _target(computer, activation_id)
    row[_MACHINE_PORT] = port
    registry.write(computer.machine, key, PORT, str(port))


def clear_port(computer: Computer, activation_id: str | None = None) -> None:
    """Take the port away; 1688 counts then. Raises WindowsError."""
    row, key = _target(computer, activation_id)
    row[_MACHINE_PORT] = 0 if row.get(_MACHINE_PORT) else row.get(_MACHINE_PORT)
    registry.remove(computer.machine, key, PORT)


def activate(computer: Computer, activation_id: str) -> None:
    """Try to activate a product. Raises WindowsError."""
    require_answer(computer, _PRODUCT)
    code = attempt.activate(computer, activation_id)
    if code:
        raise WindowsError(code, "cim")


def install_license(computer: Computer) -> None:
    """Install a licence file; the first one brings all of them back. Raises WindowsError."""
    _call(computer, _SERVICE, elevated=True)
    store.install_licenses(computer.machine)


def system_of(machine: Tree) -> System:
    """Return the operating system as the machine itself shows it."""
    row = (machine["cim"].get("Win32_OperatingSystem", {}).get("rows") or [{}])[0]
    edition = registry.value(machine, CURRENT_VERSION, "EditionID")
    build = registry.value(machine, CURRENT_VERSION, "CurrentBuildNumber")
    given = {
        "edition_id": edition, "caption": row.get("Caption"), "sku": row.get("OperatingSystemSKU"),
        "version": row.get("Version") or build,
    }  # fmt: skip
    return os_defaults.complete({name: value for name, value in given.items() if value is not None})


def _call(computer: Computer, class_: str, elevated: bool = False) -> None:
    """Do what comes before every method: the class must answer, and the service runs when somebody asks it."""
    require_answer(computer, class_)
    if elevated and not computer.machine.get("elevated", True):
        raise WindowsError(NEEDS_ELEVATION, "cim")
    try:
        services.start(computer, services.LICENSING)
    except WindowsError as error:
        raise WindowsError(attempt.service_error(error.code), "cim") from None


def require_answer(computer: Computer, class_: str) -> None:
    """Refuse with the error of a CIM class that does not answer. Raises WindowsError."""
    error = computer.machine["cim"].get(class_, {}).get("error")
    if error:
        raise WindowsError(int(error["code"], 16), "cim")


def _queried(computer: Computer, class_: str, rows: list[Tree]) -> Tree:
    require_answer(computer, class_)
    if not rows:
        raise WindowsError(0, "cim", f"{class_} gave no instance")
    return rows[0]


def _target(computer: Computer, activation_id: str | None) -> tuple[Tree, str]:
    if activation_id is None:
        _call(computer, _SERVICE, elevated=True)
        return computer.machine["cim"][_SERVICE]["rows"][0], SPP
    _call(computer, _PRODUCT, elevated=True)
    row = product(computer, activation_id)
    return row, f"{SPP}\\{WINDOWS_APP}\\{row['ID']}"


def _give_key(machine: Tree, system: System, key: str, channel: str) -> None:
    """Put the key on the product of its channel; Windows has one key at a time."""
    rows = store.rows(machine)
    chosen = next((row for row in rows if _is_windows(row) and _channel(row) == channel), None)
    if chosen is None:
        model = license_rows.without_key(license_rows.client_row(system))
        chosen = dict.fromkeys(license_rows.PRODUCT) | {"ApplicationID": WINDOWS_APP, "LicenseIsAddon": False} | model
        if channel != "VOLUME_KMSCLIENT":
            chosen["ID"] = str(uuid.uuid5(os_defaults.NAMESPACE, f"{channel} {system.activation_id}"))
            chosen["Description"] = f"Windows(R) Operating System, {channel} channel"
        rows.append(chosen)
    if chosen["PartialProductKey"] == key[-5:]:
        return
    for row in rows:
        if license_rows.is_base(row) and row is not chosen:
            row.update(license_rows.without_key(row))
    chosen |= {
        "PartialProductKey": key[-5:], "ProductKeyChannel": "Volume:GVLK" if channel == "VOLUME_KMSCLIENT" else "Volume:MAK",
        "LicenseStatus": _NOTIFICATION, "LicenseStatusReason": _EXPIRED, "GracePeriodRemaining": 0,
    }  # fmt: skip


def _is_windows(row: Tree) -> bool:
    return str(row["ApplicationID"]).casefold() == WINDOWS_APP and not row["LicenseIsAddon"]


def _channel(row: Tree) -> str:
    description = str(row["Description"]).upper()
    return next((word for word in ("VOLUME_KMSCLIENT", "VOLUME_MAK") if word in description), "")
