# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the fleet report and show its table."""

from __future__ import annotations

import datetime
import json
import pathlib
import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.azure_windows.activation.plugins.module_utils._report import console, model
from ansible_collections.azure_windows.activation.plugins.module_utils._version import VERSION
from ansible_collections.azure_windows.activation.plugins.plugin_utils import _display, _files

FILE = "kms-report.json"

ARGUMENT_SPEC: dict[str, t.Any] = {
    "diagnoses": {"type": "list", "elements": "dict", "required": True},
    "report_dir": {"type": "path", "default": "kms-report"},
    "display": {"type": "bool", "default": True},
}


class ActionModule(ActionBase):
    """Runs on the controller only; the guests are never contacted."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        _validation, options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)
        path = pathlib.Path(options["report_dir"]).absolute() / FILE
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        try:
            report = model.build(options["diagnoses"], now, VERSION)
            _files.write_atomically(path, json.dumps(report, ensure_ascii=False, indent=2) + "\n")
        except ValueError as error:
            raise AnsibleActionFail(f"kms_report: {error}") from error
        except OSError as error:
            raise AnsibleActionFail(f"kms_report: cannot write {path}: {error.strerror or error}") from error
        if options["display"]:
            _display.show(console.render(report, str(path), _display.width()))
        result.update(changed=False, report={"path": str(path), "summary": report["summary"]})
        return result
