# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults that a world injects into the lab's Resource Manager."""

from __future__ import annotations

import pytest
import requests
from azure.core.exceptions import HttpResponseError

from tests.lab.azure.paste import AzureWorldError
from tests.unit.lab.azure import builders as b
from tests.unit.lab.azure.conftest import Start

TABLE = f"{b.NETWORK}/routeTables/rt"
LIST = f"/subscriptions/{b.SUBSCRIPTION}/providers/Microsoft.Network/routeTables"


def _fault(match: str, **more: object) -> list[b.Body]:
    return [
        {"on": "arm", "match": match, **more},
        {"on": "winrm", "guest": "web", "at": "receive", "behaviour": "drop"},
    ]


@pytest.mark.parametrize("retry_after", [None, 1.0])
def test_throttling_ends_after_so_many_times(start: Start, retry_after: float | None) -> None:
    client = start([b.table()], faults=_fault("GET */ROUTETABLES*", answer=429, retry_after=retry_after, times=2))
    first = client.send("GET", LIST)
    assert (first.status_code, first.headers.get("Retry-After")) == (429, None if retry_after is None else "1")
    assert len(list(client.network().route_tables.list_all())) == 1
    statuses = [entry["status"] for entry in client.log() if entry["path"] == LIST]
    assert statuses == [429, 429, 200]


def test_a_403_names_the_action(start: Start) -> None:
    client = start([b.table()], faults=_fault("GET */routeTables", answer=403))
    with pytest.raises(HttpResponseError, match=r"perform action 'Microsoft.Network/routeTables/read'"):
        list(client.network().route_tables.list_all())


def test_a_body_of_ones_own(start: Start) -> None:
    client = start(
        [b.table()], faults=_fault("PUT */routes/*", answer=409, body={"error": {"code": "Mine", "message": "m"}})
    )
    answer = client.send(
        "PUT", f"{TABLE}/routes/r", {"properties": {"addressPrefix": "10.0.0.0/8", "nextHopType": "None"}}
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "Mine")
    assert client.send("GET", TABLE).json()["properties"]["routes"] == []


def test_an_operation_that_never_finishes(start: Start) -> None:
    client = start(b.spoke(), faults=_fault("POST */effectiveRouteTable", behaviour="never-finishes"))
    first = client.send("POST", f"{b.NETWORK}/networkInterfaces/web-nic/effectiveRouteTable")
    assert first.status_code == 202
    assert [client.send("GET", first.headers["Location"]).status_code for _attempt in range(3)] == [202] * 3


def test_a_dropped_request_changes_nothing(start: Start) -> None:
    client = start([b.table()], faults=_fault("PUT *", behaviour="drop", times=1))
    body = {"properties": {"addressPrefix": "10.0.0.0/8", "nextHopType": "None"}}
    with pytest.raises(requests.ConnectionError):
        client.send("PUT", f"{TABLE}/routes/r", body)
    assert client.send("GET", TABLE).json()["properties"]["routes"] == []
    assert client.send("PUT", f"{TABLE}/routes/r", body).status_code == 201


def test_a_truncated_answer_comes_after_the_deed(start: Start) -> None:
    client = start([b.table()], faults=_fault("PUT *", behaviour="truncate", times=1))
    body = {"properties": {"addressPrefix": "10.0.0.0/8", "nextHopType": "None"}}
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        client.send("PUT", f"{TABLE}/routes/r", body)
    assert len(client.send("GET", TABLE).json()["properties"]["routes"]) == 1


def test_a_cut_comes_after_the_deed_and_without_an_answer(start: Start) -> None:
    client = start(
        [b.table(b.route("10.0.0.0/8", "None", name="r"))], faults=_fault("DELETE *", behaviour="cut", times=1)
    )
    with pytest.raises(requests.ConnectionError):
        client.send("DELETE", f"{TABLE}/routes/r")
    assert client.send("GET", TABLE).json()["properties"]["routes"] == []


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_an_operation_that_fails_leaves_no_trace(start: Start, method: str) -> None:
    client = start([b.table(b.route("10.0.0.0/8", "None", name="r"))], faults=_fault(f"{method} *", behaviour="fails"))
    before = client.lab.state_hash()
    answer = client.send(
        method, f"{TABLE}/routes/r", {"properties": {"addressPrefix": "10.0.0.0/8", "nextHopType": "Internet"}}
    )
    followed = client.send("GET", answer.headers["Azure-AsyncOperation"]).json()
    assert (answer.status_code in (201, 202), followed["status"]) == (True, "Failed")
    if method == "DELETE":
        assert client.send("GET", answer.headers["Location"]).status_code == 500
    assert client.lab.state_hash() == before


def test_garbage_is_no_json(start: Start) -> None:
    client = start([b.table()], faults=_fault("GET */routeTables", behaviour="garbage"))
    answer = client.send("GET", LIST)
    assert answer.status_code == 200
    with pytest.raises(ValueError, match="Expecting value"):
        answer.json()


def test_another_writer_comes_first(start: Start) -> None:
    other = b.table(b.route("10.9.0.0/16", "None", name="theirs"))
    client = start([b.table()], faults=_fault("PUT */routeTables/rt", put=other, times=1))
    body = client.send("GET", TABLE).json()
    assert client.send("PUT", TABLE, body, If_Match=body["etag"]).status_code == 412
    assert [route["name"] for route in client.send("GET", TABLE).json()["properties"]["routes"]] == ["theirs"]


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ({"answer": 500}, r"faults\[0\]: has no 'match'"),
        ({"match": "GET *", "behavior": "drop"}, r"faults\[0\]: unknown key 'behavior'; did you mean 'behaviour'\?"),
        (
            {"match": "GET *", "behaviour": "explode"},
            "'explode' is not one of cut, drop, fails, garbage, never-finishes, truncate",
        ),
    ],
)
def test_a_wrong_fault_is_named(start: Start, fault: b.Body, text: str) -> None:
    with pytest.raises(AzureWorldError, match=text):
        start([], tenant="t", faults=[{"on": "arm", **fault}])
