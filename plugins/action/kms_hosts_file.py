# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`kms_hosts_file`: no line of the hosts file pins a KMS name."""

from __future__ import annotations

import datetime
import typing as t

from ansible.errors import AnsibleActionFail

from ..module_utils._remedy import hosts_file
from ..module_utils._remedy.hosts_file import HostsFile
from ..plugin_utils._guest_change import GuestChangeAction, Outcome

ARGUMENT_SPEC: dict[str, dict[str, t.Any]] = {
    "state": {"type": "str", "default": hosts_file.ABSENT, "choices": [hosts_file.ABSENT, hosts_file.RESTORED]},
    "names": {"type": "list", "elements": "str", "default": []},
    "backup": {"type": "str"},
}
_SCRIPT = "hosts_file"


class ActionModule(GuestChangeAction):
    """Comments out what gives a KMS name an address of its own, or brings the file of before back."""

    SPEC = ARGUMENT_SPEC
    KEY = "hosts_file"

    def change(self, options: dict[str, t.Any]) -> Outcome:
        """Read the lines, back the file up, change only those, prove by reading again."""
        state = options["state"]
        if options["backup"] is not None and state != hosts_file.RESTORED:
            raise AnsibleActionFail("backup: only used with state: restored")
        names = [name.rstrip(".") for name in options["names"]] or hosts_file.kms_names()
        found = after = self._read(names)
        now = datetime.datetime.now(datetime.timezone.utc)
        work: dict[str, t.Any] | None = None
        if state == hosts_file.RESTORED:
            work = hosts_file.restoration(found, options["backup"], now)
        elif found.entries:
            work = hosts_file.removal(found, names, now)
        if work is None:
            return self._outcome(found, found.lines, None, warnings=(hosts_file.NOTHING_PINNED,))
        if self.check_mode:
            return self._outcome(found, work.get("New", [f"as in {work.get('Source')}"]), work["Backup"])
        answer = self.apply(_SCRIPT, work)
        after = self._read(names)
        failed = hosts_file.judge(answer, after, state)
        shown = after.lines if failed or state == hosts_file.RESTORED else work["New"]
        if not answer.did("write"):
            self._began = False
        backup = work["Backup"] if answer.did("backup") else None
        return self._outcome(found, shown, backup, failed, answer.complaints(hosts_file.FLUSH))

    def _read(self, names: list[str]) -> HostsFile:
        return hosts_file.parse(self.ask(_SCRIPT, {"Names": names}))

    def _outcome(
        self,
        found: HostsFile,
        after: list[str],
        backup: str | None,
        failed: str | None = None,
        warnings: tuple[str, ...] = (),
    ) -> Outcome:
        value = {"path": found.path, "before": found.lines, "after": after, "backup": backup}
        return Outcome(backup is not None and after != found.lines, value, found.lines, after, failed, warnings)
