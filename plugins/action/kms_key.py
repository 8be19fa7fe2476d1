# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`kms_key`: the product key that fits the edition."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail

from ..module_utils._remedy import key
from ..plugin_utils._guest_change import GuestChangeAction, Outcome

ARGUMENT_SPEC: dict[str, dict[str, t.Any]] = {
    "product_key": {"type": "str", "default": key.AUTO, "no_log": True},
    "convert": {"type": "bool", "default": False},
}


class ActionModule(GuestChangeAction):
    """Installs the KMS client setup key, or a given one."""

    SPEC = ARGUMENT_SPEC
    KEY = "key"

    def change(self, options: dict[str, t.Any]) -> Outcome:
        """Decide by edition, channel and the last five characters, install, prove by reading again."""
        try:
            given = key.parse_option(options["product_key"])
        except ValueError as error:
            raise AnsibleActionFail(str(error)) from None
        guest = self.read("os", "license")
        plan = key.decide(guest, given, options["convert"])
        before = after = key.state(guest)
        failed, warnings = None, plan.warnings
        if plan.install and self.check_mode:
            after = key.preview(plan.wanted)
        elif plan.install:
            answer = self.apply("set_key", {}, {"ProductKey": plan.wanted.text})
            guest = self.read("os", "license")
            after = key.state(guest)
            failed, warnings = key.judge(answer, guest, plan.wanted), answer.complaints("refresh")
        if failed and after == before:
            failed += "; the installed key is as before"
        edition = guest.os.edition_id if guest.os is not None else None
        value = {"before": before, "after": after, "edition": edition}
        return Outcome(after != before, value, before, after, failed, warnings)
