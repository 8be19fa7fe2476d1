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
from ..module_utils._recording.recording import RecordingError, replay
from ..plugin_utils import _recordings

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
    "resource_id": {"type": "str"},
    "repaired": {"type": "bool", "default": False},
}
ARGUMENT_SPEC: dict[str, dict[str, t.Any]] = {
    "evidence": {"type": "list", "elements": "dict", "options": _EVIDENCE},
    "recordings": {"type": "list", "elements": "path"},
}
_ONE_OF = (("evidence", "recordings"),)
# The items are checked by `intake`, whose errors name the item and its host.
_SHALLOW = {**ARGUMENT_SPEC, "evidence": {"type": "list", "elements": "dict"}}


class ActionModule(ActionBase):
    """Judges without touching anything; the hosts are never contacted."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        _validation, options = self.validate_argument_spec(
            argument_spec=_SHALLOW, mutually_exclusive=_ONE_OF, required_one_of=_ONE_OF
        )
        recorded = options["evidence"] is None
        diagnoses = _replayed(options["recordings"]) if recorded else _judged(options["evidence"])
        return {**result, "changed": False, "diagnoses": to_plain(diagnoses), "summary": summary(diagnoses)}


def _judged(evidence: list[t.Any]) -> list[Diagnosis]:
    try:
        return [diagnose(item) for item in intake.read(evidence)]
    except ValueError as error:
        raise AnsibleActionFail(str(error)) from error


def _replayed(paths: t.Sequence[str]) -> list[Diagnosis]:
    """Judge recordings by the names of their files."""
    found: dict[str, Diagnosis] = {}
    for path in paths:
        for name, recording in _recordings.load(path):
            if name in found:
                raise AnsibleActionFail(f"recordings: two files are called {name}.json, rename one")
            try:
                found[name] = replay(recording, name)
            except RecordingError as error:
                raise AnsibleActionFail(f"recordings: {name}: {error}") from error
    return list(found.values())


def summary(diagnoses: t.Sequence[Diagnosis]) -> dict[str, t.Any]:
    """Return how many hosts have each root cause, and how many a root cause of each severity."""
    causes = collections.Counter(diagnosis.root_cause.id for diagnosis in diagnoses)
    severities = collections.Counter(diagnosis.root_cause.severity for diagnosis in diagnoses)
    return {
        "hosts": len(diagnoses),
        "root_causes": dict(sorted(causes.items())),
        "severities": {severity: severities[severity] for severity in SEVERITIES},
    }
