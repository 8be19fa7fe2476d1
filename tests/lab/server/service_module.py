# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How ansible.windows.win_service answers and what it changes, for state and start_mode."""

from __future__ import annotations

import typing as t

from tests.lab.guest import messages, services
from tests.lab.guest.computer import Computer, WindowsError
from tests.lab.guest.machine import GuestMachine
from tests.lab.server.payload import Payload
from tests.lab.world.model import Tree

_MODES = {"auto": (services.AUTO, False), "delayed": (services.AUTO, True), "manual": (services.MANUAL, False),
          "disabled": (services.OFF, False)}  # fmt: skip
_STATES = {"Running": "started", "Stopped": "stopped"}
_KNOWN_OPTIONS = frozenset({"name", "state", "start_mode", "force_dependent_services"})
# name in lower case -> (display name, path, account, services it needs)
_ABOUT = {
    "sppsvc": ("Software Protection", r"C:\Windows\system32\sppsvc.exe", r"NT AUTHORITY\NetworkService", ["RpcSs"]),
    "w32time": (
        "Windows Time", r"C:\Windows\system32\svchost.exe -k LocalService", r"NT AUTHORITY\LocalService", [],
    ),
}  # fmt: skip


def answer(payload: Payload, guest: GuestMachine) -> dict[str, t.Any]:
    """Bring a service to its state and start mode."""
    options, computer = payload.arguments, guest.computer
    unknown = sorted(name for name, value in options.items() if name not in _KNOWN_OPTIONS and value is not None)
    if unknown:
        return {"failed": True, "msg": f"lab: win_service is simulated without {', '.join(unknown)}"}
    name = str(options.get("name") or "")
    if options.get("state") == "absent":
        return {"failed": True, "msg": "lab: win_service does not remove services"}
    try:
        return _bring(computer, name, payload)
    except WindowsError as error:
        if error.code == services.UNKNOWN:
            return {
                "exists": False, "failed": True,
                "msg": f"Service '{name}' is not installed, need to set 'path' to create a new service",
            }  # fmt: skip
        text = messages.message(error.hresult, computer.machine["ui_culture"])
        code = messages.hexadecimal(error.hresult)
        return {
            "exists": False,
            "failed": True,
            "msg": f"Unhandled exception while executing module: {name}: {text} ({code})",
        }


def _bring(computer: Computer, name: str, payload: Payload) -> dict[str, t.Any]:
    options = payload.arguments
    service = services.find(computer, name)
    before = _shown(computer, name)
    # The module always asks for a handle that may change the configuration.
    computer.require_elevation("set")
    if service.get("protected"):
        raise WindowsError(services.ACCESS_DENIED, "set")
    mode, state = options.get("start_mode"), options.get("state")
    changed = mode is not None and mode != before["start_mode"]
    if changed and not payload.check_mode:
        services.set_start(computer, name, *_MODES[str(mode)])
    changed |= _move(computer, name, state, service, payload)
    after = _shown(computer, name)
    if payload.check_mode:
        after |= {"start_mode": mode or after["start_mode"], "state": state or after["state"]}
    shown_state = "running" if after["state"] in ("restarted", "started") else after["state"]
    result = {**after, "state": shown_state, "exists": True, "changed": changed, "can_pause_and_continue": False}
    result["depended_by"] = list(service.get("dependents") or [])
    return {**result, "diff": {"before": before, "after": after}} if payload.internal.get("diff") else result


def _move(computer: Computer, name: str, state: t.Any, service: Tree, payload: Payload) -> bool:
    force = bool(payload.arguments.get("force_dependent_services"))
    stops = state == "restarted" or (state == "stopped" and service["status"] != services.STOPPED)
    starts = state == "restarted" or (state == "started" and service["status"] != services.RUNNING)
    if not payload.check_mode:
        again = services.tree(computer, name) if state == "restarted" else [name]
        if stops:
            services.stop(computer, name, force)
        for item in again if starts else ():
            services.start(computer, item)
    return stops or starts


def _shown(computer: Computer, name: str) -> dict[str, t.Any]:
    service = services.find(computer, name)
    start = services.start_type(computer, name), bool(service.get("delayed"))
    display, path, account, needs = _ABOUT.get(name.casefold(), (name, "", "LocalSystem", []))
    return {
        "name": name, "display_name": display, "path": path, "username": account, "dependencies": list(needs),
        "description": None, "desktop_interact": False, "state": _STATES.get(service["status"], "stopped"),
        "start_mode": next((mode for mode, value in _MODES.items() if value == start), "auto"),
    }  # fmt: skip
