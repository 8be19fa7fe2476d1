# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated guest on which the module itself runs: no process, no connection, only the lab's twins of the scripts."""

from __future__ import annotations

import contextlib
import json
import typing as t

from ansible.errors import AnsibleConnectionFailure
from ansible.playbook.task import Task

from ansible_collections.azure_windows.activation.plugins.action import kms_token_store
from ansible_collections.azure_windows.activation.plugins.plugin_utils._guest_script import script_text
from tests.lab.guest import probe, services, store, token_store
from tests.lab.guest.computer import Computer, WindowsError
from tests.lab.guest.steps import CutError, Fault, Steps, no_fault
from tests.lab.guest.token_state import MARKER
from tests.lab.world.model import Tree

Result = dict[str, t.Any]
# Answers one run of token_store.ps1 on a machine, which it changes in place. May raise CutError.
Runner = t.Callable[[Tree, t.Mapping[str, t.Any], bool, Fault], Tree]


def twin(machine: Tree, parameters: t.Mapping[str, t.Any], what_if: bool, fault: Fault) -> Tree:
    """Run the lab's twin of token_store.ps1."""
    return token_store.change(Steps(Computer.alone(machine), what_if, fault), parameters)


class _Shell:
    tmpdir = None
    _IS_WINDOWS = True


class _Connection:
    transport = "winrm"
    _shell = _Shell()


class Guest:
    """`machine` is the guest's state; `fault` strikes in the script's steps; `scripts` names what was run."""

    def __init__(self, machine: Tree, runner: Runner = twin) -> None:
        """Take a machine, which is changed in place."""
        self.machine, self.runner = machine, runner
        self.fault: Fault = no_fault
        self.scripts: list[str] = []
        self.sent: list[Tree] = []
        self.reboots = True
        self.module_loader = self.action_loader = self
        self.resolved = True

    def run(self, check: bool = False, diff: bool = False, **options: t.Any) -> Result:
        """Run the module once. Raises AnsibleConnectionFailure where the connection is cut."""
        task = Task()
        task.action = "azure_windows.activation.kms_token_store"
        task.args = options
        task.async_val = 0
        task.check_mode, task.diff = check, diff
        wiring: dict[str, t.Any] = dict.fromkeys(("play_context", "loader", "templar", "shared_loader_obj"))
        action: t.Any = kms_token_store.ActionModule(task=task, **{**wiring, "connection": _Connection()})
        action._load_name = "kms_token_store"
        action._shared_loader_obj = self
        action._execute_module = self._execute
        return t.cast("Result", action.run(task_vars={}))

    # What the action asks of the plugin loaders.

    def find_plugin_with_context(self, _name: str, mod_type: str) -> Guest:
        """Say that win_powershell is installed."""
        assert mod_type == ".ps1"
        return self

    def get(self, name: str, **_context: t.Any) -> _Reboot:
        """Return the action that restarts Windows."""
        assert name == "ansible.windows.win_reboot"
        self.scripts.append("win_reboot")
        return _Reboot(self)

    def _execute(self, **call: t.Any) -> Result:
        arguments = call["module_args"]
        sensitive = {item["name"]: item["value"] for item in arguments.get("sensitive_parameters", [])}
        parameters = {**arguments["parameters"], **sensitive}
        if arguments["script"] == script_text("probe"):
            self.scripts.append("probe")
            return {"output": [json.dumps(self._probe(parameters))]}
        assert arguments["script"] == script_text("token_store")
        self.scripts.append("token_store" if parameters["Steps"] or parameters.get("RollBack") else "look")
        self.sent.append(parameters)
        try:
            answer = self.runner(self.machine, parameters, False, self.fault)
        except CutError as cut:
            raise AnsibleConnectionFailure(f"the connection was lost: {cut}") from None
        return {"output": [json.dumps(answer)]}

    def _probe(self, parameters: Tree) -> Tree:
        """Answer the probe; a query of the licence starts the service, which stops again when nobody asks any more."""
        service = self.machine["services"].get(services.LICENSING) or {"status": None}
        before = service["status"]
        with contextlib.suppress(WindowsError):
            services.start(Computer.alone(self.machine), services.LICENSING)
        told = probe.answer(self.machine, parameters, pace=0)
        service["status"] = before
        return told

    # How the guest is.

    @property
    def store(self) -> str:
        """Say which store is in place: old, new, or none."""
        file = store.current(self.machine)
        return "none" if file is None else "old" if file.get("mark") == "old" else "new"

    @property
    def licensed(self) -> bool:
        """Say whether Windows is licensed."""
        return any(row["LicenseStatus"] == 1 for row in store.rows(self.machine))

    @property
    def marked(self) -> bool:
        """Say whether the marker is there."""
        return MARKER in self.machine["files"]

    def service(self, name: str = services.LICENSING) -> str:
        """Return the state of a service."""
        return str(self.machine["services"][name]["status"])


class _Reboot:
    def __init__(self, guest: Guest) -> None:
        self._guest = guest

    def run(self, task_vars: dict[str, t.Any] | None) -> Result:
        assert task_vars is not None
        if not self._guest.reboots:
            return {"failed": True, "rebooted": False, "msg": "timed out waiting for last boot time check"}
        services.boot(Computer.alone(self._guest.machine))
        return {"changed": True, "rebooted": True}
