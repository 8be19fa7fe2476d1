# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carries out a plan: one write at a time, journalled ahead, looked at afterwards, planned anew after every step.

Nothing is overwritten on the strength of an old look: a plan on the shared reading may create what is not there, which Azure
refuses when it is there by now. After a write, a refusal to retry or a lost connection, and before anything is changed or deleted,
the objects are looked at and the planner decides again. What a run has done is taken back when a later step of it fails.
"""

from __future__ import annotations

import contextlib
import dataclasses
import random
import typing as t

from .._azure.arm import ArmError
from .._network.values import name_of
from . import bodies, undo, write_errors
from . import journal as journals
from .change_set import DELETE, ChangeSet, Refusal, Write
from .journal import Entry, Journal, Record, Torn
from .looks import Looks
from .write_errors import WriteVerdict
from .writer import SUCCEEDED, Sent, state_of

Planner = t.Callable[[], ChangeSet]

FIRST_PAUSE, LONGEST_PAUSE = 2.0, 30.0
STALE_PAUSE = 0.25
# So many answers in a row from which nobody can tell what happened are no hiccup.
UNSURE_TRIES = 5
# A write that has to be repeated so often is not kept: a policy or another tool undoes it.
REPEATS = 8


class StopError(Exception):
    """The run cannot go on. `refusal` is set when Azure or a rule forbids it."""

    def __init__(self, message: str, refusal: Refusal | None = None) -> None:
        super().__init__(message)
        self.refusal = refusal


@dataclasses.dataclass(frozen=True)
class WriteResult:
    """What was written (in check mode: would be), with the warnings of the plan; `failure` says why it is not all."""

    changes: tuple[Entry, ...] = ()
    warnings: tuple[str, ...] = ()
    failure: str | None = None
    refusal: Refusal | None = None


class Reconciler:
    """Brings about one plan. One object is waited for as long as the writer waits."""

    def __init__(self, looks: Looks, journal: Journal, *, check_mode: bool) -> None:
        self.looks = looks
        self._writer = looks.writer
        self._journal = journal
        self._check_mode = check_mode
        self._deadline = looks.writer.deadline
        self._runtime = looks.writer.runtime

    def carry_out(self, planner: Planner) -> WriteResult:
        """Bring about what `planner` plans; whatever goes wrong, what was written is taken back."""
        done: list[Entry] = []
        warnings: list[str] = []
        try:
            if self._check_mode:
                plan = self._planned(planner)
                entries = (Entry("", 0, "", w.id, w.operation, _dict(w.before), _dict(w.body)) for w in plan.writes)
                return WriteResult(tuple(entries), plan.warnings)
            self._reconcile(planner, self._new_record, done, warnings)
        except Exception as stop:
            left, troubles = self._take_back(done)
            return WriteResult(tuple(left), (*warnings, *troubles), _reason(stop), _refusal(stop))
        return WriteResult(tuple(done), tuple(warnings))

    def undo(self, entry: Entry) -> WriteResult:
        """Undo one journalled write; the change of the outcome is what was written for it, none when there was no need."""
        write = Write(entry.id, entry.operation, entry.before, entry.after)
        sure = entry.state != journals.INTENDED
        self.looks.renew()

        def planner() -> ChangeSet:
            return undo.plan(write, self._found(entry.id), sure=sure)

        done: list[Entry] = []
        try:
            if self._check_mode:
                plan = self._planned(planner)
                done += [Entry("", 0, "", w.id, w.operation, _dict(w.before), _dict(w.body)) for w in plan.writes]
            else:
                record = Record.of_undoing(self._journal, entry)
                self._reconcile(planner, lambda _write: record, done, [])
                if not done:
                    record.done(entry)
        except Exception as stop:
            return WriteResult(failure=_reason(stop), refusal=_refusal(stop))
        return WriteResult(tuple(done))

    def _new_record(self, write: Write) -> Record:
        return Record.of_new(
            self._journal, self._journal.next_entry(write.id, write.operation, write.before, write.body)
        )

    def _planned(self, planner: Planner) -> ChangeSet:
        try:
            plan = planner()
        except ArmError as error:
            raise StopError(f"Azure could not be read: {error}") from error
        if plan.refusal is not None:
            raise StopError(plan.refusal.sentence(), plan.refusal)
        return plan

    def _reconcile(
        self, planner: Planner, record: t.Callable[[Write], Record], done: list[Entry], warnings: list[str]
    ) -> None:
        """Write until nothing is left to write; `done` and `warnings` grow on the way."""
        limit = self._runtime.clock() + self._deadline
        tries = unsure = 0
        while True:
            plan = self._planned(planner)
            warnings += plan.warnings
            if not plan.writes:
                return
            write = plan.writes[0]
            if write.before is not None and not self.looks.fresh:
                self.looks.leave_reading()
                continue
            if sum(entry.id == write.id and entry.operation == write.operation for entry in done) >= REPEATS:
                raise StopError(f"{name_of(write.id)} was written {REPEATS} times, but Azure does not keep it.")
            verdict = self._attempt(write, record(write), done)
            if verdict is None:
                tries = unsure = 0
                continue
            if verdict.kind in (write_errors.REFUSED, write_errors.FAILED):
                raise StopError(verdict.message, verdict.refusal)
            unsure = unsure + 1 if verdict.kind == write_errors.UNSURE else 0
            self.looks.renew()
            pause = self._pause(verdict, tries)
            if unsure >= UNSURE_TRIES or self._runtime.clock() + pause > limit:
                raise StopError(f"Azure could not be brought to do it, last because of {verdict.message}")
            self._runtime.sleep(pause)
            tries += 1

    def _attempt(self, write: Write, record: Record, done: list[Entry]) -> WriteVerdict | None:
        """Send one write; `done` gets it as it was done, before the journal does. Return what was wrong."""
        for reference in bodies.linked(write.body):
            body = self._found(reference, decides=False)
            if body is not None and state_of(body) not in SUCCEEDED:
                raise StopError(not_provisioned(reference, body).sentence(), not_provisioned(reference, body))
        record.begin()
        sent = Sent()
        try:
            sent = self._writer.send(write)
            current = self._ended(write, sent)
        except ArmError as error:
            verdict = write_errors.judge(error, write.id, _action(write))
            if verdict.kind == write_errors.UNSURE:
                return self._look_again(write, record, verdict, done, failed=error.code == "OperationFailed")
            record.not_done()
            return verdict
        # What somebody else made of it in the meantime is not ours.
        seen = (body for body in (current, sent.stored) if bodies.holds(write.id, body, write.body))
        done.append(record.change(write, None if write.operation == DELETE else next(seen, write.body)))
        record.done(done[-1])
        return None

    def _ended(self, write: Write, sent: Sent) -> dict[str, t.Any] | None:
        """Return an object once the operation that writes it is over; raises ArmError, StopError.

        The object itself tells: it has a new ETag and the provisioningState Updating from the answer on (Azure/azure-cli, recording
        test_network_route_table_operation). Only where it does not say that all is done, the operation is asked.
        """
        self._writer.rest(sent)
        with contextlib.suppress(ArmError):
            current, over = self.looks.after(write.id, patient=False)
            moved = write.before is None or (current or {}).get("etag") != write.before.get("etag")
            if over and moved and bodies.holds(write.id, current, write.body):
                return current
        self._writer.follow(sent)
        return self._after(write)

    def _look_again(
        self, write: Write, record: Record, verdict: WriteVerdict, done: list[Entry], *, failed: bool
    ) -> WriteVerdict | None:
        """Find out what became of a write whose end nobody saw."""
        current = self._after(write)
        if bodies.holds(write.id, current, write.body):
            done.append(record.change(write, current))
            record.done(done[-1])
            return dataclasses.replace(verdict, kind=write_errors.FAILED) if failed else None
        if bodies.same(write.id, current, write.before):
            record.not_done()
            if failed and "cancel" not in verdict.message.lower():
                return dataclasses.replace(verdict, kind=write_errors.FAILED)
            return verdict
        return dataclasses.replace(verdict, kind=write_errors.STALE)

    def may_differ(self, torn: Torn) -> str | None:
        """Return why a write whose line was cut off cannot be ruled out; None when the object is as it was before it."""
        told = f"Line {torn.line} of the journal is cut off: its write may have been sent"
        if not torn.id or not torn.before_known:
            return f"{told}, and what it was about is lost. Look into the activity log of Azure, then delete the line."
        try:
            current = self._found(torn.id)
        except Exception as problem:
            return f"{told}. {_reason(problem)}"
        if bodies.same(torn.id, current, torn.before):
            return None
        return f"{told}, and {name_of(torn.id)} is not as it was before. Compare it in Azure and decide by hand."

    @property
    def journal_trouble(self) -> str | None:
        """Return why the journal does not hold everything, None when it does."""
        return None if self._journal.trouble is None else str(self._journal.trouble)

    def _after(self, write: Write) -> dict[str, t.Any] | None:
        try:
            return self.looks.after(write.id, patient=True)[0]
        except ArmError as error:
            raise StopError(
                f"Whether {name_of(write.id)} was written is not known, as it could not be read afterwards ({error}). "
                "The next run looks first."
            ) from error

    def _found(self, resource_id: str, *, decides: bool = True) -> dict[str, t.Any] | None:
        try:
            return self.looks.find(resource_id) if decides else self.looks.around(resource_id)
        except ArmError as error:
            raise StopError(f"{name_of(resource_id)} could not be read: {error}") from error

    def _take_back(self, done: t.Sequence[Entry]) -> tuple[list[Entry], list[str]]:
        """Undo what this run has done, newest first; return what is left and why."""
        left: list[Entry] = []
        troubles: list[str] = []
        for entry in reversed(done):
            outcome = self.undo(entry)
            if outcome.failure:
                left.insert(0, entry)
                troubles.append(f"{name_of(entry.id)} could not be put back: {outcome.failure}")
        return left, troubles

    def _pause(self, verdict: WriteVerdict, tries: int) -> float:
        # Several writers that were told to wait must not come back all at once.
        spread = 0.5 + random.random() / 2
        if verdict.kind == write_errors.STALE:
            return float(STALE_PAUSE * 2 ** min(tries, 4) * spread)
        if verdict.pause is not None:
            return verdict.pause + spread * min(tries, 8) / 4
        return float(min(FIRST_PAUSE * 2**tries, LONGEST_PAUSE) * spread)


def _reason(problem: Exception) -> str:
    known = isinstance(problem, (StopError, journals.JournalError))
    return str(problem) if known else f"Azure could not be changed: an unexpected {type(problem).__name__}."


def _refusal(problem: Exception) -> Refusal | None:
    return problem.refusal if isinstance(problem, StopError) else None


def not_provisioned(resource_id: str, body: t.Mapping[str, t.Any]) -> Refusal:
    """Return the refusal of something whose last change failed."""
    return Refusal(
        "not-provisioned",
        f"The last change of {name_of(resource_id)} ended as {state_of(body)} in Azure",
        "Repair it there first, for example by saving it again",
    )


def _action(write: Write) -> str:
    parts = write.id.rsplit("/providers/", 1)[-1].split("/")
    return "/".join([parts[0], *parts[1::2], "delete" if write.operation == DELETE else "write"])


def _dict(body: t.Mapping[str, t.Any] | None) -> dict[str, t.Any] | None:
    return None if body is None else dict(body)
