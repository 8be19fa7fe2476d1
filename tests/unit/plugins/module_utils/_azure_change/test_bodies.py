# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Raw bodies: edited, shown, compared; and how a recorded write is undone."""

from __future__ import annotations

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._azure_change import bodies, undo
from ansible_collections.azure_windows.activation.plugins.module_utils._azure_change.change_set import Write
from tests.unit.lab.azure import builders as b

ROUTE = f"{b.NETWORK}/routeTables/rt/routes/r"
SUBNET = f"{b.NETWORK}/virtualNetworks/v/subnets/s"


def test_shown_leaves_out_what_azure_fills_in_and_sorts() -> None:
    body = {
        "id": SUBNET,
        "etag": "e",
        "properties": {
            "provisioningState": "Succeeded",
            "ipConfigurations": [{"id": "/x"}],
            "delegations": [{"name": "b", "etag": "f"}, {"name": "A", "properties": {"resourceGuid": 1, "x": [2, 1]}}],
            "kept": None,
        },
    }
    assert bodies.shown(SUBNET, body) == {
        "id": SUBNET,
        "properties": {"delegations": [{"name": "A", "properties": {"x": [2, 1]}}, {"name": "b"}], "kept": None},
    }
    assert bodies.shown(ROUTE, None) is None


HELD = [
    ({"a": 1}, {"a": 1}, True),
    ({"a": 1, "b": 2}, {"a": 1}, True),
    ({"a": 1}, {"a": 1, "b": 2}, False),
    ({"a": "TCP"}, {"a": "Tcp"}, True),
    ({"a": [1, 2]}, {"a": [1]}, False),
    ({"a": [{"name": "x", "more": 1}, {"name": "a"}]}, {"a": [{"name": "a"}, {"name": "x"}]}, True),
    ({"a": {"b": True}}, {"a": {"b": 1}}, True),
    ({"a": None}, {"a": {}}, False),
]


@pytest.mark.parametrize(("current", "planned", "answer"), HELD)
def test_holds(current: b.Body, planned: b.Body, *, answer: bool) -> None:
    assert bodies.holds(ROUTE, current, planned) is answer


def body(hop: str, **more: object) -> b.Body:
    return {"id": ROUTE, "etag": "now", "properties": {"nextHopType": hop, **more}}


UNDO: dict[str, tuple[str, b.Body | None, b.Body | None, b.Body | None, bool, str]] = {
    "made": ("create", None, body("A"), body("A"), True, "delete"),
    "made and gone": ("create", None, body("A"), None, True, ""),
    "made and changed": ("create", None, body("A"), body("B"), True, "changed-since"),
    "made and grown": ("create", None, body("A"), body("A", x=1), True, "changed-since"),
    "perhaps made, as planned": ("create", None, {"properties": {"nextHopType": "a"}}, body("A", x=1), False, "delete"),
    "perhaps made, not": ("create", None, {"properties": {"nextHopType": "A"}}, None, False, ""),
    "changed": ("update", body("A"), body("B"), body("B"), True, "update"),
    "changed back": ("update", body("A"), body("B"), body("A"), True, ""),
    "changed and gone": ("update", body("A"), body("B"), None, True, "changed-since"),
    "changed again": ("update", body("A"), body("B"), body("C"), True, "changed-since"),
    "taken away": ("delete", body("A"), None, None, True, "create"),
    "taken away and made anew": ("delete", body("A"), None, body("B"), True, "changed-since"),
    "taken away and back": ("delete", body("A"), None, body("A"), True, ""),
}


@pytest.mark.parametrize(("operation", "before", "after", "current", "sure", "answer"), UNDO.values(), ids=UNDO)
def test_undo(
    operation: str, before: b.Body | None, after: b.Body | None, current: b.Body | None, *, sure: bool, answer: str
) -> None:
    plan = undo.plan(Write(ROUTE, operation, before, after), current, sure=sure)
    if plan.refusal is not None:
        assert plan.refusal.id == answer
        return
    assert [write.operation for write in plan.writes] == ([answer] if answer else [])
    for write in plan.writes:
        assert write.body == (before if answer != "delete" else None)
        assert (write.before or {}).get("etag") == (None if answer == "create" else "now")
