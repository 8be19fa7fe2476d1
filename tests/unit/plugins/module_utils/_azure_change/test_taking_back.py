# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is taken back, in which order, and what is left alone: by a run that fails and by a rollback from a journal."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._azure.arm import ArmError, Runtime
from ansible_collections.azure_windows.activation.plugins.module_utils._azure_change import change_set, rollback, undo
from ansible_collections.azure_windows.activation.plugins.module_utils._azure_change.change_set import ChangeSet, Write
from ansible_collections.azure_windows.activation.plugins.module_utils._azure_change.journal import Journal
from ansible_collections.azure_windows.activation.plugins.module_utils._azure_change.looks import Looks
from ansible_collections.azure_windows.activation.plugins.module_utils._azure_change.reconcile import (
    Reconciler,
    WriteResult,
)
from ansible_collections.azure_windows.activation.plugins.module_utils._azure_change.writer import Sent

Body = dict[str, t.Any]
NETWORK = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network"
TABLE = f"{NETWORK}/routeTables/rt"
ROUTE = f"{TABLE}/routes/kms"
SUBNET = f"{NETWORK}/virtualNetworks/v/subnets/s"
PLAIN: Body = {"id": SUBNET, "properties": {"addressPrefix": "10.0.0.0/24"}}
BOUND: Body = {"id": SUBNET, "properties": {"addressPrefix": "10.0.0.0/24", "routeTable": {"id": TABLE}}}
NEW_TABLE: Body = {"id": TABLE, "location": "westeurope", "properties": {"routes": []}}


class Azure:
    """Objects by id. A route table that a subnet uses is not deleted (InUseRouteTableCannotBeDeleted), a locked object not written."""

    def __init__(self) -> None:
        self.objects: dict[str, Body] = {SUBNET: PLAIN}
        self.locked: set[str] = set()

    deadline, runtime = 1.0, Runtime()

    def find(self, resource_id: str) -> Body | None:
        if resource_id == TABLE and ROUTE in self.objects:
            return {**NEW_TABLE, "properties": {"routes": [self.objects[ROUTE]]}}
        return self.objects.get(resource_id)

    settled = find

    def rest(self, sent: Sent) -> None:
        """Every operation is over at once."""

    follow = rest

    def send(self, write: Write) -> Sent:
        if write.id in self.locked:
            raise ArmError("ScopeLocked", "The scope is locked.", 409)
        if write.body is None:
            if any(body["properties"].get("routeTable") == {"id": write.id} for body in self.objects.values()):
                raise ArmError("InUseRouteTableCannotBeDeleted", "Route table rt is in use.", 400)
            del self.objects[write.id]
            return Sent()
        self.objects[write.id] = dict(write.body)
        return Sent(self.objects[write.id])


def at(azure: Azure, path: pathlib.Path | None = None) -> Reconciler:
    book = Journal(str(path) if path else None, "kms_route")
    return Reconciler(Looks(t.cast("t.Any", azure)), book, check_mode=False)


def carry_out(azure: Azure, *writes: Write, path: pathlib.Path | None = None) -> WriteResult:
    """Plan the writes one after the other, each of them once."""
    left = list(writes)
    return at(azure, path).carry_out(lambda: ChangeSet((left.pop(0),)) if left else ChangeSet())


BIND = (change_set.create(TABLE, NEW_TABLE), change_set.update(SUBNET, PLAIN, BOUND))


def test_a_run_that_fails_takes_back_what_builds_on_something_before_that() -> None:
    azure = Azure()
    azure.locked = {ROUTE}
    result = carry_out(azure, *BIND, change_set.create(ROUTE, {"properties": {"nextHopType": "Internet"}}))
    assert result.failure
    assert (result.changes, result.warnings) == ((), ())
    assert azure.objects == {SUBNET: PLAIN}


def test_a_rollback_takes_back_what_builds_on_something_before_that(tmp_path: pathlib.Path) -> None:
    azure, path = Azure(), tmp_path / "journal.jsonl"
    assert carry_out(azure, *BIND, path=path).failure is None
    assert azure.objects[SUBNET] == BOUND
    result = rollback.roll_back(at(azure, path), str(path))
    assert (result.get("failed", False), result["left"]) == (False, [])
    assert azure.objects == {SUBNET: PLAIN}


class Slow(Azure):
    """An Azure that shows an object as it was until the operation is asked for its end."""

    def __init__(self) -> None:
        super().__init__()
        self.coming: list[Write] = []

    def send(self, write: Write) -> Sent:
        self.coming.append(write)
        return Sent()

    def follow(self, sent: Sent) -> None:
        super().send(self.coming.pop())


def test_an_object_that_still_looks_as_before_is_not_taken_for_written() -> None:
    azure = Slow()
    azure.objects[SUBNET] = {**BOUND, "etag": "1"}
    result = carry_out(azure, change_set.update(SUBNET, azure.objects[SUBNET], PLAIN))
    assert (result.failure, azure.coming, azure.objects[SUBNET]) == (None, [], PLAIN)


def hop(kind: str) -> Body:
    return {"id": ROUTE, "name": "kms", "properties": {"addressPrefix": "20.118.99.224/32", "nextHopType": kind}}


def twice_written(path: pathlib.Path) -> Azure:
    azure = Azure()
    azure.objects[ROUTE] = hop("None")
    first = change_set.update(ROUTE, hop("None"), hop("VnetLocal"))
    second = change_set.update(ROUTE, hop("VnetLocal"), hop("Internet"))
    assert carry_out(azure, first, second, path=path).failure is None
    return azure


def test_two_changes_of_one_object_are_undone_to_the_state_before_both(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "journal.jsonl"
    azure = twice_written(path)
    assert rollback.roll_back(at(azure, path), str(path))["left"] == []
    assert azure.objects[ROUTE] == hop("None")


def test_an_older_change_stays_for_the_reason_of_the_newer_one(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "journal.jsonl"
    azure = twice_written(path)
    azure.locked = {ROUTE}
    left = rollback.roll_back(at(azure, path), str(path))["left"]
    newer, older = (item["reason"] for item in left)
    assert "lock" in newer
    assert older == newer
    assert azure.objects[ROUTE] == hop("Internet")


def test_nothing_is_undone_below_a_write_of_which_only_half_a_line_is_left(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "journal.jsonl"
    azure = twice_written(path)
    with path.open("a", encoding="utf-8") as stream:
        stream.write(f'{{"run": "later", "step": 1, "id": "{ROUTE}", "operation": "update", "befo')
    left = rollback.roll_back(at(azure, path), str(path))["left"]
    assert [item["id"] for item in left] == [ROUTE] * 3
    assert azure.objects[ROUTE] == hop("Internet")


GROUP = "/subscriptions/s/resourceGroups/g"


@pytest.mark.parametrize(
    ("resource_id", "operation"),
    [
        (f"{GROUP}/providers/Microsoft.Compute/virtualMachines/vm", "create"),
        (f"{GROUP}/providers/Microsoft.Authorization/roleAssignments/a", "delete"),
        (f"{NETWORK}/networkSecurityGroups/nsg", "update"),
        (f"{NETWORK}/virtualNetworks/v", "create"),
        (GROUP, "create"),
        (ROUTE, "purge"),
    ],
)
def test_a_journal_writes_nothing_that_no_module_writes(resource_id: str, operation: str) -> None:
    before, after = {"properties": {"old": True}}, {"properties": {"new": True}}
    states = {"create": (None, after), "delete": (before, None)}
    was, now = states.get(operation, (before, after))
    plan = undo.plan(Write(resource_id, operation, was, now), now, sure=True)
    assert plan.writes == ()
    assert plan.refusal is not None
    assert plan.refusal.id == "not-of-this-collection"
