# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`kms_verify`: observe on a disposable VM what documents leave open."""

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase

from ..plugin_utils import _questions
from ..plugin_utils._guest_script import GuestScriptError, run_guest_script

ARGUMENT_SPEC: dict[str, dict[str, t.Any]] = {
    "disposable": {"type": "bool", "required": True},
    "questions": {"type": "list", "elements": "str", "choices": [question.id for question in _questions.QUESTIONS]},
}
_REFUSED = (
    "disposable: nothing was done. This changes the KMS host and the firewall of the VM for a moment. "
    "Say true only for a VM that you can throw away."
)
_LEFT = "Not everything could be put back on this VM: {ids}. Look at it, or throw the VM away."


class ActionModule(ActionBase):
    """Runs verify.ps1 once."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        _validation, options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)
        if not options["disposable"]:
            return {**result, "failed": True, "changed": False, "msg": _REFUSED}
        asked = options["questions"] or [question.id for question in _questions.QUESTIONS]
        try:
            run = run_guest_script(self, "verify", {"Questions": asked}, task_vars)
        except GuestScriptError as error:
            return {**result, "failed": True, "changed": False, "msg": str(error)}
        listed = run.answer.get("answers")
        answers = [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
        rows = _questions.joined(answers, asked)
        left = [row["id"] for row in rows if row["status"] == "not_restored"]
        if left:
            result["warnings"] = [_LEFT.format(ids=", ".join(left))]
        touched = any(item.get("changes") and not item.get("skipped") for item in answers)
        return {**result, "changed": touched, "verification": rows, "table": _questions.table(rows)}
