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


def test_each_step_is_one_module_with_its_arguments() -> None:
    own, windows = "azure_windows.activation.kms_", "ansible.windows.win_"
    tries = {"attempts": 2, "interval": 0}
    rule = {
        "name": "Azure KMS (azure_windows.activation)", "description": "Windows activation by Azure's KMS", "direction": "out",
        "action": "allow", "protocol": "tcp", "remoteport": "1688", "remoteip": "20.118.99.224", "enabled": True,
        "state": "present",
    }  # fmt: skip
    assert [(step.name, step.module, step.arguments) for step in BY_NAME.values()] == [
        ("clock_service", f"{windows}service", {"name": "w32time", "start_mode": "auto", "state": "started"}),
        ("clock", f"{windows}command", {"argv": ["w32tm.exe", "/resync", "/rediscover"]}),
        ("firewall_rules.0", "community.windows.win_firewall_rule", {"name": "one", "enabled": False}),
        ("firewall_rules.1", "community.windows.win_firewall_rule", {"name": "two", "enabled": False}),
        ("firewall", "community.windows.win_firewall_rule", rule),
        ("service", f"{own}activation", {"attempts": 0}),
        ("reboot", f"{windows}reboot", {}),
        ("host", f"{own}host", {"cloud": "auto"}),
        ("key", f"{own}key", {"product_key": "auto", "convert": False}),
        ("hosts_file", f"{own}hosts_file", {}),
        ("token_store", f"{own}token_store", {**tries, "reboot": "if_needed"}),
        ("activation", f"{own}activation", {**tries, "insist": False, "start_service": True, "flush_dns": True}),
    ]
    assert {step.name for step in BY_NAME.values() if step.stock} == {
        "clock_service", "clock", "firewall_rules.0", "firewall_rules.1", "firewall", "reboot",
    }  # fmt: skip


def test_nothing_restarts_and_nothing_is_let_out_unless_asked() -> None:
    options = {**OPTIONS, "reboot": False, "firewall": {"allow": (), "disable": ()}}
    options["actions"] = [name for name in options["actions"] if name != "dns_cache"]
    found = {step.name: step.arguments for step in steps.of(options)}
    assert not {"reboot", "firewall", "firewall_rules.0"} & set(found)
    assert found["token_store"]["reboot"] == "never"
    assert found["activation"]["flush_dns"] is False


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ({"unreachable": True, "failed": True}, "unreachable"),
        ({"failed": True, "refused": "evaluation", "changed": True}, "refused"),
        ({"failed": True, "changed": True}, "failed"),
        ({"changed": True}, "changed"),
        ({}, "unchanged"),
    ],
)
def test_what_became_of_a_step(told: dict[str, t.Any], state: str) -> None:
    assert steps.state(told) == state


def test_only_a_service_that_waits_for_a_restart_is_excused() -> None:
    assert steps.excused("service", {**RESTART, "failed": True})
    assert not steps.excused("service", FAILED)
    assert not steps.excused("activation", {**RESTART, "failed": True})
    assert not steps.restart_needed({"host": RESTART})


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
        ("host", {"service": {"unreachable": True}}, True),
        ("host", {"service": {"failed": True, "refused": "service-missing"}}, True),
        ("host", {"service": DONE}, False),
        ("reboot", {"service": DONE}, True),
        ("activation", {"token_store": FAILED}, True),
        ("activation", {"hosts_file": FAILED}, True),
        ("activation", {"key": {"unreachable": True}}, True),
        ("activation", {"host": DONE}, False),
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
    assert not steps.pointless(BY_NAME["clock"], {}, check_mode=False)
    assert not steps.pointless(BY_NAME["clock_service"], {}, check_mode=True)
