# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`kms_token_store`: the token store rebuilt or brought back, so that a run that is cut off at any point can be continued."""

from __future__ import annotations

import datetime
import typing as t

from ansible.errors import AnsibleActionFail

from ..module_utils._diagnosis.view import View
from ..module_utils._guest.evidence import GuestEvidence
from ..module_utils._remedy.activation import ACTIVATED, ALREADY, FAILED, NOT_ATTEMPTED
from ..module_utils._remedy.activation_result import license_state
from ..module_utils._remedy.attempt import attempts
from ..module_utils._remedy.preconditions import RefusedError, require_rights, view_of
from ..module_utils._remedy.token_store import marker, plan, preconditions, result
from ..module_utils._remedy.token_store.disk import Disk
from ..module_utils._remedy.token_store.plan import StorePlan
from ..plugin_utils._guest_change import Outcome
from ..plugin_utils._options import CLOUD, check_ranges
from ..plugin_utils._token_store import TokenStoreAction

ARGUMENT_SPEC: dict[str, dict[str, t.Any]] = {
    "state": {"type": "str", "default": "rebuilt", "choices": ["rebuilt", "restored"]},
    "backup": {"type": "str"},
    "force": {"type": "bool", "default": False},
    "attempts": {"type": "int", "default": 12},
    "interval": {"type": "int", "default": 5},
    "reboot": {"type": "str", "default": "never", "choices": ["never", "if_needed"]},
    "cloud": CLOUD,
}
_LIMITS = {"attempts": (1, 100), "interval": (0, 600)}
# What was read before anything was done.
Start = tuple[Disk, GuestEvidence]
_SECTIONS = ("license", "events", "token_store", "clock", "connectivity")


class ActionModule(TokenStoreAction):
    """Rebuilds the token store, brings a backup back, and first of all ends what an earlier run left half done."""

    SPEC = ARGUMENT_SPEC
    KEY = "token_store"

    def change(self, options: dict[str, t.Any]) -> Outcome:
        _check(options)
        self.begin(options)
        found, guest = self.read_disk(), self._read()
        before, first = found, guest
        view = view_of(guest)
        require_rights(guest)
        preconditions.require_state(found)
        cut_off = marker.read(found)
        recovered = None
        if cut_off is not None:
            desired = options["state"], options["backup"]
            work = plan.recover(view, found, cut_off, prefer_old=options["state"] == plan.RESTORED)
            failed = self.carry_out(work, view)
            recovered = work.recovers if failed is None else None
            if failed is not None or plan.fulfils(work, found, *desired):
                return self._outcome(work, recovered, failed, (before, first))
            found = plan.predict(work, found) if self.check_mode else self.read_disk()
            view = view if self.check_mode else view_of(self._read())
        try:
            own = self._decide(view, found)
        except RefusedError as refusal:
            if recovered is None:
                raise
            raise RefusedError(refusal.id, f"a run that was cut off is {_words(recovered)}, but: {refusal}") from None
        if own is None:
            return self._unneeded(found, recovered, (before, first))
        return self._outcome(own, recovered, self.carry_out(own, view), (before, first))

    def _decide(self, view: View, found: Disk) -> StorePlan | None:
        now = datetime.datetime.now(datetime.timezone.utc)
        if self.options["state"] == plan.RESTORED:
            return plan.restore(found, now, self.options["backup"])
        return plan.rebuild(view, found, now, self.options["force"])

    def _read(self) -> GuestEvidence:
        return self.read(*_SECTIONS, cloud=self.options["cloud"])

    def _outcome(self, work: StorePlan, recovered: str | None, failed: str | None, start: Start) -> Outcome:
        before, first = start
        ended = plan.predict(work, before) if self.check_mode else self.read_disk()
        last = first if self.check_mode else self.read("license")
        tried = plan.ACTIVATE in work.steps and not self.check_mode
        if tried and failed is None and not view_of(last).licensed:
            failed = "the store is rebuilt, but Windows does not say that it is licensed; next: kms_facts shows why"
        outcome = FAILED if failed is not None else ACTIVATED
        value = result.TokenStore(
            path=work.marker.path,
            backup=work.marker.backup if ended.find(work.marker.backup) is not None else None,
            recovered=recovered,
            steps=self.steps,
            activation=result.Activation(
                attempts(self.answers),
                outcome if tried else NOT_ATTEMPTED,
                license_state(first),
                None if self.check_mode else license_state(last),
            ),
            reboot_required=not self.rebooted and any(result.restart_may_help(item.failed) for item in self.answers),
        )
        foreseen = "licensed" if self.check_mode and plan.ACTIVATE in work.steps else None
        return Outcome(
            changed=failed is None or self._began or recovered is not None,
            value=value,
            before=result.compared(before, _status(first)),
            after=result.compared(ended, foreseen or _status(last)),
            failed=failed,
            warnings=_warnings(before, first),
        )

    def _unneeded(self, found: Disk, recovered: str | None, start: Start) -> Outcome:
        before, first = start
        done = ALREADY if self.options["state"] == plan.REBUILT else NOT_ATTEMPTED
        state = license_state(first)
        value = result.TokenStore(found.path, None, recovered, self.steps, result.Activation((), done, state, state))
        status = _status(first)
        return Outcome(recovered is not None, value, result.compared(before, status), result.compared(found, status))


def _status(guest: GuestEvidence) -> str | None:
    state = license_state(guest)
    return state["status_name"] if state is not None else None


def _warnings(found: Disk, guest: GuestEvidence) -> tuple[str, ...]:
    warnings = []
    if len(found.stores) > 1:
        warnings.append(f"there are several files tokens.dat; {found.path} is the one that counts")
    addons = guest.license.others if guest.license is not None else ()
    if addons:
        keys = ", ".join(str(row.partial_product_key) for row in addons)
        warnings.append(f"other keys in the token store may have to be installed again (last five characters: {keys})")
    return tuple(warnings)


def _words(recovered: str) -> str:
    return recovered.replace("_", " ")


def _check(options: dict[str, t.Any]) -> None:
    check_ranges(options, _LIMITS)
    if options["backup"] is not None and options["state"] != plan.RESTORED:
        raise AnsibleActionFail("backup: only used with state: restored")
