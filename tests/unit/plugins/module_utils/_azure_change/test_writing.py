# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The parts of a write that need no lab: what an error means, what the journal keeps, what goes over the wire."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._azure import arm
from ansible_collections.azure_windows.activation.plugins.module_utils._azure.cloud import CLOUDS
from ansible_collections.azure_windows.activation.plugins.module_utils._azure_change import (
    change_set,
    write_errors,
    writer,
)
from tests.unit.plugins.module_utils._azure.wire import Answer, StaticCredential, Wire, transport

HOST = "https://management.azure.com"
ID = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/routeTables/t/routes/r"
DONE: dict[str, t.Any] = {"properties": {"provisioningState": "Succeeded"}}
AFTER = {"Azure-AsyncOperation": f"{HOST}/operations/1?api-version=1", "Retry-After": "0"}

VERDICTS: list[tuple[int | None, str, str]] = [
    (400, "BadRequest", write_errors.FAILED),
    (400, "RouteConflict", write_errors.STALE),
    (400, "FirewallPolicyRuleCollectionGroupUpdateNotAllowed", write_errors.BUSY),
    (401, "InvalidAuthenticationToken", write_errors.REFUSED),
    (403, "AuthorizationFailed", write_errors.REFUSED),
    (403, "SomethingNew", write_errors.REFUSED),
    (404, "ResourceNotFound", write_errors.FAILED),
    (408, "RequestTimeout", write_errors.UNSURE),
    (409, "AnotherOperationInProgress", write_errors.BUSY),
    (409, "ScopeLocked", write_errors.REFUSED),
    (409, "MissingSubscriptionRegistration", write_errors.REFUSED),
    (409, "Conflict", write_errors.FAILED),
    (412, "PreconditionFailed", write_errors.STALE),
    (429, "TooManyRequests", write_errors.BUSY),
    (429, "RetryableError", write_errors.BUSY),
    (500, "InternalServerError", write_errors.UNSURE),
    (504, "GatewayTimeout", write_errors.UNSURE),
    (None, "ServiceResponseError", write_errors.UNSURE),
    (None, "OperationFailed", write_errors.UNSURE),
]


@pytest.mark.parametrize(("status", "code", "kind"), VERDICTS)
def test_what_an_error_means(status: int | None, code: str, kind: str) -> None:
    found = write_errors.judge(arm.ArmError(code, "m", status), ID, "Microsoft.Network/routeTables/routes/write")
    assert found.kind == kind
    assert (found.refusal is not None) is (kind == write_errors.REFUSED)
    assert found.message


def test_a_linked_refusal_names_action_and_scope_of_a_long_message() -> None:
    error = arm.ArmError("LinkedAuthorizationFailed", "cut", 403)
    error.detail = (
        f"The client '{'c' * 400}' has permission to perform action 'x/write' on scope '/a'; however, it does not have permission to "
        "perform action(s) 'Microsoft.Network/natGateways/join/action' on the linked scope(s) '/subscriptions/s/nat' (respectively)"
    )
    refusal = write_errors.judge(error, ID, "x/write").refusal
    assert refusal is not None
    assert refusal.needs == "Grant it the RBAC action Microsoft.Network/natGateways/join/action on /subscriptions/s/nat"


def make(wire: Wire, deadline: float = 60) -> writer.Writer:
    ticks = iter(range(10**6))
    runtime = arm.Runtime(transport(wire), sleep=lambda seconds: None, clock=lambda: float(next(ticks)))
    client = arm.ArmClient(StaticCredential(), CLOUDS["AzureCloud"], runtime=runtime)
    return writer.Writer(client, deadline=deadline, runtime=runtime)


@pytest.mark.parametrize(
    ("write", "method", "header"),
    [
        (change_set.create(ID, DONE), "PUT", ("If-None-Match", "*")),
        (change_set.update(ID, {"etag": 'W/"1"', **DONE}, DONE), "PUT", ("If-Match", 'W/"1"')),
        (change_set.delete(ID, {"etag": 'W/"1"', **DONE}), "DELETE", ("If-Match", 'W/"1"')),
    ],
)
def test_every_write_has_a_precondition(write: change_set.Write, method: str, header: tuple[str, str]) -> None:
    wire = Wire(Answer(200, DONE))
    make(wire).send(write)
    assert (len(wire.log), wire.log[0][0], wire.headers[0][header[0]]) == (1, method, header[1])


SUBNET = f"{ID.rsplit('/routeTables/', 1)[0]}/virtualNetworks/v/subnets/s"


@pytest.mark.parametrize(
    ("resource_id", "properties", "sent"),
    [
        (SUBNET, {"serviceGateway": {"id": "/g"}}, False),
        (SUBNET, {"serviceGateway": None}, True),
        (SUBNET, {"natGateway": {"id": "/g"}}, True),
        (ID, {"nextHop": {"nextHopIpAddresses": ["10.0.0.4"]}}, False),
        (ID.rsplit("/", 2)[0], {"disablePeeringRoute": "All"}, False),
    ],
)
def test_an_object_with_a_property_of_a_later_version_is_not_written(
    resource_id: str, properties: dict[str, t.Any], sent: bool
) -> None:
    before = {"etag": 'W/"1"', "properties": properties}
    wire = Wire(Answer(200, DONE))
    problem = None
    try:
        make(wire).send(change_set.update(resource_id, before, DONE))
    except arm.ArmError as error:
        problem = error
    assert (len(wire.log) == 1, problem is None) == (sent, sent)
    if problem:
        verdict = write_errors.judge(problem, resource_id, "x/write")
        assert verdict.kind == write_errors.REFUSED
        assert next(iter(properties)) in verdict.message


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_write_is_sent_once(status: int) -> None:
    wire = Wire(Answer(status, {"error": {"code": "c", "message": "m"}}, {"Retry-After": "7"}), Answer(200, DONE))
    with pytest.raises(arm.ArmError) as caught:
        make(wire).send(change_set.create(ID, DONE))
    assert (len(wire.log), caught.value.retry_after) == (1, 7.0)


ENDS: dict[str, tuple[list[Answer], str | None]] = {
    "succeeded": ([Answer(200, {"status": "InProgress"}), Answer(200, {"status": "Succeeded"})], None),
    "failed": ([Answer(200, {"status": "Failed", "error": {"code": "X", "message": "no"}})], "OperationFailed: X: no"),
    "canceled": ([Answer(200, {"status": "Canceled"})], "OperationFailed: canceled"),
    "never": ([Answer(200, {"status": "InProgress"})], "DeadlineExceeded"),
    "garbage": ([Answer(200, b"<html>"), Answer(200, {"status": "Succeeded"})], None),
    "lost": ([Answer(404, {"error": {"code": "X", "message": "m"}})], "OperationLost"),
}


@pytest.mark.parametrize(("answers", "text"), ENDS.values(), ids=ENDS)
def test_an_operation_is_followed_to_its_end(answers: list[Answer], text: str | None) -> None:
    wire = Wire(Answer(201, DONE, AFTER), *answers)
    sender = make(wire)
    sent = sender.send(change_set.create(ID, DONE))
    if text is None:
        sender.follow(sent)
        assert len(wire.log) == 1 + len(answers)
        return
    with pytest.raises(arm.ArmError, match=text):
        sender.follow(sent)


def test_an_operation_on_another_host_is_not_asked_about() -> None:
    wire = Wire(Answer(202, b"", {"Location": "https://evil.example/x", "Retry-After": "0"}))
    sender = make(wire)
    sent = sender.send(change_set.delete(ID, DONE))
    with pytest.raises(arm.ArmError, match="OperationLost"):
        sender.follow(sent)
    assert len(wire.log) == 1


def test_a_resource_is_waited_for() -> None:
    busy = Answer(200, {"properties": {"provisioningState": "Updating"}})
    wire = Wire(busy, busy, Answer(200, {**DONE, "etag": "e"}))
    assert (make(wire).settled(ID) or {})["etag"] == "e"
    with pytest.raises(arm.ArmError, match="still Updating after 5 s"):
        make(Wire(busy), deadline=5).settled(ID)
    assert make(Wire(Answer(404, {"error": {"code": "X", "message": "m"}}))).settled(ID) is None
