# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`kms_recording`: put what was read of one host into one file, on the controller."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ..plugin_utils import _evidence, _recordings, _vm_id

ARGUMENT_SPEC: dict[str, dict[str, t.Any]] = {
    "dest": {"type": "path", "required": True},
    "facts": {"type": "dict", "required": True},
    "azure": {"type": "dict"},
    "verification": {"type": "list", "elements": "dict"},
    "masked": {"type": "bool", "default": True},
}
_FACTS = "__facts"
_NOT_RECORDED = "facts: it holds no kms_reading; give kms_facts the option record and register its result"


class ActionModule(ActionBase):
    """Writes a file on the controller; the host is not contacted."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        _validation, options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)
        facts, azure = options["facts"], options["azure"]
        error = _evidence.guest_error(facts)
        reading = facts.get("kms_reading")
        if error is None and reading is None:
            raise AnsibleActionFail(_NOT_RECORDED)
        recorded, problem = _azure(azure, {**(task_vars or {}), _FACTS: facts})
        made, warnings = _recordings.save(
            options["dest"],
            masked=options["masked"],
            guest=reading,
            guest_error=error,
            azure=recorded,
            azure_error=problem,
            verification=_observed(options["verification"]),
        )
        if warnings:
            result["warnings"] = warnings
        return {**result, "changed": False, "path": options["dest"], "verdict": made["verdict"]}


def _observed(rows: list[dict[str, t.Any]] | None) -> list[dict[str, t.Any]] | None:
    """Return what was seen, without the words of the questions, which would be masked."""
    return None if rows is None else [{key: row.get(key) for key in ("id", "status", "answer")} for row in rows]


def _azure(
    result: t.Mapping[str, t.Any] | None, variables: t.Mapping[str, t.Any]
) -> tuple[dict[str, t.Any] | None, str | None]:
    """Return the host's reading of Azure, or why there is none; neither where Azure was not to be asked."""
    if result is None:
        return None, None
    vm_id, problem = _vm_id.find(variables, _FACTS)
    for found in result.get("recordings") or ():
        if vm_id and str(found.get("vm_id")).lower() == vm_id.lower():
            return found, None
    return None, _evidence.azure_problem(result) if vm_id else problem
