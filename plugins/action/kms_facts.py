# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`kms_facts`: one PowerShell run on the guest, interpreted on the controller."""

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase

from ..module_utils._guest import subset
from ..module_utils._guest.reading import understand
from ..module_utils._plain import to_plain
from ..plugin_utils import _given, _recordings
from ..plugin_utils._guest_read import DEFAULTS, ask_guest
from ..plugin_utils._guest_script import GuestScriptError
from ..plugin_utils._options import CLOUD, PROBE, check_endpoints, check_ranges

ARGUMENT_SPEC: dict[str, dict[str, t.Any]] = {
    "gather_subset": {"type": "list", "elements": "str", "default": ["all"]},
    "probe_timeout": {"type": "int", "default": DEFAULTS["probe_timeout"]},
    "event_days": {"type": "int", "default": DEFAULTS["event_days"]},
    "cloud": CLOUD,
    "kms_endpoints": {
        "type": "dict",
        "options": {
            "names": {"type": "list", "elements": "str"},
            "addresses": {"type": "list", "elements": "str"},
            "port": {"type": "int"},
        },
    },
    "record": {"type": "path"},
}

# Ansible loads action plugins before it starts a worker for each host: what the role's variables go through is read once here.
_given.options()


class ActionModule(ActionBase):
    """Gathers `ansible_facts.kms`."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        _validation, options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)
        check_ranges(options, PROBE)
        check_endpoints(options["kms_endpoints"])
        try:
            sections = subset.resolve(options["gather_subset"])
            reading = ask_guest(self, sections, options, task_vars)
        except (subset.SubsetError, GuestScriptError) as error:
            return {**result, "failed": True, "changed": False, "msg": str(error)}
        result.update(changed=False, ansible_facts={"kms": to_plain(understand(reading))})
        if options["record"]:
            _made, warnings = _recordings.save(options["record"], guest=reading)
            # No fact: those are kept for the play, and in a fact cache for longer.
            result["kms_reading"] = reading
            if warnings:
                result["warnings"] = warnings
        return result
