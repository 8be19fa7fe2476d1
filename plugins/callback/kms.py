# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Show how many guests were asked, what failed, and the report's answer as the last thing on the terminal."""

from __future__ import annotations

DOCUMENTATION = r"""
name: kms
type: stdout
short_description: Progress while guests are asked, then the report's answer and nothing after it
version_added: 1.0.0
author:
  - The authors of azure_windows.activation (!UNKNOWN)
description:
  - Shows how many guests have been asked or repaired and for how long that takes, what failed, what was changed, and the table of
    M(azure_windows.activation.kms_report), whose last lines are the answer. The recap is left out when there was a report.
  - On a terminal the progress is one line that is written anew. Elsewhere it is a line for each tenth of the guests.
  - With C(-v) it shows what the callback P(ansible.builtin.default#callback) shows, before the answer.
extends_documentation_fragment:
  - default_callback
  - result_format_callback
requirements:
  - set as stdout in configuration
seealso:
  - plugin: ansible.builtin.default
    plugin_type: callback
"""

import sys
import time
import typing as t

from ansible.plugins.callback import default

PREFIX = "azure_windows.activation."
# Tasks that go to every guest, and what a guest is called once one is through.
STAGES = {f"{PREFIX}kms_facts": "asked", f"{PREFIX}kms_repair": "repaired or left alone"}
REPORT = f"{PREFIX}kms_report"
# Without a terminal, a line for each of so many parts of the guests.
PARTS = 10


class CallbackModule(default.CallbackModule):
    """The default callback without its rows, with a count in their place."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = f"{PREFIX}kms"

    def __init__(self) -> None:
        super().__init__()
        self._began = time.monotonic()
        self._hosts: frozenset[str] = frozenset()
        self._done: dict[str, set[str]] = {}
        self._told = 0
        self._open_line = False
        self._reported = False

    def v2_playbook_on_play_start(self, play: t.Any) -> None:
        hosts = frozenset(play.get_variable_manager().get_vars(play=play).get("ansible_play_hosts_all", ()))
        # A play in batches starts once for each of them and goes on counting.
        if hosts != self._hosts:
            self._hosts, self._done, self._told = hosts, {}, 0
        super().v2_playbook_on_play_start(play)

    def v2_playbook_on_include(self, included_file: t.Any) -> None:
        if self._display.verbosity:
            super().v2_playbook_on_include(included_file)

    def v2_runner_on_ok(self, result: t.Any) -> None:
        self._count(result)
        self._reported = self._reported or result._task.resolved_action == REPORT
        if self._display.verbosity:
            super().v2_runner_on_ok(result)
        else:
            self._handle_warnings(result._result)

    def v2_runner_on_skipped(self, result: t.Any) -> None:
        self._count(result)
        if self._display.verbosity:
            super().v2_runner_on_skipped(result)

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        self._count(result)
        if self._display.verbosity or not ignore_errors:
            super().v2_runner_on_failed(result, ignore_errors)

    def v2_runner_on_unreachable(self, result: t.Any) -> None:
        self._count(result)
        if self._display.verbosity or not result._task.ignore_unreachable:
            super().v2_runner_on_unreachable(result)

    def v2_runner_item_on_ok(self, result: t.Any) -> None:
        if self._display.verbosity:
            super().v2_runner_item_on_ok(result)

    def v2_runner_item_on_skipped(self, result: t.Any) -> None:
        if self._display.verbosity:
            super().v2_runner_item_on_skipped(result)

    def v2_playbook_on_stats(self, stats: t.Any) -> None:
        self._end_line()
        if not self._reported or self._display.verbosity:
            super().v2_playbook_on_stats(stats)

    def _task_start(self, task: t.Any, prefix: str | None = None) -> None:
        self._end_line()
        self._told = 0
        if self._display.verbosity:
            super()._task_start(task, prefix)
            return
        # A row that fails comes with its name.
        if prefix is not None:
            self._task_type_cache[task._uuid] = prefix
        self._last_task_name = None

    def _print_task_banner(self, task: t.Any) -> None:
        self._end_line()
        super()._print_task_banner(task)

    def _count(self, result: t.Any) -> None:
        stage = STAGES.get(result._task.resolved_action)
        if stage is None:
            return
        done = self._done.setdefault(result._task._uuid, set())
        done.add(result._host.get_name())
        whole = max(len(self._hosts), len(done))
        said = f"{len(done)} of {whole} guests {stage}, {time.monotonic() - self._began:.0f} s"
        if sys.stdout.isatty():
            self._display.display(f"\r{said}", screen_only=True, newline=False)
            self._open_line = True
        elif (part := len(done) * PARTS // whole) > self._told:
            self._told = part
            self._display.display(said)

    def _end_line(self) -> None:
        if self._open_line:
            self._display.display("", screen_only=True)
            self._open_line = False
