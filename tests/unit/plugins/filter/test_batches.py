# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who is judged together, and what other batches have found."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.filter import kms_earlier, kms_together

together = kms_together.FilterModule().filters()["kms_together"]
earlier = kms_earlier.FilterModule().filters()["kms_earlier"]


def led(by: str, *, asked: bool = True) -> dict[str, t.Any]:
    return {"__diagnose_leader": by, "__diagnose_facts": {"changed": False} if asked else {}}


@pytest.mark.parametrize(
    ("hostvars", "remaining", "expected"),
    [
        pytest.param({"a": led("a"), "b": led("a")}, "ab", ["a", "b"], id="one-batch"),
        pytest.param({"a": led("a"), "b": led("b")}, "ab", ["a"], id="each-on-its-own"),
        pytest.param({"a": led("a"), "b": led("a", asked=False)}, "ab", ["a"], id="kept-out-by-a-condition"),
        pytest.param({"a": led("a"), "b": {}}, "ab", ["a"], id="its-turn-is-to-come"),
        pytest.param({"a": led("a"), "b": led("z")}, "ab", ["a"], id="asked-in-an-earlier-play"),
        pytest.param({"a": led("a"), "b": {}}, "a", ["a", "b"], id="unreachable-before"),
        pytest.param({"a": led("a"), "b": led("a", asked=False)}, "a", ["a", "b"], id="failed-before"),
        pytest.param({"a": led("a"), "b": led("b")}, "a", ["a"], id="failed-in-another-batch"),
    ],
)
def test_who_is_judged_together(hostvars: dict[str, t.Any], remaining: str, expected: list[str]) -> None:
    assert together(list(hostvars), hostvars, "a", list(remaining)) == expected


def diagnosed(*names: str) -> dict[str, t.Any]:
    return {"__diagnose_result": {"diagnoses": [{"name": name} for name in names]}}


def test_each_earlier_batch_comes_once() -> None:
    first, second = diagnosed("a", "b"), diagnosed("c")
    hostvars = {"a": first, "b": first, "c": second, "d": diagnosed("d"), "linux": second, "later": {}}
    found = earlier(list(hostvars), hostvars, [{"name": "d"}], "__diagnose_result")
    assert [[host["name"] for host in batch["diagnoses"]] for batch in found] == [["a", "b"], ["c"]]


def test_a_batch_that_was_repaired_tells_what_it_is_after() -> None:
    run = {"after": [{"name": "a", "state": "activated"}], "remediation": {"journal": "j"}}
    hostvars = {"a": {**diagnosed("a"), "__remediate_run": run}, "b": diagnosed("b")}
    assert earlier(["a", "b"], hostvars, [{"name": "b"}], "__remediate_run") == [
        {"diagnoses": run["after"], "remediation": run["remediation"]}
    ]
    # A diagnosis after the repairs, in the same run of Ansible, tells what it found itself.
    assert earlier(["a", "b"], hostvars, [{"name": "b"}], "__diagnose_result") == [
        {"diagnoses": [{"name": "a"}], "remediation": None}
    ]
