# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rarer answers to a write: what no role helps against, what a later operation took over, a header that is not known."""

from __future__ import annotations

import types
import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._azure.arm import ArmError
from ansible_collections.azure_windows.activation.plugins.module_utils._azure_change import change_set, write_errors
from ansible_collections.azure_windows.activation.plugins.module_utils._azure_change.writer import Writer

TABLE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/routeTables/rt"
ROUTE = f"{TABLE}/routes/kms"
DENIED = (
    "The client 'c' with object id 'o' has permission to perform action 'Microsoft.Network/routeTables/write' on scope 's'; however, "
    "the access is denied because of the deny assignment with name 'stack locks net' and Id 'd' at scope 's'."
)
REGION = "Resource 'rt' was disallowed by Azure: This policy maintains a set of best available regions where your subscription can deploy."


@pytest.mark.parametrize(
    ("code", "message", "refused", "said"),
    [
        ("DenyAssignmentAuthorizationFailed", DENIED, "deny-assignment", "'stack locks net' outweighs every role"),
        ("RequestDisallowedByAzure", REGION, "disallowed-by-azure", "best available regions"),
    ],
)
def test_what_no_role_helps_against(code: str, message: str, refused: str, said: str) -> None:
    verdict = write_errors.judge(ArmError(code, message, 403), TABLE, "Microsoft.Network/routeTables/write")
    assert (verdict.kind, verdict.refusal and verdict.refusal.id) == (write_errors.REFUSED, refused)
    assert said in verdict.message
    assert "Grant" not in verdict.message


@pytest.mark.parametrize("code", ["CanceledAndSupersededDueToAnotherOperation", "Canceled"])
@pytest.mark.parametrize(("status", "kind"), [(409, write_errors.UNSURE), (429, write_errors.BUSY)])
def test_what_a_later_operation_took_over_is_looked_at(code: str, status: int, kind: str) -> None:
    assert write_errors.judge(ArmError(code, "Operation was canceled.", status), TABLE, "").kind == kind


class Client:
    """A Resource Manager that does not know If-None-Match; `there` is what it has already."""

    def __init__(
        self, there: dict[str, t.Any] | None, message: str = "The header If-None-Match is not supported."
    ) -> None:
        self.sent: list[dict[str, str] | None] = []
        self._there = there
        self._message = message

    def get(self, _path: str, _version: str) -> dict[str, t.Any]:
        if self._there is None:
            raise ArmError("ResourceNotFound", "none", 404)
        return self._there

    def send_once(
        self, _method: str, _path: str, _version: str, *, body: t.Any = None, headers: dict[str, str] | None = None
    ) -> t.Any:
        self.sent.append(headers)
        if headers:
            raise ArmError("BadRequest", self._message, 400)
        return types.SimpleNamespace(status_code=201, headers={}, json=lambda: body)


def send(client: Client) -> dict[str, t.Any] | None:
    body = {"properties": {"nextHopType": "Internet"}}
    return Writer(t.cast("t.Any", client), deadline=1).send(change_set.create(ROUTE, body))


def test_a_refused_header_is_left_out_after_a_look() -> None:
    client = Client(None)
    assert send(client) is not None
    assert client.sent == [{"If-None-Match": "*"}, None]


def test_nothing_is_replaced_for_want_of_the_header() -> None:
    client = Client({"properties": {"nextHopType": "None"}})
    with pytest.raises(ArmError) as stop:
        send(client)
    assert stop.value.status == 412
    assert len(client.sent) == 1


def test_other_bad_requests_are_what_they_are() -> None:
    client = Client(None, "Address prefix 10.0.0.0/33 is not valid.")
    with pytest.raises(ArmError, match="not valid"):
        send(client)
    assert len(client.sent) == 1
