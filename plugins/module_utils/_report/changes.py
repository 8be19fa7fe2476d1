# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run of the role remediate planned and changed, as a page shows it."""

from __future__ import annotations

import dataclasses
import difflib
import json
import typing as t

from . import model
from .catalogue.catalogue import Catalogue
from .model import PlannedAction, Report

# A change by its outcome, what went wrong first.
STATUSES = ("failed", "refused", "changed", "would_change", "unchanged")
GUEST, ACTIVATION = "guest", "activation"
_CONTEXT = 2


@dataclasses.dataclass(frozen=True)
class ChangeView:
    """One action: where, what became of it, why, and the lines of its diff with their sign."""

    action: str
    target: str
    status: str
    status_name: str
    hosts: tuple[str, ...]
    message: str
    at: str
    diff: tuple[tuple[str, str], ...]


@dataclasses.dataclass(frozen=True)
class Withheld:
    """What the plan holds and is not done: nobody allowed it, or something stands in its way."""

    action: str
    target: str
    hosts: tuple[str, ...]
    reason: str
    who: str
    variable: str
    obstacle: str


def changes(rows: t.Iterable[model.Change], catalogue: Catalogue, hosts: t.Sequence[str] = ()) -> list[ChangeView]:
    """Return changes, what went wrong first; `hosts` are those of rows that name none."""
    found = [_change(row, catalogue, hosts) for row in rows]
    return sorted(found, key=lambda change: STATUSES.index(change.status) if change.status in STATUSES else -1)


def withheld(rows: t.Iterable[PlannedAction], catalogue: Catalogue, hosts: t.Sequence[str] = ()) -> list[Withheld]:
    """Return the steps of a plan that are not done; an attempt to activate that waits for another step goes without saying."""
    return [
        Withheld(
            row.action,
            _target(row.target, catalogue),
            row.hosts or tuple(hosts),
            catalogue.text(row.reason or ""),
            catalogue.who(row.who) if row.who else "",
            "" if row.allowed else f"remediate_actions: [{row.action}]",
            catalogue.text(row.obstacle or ""),
        )
        for row in rows
        if not row.allowed or (row.obstacle and row.action != ACTIVATION)
    ]


def _change(row: model.Change, catalogue: Catalogue, hosts: t.Sequence[str]) -> ChangeView:
    return ChangeView(
        row.action,
        _target(row.target, catalogue),
        row.status,
        catalogue.ui_or(f"change.{row.status}", row.status),
        row.hosts or tuple(hosts),
        catalogue.text(row.message or ""),
        row.at or "",
        tuple(_diff(row.before, row.after)),
    )


def _target(target: str, catalogue: Catalogue) -> str:
    return catalogue.ui("change.guest") if target == GUEST else target


def _diff(before: t.Any, after: t.Any) -> t.Iterator[tuple[str, str]]:
    """Give the changed lines with a few around them, each with `+`, `-` or a blank before it."""
    lines = difflib.unified_diff(_lines(before), _lines(after), lineterm="", n=_CONTEXT)
    for line in list(lines)[2:]:
        yield ("…", "") if line.startswith("@@") else (line[0], line[1:])


def _lines(value: t.Any) -> list[str]:
    return [] if value is None else json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False).splitlines()


def of_fleet(report: Report, catalogue: Catalogue) -> list[ChangeView]:
    """Return every change of a run, those of guests and those of Azure, the same one of several guests once."""
    rows = changes(report.remediation.changes if report.remediation else (), catalogue)
    for host in report.hosts:
        rows += changes(_in_guest(host.changes), catalogue, [host.name])
    found = _once(rows, lambda row: dataclasses.replace(row, hosts=(), at=""))
    return sorted(found, key=lambda change: STATUSES.index(change.status) if change.status in STATUSES else -1)


def withheld_of_fleet(report: Report, catalogue: Catalogue) -> list[Withheld]:
    """Return every step of a run's plans that is not done, the same step of several guests once."""
    rows = withheld(report.remediation.plan if report.remediation else (), catalogue)
    for host in report.hosts:
        rows += withheld(_in_guest(host.plan), catalogue, [host.name])
    return _once(rows, lambda row: dataclasses.replace(row, hosts=()))


V = t.TypeVar("V", ChangeView, Withheld)
R = t.TypeVar("R", model.Change, PlannedAction)


def _once(rows: t.Iterable[V], key: t.Callable[[V], V]) -> list[V]:
    """Return rows of the same key as one with the hosts of all of them."""
    found: dict[V, dict[str, None]] = {}
    for row in rows:
        found.setdefault(key(row), {}).update(dict.fromkeys(row.hosts))
    return [dataclasses.replace(bare, hosts=tuple(hosts)) for bare, hosts in found.items()]


def _in_guest(rows: t.Iterable[R]) -> list[R]:
    """Return the rows of a host about its guest; those about Azure are the whole run's as well."""
    return [row for row in rows if row.target == GUEST]
