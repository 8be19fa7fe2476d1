# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`kms_repair`: every step of one guest's plan, in one run, so that each hands on what it read last."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.action import ActionBase

from ..module_utils._diagnosis import intake
from ..module_utils._guest import text
from ..module_utils._guest.evidence import GuestEvidence
from ..module_utils._plan import actions, steps
from ..module_utils._remedy import key
from ..plugin_utils._guest_change import GuestChangeAction
from ..plugin_utils._options import CLOUD
from ..plugin_utils._other_action import other

_NAMES = [action.name for action in actions.ALL if action.side == actions.GUEST]
ARGUMENT_SPEC: dict[str, dict[str, t.Any]] = {
    "actions": {"type": "list", "elements": "str", "required": True, "choices": _NAMES},
    "guest": {"type": "dict"},
    "firewall": {"type": "dict", "default": {}},
    "reboot": {"type": "bool", "default": False},
    "start_service": {"type": "bool", "default": True},
    "product_key": {"type": "str", "default": key.AUTO, "no_log": True},
    "convert": {"type": "bool", "default": False},
    "attempts": {"type": "int", "default": 12},
    "interval": {"type": "int", "default": 5},
    "insist": {"type": "bool", "default": False},
    "cloud": CLOUD,
}
_WIDE = 600
# What of a step's result only matters to Ansible itself.
_INNER = frozenset({"invocation", "ansible_facts", "_ansible_no_log", "_ansible_parsed", "deprecations"})


class ActionModule(ActionBase):
    """Runs the modules of the steps one after the other, and stops where going on makes no sense."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        _validation, options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)
        self._task_vars = task_vars
        self._last = _given(options["guest"])
        done: dict[str, dict[str, t.Any]] = {}
        for step in steps.of(options):
            if steps.pointless(step, done, check_mode=bool(self._task.check_mode)):
                continue
            done[step.name] = self._run(step)
            self._tell(step, done[step.name])
            if done[step.name].get("unreachable"):
                break
        return {**result, **self._summed(done)}

    def _run(self, step: steps.Step) -> dict[str, t.Any]:
        try:
            told = self._module(step) if step.stock else self._own(step)
        except AnsibleConnectionFailure as error:
            told = {"unreachable": True, "changed": False, "msg": text.message(str(error))}
        if steps.excused(step.name, told):
            told["failed"] = False
        return {name: value for name, value in told.items() if name not in _INNER}

    def _module(self, step: steps.Step) -> dict[str, t.Any]:
        """Run a stock module; what was read before it no longer holds."""
        self._last = None
        if step.module == steps.REBOOT:
            return t.cast("dict[str, t.Any]", other(self, step.module, step.arguments).run(task_vars=self._task_vars))
        return t.cast(
            "dict[str, t.Any]",
            self._execute_module(module_name=step.module, module_args=dict(step.arguments), task_vars=self._task_vars),
        )

    def _own(self, step: steps.Step) -> dict[str, t.Any]:
        plugin = other(self, step.module, step.arguments)
        if isinstance(plugin, GuestChangeAction):
            plugin.hand_over(self._last)
        told: dict[str, t.Any] = plugin.run(task_vars=self._task_vars)
        self._last = plugin.last_read if isinstance(plugin, GuestChangeAction) else None
        return told

    def _tell(self, step: steps.Step, told: t.Mapping[str, t.Any]) -> None:
        """Say how a step went, since Ansible itself shows one result only."""
        state = steps.state(told)
        why = f": {text.message(str(told.get('msg')))}" if state in steps.BAD and told.get("msg") else ""
        host = (self._task_vars or {}).get("inventory_hostname", "guest")
        self._display.display(text.message(f"{host}: {step.says}: {state}{why}", _WIDE))

    def _summed(self, done: t.Mapping[str, dict[str, t.Any]]) -> dict[str, t.Any]:
        bad = [name for name, told in done.items() if steps.state(told) in steps.BAD]
        told: dict[str, t.Any] = {"changed": any(item.get("changed") for item in done.values()), "steps": done}
        if bad:
            told |= {"failed": True, "msg": text.message("; ".join(f"{name}: {done[name].get('msg')}" for name in bad))}
        diffs = [
            {**item["diff"], "before_header": name, "after_header": name}
            for name, item in done.items()
            if _differs(item)
        ]
        return {**told, "diff": diffs} if diffs else told


def _differs(told: t.Mapping[str, t.Any]) -> bool:
    diff = told.get("diff")
    return bool(told.get("changed")) and isinstance(diff, dict) and bool(diff)


def _given(plain: t.Mapping[str, t.Any] | None) -> GuestEvidence | None:
    return intake.read([{"name": "guest", "guest": plain}])[0].guest if plain else None
