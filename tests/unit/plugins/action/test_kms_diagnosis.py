# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The action: evidence in, one root cause for each host out, nothing contacted."""

from __future__ import annotations

import json
import types
import typing as t

import pytest
from ansible.errors import AnsibleActionFail
from ansible.playbook.task import Task

from ansible_collections.azure_windows.activation.plugins.action import kms_diagnosis
from tests.unit.plugins.module_utils._diagnosis import build

UNREACHABLE = {"kind": "unreachable", "message": "timed out"}


class NoConnection:
    """A connection that has nothing to run or send with."""

    _shell = types.SimpleNamespace(tmpdir=None)


def run(check_mode: bool = False, **options: t.Any) -> dict[str, t.Any]:
    """Run the action as a task would."""
    task = Task()
    task.action = "azure_windows.activation.kms_diagnosis"
    task.args = options
    task.async_val = 0
    task.check_mode = check_mode
    wiring: dict[str, t.Any] = dict.fromkeys(("play_context", "loader", "templar", "shared_loader_obj"))
    action: t.Any = kms_diagnosis.ActionModule(task=task, **{**wiring, "connection": NoConnection()})
    return t.cast(dict[str, t.Any], action.run(task_vars={}))


def wrong_host(name: str) -> dict[str, t.Any]:
    changes = (build.host("kms.corp.example", "other"), build.unlicensed())
    return {"name": name, "guest": build.plain(*changes)}


@pytest.mark.parametrize("check_mode", [False, True])
def test_each_host_has_one_root_cause_in_the_order_given(check_mode: bool) -> None:
    evidence = [
        wrong_host("web02"),
        {"name": "web01", "guest": build.plain()},
        {"name": "gone", "guest_error": UNREACHABLE},
        wrong_host("app01"),
    ]
    result = run(check_mode, evidence=evidence)
    assert set(result) == {"changed", "diagnoses", "summary"}
    assert result["changed"] is False
    assert [(found["name"], found["root_cause"]["id"]) for found in result["diagnoses"]] == [
        ("web02", "wrong-kms-host"),
        ("web01", "activated"),
        ("gone", "guest-unreachable"),
        ("app01", "wrong-kms-host"),
    ]
    assert result["summary"]["hosts"] == 4
    assert result["summary"]["root_causes"] == {"activated": 1, "guest-unreachable": 1, "wrong-kms-host": 2}
    assert sum(result["summary"]["severities"].values()) == 4
    assert json.loads(json.dumps(result)) == result


def test_a_guest_that_was_not_reached_is_never_counted_as_activated() -> None:
    (found,) = run(evidence=[{"name": "gone", "guest_error": UNREACHABLE}])["diagnoses"]
    assert found["licensed"] is None
    assert (found["guest"]["status"], found["guest"]["detail"]) == ("unreachable", "timed out")


def test_what_azure_says_stands_beside_the_guest() -> None:
    evidence = {"name": "gone", "guest_error": UNREACHABLE, "path": build.azure("blocked", "nsg-denies-kms")}
    (found,) = run(evidence=[evidence])["diagnoses"]
    assert "nsg-denies-kms" in [finding["id"] for finding in (found["root_cause"], *found["findings"])]


def test_no_host_gives_an_empty_summary() -> None:
    result = run(evidence=[])
    assert result["diagnoses"] == []
    assert result["summary"] == {"hosts": 0, "root_causes": {}, "severities": {"error": 0, "warning": 0, "info": 0}}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "one of the following is required: evidence, recordings"),
        ({"evidence": [], "recordings": []}, "mutually exclusive: evidence.recordings"),
        ({"recordings": ["/nowhere.json"]}, r"recordings: cannot read /nowhere.json: No such file"),
        ({"evidence": [], "hosts": []}, "Unsupported parameters.*hosts"),
        ({"evidence": [7]}, "evidence"),
        ({"evidence": [{"guest": None}]}, "name"),
        ({"evidence": [wrong_host("app01"), {"name": "web01", "gest": {}}]}, "gest"),
        ({"evidence": [{"name": "web01", "guest_error": {"kind": "lost", "message": "m"}}]}, "kind.*lost"),
        ({"evidence": [{"name": "web01", "path": 7}]}, "path"),
        (
            {"evidence": [wrong_host("web01"), wrong_host("web01")]},
            r"^evidence\[1\] \(web01\): this host is given twice",
        ),
        (
            {"evidence": [{"name": "web01", "guest": {"schema_version": 99}}]},
            r"^evidence\[0\] \(web01\): guest.schema_version: 99 is not known",
        ),
        (
            {"evidence": [{"name": "web01", "guest": build.plain({"license": {"readable": "yes"}})}]},
            r"^evidence\[0\] \(web01\): guest: .*license\.readable: expected bool, got str",
        ),
    ],
)
def test_bad_evidence_is_named_in_one_error(options: dict[str, t.Any], told: str) -> None:
    with pytest.raises(AnsibleActionFail, match=told) as caught:
        run(**options)
    assert "\n" not in str(caught.value)
