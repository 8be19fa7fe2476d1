# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every host that was asked, or can no longer be, is in the evidence; no other is."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.filter.kms_evidence import FilterModule
from ansible_collections.azure_windows.activation.plugins.plugin_utils._evidence import DROPPED, NOT_READ, SKIPPED
from ansible_collections.azure_windows.activation.plugins.plugin_utils._vm_id import UNKNOWN

KMS = {"schema_version": 1}
VM = "/subscriptions/0/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/web01"
# Azure was not to be asked.
NO_AZURE = {"path": None, "azure_error": None, "repaired": False, "resource_id": None}


def evidence(results: dict[str, t.Any], remaining: list[str]) -> list[dict[str, t.Any]]:
    hostvars = {name: {} if result is None else {"kms_result": result} for name, result in results.items()}
    kms_evidence = FilterModule().filters()["kms_evidence"]
    return t.cast("list[dict[str, t.Any]]", kms_evidence(list(results), hostvars, "kms_result", remaining))


@pytest.mark.parametrize(
    ("result", "kind", "message"),
    [
        ({"unreachable": True, "msg": "timed out", "changed": False}, "unreachable", "timed out"),
        ({"unreachable": True}, "unreachable", "No reason was given."),
        ({"failed": True, "msg": "no PowerShell"}, "failed", "no PowerShell"),
        ({"failed": True, "msg": "late", "ansible_facts": {"kms": KMS}}, "failed", "late"),
        (
            {"failed": True, "msg": "Timed out after 8 second(s).", "timedout": {"frame": "x", "period": 8}},
            "failed",
            "no answer within 8 s, the limit that diagnose_host_timeout sets",
        ),
        ({"skipped": True, "skip_reason": "Conditional result was False"}, "not_asked", SKIPPED),
        ({"changed": False}, "failed", "The task returned no evidence."),
    ],
)
def test_without_an_answer(result: dict[str, t.Any], kind: str, message: str) -> None:
    assert evidence({"web01": result}, ["web01"]) == [
        {"name": "web01", "guest": None, "guest_error": {"kind": kind, "message": message}, **NO_AZURE}
    ]


def test_with_an_answer() -> None:
    result = {"failed": False, "changed": False, "ansible_facts": {"kms": KMS}}
    assert evidence({"web01": result}, ["web01"]) == [{"name": "web01", "guest": KMS, "guest_error": None, **NO_AZURE}]


def test_hosts_that_left_stay_and_pending_hosts_do_not_come() -> None:
    answered = {"ansible_facts": {"kms": KMS}}
    items = evidence({"web01": answered, "left01": None, "later01": None}, ["web01", "later01"])
    assert [(item["name"], item["guest_error"]) for item in items] == [
        ("web01", None),
        ("left01", {"kind": "not_asked", "message": DROPPED}),
    ]


@pytest.mark.parametrize(
    ("variables", "azure", "path", "error"),
    [
        ({"id": VM}, {"paths": [{"vm_id": VM.upper(), "verdict": "open"}]}, "open", None),
        (
            {"id": VM},
            {"paths": [], "problem": "No Azure credentials were found."},
            None,
            "No Azure credentials were found.",
        ),
        ({"id": VM}, {"failed": True, "msg": "sign-in failed"}, None, "sign-in failed"),
        ({"id": VM}, {"paths": []}, None, NOT_READ),
        ({}, {"paths": [{"vm_id": VM, "verdict": "open"}]}, None, UNKNOWN),
    ],
)
def test_the_azure_side(
    variables: dict[str, t.Any], azure: dict[str, t.Any], path: str | None, error: str | None
) -> None:
    hostvars = {"web01": {"kms_result": {"ansible_facts": {"kms": KMS}}, **variables}}
    kms_evidence = FilterModule().filters()["kms_evidence"]
    (item,) = kms_evidence(["web01"], hostvars, "kms_result", ["web01"], azure)
    assert ((item["path"] or {}).get("verdict"), item["azure_error"]) == (path, error)


ARC = "/subscriptions/1/resourceGroups/rg/providers/Microsoft.HybridCompute/machines/srv01"


@pytest.mark.parametrize("azure", [None, {"paths": []}])
@pytest.mark.parametrize(
    ("variables", "known"),
    [
        ({"id": VM}, VM),
        ({"id": ARC}, ARC),
        ({"id": VM, "diagnose_azure_resource_id": ARC}, ARC),
        ({"id": VM, "diagnose_azure_resource_id": ""}, VM),
        ({"id": "i-0123456789abcdef0"}, None),
        ({"id": 7}, None),
        ({}, None),
    ],
)
def test_what_the_inventory_says_that_a_host_is_comes_along(
    azure: dict[str, t.Any] | None, variables: dict[str, t.Any], known: str | None
) -> None:
    hostvars = {"web01": {"kms_result": {"ansible_facts": {"kms": KMS}}, **variables}}
    (item,) = FilterModule().filters()["kms_evidence"](["web01"], hostvars, "kms_result", ["web01"], azure)
    assert item["resource_id"] == known
