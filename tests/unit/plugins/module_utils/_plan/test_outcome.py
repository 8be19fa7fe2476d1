# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From registered results to what became of each action."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._plain import to_plain
from ansible_collections.azure_windows.activation.plugins.module_utils._plan import outcome
from tests.unit.plugins.module_utils._diagnosis import build as made

DIFF = {"before": "kms01", "after": "azkms"}
HEALTHY = to_plain(made.verdict())
BROKEN = to_plain(made.verdict(made.unlicensed(), made.host("kms01.corp.example", "other")))
LOST = {"unreachable": True, "msg": "timed out"}


@pytest.mark.parametrize(
    ("result", "check_mode", "status", "message"),
    [
        ({"changed": True, "diff": DIFF}, False, "changed", None),
        ({"changed": True, "diff": DIFF}, True, "would_change", None),
        ({"changed": False}, False, "unchanged", None),
        ({"changed": False, "failed": True, "msg": "denied"}, False, "failed", "denied"),
        ({"failed": True, "refused": "evaluation", "msg": "convert first"}, False, "refused", "convert first"),
        (LOST, False, "failed", f"timed out {outcome.CUT_OFF}"),
        ({"changed": True, "warnings": ["a restart is needed"]}, False, "changed", "a restart is needed"),
    ],
)
def test_one_result(result: dict[str, t.Any], check_mode: bool, status: str, message: str | None) -> None:
    (change,) = outcome.guest_changes(["host"], {"host": result}, check_mode=check_mode)
    assert (change.action, change.target, change.status, change.message) == ("host", "guest", status, message)
    if result.get("diff"):
        assert (change.before, change.after) == ("kms01", "azkms")


def test_several_tasks_of_one_action() -> None:
    results = {"clock_service": {"changed": True}, "clock": {"failed": True, "msg": "no source"}}
    (change,) = outcome.guest_changes(["clock"], results, check_mode=False)
    assert (change.status, change.message) == ("failed", "no source")


def test_what_was_not_due_or_skipped_is_no_change() -> None:
    assert outcome.guest_changes([], {"host": {"changed": True}}, check_mode=False) == []
    assert outcome.guest_changes(["host"], {"host": {"skipped": True}}, check_mode=False) == []


def test_what_cannot_be_previewed_is_said_to_be_planned() -> None:
    (change,) = outcome.guest_changes(["clock"], {"clock": {"skipped": True}}, check_mode=True)
    assert change.status == "would_change"


def test_azure_objects_keep_their_hosts() -> None:
    steps: list[dict[str, t.Any]] = [
        {"action": "route", "target": "/rt1", "hosts": ["one", "two"], "due": True},
        {"action": "route", "target": "/rt2", "hosts": ["three"], "due": True},
        {"action": "route", "target": "/rt1", "hosts": ["four"], "due": False},
    ]
    done = {"repairs": [{"action": "route", "target": "/rt1", "failed": False, "changed": True, "diff": [DIFF]}]}
    (change,) = outcome.azure_changes(steps, done, check_mode=False)
    assert (change.target, change.hosts, change.status, change.after) == ("/rt1", ("one", "two"), "changed", "azkms")
    assert outcome.azure_changes(steps, {"skipped": True}, check_mode=False) == []


def test_what_fails_as_a_whole_fails_for_every_object() -> None:
    steps: list[dict[str, t.Any]] = [
        {"action": "route", "target": f"/rt{number}", "hosts": ["one"], "due": number < 2} for number in range(3)
    ]
    found = outcome.azure_changes(steps, {"failed": True, "msg": "client_id: no"}, check_mode=False)
    assert [(change.target, change.status, change.message) for change in found] == [
        ("/rt0", "failed", "client_id: no"),
        ("/rt1", "failed", "client_id: no"),
    ]


def test_an_object_that_is_not_due_hides_none_that_is() -> None:
    steps: list[dict[str, t.Any]] = [
        {"action": "route", "target": "/rt1", "hosts": ["one"], "due": False},
        {"action": "route", "target": "/rt2", "hosts": ["two"], "due": True},
        {"action": "route", "target": "/rt3", "hosts": ["three"], "due": True},
    ]
    told = {"repairs": [{"action": "route", "target": "/rt3", "failed": True, "msg": "denied"}], "failed": True}
    changes = outcome.azure_changes(steps, told, check_mode=False)
    assert [(change.target, change.status, change.message) for change in changes] == [("/rt3", "failed", "denied")]


def test_what_failed_as_a_whole_failed_for_every_object() -> None:
    steps: list[dict[str, t.Any]] = [
        {"action": "route", "target": "/rt1", "hosts": ["one"], "due": True},
        {"action": "nsg_rule", "target": "/nsg", "hosts": ["two"], "due": True},
    ]
    changes = outcome.azure_changes(steps, {"failed": True, "msg": "no sign-in"}, check_mode=False)
    assert [(change.target, change.status, change.message) for change in changes] == [
        ("/rt1", "failed", "no sign-in"),
        ("/nsg", "failed", "no sign-in"),
    ]
    assert outcome.azure_changes(steps, {"changed": False}, check_mode=False) == []


def test_one_of_several_tasks_that_changed_something_is_a_change() -> None:
    first, second = {"diff": [{"before": "a", "after": "b"}, {}]}, {"changed": True, "diff": {"prepared": "c"}}
    results = {"firewall_rules.0": first, "firewall": second, "host": {"changed": True}}
    (change,) = outcome.guest_changes(["firewall"], results, check_mode=False)
    assert (change.status, change.before, change.after, change.message) == ("changed", ["a", "c"], ["b", "c"], None)


def test_actions_whose_modules_did_not_run_hide_none_that_did() -> None:
    results = {"host": {"skipped": True}, "key": {"changed": True, "diff": {"before": "", "after": "GVLK"}}}
    changes = outcome.guest_changes(["clock", "host", "key"], results, check_mode=True)
    assert [(change.action, change.status, change.message) for change in changes] == [
        ("clock", "would_change", "would start the Windows Time service and synchronise the clock"),
        ("key", "would_change", None),
    ]
    assert (changes[1].before, changes[1].after) == (None, "GVLK")


def test_a_restart_that_is_still_needed_is_told_only_while_it_is() -> None:
    waiting = {"activation": {"restart_needed": True}, "msg": "restart Windows", "warnings": ["slow"]}
    (change,) = outcome.guest_changes(["service"], {"service": waiting}, check_mode=False)
    assert change.message == "slow restart Windows"
    (change,) = outcome.guest_changes(["service"], {"service": waiting, "reboot": {"changed": True}}, check_mode=False)
    assert change.message == "slow"
    (change,) = outcome.guest_changes(
        ["service"], {"service": {"changed": True, "msg": "all is well"}}, check_mode=False
    )
    assert change.message is None


def test_an_activation_without_a_licence_afterwards_failed_whatever_windows_said() -> None:
    done = outcome.guest_changes(["activation"], {"activation": {"changed": True}}, check_mode=False)
    none = outcome.guest_changes(["activation"], {"activation": {"changed": False}}, check_mode=False)
    told = outcome.failures([BROKEN], [BROKEN], {"web01": done})["web01"]
    assert told.startswith("activation: Windows reported success, but stays without a licence: ")
    assert told.endswith(BROKEN["root_cause"]["title"])
    other = outcome.guest_changes(["host"], {"host": {"changed": True}}, check_mode=False)
    assert outcome.failures([BROKEN], [BROKEN], {"web01": [*none, *other]}) == {}
    assert outcome.failures([BROKEN], [{**BROKEN, "licensed": None}], {"web01": done}) == {}
    assert outcome.failures([BROKEN], [HEALTHY], {"web01": done}) == {}
    # Who was not there before cannot stand worse, and a failure without words is one.
    assert outcome.failures([], [BROKEN], {}) == {}
    silent = outcome.guest_changes(["host"], {"host": {"failed": True}}, check_mode=False)
    assert outcome.failures([], [BROKEN], {"web01": silent}) == {"web01": "host: it failed"}


def test_a_host_fails_by_a_failed_step_or_by_standing_worse() -> None:
    failed = outcome.guest_changes(["host"], {"host": {"failed": True, "msg": "denied"}}, check_mode=False)
    refused = outcome.guest_changes(["key"], {"key": {"failed": True, "refused": "x", "msg": "no"}}, check_mode=False)
    assert outcome.failures([BROKEN], [BROKEN], {"web01": failed}) == {"web01": "host: denied"}
    assert outcome.failures([BROKEN], [BROKEN], {"web01": refused}) == {}
    assert outcome.failures([BROKEN], [HEALTHY], {}) == {}
    assert "worse" in outcome.failures([HEALTHY], [BROKEN], {})["web01"]


def test_the_newer_diagnosis_wins() -> None:
    before = [{"name": "one", "at": 1}, {"name": "two", "at": 1}]
    assert outcome.merged(before, [{"name": "two", "at": 2}]) == [{"name": "one", "at": 1}, {"name": "two", "at": 2}]


def test_the_dns_cache_is_emptied_by_the_activation() -> None:
    results = {"activation": {"failed": True, "msg": "no", "activation": {"dns_flushed": True}}}
    changes = outcome.guest_changes(["dns_cache", "activation"], results, check_mode=False)
    assert [(change.action, change.status) for change in changes] == [
        ("dns_cache", "changed"),
        ("activation", "failed"),
    ]
    assert outcome.guest_changes(["dns_cache"], {}, check_mode=False) == []
