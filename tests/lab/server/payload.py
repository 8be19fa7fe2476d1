# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Ansible writes to the standard input of PowerShell, for ansible-core 2.17 to 2.21."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import json
import re
import typing as t

_SEPARATOR = b"\0\0\0\0"
_ENCODED = re.compile(r"-EncodedCommand\s+\"?'?([A-Za-z0-9+/=]+)", re.IGNORECASE)
_ALIASES = {"ping": "win_ping", "stat": "win_stat", "file": "win_file", "copy": "win_copy"}
_INTERNAL = "_ansible_"


class PayloadError(Exception):
    """The input is not one that an ansible-core from 2.17 to 2.21 sends; the message says what is wrong."""


@dataclasses.dataclass(frozen=True)
class Payload:
    """What is to be run.

    `kind`: "module"; "script" (the `script` action); "helper" (one of ansible-core's own scripts, such as a file
    transfer). `name`: the module's last name part, or the helper's name. `internal`: the `_ansible_*` arguments without
    that prefix. `wrappers`: "become" and "async" as far as they are asked for.
    """

    kind: str
    name: str
    arguments: t.Mapping[str, t.Any]
    internal: t.Mapping[str, t.Any]
    wrappers: tuple[str, ...]

    @property
    def check_mode(self) -> bool:
        """Say whether the task runs in check mode."""
        return self.internal.get("check_mode") is True


def decode(data: bytes) -> Payload:
    """Read the input of one PowerShell run. Raises PayloadError."""
    head, found, rest = data.partition(_SEPARATOR)
    if not found:
        raise PayloadError("the input has no separator of four zero bytes")
    body = _json(rest.partition(_SEPARATOR)[0])
    if head.lstrip().startswith(b"{"):
        return _manifest(body)
    return _exec_wrapper(body)


def decode_command(command: str) -> str:
    """Return the PowerShell text of a command line, however often it was wrapped in -EncodedCommand."""
    while (inner := _unwrapped(command)) is not None:
        command = inner
    return command


def _unwrapped(command: str) -> str | None:
    found = _ENCODED.search(command)
    if not found:
        return None
    try:
        return base64.b64decode(found[1], validate=True).decode("utf-16-le")
    except (binascii.Error, UnicodeDecodeError):
        return None


def _manifest(body: dict[str, t.Any]) -> Payload:
    """Read the form of ansible-core 2.19 and later: a list of scripts to run one inside the other."""
    actions = body.get("actions")
    if not isinstance(actions, list) or not actions or not all(isinstance(item, dict) for item in actions):
        raise PayloadError("the manifest has no actions")
    names = [str(item.get("name", "")).removesuffix(".ps1") for item in actions]
    parameters = actions[-1].get("params") or {}
    wrappers = tuple(kind for kind in ("become", "async") if f"{kind}_wrapper" in names)
    if names[-1] != "module_wrapper":
        return Payload("helper", names[-1], parameters, {}, wrappers)
    if not parameters.get("ForModule"):
        return Payload("script", "script", {}, {}, wrappers)
    variables = {item.get("Name"): item.get("Value") for item in parameters.get("Variables") or []}
    arguments = variables.get("complex_args")
    if not isinstance(arguments, dict):
        raise PayloadError("the manifest has no module arguments")
    return _module(str(parameters.get("Script", "")).removesuffix(".ps1"), arguments, wrappers)


def _exec_wrapper(body: dict[str, t.Any]) -> Payload:
    """Read the form of ansible-core 2.18 and earlier: one wrapper script and everything else beside it."""
    arguments = body.get("module_args")
    actions = body.get("actions")
    if not isinstance(arguments, dict) or not isinstance(actions, list):
        raise PayloadError("the input of the exec wrapper has no module arguments or no actions")
    wrappers = tuple(kind for kind in ("become", "async") if f"{kind}_wrapper" in actions)
    if "module_powershell_wrapper" not in actions and "module_script_wrapper" in actions:
        return Payload("script", "script", {}, {}, wrappers)
    return _module(str(arguments.get(f"{_INTERNAL}module_name", "")), arguments, wrappers)


def _module(full_name: str, arguments: dict[str, t.Any], wrappers: tuple[str, ...]) -> Payload:
    name = full_name.rpartition(".")[2]
    internal = {key.removeprefix(_INTERNAL): value for key, value in arguments.items() if key.startswith(_INTERNAL)}
    plain = {key: value for key, value in arguments.items() if not key.startswith(_INTERNAL)}
    return Payload("module", _ALIASES.get(name, name), plain, internal, wrappers)


def _json(data: bytes) -> dict[str, t.Any]:
    try:
        body = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise PayloadError(f"the part behind the separator is not JSON: {error}") from None
    if not isinstance(body, dict):
        raise PayloadError("the part behind the separator is not a JSON object")
    return body
