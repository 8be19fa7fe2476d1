# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`kms_diagnosis`: judge gathered evidence on the controller. An action, so that no evidence is copied into a subprocess or echoed."""

from __future__ import annotations

import collections
import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ..module_utils._diagnosis import intake
from ..module_utils._diagnosis.engine import diagnose
from ..module_utils._diagnosis.model import SEVERITIES, Diagnosis
from ..module_utils._plain import to_plain

_GUEST_ERROR: dict[str, t.Any] = {
    "kind": {"type": "str", "required": True, "choices": ["unreachable", "failed", "not_asked"]},
    "message": {"type": "str", "required": True},
}
_EVIDENCE: dict[str, t.Any] = {
    "name": {"type": "str", "required": True},
    "guest": {"type": "dict"},
    "guest_error": {"type": "dict", "options": _GUEST_ERROR},
    "path": {"type": "dict"},
    "azure_error": {"type": "str"},
    "repaired": {"type": "bool", "default": False},
}
ARGUMENT_SPEC: dict[str, dict[str, t.Any]] = {
    "evidence": {"type": "list", "elements": "dict", "required": True, "options": _EVIDENCE}
}
# The items are checked by `intake`, whose errors name the item and its host.
_SHALLOW = {"evidence": {"type": "list", "elements": "dict", "required": True}}


class ActionModule(ActionBase):
    """Judges without touching anything; the hosts are never contacted."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        _validation, options = self.validate_argument_spec(argument_spec=_SHALLOW)
        try:
            diagnoses = [diagnose(evidence) for evidence in intake.read(options["evidence"])]
        except ValueError as error:
            raise AnsibleActionFail(str(error)) from error
        return {**result, "changed": False, "diagnoses": to_plain(diagnoses), "summary": summary(diagnoses)}


def summary(diagnoses: t.Sequence[Diagnosis]) -> dict[str, t.Any]:
    """Return how many hosts have each root cause, and how many a root cause of each severity."""
    causes = collections.Counter(diagnosis.root_cause.id for diagnosis in diagnoses)
    severities = collections.Counter(diagnosis.root_cause.severity for diagnosis in diagnoses)
    return {
        "hosts": len(diagnoses),
        "root_causes": dict(sorted(causes.items())),
        "severities": {severity: severities[severity] for severity in SEVERITIES},
    }
