# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Running token_store.ps1 from an action plugin, with a restart in between where it helps.

FOR INTERNAL COLLECTION USE ONLY.
"""

from __future__ import annotations

import typing as t

from ..module_utils._diagnosis.view import View
from ..module_utils._guest import text
from ..module_utils._remedy.answer import Answer, ScriptStep
from ..module_utils._remedy.attempt import FINAL_CODES, FUTILE_CODES
from ..module_utils._remedy.token_store import disk, plan, result
from ..module_utils._remedy.token_store.disk import Disk
from ..module_utils._remedy.token_store.plan import StorePlan
from ._guest_change import GuestChangeAction
from ._guest_script import GuestScriptError, run_guest_script
from ._other_action import other

_SCRIPT = "token_store"


class TokenStoreAction(GuestChangeAction):
    """Carries out plans for the token store and keeps what came of them. `begin` comes first."""

    def begin(self, options: dict[str, t.Any]) -> None:
        """Start with nothing done."""
        self.options = options
        self.answers: list[Answer] = []
        self.foreseen: list[ScriptStep] = []
        self.rebooted = False

    @property
    def steps(self) -> tuple[ScriptStep, ...]:
        """Every step that was run, or is foreseen, in order."""
        return (*(step for answer in self.answers for step in answer.steps), *self.foreseen)

    def read_disk(self) -> Disk:
        """Return what is on the guest's disk; asks nothing of the licensing service."""
        return disk.parse(run_guest_script(self, _SCRIPT, {"Steps": []}, self._task_vars).answer)

    def carry_out(self, work: StorePlan, view: View) -> str | None:
        """Run a plan; return in one line what went wrong, None when nothing did."""
        if self.check_mode:
            self.foreseen += [ScriptStep(name, None) for name in work.names]
            return None
        may_restart = self.options["reboot"] == "if_needed"
        answer = self._run(work, view, keep_for_restart=may_restart)
        if may_restart and answer.failed is not None and answer.failed.name == plan.ACTIVATE:
            if result.restart_may_help(answer.failed):
                self._restart(work)
                answer = self._run(plan.after_restart(work), view)
            else:
                back = self._run(plan.roll_back(work.marker), view)
                answer = Answer((*answer.steps, *back.steps), answer.more)
        if result.whole(answer):
            return None
        self._began = not result.unchanged(answer)
        return result.explain(work, answer, not self.rebooted and result.restart_may_help(answer.failed))

    def _run(self, work: StorePlan, view: View, keep_for_restart: bool = False) -> Answer:
        key = view.client_key.key if "install_key" in work.steps else None
        parameters = work.parameters(keep_for_restart)
        parameters |= {
            "Attempts": self.options["attempts"],
            "IntervalSeconds": self.options["interval"],
            "FinalCodes": list(FINAL_CODES),
            "FutileCodes": list(FUTILE_CODES),
        }
        self.tell(f"runs {', '.join(work.names)}; this may take minutes")
        answer = self.apply(_SCRIPT, parameters, {"ProductKey": key.key} if key is not None else None)
        self.answers.append(answer)
        return answer

    def _restart(self, work: StorePlan) -> None:
        """Restart Windows as ansible.windows.win_reboot does. Raises GuestScriptError."""
        arguments = {"msg": "Restart to rebuild the token store of the licensing service"}
        reboot = other(self, "ansible.windows.win_reboot", arguments)
        told = reboot.run(task_vars=self._task_vars)
        if told.get("failed") or not told.get("rebooted"):
            raise GuestScriptError(
                f"Windows did not come back from its restart: {text.message(str(told.get('msg') or 'no reason was given'))}; "
                f"the old store is {work.marker.backup}; next: run this again, which finishes or goes back"
            )
        self.rebooted = True
