# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Running one of the collection's PowerShell scripts on the guest, from an action plugin.

FOR INTERNAL COLLECTION USE ONLY.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import importlib
import json
import pathlib
import re
import typing as t
import xml.etree.ElementTree as ET
import xml.parsers.expat

from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import module_loader, ps_module_utils_loader

from ..module_utils._guest import text

_MODULE = "ansible.windows.win_powershell"
_SCRIPTS = pathlib.Path(__file__).parent / "_powershell"
# An include with the empty functions below it, which declare what is taken from there and make the file whole to every checker.
_INCLUDE = re.compile(r"^# include: (\w+\.ps1)\n(?:function [\w-]+ \{ \}\n)*", re.MULTILINE)
# A shared file has an empty parameter block of its own, so that it is a whole script to every checker.
_HEADER_END = "\nparam()\n"

# Ansible loads action plugins before it starts a worker for each host: what is looked up here, none of them looks up again.
module_loader.find_plugin_with_context(_MODULE, mod_type=".ps1")
ps_module_utils_loader.find_plugin("Ansible.Basic", ".cs")


class GuestScriptError(Exception):
    """The script gave no answer; the message says why in one line, fit for `msg`."""


@dataclasses.dataclass(frozen=True)
class GuestScriptResult:
    """The script's parsed JSON answer, and the controller's UTC time before and after."""

    answer: dict[str, t.Any]
    before: datetime.datetime
    after: datetime.datetime


def run_guest_script(
    action: ActionBase,
    name: str,
    parameters: t.Mapping[str, t.Any],
    task_vars: dict[str, t.Any] | None,
    sensitive_parameters: t.Mapping[str, str] | None = None,
) -> GuestScriptResult:
    """Run `_powershell/<name>.ps1` once over the task's connection and return its answer.

    Values travel as parameters, never inside the script; sensitive ones are kept out of every log.
    Raises GuestScriptError; a guest that cannot be reached raises AnsibleConnectionFailure, as every module does.
    """
    _require(action)
    arguments: dict[str, t.Any] = {"script": script_text(name), "parameters": dict(parameters)}
    if sensitive_parameters:
        arguments["sensitive_parameters"] = [{"name": key, "value": item} for key, item in sensitive_parameters.items()]
    before = datetime.datetime.now(datetime.timezone.utc)
    outcome = _execute(action, arguments, task_vars)
    after = datetime.datetime.now(datetime.timezone.utc)
    return GuestScriptResult(parse_outcome(name, outcome), before, after)


def script_text(name: str) -> str:
    """Return `_powershell/<name>.ps1` as it is sent: each `# include: <file>` replaced by what follows that file's header.

    What an included file includes itself is left to the script, which includes it as well. All below the parameters runs in
    a scope of its own: win_powershell runs scripts in the global one, where the functions of a module that Windows loads in
    mid-run replace ours of the same name.
    """
    script = (_SCRIPTS / f"{name}.ps1").read_text(encoding="utf-8")
    head, first, rest = script.partition("# include: ")
    if not first:
        return script
    body = _INCLUDE.sub(lambda match: _included(match.group(1)), first + rest)
    return f"{head}& {{\n{body.rstrip()}\n}}\n"


def _included(file: str) -> str:
    body = (_SCRIPTS / file).read_text(encoding="utf-8").partition(_HEADER_END)[2]
    return _INCLUDE.sub("", body).strip("\n") + "\n"


def _execute(
    action: ActionBase, arguments: dict[str, t.Any], task_vars: dict[str, t.Any] | None
) -> t.Mapping[str, t.Any]:
    try:
        outcome = action._execute_module(module_name=_MODULE, module_args=arguments, task_vars=task_vars)
    except OSError as error:
        # An error of the controller's own files has a name in it; a connection that breaks has none.
        if error.filename is not None:
            raise
        raise AnsibleConnectionFailure(f"the connection broke off: {text.message(str(error))}") from error
    except _wire_errors() as error:
        raise AnsibleConnectionFailure(f"invalid WinRM response from the guest: {text.message(str(error))}") from error
    return t.cast("t.Mapping[str, t.Any]", outcome)


def _wire_errors() -> tuple[type[Exception], ...]:
    """Return what the WinRM libraries raise in mid-run and their connection plugins let through, as far as installed."""
    found: list[type[Exception]] = [ET.ParseError, xml.parsers.expat.ExpatError]
    for module in ("winrm.exceptions", "pypsrp.exceptions"):
        with contextlib.suppress(ImportError):
            library = importlib.import_module(module)
            found += [library.WinRMError, library.WinRMTransportError]
    return tuple(found)


def parse_outcome(name: str, outcome: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the JSON object in the first output of win_powershell; raises as `run_guest_script` does."""
    if outcome.get("unreachable"):
        raise AnsibleConnectionFailure(text.message(str(outcome.get("msg") or "the guest cannot be reached")))
    if outcome.get("failed"):
        raise GuestScriptError(f"{name} failed on the guest: {_reason(outcome)}")
    if outcome.get("skipped"):
        raise GuestScriptError(f"{name} was skipped on the guest: {_reason(outcome)}")
    output = outcome.get("output")
    answer = output[0] if isinstance(output, list) and output else None
    if not isinstance(answer, str):
        raise GuestScriptError(f"{name} gave no answer on the guest: {_reason(outcome)}")
    try:
        parsed = json.loads(answer)
    except (ValueError, RecursionError):
        shown = f"starts with '{text.message(answer, 60)}'"
        if answer.lstrip().startswith("{"):
            shown = f"breaks off or is damaged after {len(answer)} characters"
        raise GuestScriptError(f"the answer of {name} is not JSON: it {shown}") from None
    if not isinstance(parsed, dict):
        raise GuestScriptError(f"the answer of {name} is not a JSON object")
    return parsed


def _require(action: ActionBase) -> None:
    shell = action._connection._shell
    if not getattr(shell, "_IS_WINDOWS", False):
        connection = getattr(action._connection, "transport", "this")
        raise GuestScriptError(
            f"the host is not set up as a Windows host: its {connection} connection has no PowerShell or cmd shell "
            "(use winrm, psrp, or ssh with ansible_shell_type=powershell)"
        )
    loader = action._shared_loader_obj.module_loader
    if not loader.find_plugin_with_context(_MODULE, mod_type=".ps1").resolved:
        raise GuestScriptError(f"{_MODULE} was not found on the controller: install the collection ansible.windows")


def _reason(outcome: t.Mapping[str, t.Any]) -> str:
    """Say in one line why there is no answer: the script's own error, PowerShell's, or the module's message."""
    errors = outcome.get("error")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    exception = first.get("exception")
    told = (exception.get("message") if isinstance(exception, dict) else None) or first.get("output")
    if told:
        return text.message(str(told))
    raw = str(outcome.get("module_stderr") or "").strip() or str(outcome.get("module_stdout") or "").strip()
    if raw:
        return f"PowerShell did not run as expected (exit code {outcome.get('rc')}): {text.message(raw)}"
    return text.message(str(outcome.get("msg") or "no reason was given"))
