# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How often a write is tried again, how long it waits between, and when it is given up."""

from __future__ import annotations

import random
import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._azure.arm import ArmError, Runtime
from ansible_collections.azure_windows.activation.plugins.module_utils._azure_change import change_set
from ansible_collections.azure_windows.activation.plugins.module_utils._azure_change.change_set import ChangeSet, Write
from ansible_collections.azure_windows.activation.plugins.module_utils._azure_change.journal import Journal
from ansible_collections.azure_windows.activation.plugins.module_utils._azure_change.looks import Looks
from ansible_collections.azure_windows.activation.plugins.module_utils._azure_change.reconcile import (
    Reconciler,
    WriteResult,
)
from ansible_collections.azure_windows.activation.plugins.module_utils._azure_change.writer import Sent

Body = dict[str, t.Any]
ROUTE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/routeTables/rt/routes/kms"
WANTED: Body = {"properties": {"addressPrefix": "20.118.99.224/32", "nextHopType": "Internet"}}
CREATE = change_set.create(ROUTE, WANTED)


def error(code: str, status: int | None, retry_after: float | None = None) -> ArmError:
    found = ArmError(code, "as Azure says", status)
    found.retry_after = retry_after
    return found


BUSY = ("AnotherOperationInProgress", 409)
STALE = ("RouteConflict", 409)
UNSURE = ("ServerError", 503)
FAILED = ("InvalidResource", 400)


class Azure:
    """Answers each write with the next of `answers`, and all that follow with the last; `forgets` what is written."""

    def __init__(self, *answers: ArmError | None, deadline: float = 1000.0, forgets: bool = False) -> None:
        self.answers = list(answers) or [None]
        self.deadline, self.forgets = deadline, forgets
        self.objects: dict[str, Body] = {}
        self.slept: list[float] = []
        self.sent = 0
        self.now = 0.0
        self.runtime = Runtime(sleep=self._sleep, clock=lambda: self.now)

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def find(self, resource_id: str) -> Body | None:
        table = {"properties": {"routes": [{"name": "kms", **body} for body in self.objects.values()]}}
        return table if resource_id.endswith("/rt") else self.objects.get(resource_id)

    settled = find

    def rest(self, sent: Sent) -> None:
        """Every operation is over at once."""

    follow = rest

    def send(self, write: Write) -> Sent:
        self.sent += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is not None:
            raise answer
        if not self.forgets:
            self.objects[write.id] = dict(write.body or {})
        return Sent(dict(write.body or {}))


@pytest.fixture(autouse=True)
def _no_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """All writers wait as long as the longest that draws."""
    monkeypatch.setattr(random, "random", lambda: 1.0)


def carry_out(azure: Azure) -> WriteResult:
    looks = Looks(t.cast("t.Any", azure))
    return Reconciler(looks, Journal(None, "m"), check_mode=False).carry_out(
        lambda: ChangeSet() if ROUTE in azure.objects else ChangeSet((CREATE,))
    )


@pytest.mark.parametrize(
    ("answer", "waits"),
    [
        # Twice as long each time, thirty seconds at most.
        (error(*BUSY), [2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]),
        # As long as Azure asks, and a little more each time, so that many writers do not come back at once.
        (error(*BUSY, 7.0), [7.0, 7.25, 7.5, 7.75, 8.0, 8.25, 8.5, 8.75, 9.0, 9.0]),
        # Somebody was faster: look again soon.
        (error(*STALE), [0.25, 0.5, 1.0, 2.0, 4.0, 4.0]),
        (error(*UNSURE), [2.0, 4.0, 8.0, 16.0]),
    ],
)
def test_how_long_a_write_waits_before_it_is_tried_again(answer: ArmError, waits: list[float]) -> None:
    azure = Azure(*[answer] * len(waits), None)
    result = carry_out(azure)
    assert result.failure is None
    assert azure.slept == waits
    assert azure.sent == len(waits) + 1


def test_half_of_a_pause_is_left_to_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "random", lambda: 0.0)
    azure = Azure(error(*BUSY), error(*STALE), error(*BUSY, 7.0), None)
    carry_out(azure)
    assert azure.slept == [1.0, 0.25, 7.25]


def test_what_was_done_starts_the_pauses_anew() -> None:
    azure = Azure(error(*BUSY), error(*BUSY), None, error(*BUSY), None, forgets=True)
    wanted = iter([CREATE] * 5)
    looks = Looks(t.cast("t.Any", azure))
    Reconciler(looks, Journal(None, "m"), check_mode=False).carry_out(
        lambda: ChangeSet(tuple(write for write in [next(wanted, None)] if write))
    )
    assert azure.slept == [2.0, 4.0, 2.0]


def test_a_write_whose_end_nobody_saw_is_tried_five_times() -> None:
    azure = Azure(error(*UNSURE))
    assert "as Azure says" in (carry_out(azure).failure or "")
    assert (azure.sent, len(azure.slept)) == (5, 4)


def test_an_answer_that_says_what_happened_ends_the_doubt() -> None:
    azure = Azure(*[error(*UNSURE)] * 4, error(*BUSY), *[error(*UNSURE)] * 4, None)
    assert carry_out(azure).failure is None
    assert azure.sent == 10


def test_what_is_written_and_never_kept_is_given_up() -> None:
    azure = Azure(None, forgets=True)
    result = carry_out(azure)
    assert (result.failure or "").endswith("kms was written 8 times, but Azure does not keep it.")
    # It is not there: nothing is left to take back.
    assert (azure.sent, result.changes) == (8, ())


@pytest.mark.parametrize(("deadline", "sent"), [(6.0, 3), (5.9, 2), (1.9, 1)])
def test_nobody_waits_beyond_the_deadline(deadline: float, sent: int) -> None:
    azure = Azure(error(*BUSY), deadline=deadline)
    assert (carry_out(azure).failure or "").startswith("Azure could not be brought to do it, last because of kms: ")
    assert azure.sent == sent


def test_a_failure_is_not_tried_again() -> None:
    azure = Azure(error(*FAILED))
    assert "InvalidResource" in (carry_out(azure).failure or "")
    assert (azure.sent, azure.slept) == (1, [])


@pytest.mark.parametrize("status", [None, 408, 500, 599])
def test_what_may_have_been_done_is_looked_at(status: int | None) -> None:
    class Done(Azure):
        """Does what it says it did not."""

        def send(self, write: Write) -> Sent:
            self.objects[write.id] = dict(write.body or {})
            return super().send(write)

    azure = Done(error("Timeout", status))
    result = carry_out(azure)
    assert (result.failure, azure.sent, len(result.changes)) == (None, 1, 1)
