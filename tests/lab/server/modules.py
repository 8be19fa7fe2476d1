# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the simulated modules answer: one function each, and a clear refusal for every other module."""

from __future__ import annotations

import dataclasses
import datetime
import functools
import ntpath
import typing as t

from tests.lab.server import commands, firewall_module, powershell, service_module
from tests.lab.server.changing import Changer, Module
from tests.lab.server.payload import Payload
from tests.lab.server.scripts import Machine, Script

Result = dict[str, t.Any]
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
_ROLES = {1: "workstation", 2: "domain_controller", 3: "server"}


@dataclasses.dataclass(frozen=True)
class Surroundings:
    """What a module can see: the guest's name, its machine (copied when asked for), the known scripts, who changes it."""

    guest: str
    machine: t.Callable[[], Machine]
    scripts: t.Mapping[str, Script]
    changer: Changer | None = None


def answer(payload: Payload, around: Surroundings) -> Result:
    """Return the object that the module prints."""
    if "async" in payload.wrappers:
        return refuse("lab: asynchronous tasks are not simulated", payload)
    module, changing = _MODULES.get(payload.name), _CHANGING.get(payload.name)
    if changing is not None and around.changer is not None:
        found = around.changer.module(changing, payload)
    elif module is not None:
        found = module(payload, around)
    else:
        return refuse(f"lab: module {payload.name} is not simulated", payload)
    result = {"changed": False, "invocation": {"module_args": dict(payload.arguments)}, **found}
    return t.cast("Result", _without(result, _secrets(payload.arguments)))


def refuse(message: str, payload: Payload) -> Result:
    """Return the answer of a module that failed."""
    return {
        "changed": False, "failed": True, "msg": message, "invocation": {"module_args": dict(payload.arguments)},
    }  # fmt: skip


def _ping(payload: Payload, _around: Surroundings) -> Result:
    data = payload.arguments.get("data", "pong")
    if data == "crash":
        return {"failed": True, "msg": "Unhandled exception while executing module: boom"}
    return {"ping": data}


def _setup(_payload: Payload, around: Surroundings) -> Result:
    machine = around.machine()
    system = _row(machine, "Win32_OperatingSystem")
    domain = machine.get("domain") or {}
    version = str(system.get("Version") or "10.0.0")
    current = machine.get("registry", {}).get(r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion", {})
    values = current.get("values", {})
    facts = {
        "distribution": system.get("Caption"),
        "distribution_version": f"{version}.0",
        "distribution_major_version": version.partition(".")[0],
        "os_family": "Windows",
        "os_name": system.get("Caption"),
        "os_product_type": _ROLES.get(system.get("ProductType") or 0, "unknown"),
        "os_installation_type": (values.get("InstallationType") or {}).get("data"),
        "architecture": "64-bit",
        "system": "Win32NT",
        "kernel": f"{version}.0",
        "hostname": around.guest,
        "nodename": around.guest,
        "fqdn": f"{around.guest}.{domain['name']}" if domain.get("name") else around.guest,
        "domain": domain.get("name") or "",
        "windows_domain": domain.get("name") or "WORKGROUP",
        "windows_domain_member": bool(domain.get("joined")),
        "powershell_version": int(str(machine.get("powershell") or "5").partition(".")[0]),
        "date_time": {"iso8601": machine.get("utc_now")},
        "virtualization_role": "guest",
        "virtualization_type": "Hyper-V",
        "reboot_pending": False,
        "user_id": "lab",
    }
    return {"ansible_facts": {f"ansible_{name}": value for name, value in facts.items()}}


def _stat(payload: Payload, around: Surroundings) -> Result:
    path = next((str(payload.arguments[key]) for key in ("path", "dest", "name") if payload.arguments.get(key)), "")
    files = {name.lower(): (name, file) for name, file in around.machine().get("files", {}).items()}
    found = files.get(path.lower())
    if found is None:
        return {"stat": {"exists": False}}
    name, file = found
    modified = file.get("modified")
    stat = {
        "exists": True, "attributes": "Archive", "isdir": False, "isreg": True, "islnk": False, "path": name,
        "filename": ntpath.basename(name), "extension": ntpath.splitext(name)[1], "size": file.get("size"),
        "lastwritetime": (datetime.datetime.fromisoformat(modified.replace("Z", "+00:00")) - _EPOCH).total_seconds()
        if modified else None,
    }  # fmt: skip
    return {"stat": stat}


def _win_powershell(payload: Payload, around: Surroundings) -> Result:
    changer = around.changer
    if changer is None:
        return powershell.answer(payload, around.scripts, around.machine)
    return powershell.answer(payload, around.scripts, around.machine, changer.script, changer.wake)


def _secrets(arguments: t.Mapping[str, t.Any]) -> list[str]:
    sensitive = arguments.get("sensitive_parameters") or []
    return [str(item[name]) for item in sensitive for name in ("value", "password") if item.get(name)]


def _without(value: t.Any, secrets: list[str]) -> t.Any:
    """Return a result as modules print it: without the values of what is not to be logged."""
    if isinstance(value, dict):
        return {name: _without(item, secrets) for name, item in value.items()}
    if isinstance(value, list):
        return [_without(item, secrets) for item in value]
    if value in secrets:
        return "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
    if isinstance(value, str):
        return functools.reduce(lambda text, secret: text.replace(secret, "********"), secrets, value)
    return value


def _row(machine: Machine, name: str) -> t.Mapping[str, t.Any]:
    rows = machine.get("cim", {}).get(name, {}).get("rows") or [{}]
    row: t.Mapping[str, t.Any] = rows[0]
    return row


_MODULES: t.Mapping[str, t.Callable[[Payload, Surroundings], Result]] = {
    "setup": _setup,
    "win_ping": _ping,
    "win_powershell": _win_powershell,
    "win_stat": _stat,
}
_CHANGING: t.Mapping[str, Module] = {
    "win_command": commands.win_command,
    "win_firewall_rule": firewall_module.answer,
    "win_service": service_module.answer,
    "win_shell": commands.win_shell,
}
