# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading a simulated machine as Windows lets its own scripts read it: values, and errors in Windows' form."""

from __future__ import annotations

import collections.abc
import dataclasses
import datetime
import typing as t

Machine = collections.abc.Mapping[str, t.Any]
HKLM = "HKEY_LOCAL_MACHINE"
SERVICES = rf"{HKLM}\SYSTEM\CurrentControlSet\Services"
SIGNER = "CN=metadata.azure.com"
ROOT = "CN=DigiCert Global Root G2, OU=www.digicert.com, O=DigiCert Inc, C=US"
_PROVIDER = "Microsoft-Windows-Security-SPP"
_STATE_CHECK = 1003
_ATTEMPTS = {12288, 12289, 8198, 8200, 8196, 8229}
_CIM = "Microsoft.Management.Infrastructure.CimException"
_SECURITY = "System.Security.SecurityException"
_LIMIT = 300


def failure(source: str, code: str | None, error_id: str | None, kind: str | None, message: str) -> dict[str, t.Any]:
    """Return an error as the probe reports it."""
    return {"source": source, "code": code, "id": error_id, "type": kind, "message": message[:_LIMIT]}


class ReadError(Exception):
    """Something could not be read; holds all of the error but its source."""

    def __init__(self, code: str | None, error_id: str, kind: str, message: str) -> None:
        """Keep what Windows says."""
        super().__init__(message)
        self.code, self.error_id, self.kind, self.message = code, error_id, kind, message

    def at(self, source: str) -> dict[str, t.Any]:
        """Return the error of a source."""
        return failure(source, self.code, self.error_id, self.kind, self.message)


def cim_failure(error: t.Mapping[str, t.Any]) -> ReadError:
    """Return the exception of a CIM class or cmdlet that answers with an HRESULT."""
    code = f"0x{int(str(error['code']), 16):08X}"
    return ReadError(code, f"HRESULT 0x{int(code, 16):x}", _CIM, error["message"])


@dataclasses.dataclass
class Section:
    """One section while it is read. Its data are null when it has errors and no part has a value."""

    data: t.Any = None
    errors: list[dict[str, t.Any]] = dataclasses.field(default_factory=list)

    def raw(self) -> dict[str, t.Any]:
        """Return the section as the probe prints it."""
        empty = self.errors and not any(value is not None for value in (self.data or {}).values())
        return {"data": None if empty else self.data, "errors": self.errors, "seconds": 0.0}

    def part(self, source: str, read: t.Callable[[], t.Any]) -> t.Any:
        """Return what a part reads, null after its failure was noted."""
        try:
            return read()
        except ReadError as error:
            self.errors.append(error.at(source))
            return None

    def cim(self, machine: Machine, name: str) -> list[dict[str, t.Any]] | None:
        """Return the rows of a CIM class."""
        answer = machine["cim"].get(name, {"rows": []})
        if "error" in answer:
            self.errors.append(cim_failure(answer["error"]).at(name))
            return None
        return list(answer["rows"])

    def cmdlet(self, machine: Machine, name: str, read: t.Callable[[], t.Any], source: str | None = None) -> t.Any:
        """Return what a cmdlet reads, null when the machine makes it fail (`cmdlet_errors`)."""
        error = machine.get("cmdlet_errors", {}).get(name)
        if error is None:
            return read()
        self.errors.append(cim_failure(error).at(source or name))
        return None


def constrained(machine: Machine) -> bool:
    """Say whether the guest runs scripts in ConstrainedLanguage."""
    return bool(machine["language_mode"] != "FullLanguage")


def refused_type(source: str) -> dict[str, t.Any]:
    """Return the error of creating a .NET object in ConstrainedLanguage."""
    kind = "System.Management.Automation.PSNotSupportedException"
    text = "Cannot create type. Only core types are supported in this language mode."
    return failure(source, None, "CannotCreateTypeConstrainedLanguage", kind, text)


def refused_method(source: str) -> dict[str, t.Any]:
    """Return the error of calling a .NET method in ConstrainedLanguage."""
    kind = "System.Management.Automation.RuntimeException"
    text = "Cannot invoke method. Method invocation is supported only on core types in this language mode."
    return failure(source, None, "MethodInvocationNotSupportedInConstrainedLanguage", kind, text)


def first(rows: list[dict[str, t.Any]] | None) -> dict[str, t.Any]:
    """Return the first row, an empty one without any."""
    return rows[0] if rows else {}


def denied(machine: Machine, key: str) -> bool:
    """Say whether a key may not be read."""
    return bool((_find(machine, key) or {}).get("deny") == "read")


def read_key(machine: Machine, key: str, *, lower: bool = True) -> dict[str, dict[str, t.Any]]:
    """Return the values of a key as {type, data}, names in lower case unless told; empty when it is absent. Raises ReadError."""
    entry = _find(machine, key) or {}
    if entry.get("deny") == "read":
        raise ReadError(None, _SECURITY, _SECURITY, "Requested registry access is not allowed.")
    return {name.lower() if lower else name: _typed(value) for name, value in entry.get("values", {}).items()}


def read_values(machine: Machine, key: str, names: t.Iterable[str]) -> dict[str, t.Any]:
    """Return the named values of a key, null for one that is not set. Raises ReadError."""
    values = read_key(machine, key)
    return {name: values.get(name.lower()) for name in names}


def subkeys(machine: Machine, key: str) -> list[str]:
    """Return the names of the keys below a key. Raises ReadError."""
    read_key(machine, key)
    prefix = key.lower() + "\\"
    names: dict[str, None] = {}
    for path in machine["registry"]:
        if path.lower().startswith(prefix):
            names[path[len(prefix) :].split("\\")[0]] = None
    return sorted(names, key=str.lower)


def _find(machine: Machine, key: str) -> t.Mapping[str, t.Any] | None:
    wanted = key.lower()
    return next((entry for path, entry in machine["registry"].items() if path.lower() == wanted), None)


def _typed(value: t.Any) -> dict[str, t.Any]:
    if isinstance(value, collections.abc.Mapping):
        kind = "String" if value["type"] == "ExpandString" else value["type"]
        return {"type": kind, "data": value["data"]}
    if isinstance(value, list):
        return {"type": "MultiString", "data": value}
    return {"type": "DWord" if isinstance(value, int) else "String", "data": value}


def events(machine: Machine, section: Section, parameters: t.Mapping[str, t.Any]) -> dict[str, t.Any] | None:
    """Return the licensing events of the Application log, newest first."""
    error = machine.get("event_log_error")
    if error is not None:
        section.errors.append(_event_failure(machine, error).at("Application log"))
        return None
    since = parse_time(machine["utc_now"]) - datetime.timedelta(days=int(parameters.get("EventDays", 45)))
    recent = [
        event
        for event in reversed(machine["events"])
        if (event.get("provider") or _PROVIDER) == _PROVIDER and parse_time(event["time"]) >= since
    ]
    most = int(parameters.get("EventMax", 200))
    attempts = [event for event in recent if event["id"] in _ATTEMPTS]
    chosen = attempts[:most]
    chosen += [event for event in recent if event["id"] == _STATE_CHECK][:2]
    oldest = machine.get("event_log_oldest") or (machine["events"][0]["time"] if machine["events"] else None)
    return {
        "records": [
            {
                "id": event["id"],
                "record_id": event["record_id"],
                "time": event["time"],
                "level": event.get("level"),
                "data": [str(item) for item in event["data"]],
            }
            for event in sorted(chosen, key=lambda event: -event["record_id"])
        ],
        "truncated": len(attempts) > most,
        "oldest_record_time": oldest,
    }


def _event_failure(machine: Machine, error: t.Mapping[str, t.Any]) -> ReadError:
    code = f"0x{int(str(error['code']), 16):08X}"
    kind = (
        "System.UnauthorizedAccessException" if code == "0x80070005" else "System.Runtime.InteropServices.COMException"
    )
    name = "System.UnauthorizedAccessException" if constrained(machine) else "ConstructorInvokedThrowException"
    return ReadError(code, name, kind, error["message"])


def parse_time(text: str) -> datetime.datetime:
    """Return an ISO 8601 UTC time."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
