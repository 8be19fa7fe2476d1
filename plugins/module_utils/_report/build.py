# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From plain diagnoses to the fleet report: typed, in a fixed order, joined with earlier reports and with what a run repaired."""

from __future__ import annotations

import dataclasses
import typing as t

from .._diagnosis.model import Diagnosis
from .._plain import from_plain
from .._text import restored
from . import history, merge
from .counting import level, rank
from .model import Host, Part, Remediation, Repairs, Report
from .text import neutral, neutral_plain


@dataclasses.dataclass(frozen=True)
class Beside:
    """What a report may hold beside this run's diagnoses; `known` are the names of the inventory."""

    merged: tuple[Report, ...] = ()
    expected: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    previous: Report | None = None
    remediation: Remediation | None = None


def report(diagnoses: t.Sequence[t.Any], generated_at: str, version: str, beside: Beside | None = None) -> Report:
    """Return the report on plain `diagnoses`, the most severe first, then by name.

    Raises ValueError that names the diagnosis and the field when one has another shape than `Diagnosis`.
    """
    beside = beside or Beside()
    own = judged(diagnoses, generated_at, beside.remediation)
    return assembled(merge.newest([*(other.hosts for other in beside.merged), own]), generated_at, version, beside)


def judged(diagnoses: t.Sequence[t.Any], generated_at: str, run: Remediation | None = None) -> list[Host]:
    """Return plain `diagnoses` as hosts; raises ValueError that names the diagnosis and the field of a wrong shape."""
    return [_host(index, plain, generated_at, run) for index, plain in enumerate(diagnoses)]


def assembled(hosts: list[Host], generated_at: str, version: str, beside: Beside) -> Report:
    """Return the report on hosts of different names, with what is told beside them; the hosts of `beside.merged` are among them."""
    hosts.sort(key=lambda host: (rank(host.root_cause.severity), host.name))
    names = {host.name for host in hosts}
    found = Report(
        generated_at,
        tuple(hosts),
        unanswered=tuple(sorted(_expected(beside) - names)),
        remediation=merge.repairs(tuple(_runs(hosts, beside))),
        version=version,
    )
    return (
        found
        if beside.previous is None
        else dataclasses.replace(
            found, history=history.compare(found, beside.previous, set(map(neutral, beside.known)))
        )
    )


def remediation(plain: t.Any) -> Remediation:
    """Return what a run of remediate gives, typed; raises ValueError that names the field of a wrong shape."""
    safe = neutral_plain(plain)
    if not isinstance(safe, dict):
        return from_plain(Remediation, safe)
    before = safe.get("before")
    whole = restored({**safe, "messages": {}}, safe.get("messages"))
    return from_plain(
        Remediation, {**whole, "before": list(map(_worded, before)) if isinstance(before, list) else before or ()}
    )


def _host(index: int, plain: t.Any, generated_at: str, run: Remediation | None) -> Host:
    try:
        diagnosis = from_plain(Diagnosis, _worded(neutral_plain(plain)))
    except ValueError as error:
        raise ValueError(f"diagnoses[{index}]: {error}") from error
    host = Host(**vars(diagnosis), reported_at=generated_at)
    if run is None:
        return host
    part = run.hosts.get(host.name, Part())
    before = next((then for then in run.before if then.name == host.name), None)
    return dataclasses.replace(host, before=before, after=diagnosis, plan=part.plan, changes=part.changes)


def _worded(plain: t.Any) -> t.Any:
    """Return a plain diagnosis whose texts know their messages, which then need no table beside them."""
    return {**restored(plain, plain.get("messages")), "messages": {}} if isinstance(plain, dict) else plain


def _expected(beside: Beside) -> set[str]:
    """Return who was expected here, by a merged report or before the run."""
    expected = {neutral(name) for name in beside.expected}
    expected.update(name for other in beside.merged for name in other.unanswered)
    if beside.remediation is not None:
        expected.update(diagnosis.name for diagnosis in beside.remediation.before)
    return expected


def _runs(hosts: t.Sequence[Host], beside: Beside) -> t.Iterator[Repairs]:
    yield from (other.remediation for other in beside.merged if other.remediation is not None)
    run = beside.remediation
    if run is not None:
        worse = tuple(host.name for host in hosts if host.before is not None and level(host) > level(host.before))
        yield Repairs(run.check_mode, run.actions, run.plan, run.changes, (run.journal,) if run.journal else (), worse)
