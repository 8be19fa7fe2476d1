# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How win_powershell answers: its keys, its check mode, and what it says about a script that throws."""

from __future__ import annotations

import json
import re
import typing as t

from tests.lab.server.payload import Payload
from tests.lab.server.scripts import Machine, Script, fingerprint

Changing = t.Callable[[Script, Payload], dict[str, t.Any]]
_SHOULD_PROCESS = re.compile(r"\[CmdletBinding\([^)]*SupportsShouldProcess(?!\s*=\s*\$false)[^)]*\)\]", re.IGNORECASE)
_OPTIONS: t.Mapping[str, t.Any] = {
    "arguments": None, "chdir": None, "creates": None, "depth": 2, "error_action": "continue", "executable": None,
    "parameters": None, "path": None, "remote_src": False, "removes": None, "script": None,
    "sensitive_parameters": None,
}  # fmt: skip


def answer(
    payload: Payload,
    scripts: t.Mapping[str, Script],
    machine: t.Callable[[], Machine],
    change: Changing | None = None,
    wake: t.Callable[[Payload], None] | None = None,
) -> dict[str, t.Any]:
    """Return the result of one win_powershell run. Raises CutError."""
    invocation = {"invocation": {"module_args": {**_OPTIONS, **payload.arguments}}}
    text = str(payload.arguments.get("script") or "")
    if payload.check_mode and not _SHOULD_PROCESS.search(text):
        return {**invocation, "changed": True, "msg": "skipped, running in check mode"}
    script = scripts.get(fingerprint(text))
    said: dict[str, t.Any]
    if script is not None and script.twin is not None:
        if wake is not None:
            wake(payload)
        said = script.twin(machine(), parameters(payload))
    elif script is not None and script.change is not None and change is not None:
        said = change(script, payload)
    else:
        name = f" ({script.name}.ps1)" if script else ""
        return {**invocation, **_thrown(f"lab: this script is not simulated{name}")}
    line = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    changed = any(step.get("ok") for step in said.get("steps", []))
    return {**invocation, **_streams(), "changed": changed, "failed": False, "output": [line]}


def parameters(payload: Payload) -> dict[str, t.Any]:
    """Return the script's parameters, the sensitive ones among them."""
    sensitive = payload.arguments.get("sensitive_parameters") or []
    return {
        **(payload.arguments.get("parameters") or {}),
        **{str(item["name"]): item.get("value") for item in sensitive if item.get("name")},
    }


def script_name(payload: Payload, scripts: t.Mapping[str, Script]) -> str | None:
    """Return the file name (without extension) of the script that the payload runs, None when it is not known."""
    script = scripts.get(fingerprint(str(payload.arguments.get("script") or "")))
    return script.name if script else None


def _streams() -> dict[str, t.Any]:
    return {
        "result": {}, "host_out": "", "host_err": "", "output": [], "error": [], "warning": [], "verbose": [],
        "debug": [], "information": [],
    }  # fmt: skip


def _thrown(message: str) -> dict[str, t.Any]:
    error: dict[str, t.Any] = {
        "output": f"{message}\r\n    + CategoryInfo          : OperationStopped: (:String) [], RuntimeException\r\n",
        "error_details": None,
        "exception": {
            "message": message, "type": "System.Management.Automation.RuntimeException", "help_link": None,
            "source": None, "hresult": -2146233087, "inner_exception": None,
        },
        "target_object": message,
        "category_info": {
            "category": "OperationStopped", "category_id": 14, "activity": "", "reason": "RuntimeException",
            "target_name": message, "target_type": "String",
        },
        "fully_qualified_error_id": message,
        "script_stack_trace": "at <ScriptBlock>, <No file>: line 1",
        "pipeline_iteration_info": [],
    }  # fmt: skip
    return {**_streams(), "changed": True, "failed": True, "msg": message, "error": [error]}
