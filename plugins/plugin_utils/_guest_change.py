# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Base of the actions that change a guest: read it, decide, run a script, read it again.

FOR INTERNAL COLLECTION USE ONLY.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..module_utils._guest import subset, text
from ..module_utils._guest.evidence import GuestEvidence
from ..module_utils._plain import to_plain
from ..module_utils._remedy.answer import Answer, parse
from ..module_utils._remedy.preconditions import RefusedError, require_full_language
from ._guest_read import read_guest
from ._guest_script import GuestScriptError, run_guest_script

# A message may hold several parts: what failed, why, what was put back, what to do.
_MESSAGE_LIMIT = 1000
# What most steps of a plan read, so that one reading serves the next step as well.
_SHARED = ("os", "license", "services")


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What a module found and did.

    `value` goes under the module's own key, `before` and `after` into the diff; `failed` says in one line why it failed.
    """

    changed: bool
    value: t.Any
    before: t.Any
    after: t.Any
    failed: str | None = None
    warnings: tuple[str, ...] = ()


class GuestChangeAction(ActionBase):
    """A subclass sets SPEC and KEY and writes `change`; refusals and lost scripts become results here."""

    SPEC: t.ClassVar[dict[str, dict[str, t.Any]]] = {}
    KEY: t.ClassVar[str] = ""
    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False
    _began = False
    _in_plan = False
    _handed: GuestEvidence | None = None
    # What was read last with nothing changed since, for the next step of a plan.
    last_read: GuestEvidence | None = None

    def change(self, options: dict[str, t.Any]) -> Outcome:
        """Do the module's work with its checked options. May raise RefusedError and GuestScriptError."""
        raise NotImplementedError

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        _validation, options = self.validate_argument_spec(argument_spec=self.SPEC)
        self._task_vars = task_vars
        try:
            outcome = self.change(options)
        except RefusedError as refusal:
            told = {"refused": refusal.id, "msg": text.message(str(refusal), _MESSAGE_LIMIT)}
            return {**result, **told, "failed": True, "changed": self._began}
        except GuestScriptError as error:
            return {**result, "failed": True, "changed": self._began, "msg": str(error)}
        return {**result, **self._told(outcome)}

    @property
    def check_mode(self) -> bool:
        """Whether only a preview is wanted: then no changing script is run at all."""
        return bool(self._task.check_mode)

    def read(self, *sections: str, cloud: str | None = None) -> GuestEvidence:
        """Return what the guest says of these sections and of what they need."""
        options = {} if cloud is None else {"cloud": cloud}
        wanted = subset.resolve([f"!{subset.MIN}", *sections, *(_SHARED if self._in_plan else ())])
        handed, self._handed = self._handed, None
        if handed is None or any(handed.sections[name].status != "ok" for name in wanted):
            handed = read_guest(self, wanted, options, self._task_vars)
        self.last_read = handed
        return handed

    def hand_over(self, guest: GuestEvidence | None) -> None:
        """Run as a step of a plan: take what was read just before, and leave the final proof to the diagnosis after the plan."""
        self._handed, self._in_plan = guest, True

    def apply(
        self, script: str, parameters: t.Mapping[str, t.Any], secrets: t.Mapping[str, str] | None = None
    ) -> Answer:
        """Run a changing script. When it is lost on the way, what it did until then is not known: that counts as changed."""
        self._began = True
        self._handed = self.last_read = None
        answer = self._answer(script, parameters, secrets)
        if not answer.steps:
            self._began = False
            require_full_language(answer.language_mode)
        return answer

    def ask(self, script: str, parameters: t.Mapping[str, t.Any]) -> Answer:
        """Run a changing script with parameters that have it read only. Raises RefusedError in a constrained language."""
        answer = self._answer(script, parameters)
        require_full_language(answer.language_mode)
        return answer

    def _answer(
        self, script: str, parameters: t.Mapping[str, t.Any], secrets: t.Mapping[str, str] | None = None
    ) -> Answer:
        run = run_guest_script(self, script, parameters, self._task_vars, secrets)
        try:
            return parse(run.answer)
        except ValueError as error:
            raise GuestScriptError(f"{script}: {error}") from error

    def tell(self, words: str) -> None:
        """Show a line while the work goes on, on the error stream: a result that is printed as JSON stays whole."""
        Display().display(f"{(self._task_vars or {}).get('inventory_hostname', 'guest')}: {words}", stderr=True)

    def _told(self, outcome: Outcome) -> dict[str, t.Any]:
        told: dict[str, t.Any] = {"changed": outcome.changed, self.KEY: text.clean(to_plain(outcome.value))}
        if outcome.failed is not None:
            told.update(failed=True, msg=text.message(outcome.failed, _MESSAGE_LIMIT))
        if outcome.warnings:
            told["warnings"] = [text.message(warning) for warning in outcome.warnings]
        if self._task.diff:
            told["diff"] = {"before": self._shown(outcome.before), "after": self._shown(outcome.after)}
        return told

    def _shown(self, state: t.Any) -> t.Any:
        """Return one side of the diff; Ansible's callbacks print texts and mappings only."""
        plain = text.clean(to_plain(state))
        return plain if isinstance(plain, (str, dict)) else {self.KEY: plain}
