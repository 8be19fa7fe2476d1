# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`kms_host`: the KMS host that Windows asks."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail

from ..module_utils._reference import endpoints
from ..module_utils._remedy import host
from ..plugin_utils._guest_change import GuestChangeAction, Outcome
from ..plugin_utils._options import CLOUD, PORT, check_ranges

ARGUMENT_SPEC: dict[str, dict[str, t.Any]] = {
    "state": {"type": "str", "default": host.PRESENT, "choices": [host.PRESENT, host.ABSENT]},
    "name": {"type": "str", "default": host.AUTO},
    "port": {"type": "int", "default": endpoints.KMS_PORT},
    "cloud": CLOUD,
    "clear_product_overrides": {"type": "bool", "default": True},
}
_SECTIONS = ("os", "license", "kms_settings", "imds")


class ActionModule(GuestChangeAction):
    """Sets or clears the KMS host."""

    SPEC = ARGUMENT_SPEC
    KEY = "host"

    def change(self, options: dict[str, t.Any]) -> Outcome:
        """Decide by the settings that are there, set or clear, prove by reading again."""
        try:
            host.check_name(options["name"])
        except ValueError as error:
            raise AnsibleActionFail(str(error)) from None
        check_ranges(options, PORT)
        cloud = options["cloud"]
        guest = self.read(*_SECTIONS, cloud=cloud)
        place = host.wanted(guest, options["state"], options["name"], options["port"])
        plan = host.decide(guest, place, options["clear_product_overrides"])
        before = after = host.state(guest)
        failed, warnings = None, host.warnings(guest, plan)
        if plan.change and self.check_mode:
            after = host.preview(guest, plan)
        elif plan.change:
            answer = self.apply("set_host", plan.parameters)
            guest = self.read(*_SECTIONS, cloud=cloud)
            after = host.state(guest)
            failed = host.judge(answer, guest, plan)
            warnings += answer.complaints(host.RESTART)
        if failed and after == before:
            failed += "; the KMS host settings are as before"
        value = {"before": before, "after": after, "policy": host.policy(guest), "warnings": warnings}
        return Outcome(after != before, value, before, after, failed, warnings)
