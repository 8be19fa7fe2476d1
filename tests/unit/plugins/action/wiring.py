# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an action plugin needs around it to run without Ansible."""

from __future__ import annotations

import typing as t

from ansible.playbook.task import Task


class Shell:
    """The part of a connection that says whether the guest is Windows."""

    tmpdir = None

    def __init__(self, windows: bool) -> None:
        self._IS_WINDOWS = windows


class Connection:
    """A connection as the action looks at it before it runs anything."""

    transport = "winrm"

    def __init__(self, windows: bool) -> None:
        self._shell = Shell(windows)


class Loader:
    """Stands for the plugin loaders: says whether ansible.windows is installed."""

    def __init__(self, installed: bool) -> None:
        self.module_loader = self
        self.resolved = installed

    def find_plugin_with_context(self, name: str, mod_type: str) -> Loader:
        assert (name, mod_type) == ("ansible.windows.win_powershell", ".ps1")
        return self


def run_action(
    module: t.Any,
    options: t.Mapping[str, t.Any],
    execute: t.Callable[..., t.Any],
    *,
    check_mode: bool = False,
    diff: bool = False,
    windows: bool = True,
    installed: bool = True,
) -> dict[str, t.Any]:
    """Run an action plugin's `run` with `execute` in place of running modules on the guest."""
    name = module.__name__.rpartition(".")[2]
    task = Task()
    task.action = f"azure_windows.activation.{name}"
    task.args = dict(options)
    task.async_val = 0
    task.check_mode, task.diff = check_mode, diff
    wiring: dict[str, t.Any] = dict.fromkeys(("play_context", "loader", "templar", "shared_loader_obj"))
    action: t.Any = module.ActionModule(task=task, **{**wiring, "connection": Connection(windows)})
    action._load_name = name
    action._shared_loader_obj = Loader(installed)
    action._execute_module = execute
    return t.cast("dict[str, t.Any]", action.run(task_vars={}))
