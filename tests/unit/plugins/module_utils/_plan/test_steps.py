# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guest's part of a plan: its order, and what is left out after a failure."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._plan import actions, outcome, steps

OPTIONS: dict[str, t.Any] = {
    "actions": [action.name for action in reversed(actions.ALL) if action.side == actions.GUEST],
    "firewall": {"disable": ["one", "two"], "allow": ["20.118.99.224"], "port": 1688},
    "reboot": True,
    "start_service": True,
    "product_key": "auto",
    "convert": False,
    "attempts": 2,
    "interval": 0,
    "insist": False,
    "cloud": "auto",
}
DONE, FAILED = {"changed": True}, {"changed": False, "failed": True, "msg": "denied"}
RESTART = {"changed": True, "failed": False, "activation": {"restart_needed": True}}
BY_NAME = {step.name: step for step in steps.of(OPTIONS)}


def test_the_order_is_that_of_the_actions() -> None:
    assert list(BY_NAME) == [
        "clock_service", "clock", "firewall_rules.0", "firewall_rules.1", "firewall", "service", "reboot", "host", "key",
        "hosts_file", "token_store", "activation",
    ]  # fmt: skip
    assert BY_NAME["activation"].arguments["flush_dns"] is True


def test_every_step_is_told_as_one_of_an_action() -> None:
    kinds = {task for tasks in outcome.TASKS.values() for task in tasks}
    assert {name.partition(".")[0] for name in BY_NAME} == kinds


@pytest.mark.parametrize(
    ("name", "done", "pointless"),
    [
        ("host", {}, False),
        ("host", {"clock": FAILED}, False),
        ("host", {"service": FAILED}, True),
        ("host", {"service": RESTART}, True),
        ("host", {"service": RESTART, "reboot": FAILED}, True),
        ("host", {"service": RESTART, "reboot": DONE}, False),
        ("reboot", {"service": DONE}, True),
        ("reboot", {"service": RESTART}, False),
        ("key", {"host": FAILED}, False),
        ("activation", {"host": FAILED}, True),
        ("activation", {"firewall_rules.1": FAILED}, True),
        ("activation", {"key": {"failed": True, "refused": "evaluation"}}, True),
        ("activation", {"clock": FAILED}, False),
        ("activation", {"hosts_file": {"changed": False}}, True),
        ("activation", {"hosts_file": DONE, "host": DONE}, False),
    ],
)
def test_what_makes_no_sense_any_more(name: str, done: dict[str, t.Any], pointless: bool) -> None:
    assert steps.pointless(BY_NAME[name], done, check_mode=False) is pointless


@pytest.mark.parametrize("name", ["reboot", "clock"])
def test_what_check_mode_cannot_preview(name: str) -> None:
    assert steps.pointless(BY_NAME[name], {"service": RESTART}, check_mode=True)
