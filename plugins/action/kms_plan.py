# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`kms_plan`: from diagnoses to what is going to be repaired. An action, so that no evidence is copied into a subprocess."""

from __future__ import annotations

import datetime
import pathlib
import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ..module_utils._diagnosis import intake
from ..module_utils._diagnosis.model import Diagnosis
from ..module_utils._plain import from_plain, to_plain
from ..module_utils._plan import actions, guards, listing, plan
from ..module_utils._text import messages
from ..plugin_utils import _display

ARGUMENT_SPEC: dict[str, dict[str, t.Any]] = {
    "diagnoses": {"type": "list", "elements": "dict", "required": True},
    "evidence": {"type": "list", "elements": "dict", "required": True},
    "actions": {"type": "list", "elements": "str", "default": list(actions.HARMLESS), "choices": list(actions.NAMES)},
    "disable_blocking_firewall_rules": {"type": "bool", "default": False},
    **{name: {"type": "bool", "default": False} for name in guards.NAMES},
    "journal_dir": {"type": "path", "default": "kms-journal"},
    "display": {"type": "bool", "default": True},
}


class ActionModule(ActionBase):
    """Plans without touching anything; the hosts are never contacted."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        _validation, options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)
        try:
            diagnoses = [from_plain(Diagnosis, item) for item in options["diagnoses"]]
            found = plan.build(
                diagnoses,
                intake.read(options["evidence"]),
                options["actions"],
                options["disable_blocking_firewall_rules"],
                [name for name in guards.NAMES if options[name]],
            )
        except ValueError as error:
            raise AnsibleActionFail(f"kms_plan: {error}") from error
        if options["display"]:
            check_mode = bool(self._task.check_mode)
            _display.show(listing.render(found, _display.width(), check_mode=check_mode))
        # Absolute, because modules run in the folder of the playbook.
        folder = pathlib.Path(options["journal_dir"]).absolute()
        journal = folder / f"kms-journal-{datetime.datetime.now(datetime.timezone.utc):%Y%m%dT%H%M%SZ}.jsonl"
        azure = [{**to_plain(step), "due": step.due} for step in found.azure]
        return {
            **result,
            "changed": False,
            **to_plain(found),
            "azure": azure,
            "journal": str(journal),
            "messages": to_plain(messages(found)),
        }
