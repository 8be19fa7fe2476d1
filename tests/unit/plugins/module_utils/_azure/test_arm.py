# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The raw Resource Manager client over a fake wire."""

from __future__ import annotations

import collections.abc
import os
import threading
import time
import typing as t

import azure.mgmt.network
import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._azure import arm, patience
from ansible_collections.azure_windows.activation.plugins.module_utils._azure.cloud import CLOUDS
from tests.unit.plugins.module_utils._azure.wire import Answer, StaticCredential, Wire, transport

HOST = "https://management.azure.com"
FORBIDDEN = {
    "error": {
        "code": "AuthorizationFailed",
        "message": "The client 'x' does not have authorization to perform action "
        "'Microsoft.Network/routeTables/read' over scope '/subscriptions/s'.",
    }
}


def client(wire: Wire, deadline: float = 120, clock: t.Callable[[], float] = time.monotonic) -> arm.ArmClient:
    runtime = arm.Runtime(transport(wire), sleep=lambda seconds: None, clock=clock)
    return arm.ArmClient(StaticCredential(), CLOUDS["AzureCloud"], deadline=deadline, runtime=runtime)


def test_get_keeps_unknown_fields_and_names_the_version() -> None:
    wire = Wire(Answer(body={"id": "/a", "properties": {"brandNew": {"x": None}}}))
    assert client(wire).get("/a", "2024-05-01")["properties"]["brandNew"] == {"x": None}
    assert wire.log == [("GET", f"{HOST}/a?api-version=2024-05-01")]
    assert wire.headers[0]["Authorization"] == "Bearer token"


@pytest.mark.parametrize("host", [HOST, f"{HOST}:443", HOST.upper().replace("HTTPS", "https")])
def test_list_follows_all_pages(host: str) -> None:
    wire = Wire(
        Answer(body={"value": [{"id": 1}], "nextLink": f"{host}/l?api-version=1&$skiptoken=2"}),
        Answer(body={"value": [{"id": 2}]}),
    )
    assert client(wire).list("/l", "1") == [{"id": 1}, {"id": 2}]


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ([Answer(body={"value": [], "nextLink": f"{HOST}/l?api-version=1"})], "PagingLoop"),
        ([Answer(body={"value": [], "nextLink": "https://evil.example/l"})], "ForeignLink"),
        ([Answer(body={"value": [], "nextLink": f"{HOST}:8443/l"})], "ForeignLink"),
        ([Answer(body={"value": [], "nextLink": f"{HOST}:port/l"})], "ForeignLink"),
        ([Answer(body={"value": [], "nextLink": HOST.replace("https", "http") + "/l"})], "ForeignLink"),
        (
            [
                Answer(body={"value": [{}], "nextLink": f"{HOST}/2"}),
                Answer(404, {"error": {"code": "Gone", "message": "m"}}),
            ],
            "Gone",
        ),
        ([Answer(body=[])], "UnexpectedBody"),
        ([Answer(body={"value": None})], "UnexpectedBody"),
        ([Answer(body={"value": [{}, 1]})], "UnexpectedBody"),
        *(
            ([Answer(body={"value": [], "nextLink": link})], "MalformedLink")
            for link in (
                5,
                1.5,
                True,
                {"a": 1},
                [HOST],
                "https://[",
                "https://[::1",
                "//x",
                "/l",
                f"{HOST}/\n",
                f"{HOST}/ü",
            )
        ),
        ([Answer(body={"value": [], "nextLink": "http://management.azure.com/l"})], "ForeignLink"),
        ([Answer(body=b"[" * 200_000 + b"]" * 200_000)], "MalformedBody"),
        ([Answer(400, b'{"error":' * 200_000)], None),
        ([Answer(body=b"\xff\xfe{}")], None),
        ([Answer(body=b"{}", headers={"Content-Type": "application/json; charset=odd"})], None),
        ([Answer(body=b'{"value": [')], "MalformedBody"),
        ([Answer(502, b"<html>bad gateway</html>")], None),
    ],
)
def test_a_list_is_whole_or_a_problem(answers: list[Answer], code: str | None) -> None:
    with pytest.raises(arm.ArmError) as caught:
        client(Wire(*answers)).list("/l", "1")
    if code:
        assert caught.value.code == code


PAUSES = {
    "abc": None,
    "": None,
    "nan": None,
    "-5": 0.0,
    "inf": 60.0,
    "86400": 60.0,
    "1e999": 60.0,
    "Fri, 31 Dec 2100 23:59:59 GMT": 60.0,
    "Fri, 31 Dec 2100 23:59:59 -0000": 60.0,
    "Sun, 06 Nov 1994 08:49:37 GMT": 0.0,
    "Fri, 99 Dec 99999 23:59:59 GMT": None,
}


@pytest.mark.parametrize(("text", "pause"), PAUSES.items())
def test_a_pause_that_azure_asks_for_has_an_end(text: str, pause: float | None) -> None:
    assert patience.told({"Retry-After": text}) == pause


@pytest.mark.parametrize("name", ["retry-after-ms", "x-ms-retry-after-ms"])
def test_a_pause_in_milliseconds(name: str) -> None:
    assert patience.told({name: "1500", "Retry-After": "9"}) == 1.5
    assert patience.told({name: "86400000"}) == 60.0
    assert patience.told({name: "odd", "Retry-After": "9"}) == 9.0


@pytest.mark.parametrize("headers", [{"Retry-After": text} for text in PAUSES] + [{"retry-after-ms": "x"}])
def test_an_odd_pause_costs_nothing(headers: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    wire = Wire(Answer(429, FORBIDDEN, headers), Answer(503, b"", headers), Answer(body={"id": "/x"}))
    made = transport(wire)
    monkeypatch.setattr(made, "sleep", slept.append)
    found = arm.ArmClient(StaticCredential(), CLOUDS["AzureCloud"], runtime=arm.Runtime(made))
    assert found.get("/x", "1") == {"id": "/x"}
    assert all(0 <= pause <= 60 for pause in slept)


class Silent(Wire):
    """Takes a request and never answers, as a service that hangs or drips does for a whole read."""

    def __init__(self) -> None:
        super().__init__(Answer())
        self.options: list[dict[str, t.Any]] = []
        self.over = threading.Event()

    def send(self, request: t.Any, **options: t.Any) -> t.Any:
        self.options.append(options)
        self.over.wait(20)
        raise OSError("closed")


@pytest.fixture
def silent() -> collections.abc.Iterator[Silent]:
    wire = Silent()
    yield wire
    wire.over.set()


def test_a_silent_azure_is_left_at_the_end_of_the_budget(silent: Silent) -> None:
    found = client(silent)
    found.stop_after(0.3)
    begun = time.monotonic()
    for _try in range(2):
        with pytest.raises(arm.ArmError, match="DeadlineExceeded: the 0 s for Azure were over"):
            found.get("/x", "1")
    assert time.monotonic() - begun < 2
    assert len(silent.options) == 1, "what comes after the end is not even asked"
    assert silent.options[0]["timeout"] == (30, 60)


def test_a_silent_answer_costs_one_question(silent: Silent, monkeypatch: pytest.MonkeyPatch) -> None:
    within = patience.within
    limits: list[float] = []

    def soon(limit: float, call: t.Callable[[], t.Any]) -> t.Any:
        limits.append(limit)
        return within(0.1, call)

    monkeypatch.setattr(patience, "within", soon)
    found = client(silent)
    with pytest.raises(arm.ArmError, match="NoAnswer"):
        found.get("/x", "1")
    with pytest.raises(arm.ArmError, match="NoAnswer"):
        found.send_once("PUT", "/x", "1", body={})
    assert limits == [patience.QUESTION, patience.WRITE]


def test_no_pause_goes_beyond_the_budget() -> None:
    found = client(Wire(Answer(202, headers={"Location": f"{HOST}/o", "Retry-After": "60"})))
    found.stop_after(30)
    with pytest.raises(arm.ArmError, match="for Azure were over"):
        found.ask("/x", "1")


def test_what_is_late_keeps_nobody_and_errors_come_through() -> None:
    assert patience.within(5, lambda: 3) == 3
    with pytest.raises(KeyError):
        patience.within(5, lambda: {}["x"])
    with pytest.raises(patience.TooLateError):
        patience.within(0.01, lambda: time.sleep(0.5))


def test_403_names_the_action() -> None:
    with pytest.raises(arm.ArmError) as caught:
        client(Wire(Answer(403, FORBIDDEN))).get("/x", "1")
    assert (caught.value.status, caught.value.action) == (403, "Microsoft.Network/routeTables/read")


@pytest.mark.parametrize("headers", [{"Retry-After": "0"}, {}])
def test_429_is_sent_again(headers: dict[str, str]) -> None:
    busy = Answer(429, {"error": {"code": "TooManyRequests", "message": "m"}}, headers)
    wire = Wire(busy, Answer(body={"ok": 1}))
    assert client(wire).ask("/q", "1") == {"ok": 1}
    assert [method for method, url in wire.log] == ["POST", "POST"]


def test_a_question_waits_for_another_operation() -> None:
    busy = Answer(409, {"error": {"code": "AnotherOperationInProgress", "message": "m"}})
    wire = Wire(busy, busy, Answer(body={"value": []}))
    assert client(wire).ask("/q", "1") == {"value": []}
    wire = Wire(busy)
    with pytest.raises(arm.ArmError, match="AnotherOperationInProgress"):
        client(wire).ask("/q", "1")
    assert len(wire.log) == 5
    wire = Wire(Answer(409, {"error": {"code": "Conflict", "message": "m"}}))
    with pytest.raises(arm.ArmError, match="Conflict"):
        client(wire).ask("/q", "1")
    assert len(wire.log) == 1


def test_a_question_is_polled_to_its_end() -> None:
    location = {"Location": f"{HOST}/operationResults/1?api-version=1", "Retry-After": "1"}
    wire = Wire(Answer(202, None, location), Answer(202, None, location), Answer(body={"value": [{"a": 1}]}))
    assert client(wire).ask("/q", "1") == {"value": [{"a": 1}]}
    assert [method for method, url in wire.log] == ["POST", "GET", "GET"]


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Location": f"{HOST}/o", "Retry-After": "50"}, "DeadlineExceeded"),
        ({}, "NoLocation"),
        ({"Location": "https://evil.example/o", "Retry-After": "1"}, "ForeignLink"),
    ],
)
def test_a_question_without_an_end(headers: dict[str, str], code: str) -> None:
    ticks = iter(range(0, 10**6, 20))
    with pytest.raises(arm.ArmError) as caught:
        client(Wire(Answer(202, None, headers)), deadline=100, clock=lambda: next(ticks)).ask("/q", "1")
    assert caught.value.code == code


def test_the_provider_is_never_registered() -> None:
    missing = {"error": {"code": "MissingSubscriptionRegistration", "message": "not registered"}}
    wire = Wire(Answer(409, missing))
    with pytest.raises(arm.ArmError):
        client(wire).get("/subscriptions/s/providers/Microsoft.Network/routeTables", "1")
    assert [method for method, url in wire.log] == ["GET"]


def test_the_sdk_is_the_one_that_this_run_is_for() -> None:
    wanted = os.environ.get("AZURE_MGMT_NETWORK")
    assert wanted in (None, azure.mgmt.network.__version__)


LIST_REFUSED = (
    "The resource type 'natGateways' could not be found in the namespace 'Microsoft.Network' for api version '2024-07-01'. "
    "The supported api-versions are '2015-05-01-preview,2023-11-01,2024-05-01,2024-06-01-preview'."
)
RESOURCE_REFUSED = (
    "No registered resource provider found for location 'eastus' and API version '2024-07-01' for type 'natGateways'. "
    "The supported api-versions are '2023-11-01, 2024-05-01'. The supported locations are 'eastus'."
)
ROOT_REFUSED = "The api-version '2024-07-01' is invalid. The supported versions are '2025-01-01,2024-05-01,2014-04'."


@pytest.mark.parametrize(
    ("status", "code", "message"),
    [
        (404, "InvalidResourceType", LIST_REFUSED),
        (400, "NoRegisteredProviderFound", RESOURCE_REFUSED),
        (400, "InvalidApiVersionParameter", ROOT_REFUSED),
    ],
)
@pytest.mark.parametrize("method", ["GET", "LIST", "POST", "PUT"])
def test_a_refused_version_gives_way_to_the_newest_that_is_offered(
    method: str, status: int, code: str, message: str
) -> None:
    path = "/subscriptions/s/providers/Microsoft.Network/natGateways"
    refusal = Answer(status, {"error": {"code": code, "message": message}})
    wire = Wire(refusal, Answer(body={"value": [{"id": 1}]}))
    asked = client(wire)
    for _again in range(2):
        if method == "GET":
            asked.get(path, "2024-07-01")
        elif method == "LIST":
            assert asked.list(path, "2024-07-01") == [{"id": 1}]
        elif method == "POST":
            asked.ask(path, "2024-07-01")
        else:
            asked.send_once("PUT", path, "2024-07-01", body={})
    # The type's other paths are asked for in that version at once.
    assert [url.rsplit("=", 1)[1] for _method, url in wire.log] == ["2024-07-01", "2024-05-01", "2024-05-01"]
    assert asked.version(path, "2024-07-01") == "2024-05-01"
    assert asked.version("/subscriptions/s/providers/Microsoft.Network/loadBalancers", "2024-07-01") == "2024-07-01"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("InvalidResourceType", "The resource type 'routeTable' could not be found."),
        ("InvalidResourceType", "The supported api-versions are ''."),
        ("ResourceNotFound", LIST_REFUSED),
    ],
)
def test_a_refusal_without_an_offer_stays_one(code: str, message: str) -> None:
    wire = Wire(Answer(404, {"error": {"code": code, "message": message}}))
    with pytest.raises(arm.ArmError) as caught:
        client(wire).get("/subscriptions/s/providers/Microsoft.Network/natGateways", "2024-07-01")
    assert caught.value.code == code
    assert len(wire.log) == 1


def test_only_newer_versions_are_offered() -> None:
    message = LIST_REFUSED.replace("2015-05-01-preview,2023-11-01,2024-05-01", "2027-01-01,2026-05-01")
    wire = Wire(Answer(404, {"error": {"code": "InvalidResourceType", "message": message}}), Answer(body={}))
    client(wire).get("/subscriptions/s/providers/Microsoft.Network/natGateways", "2024-07-01")
    assert wire.log[-1][1].endswith("api-version=2026-05-01")
