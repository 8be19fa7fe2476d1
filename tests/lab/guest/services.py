# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Windows services: what the service control manager lets a caller do, and with which error it refuses."""

from __future__ import annotations

import typing as t

from tests.lab.guest import license_rows, messages, registry, store
from tests.lab.guest.computer import Computer, WindowsError
from tests.lab.guest.registry_keys import SERVICES
from tests.lab.world.model import Tree

ACCESS_DENIED, DEPENDENTS_RUN, ALREADY_RUNS, DISABLED, UNKNOWN, NOT_STARTED = 5, 1051, 1056, 1058, 1060, 1062
AUTO, MANUAL, OFF = 2, 3, 4
LICENSING = "sppsvc"
RUNNING, STOPPED = "Running", "Stopped"
_SERVICE_DISABLED = 0x80070422
_START, _STOP, _SET, _FIND = "start", "stop", "set", "none"


def find(computer: Computer, name: str) -> Tree:
    """Return a service's own entry. Raises WindowsError."""
    services = computer.machine["services"]
    found = next((item for known, item in services.items() if known.casefold() == name.casefold()), None)
    if not found or not found.get("status"):
        raise WindowsError(UNKNOWN, _FIND)
    return t.cast("Tree", found)


def start_type(computer: Computer, name: str) -> int:
    """Return the start type that counts: what the service control manager read at boot, or was told since."""
    own = find(computer, name).get("start")
    return _registered(computer, name) if own is None else int(own)


def start(computer: Computer, name: str) -> None:
    """Start a service; one that runs keeps running. Raises WindowsError."""
    service = find(computer, name)
    if service["status"] == RUNNING:
        return
    require_startable(computer, name)
    _come_up(computer, name, service)


def require_startable(computer: Computer, name: str) -> None:
    """Refuse a service that could not be started now. Raises WindowsError."""
    service = find(computer, name)
    if start_type(computer, name) == OFF:
        raise WindowsError(DISABLED, _START)
    if service.get("start_error"):
        raise WindowsError(service["start_error"], _START)


def stop(computer: Computer, name: str, force: bool = False) -> list[str]:
    """Stop a service, with its running dependents when told; return what was stopped, in order. Raises WindowsError."""
    service = find(computer, name)
    if service["status"] == STOPPED:
        return []
    running = [item for item in service.get("dependents") or [] if _runs(computer, item)]
    if running and not force:
        raise WindowsError(DEPENDENTS_RUN, _STOP)
    computer.require_elevation(_STOP)
    stopped = [name for item in running for name in stop(computer, item, force=True)]
    service["status"] = STOPPED
    return [*stopped, name]


def tree(computer: Computer, name: str) -> list[str]:
    """Return a service and the running ones that need it, in the order in which they must start again. Raises WindowsError."""
    dependents = find(computer, name).get("dependents") or []
    return [name, *(item for item in dependents if _runs(computer, item))]


def set_start(computer: Computer, name: str, start: int, delayed: bool = False) -> None:
    """Change the start type through the service control manager. Raises WindowsError."""
    service = find(computer, name)
    computer.require_elevation(_SET)
    if service.get("protected"):
        raise WindowsError(ACCESS_DENIED, _SET)
    write_start(computer, name, start, delayed)
    service |= {"start": start, "delayed": delayed}
    if name.casefold() == LICENSING:
        _enabled(computer.machine, service)


def write_start(computer: Computer, name: str, start: int, delayed: bool = False) -> None:
    """Change the start type in the registry alone: it counts from the next boot on."""
    key = f"{SERVICES}\\{name}"
    registry.write(computer.machine, key, "Start", start)
    if delayed:
        registry.write(computer.machine, key, "DelayedAutostart", 1)
    else:
        registry.remove(computer.machine, key, "DelayedAutostart")


def boot(computer: Computer) -> None:
    """Bring every service up as its start type says; the registry is read anew."""
    for name, service in computer.machine["services"].items():
        service["start"] = _registered(computer, name)
        service["delayed"] = bool(registry.value(computer.machine, f"{SERVICES}\\{name}", "DelayedAutostart"))
        service["status"] = STOPPED
        if name.casefold() == LICENSING:
            _enabled(computer.machine, service)
    for name, service in computer.machine["services"].items():
        # A delayed service has not come up yet; the licensing service does when somebody asks it.
        if service["start"] <= AUTO and not service["delayed"] and not service.get("start_error"):
            _come_up(computer, name, service)


def _come_up(computer: Computer, name: str, service: Tree) -> None:
    service["status"] = RUNNING
    if name.casefold() == LICENSING:
        store.load(computer.machine)
        license_rows.forget_cached_host(computer.machine)


def _enabled(machine: Tree, service: Tree) -> None:
    """Take away what only stood for a service that was disabled: its own error and that of its CIM classes."""
    if service["start"] == OFF:
        return
    if service.get("start_error") and messages.hresult(service["start_error"]) == _SERVICE_DISABLED:
        service["start_error"] = None
    for class_ in license_rows.CLASSES:
        answer = machine["cim"].get(class_, {})
        if answer.get("error") and int(answer["error"]["code"], 16) == _SERVICE_DISABLED:
            del answer["error"]


def _registered(computer: Computer, name: str) -> int:
    found = registry.value(computer.machine, f"{SERVICES}\\{name}", "Start")
    return MANUAL if found is None else int(found)


def _runs(computer: Computer, name: str) -> bool:
    return (computer.machine["services"].get(name) or {}).get("status") == RUNNING
