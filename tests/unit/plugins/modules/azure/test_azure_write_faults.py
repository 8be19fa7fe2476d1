# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the reconciler does when a write meets a fault, seen from the module that adds routes."""

from __future__ import annotations

import collections
import json
import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._azure_change import (
    change_set,
    journal,
    reconcile,
    writer,
)
from tests.unit.lab.azure import builders as b
from tests.unit.plugins.modules.azure.conftest import Start, fault

TABLE = f"{b.NETWORK}/routeTables/rt"
SUBNET = f"{b.NETWORK}/virtualNetworks/spoke/subnets/work"
TUNNEL = b.route("0.0.0.0/0", "VirtualNetworkGateway", name="default")
ROUTE = "PUT */routes/*"


def error(code: str, message: str = "m", detail: str | None = None) -> b.Body:
    inner: b.Body = {"code": code, "message": message}
    return {"error": {**inner, "details": [{"code": detail, "message": message}]} if detail else inner}


PASSING = {
    "429": fault(ROUTE, answer=429, times=2),
    "429 with Retry-After": fault(ROUTE, answer=429, retry_after=1, times=2),
    "429 of the network": fault(
        ROUTE, answer=429, body=error("RetryableError", detail="RetryableErrorDueToAnotherOperation"), times=2
    ),
    "409 busy": fault(ROUTE, answer=409, body=error("AnotherOperationInProgress"), times=3),
    "412": fault(ROUTE, answer=412, times=2),
    "500": fault(ROUTE, answer=500, times=2),
    "503": fault(ROUTE, answer=503, retry_after=1, times=1),
    "504": fault(ROUTE, answer=504, times=1),
    "dropped before": fault(ROUTE, behaviour="drop", times=2),
    "cut after": fault(ROUTE, behaviour="cut", times=1),
    "cut answer": fault(ROUTE, behaviour="truncate", times=1),
    "garbage answer": fault(ROUTE, behaviour="garbage", times=1),
    "cut while it is done": fault("GET */operations/*", behaviour="drop", times=9),
    "lost operation": fault("GET */operations/*", answer=404, times=1),
}


@pytest.mark.parametrize("given", PASSING.values(), ids=PASSING)
@pytest.mark.parametrize("seconds", [0, 0.05])
def test_passing_faults_are_outlasted(azure: Start, given: b.Body, seconds: float) -> None:
    lab = azure(b.routed(TUNNEL), faults=[given], options={"write_seconds": seconds})
    before = lab.lab.state_hash()
    result = lab.run("route", route_table=TABLE, addresses=b.BOTH)
    assert "msg" not in result, result["msg"]
    assert [change["operation"] for change in result["changes"]] == ["create", "create"]
    done = collections.Counter(name for name, status in lab.writes() if status in (200, 201))
    assert set(done.values()) == {1}, "a write that was done is never sent again"
    sent = lab.writes()
    assert not lab.run("route", route_table=TABLE, addresses=b.BOTH)["changed"]
    assert lab.writes() == sent
    lab.undo()
    assert lab.lab.state_hash() == before


LOCK = {"lock": "ReadOnly", "scope": TABLE}
DENY = {"deny_write": "Microsoft.Network/routeTables", "name": "no-routes"}
READER = {"client_id": "reader", "secret": "s3cret", "permissions": ["*/read"]}
REFUSALS: dict[str, tuple[dict[str, t.Any], str, str]] = {
    "lock": ({"policies": [LOCK]}, "scope-locked", f"Remove the lock on {TABLE} first"),
    "policy": ({"policies": [DENY]}, "policy-denied", "exemption from policy assignment 'no-routes'"),
    "rights": (
        {"credentials": [READER]},
        "authorization-failed",
        "RBAC action Microsoft.Network/routeTables/routes/write on",
    ),
    "provider": (
        {"faults": [fault(ROUTE, answer=409, body=error("MissingSubscriptionRegistration"))]},
        "provider-not-registered",
        "Register Microsoft.Network in the subscription yourself",
    ),
}


@pytest.mark.parametrize(("world", "id_", "needs"), REFUSALS.values(), ids=REFUSALS)
def test_refusals_are_said_once_and_leave_azure_untouched(
    azure: Start, world: dict[str, t.Any], id_: str, needs: str
) -> None:
    lab = azure(b.routed(TUNNEL), **world)
    before = lab.lab.state_hash()
    result = lab.run("route", route_table=TABLE, addresses=b.BOTH)
    assert (result["refused"]["id"], result["changed"]) == (id_, False)
    assert needs in result["msg"]
    assert "Traceback" not in result["msg"]
    assert len(lab.writes()) == 1, "never tried again, no provider registered"
    assert lab.lab.state_hash() == before
    assert lab.states() == ["intended", "not_done"]
    assert not lab.undo()["changed"]


LINKED = {"client_id": "reader", "secret": "s3cret", "permissions": ["*/read", "*/write", "*/delete"]}
LATER = {
    "linked": ({"credentials": [LINKED]}, "Grant it the RBAC action Microsoft.Network/routeTables/join/action on"),
    "lock": ({"policies": [{"lock": "ReadOnly", "scope": f"{b.NETWORK}/virtualNetworks/spoke"}]}, "Remove the lock on"),
    "failing": ({"faults": [fault("PUT */subnets/work", behaviour="fails")]}, "OperationFailed: InternalServerError"),
    "refused": (
        {"faults": [fault("PUT */subnets/work", answer=400, body=error("NotAllowed", "no"))]},
        "400 NotAllowed: no",
    ),
    "always 500": ({"faults": [fault("PUT */subnets/work", answer=500)]}, "500 InternalServerError"),
}


@pytest.mark.parametrize(("world", "text"), LATER.values(), ids=LATER)
def test_a_later_failure_takes_the_earlier_steps_back(azure: Start, world: dict[str, t.Any], text: str) -> None:
    lab = azure(b.spoke(), **world)
    before = lab.lab.state_hash()
    result = lab.run("route", subnet=SUBNET, create_route_table=True)
    assert text in result["msg"]
    assert (result["changed"], result["changes"]) == (False, [])
    assert lab.lab.state_hash() == before
    assert not lab.undo()["changed"]
    assert lab.lab.state_hash() == before


def test_what_cannot_be_taken_back_is_said(azure: Start) -> None:
    faults = [fault("PUT */subnets/work", answer=400, body=error("NotAllowed")), fault("DELETE *", answer=403)]
    lab = azure(b.spoke(), faults=faults)
    result = lab.run("route", subnet=SUBNET, create_route_table=True)
    assert "NotAllowed" in result["msg"]
    assert [change["operation"] for change in result["changes"]] == ["create"]
    assert "rt-kms-spoke-work could not be put back: The identity may not change" in result["warnings"][0]


def test_a_controller_that_loses_azure_in_mid_write_converges_later(azure: Start) -> None:
    lost = [
        fault("PUT */routes/kms-40-83-235-53", behaviour="cut", times=1),
        fault("GET */routeTables/rt", behaviour="drop", times=99),
    ]
    lab = azure(b.routed(TUNNEL), faults=lost)
    before = lab.lab.state_hash()
    first = lab.run("route", route_table=TABLE, addresses=[b.OTHER_KMS])
    assert "Whether kms-40-83-235-53 was written is not known" in first["msg"]
    # It stays as nobody could look: the journal still knows it.
    assert lab.states() == ["intended"]
    lab.lab.calm()  # the network is back
    again = lab.run("route", route_table=TABLE, addresses=b.BOTH)
    assert "msg" not in again
    assert lab.lab.reach("web", b.OTHER_KMS, 1688) == "kms"
    lab.undo()
    assert lab.lab.state_hash() == before


def test_another_writer_in_between_is_seen(azure: Start) -> None:
    theirs = b.table(TUNNEL, b.route(f"{b.KMS}/32", "Internet", name="theirs"))
    lab = azure(b.routed(TUNNEL), faults=[fault("PUT */routes/kms-20*", put=theirs, times=1)])
    result = lab.run("route", route_table=TABLE, addresses=b.BOTH)
    assert [change["id"].rsplit("/", 1)[-1] for change in result["changes"]] == ["kms-40-83-235-53"]
    assert {route["name"] for route in lab.find("routeTables/rt")["properties"]["routes"]} == {
        "default",
        "theirs",
        "kms-40-83-235-53",
    }


def test_a_busy_object_is_waited_for(azure: Start) -> None:
    lab = azure(b.routed(TUNNEL), options={"write_seconds": 0.3})
    result = lab.run("route", route_table=TABLE, addresses=b.BOTH)
    assert len(result["changes"]) == 2
    assert [status for _name, status in lab.writes()] == [201, 201], "no write meets an operation in progress"


def test_rollback_leaves_what_somebody_changed_since(azure: Start) -> None:
    lab = azure(b.routed(TUNNEL))
    lab.run("route", route_table=TABLE, addresses=b.BOTH)
    first, second = lab.find("routeTables/rt")["properties"]["routes"][1:]
    first["properties"]["nextHopType"] = "None"
    lab.lab.put(b.table(TUNNEL, first, second))
    result = lab.undo()
    assert result["refused"]["id"] == "changed-since"
    assert [entry["id"].rsplit("/", 1)[-1] for entry in result["left"]] == [first["name"]]
    assert [change["operation"] for change in result["changes"]] == ["delete"]
    assert [route["name"] for route in lab.find("routeTables/rt")["properties"]["routes"]] == ["default", first["name"]]


def test_rollback_is_previewed(azure: Start) -> None:
    lab = azure(b.routed(TUNNEL))
    done = lab.run("route", route_table=TABLE, addresses=b.BOTH)
    sent, text = lab.writes(), lab.journal.read_text(encoding="utf-8")
    preview = lab.undo(check=True)
    assert (lab.writes(), lab.journal.read_text(encoding="utf-8")) == (sent, text)
    assert preview["diff"]["before"] == done["diff"]["after"]
    assert preview["diff"]["after"] == {}


BAD_JOURNALS = {
    "foreign id": (
        {"id": f"{b.GROUP}/providers/Microsoft.Compute/virtualMachines/web", "operation": "create"},
        "not-of-this-collection",
    ),
    "foreign operation": ({"id": f"{TABLE}/routes/x", "operation": "explode"}, "not-of-this-collection"),
}


@pytest.mark.parametrize(("entry", "id_"), BAD_JOURNALS.values(), ids=BAD_JOURNALS)
def test_nothing_else_is_written_from_a_journal(azure: Start, entry: dict[str, t.Any], id_: str) -> None:
    lab = azure(b.routed(TUNNEL))
    lab.journal.parent.mkdir()
    lab.journal.write_text(
        json.dumps({"run": "r", "step": 1, "state": "done", "before": {"properties": {}}, "after": None, **entry})
        + "\n"
    )
    assert lab.undo()["refused"]["id"] == id_
    assert lab.writes() == []


def test_an_operation_that_never_ends_is_said_and_stays_in_the_journal(azure: Start) -> None:
    lab = azure(b.routed(TUNNEL), faults=[fault(ROUTE, behaviour="never-finishes")])
    result = lab.run("route", route_table=TABLE, operation_timeout=1)
    assert "was written is not known" in result["msg"]
    assert "is still Updating after 1 s" in result["msg"]
    assert (lab.states(), len(lab.writes())) == (["intended"], 1)


def _failing_at(monkeypatch: pytest.MonkeyPatch, *states: str) -> None:
    """Let the disk be full whenever the journal is to get one of some states."""
    append = journal.Journal.append

    def full(self: journal.Journal, entry: journal.Entry) -> None:
        if entry.state in states:
            self.trouble = journal.JournalError("journal: j cannot be written: No space left on device.")
            raise self.trouble
        append(self, entry)

    monkeypatch.setattr(journal.Journal, "append", full)


def test_a_write_without_its_first_line_is_not_sent(azure: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = azure(b.routed(TUNNEL))
    _failing_at(monkeypatch, "intended")
    result = lab.run("route", route_table=TABLE, addresses=b.BOTH)
    assert ("No space left" in result["msg"], result["changed"], lab.writes()) == (True, False, [])


@pytest.mark.parametrize("states", [("done",), ("done", "undoing"), ("done", "undoing", "undone")])
def test_a_write_whose_end_is_not_in_the_journal_is_taken_back(
    azure: Start, monkeypatch: pytest.MonkeyPatch, states: tuple[str, ...]
) -> None:
    lab = azure(b.routed(TUNNEL))
    before = lab.lab.state_hash()
    _failing_at(monkeypatch, *states)
    result = lab.run("route", route_table=TABLE, addresses=b.BOTH)
    assert ("No space left" in result["msg"], result["changed"]) == (True, False)
    assert [name.split()[0] for name, _status in lab.writes()] == ["PUT", "DELETE"]
    assert lab.lab.state_hash() == before


def test_a_write_that_stays_is_named_though_the_journal_has_no_end_of_it(
    azure: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = azure(b.routed(TUNNEL), faults=[fault("DELETE *", answer=403)])
    _failing_at(monkeypatch, "done")
    result = lab.run("route", route_table=TABLE, addresses=b.BOTH)
    assert [change["operation"] for change in result["changes"]] == ["create"]
    assert "could not be put back" in result["warnings"][0]


def test_a_rollback_goes_on_without_its_lines_and_says_so(azure: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = azure(b.routed(TUNNEL))
    before = lab.lab.state_hash()
    lab.run("route", route_table=TABLE, addresses=b.BOTH)
    _failing_at(monkeypatch, "undoing", "undone")
    result = lab.undo()
    assert (lab.lab.state_hash(), "msg" in result, result["left"]) == (before, False, [])
    assert "No space left on device" in result["warnings"][0]
    assert not lab.undo()["changed"]


def test_an_error_nobody_thought_of_takes_back(azure: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = azure(b.routed(TUNNEL))
    before = lab.lab.state_hash()
    ended = reconcile.Reconciler._ended
    seen: list[str] = []

    def odd(self: reconcile.Reconciler, write: change_set.Write, sent: writer.Sent) -> dict[str, t.Any] | None:
        seen.append(write.id)
        if len(seen) == 2:
            raise KeyError("odd")
        return ended(self, write, sent)

    monkeypatch.setattr(reconcile.Reconciler, "_ended", odd)
    result = lab.run("route", route_table=TABLE, addresses=b.BOTH)
    assert "unexpected KeyError" in result["msg"]
    assert lab.undo()["left"] == []
    assert lab.lab.state_hash() == before


@pytest.mark.parametrize("sent", [False, True])
def test_a_first_line_that_was_cut_off_is_looked_up(azure: Start, sent: bool) -> None:
    lab = azure(b.routed(TUNNEL))
    before = lab.lab.state_hash()
    lab.run("route", route_table=TABLE)
    text = lab.journal.read_text(encoding="utf-8")
    if not sent:
        lab.undo()
        assert lab.lab.state_hash() == before
    lab.journal.write_text(text[: text.index('"after": ') + len('"after": {"na')], encoding="utf-8")
    result = lab.undo()
    assert [entry["operation"] for entry in result["left"]] == (["create"] if sent else [])
    assert ("may have been sent" in result.get("msg", "")) is sent
