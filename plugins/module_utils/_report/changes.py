# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run of the role remediate planned and changed, as a page shows it."""

from __future__ import annotations

import dataclasses
import difflib
import json
import typing as t

from .catalogue.catalogue import Catalogue

# A change by its outcome, what went wrong first.
STATUSES = ("failed", "refused", "changed", "would_change", "unchanged")
GUEST, ACTIVATION = "guest", "activation"
_CONTEXT = 2

Plain = t.Mapping[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Change:
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


def changes(rows: t.Iterable[Plain], catalogue: Catalogue, hosts: t.Sequence[str] = ()) -> list[Change]:
    """Return changes, what went wrong first; `hosts` are those of rows that name none."""
    found = [_change(row, catalogue, hosts) for row in rows]
    return sorted(found, key=lambda change: STATUSES.index(change.status) if change.status in STATUSES else -1)


def withheld(rows: t.Iterable[Plain], catalogue: Catalogue, hosts: t.Sequence[str] = ()) -> list[Withheld]:
    """Return the steps of a plan that are not done; an attempt to activate that waits for another step goes without saying."""
    return [
        Withheld(
            row["action"],
            _target(row["target"], catalogue),
            tuple(row["hosts"]) or tuple(hosts),
            catalogue.text(row["reason"] or ""),
            catalogue.who(row["who"]) if row["who"] else "",
            "" if row["allowed"] else row["variable"] or "",
            catalogue.text(row["obstacle"] or ""),
        )
        for row in rows
        if not row["allowed"] or (row["obstacle"] and row["action"] != ACTIVATION)
    ]


def _change(row: Plain, catalogue: Catalogue, hosts: t.Sequence[str]) -> Change:
    return Change(
        row["action"],
        _target(row["target"], catalogue),
        row["status"],
        catalogue.ui_or(f"change.{row['status']}", row["status"]),
        tuple(row["hosts"]) or tuple(hosts),
        row["message"] or "",
        row["at"] or "",
        tuple(_diff(row["before"], row["after"])),
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


def of_fleet(hosts: t.Iterable[Plain], run: Plain, catalogue: Catalogue) -> list[Change]:
    """Return every change of a run, those of guests and those of Azure, the same one of several guests once."""
    found: dict[Change, tuple[str, ...]] = {}
    rows = changes(run["changes"], catalogue)
    for host in hosts:
        rows += changes(_in_guest(host, "changes"), catalogue, [host["name"]])
    for row in rows:
        key = dataclasses.replace(row, hosts=(), at="")
        found[key] = tuple(dict.fromkeys((*found.get(key, ()), *row.hosts)))
    merged = [dataclasses.replace(key, hosts=names) for key, names in found.items()]
    return sorted(merged, key=lambda change: STATUSES.index(change.status) if change.status in STATUSES else -1)


def withheld_of_fleet(hosts: t.Iterable[Plain], run: Plain, catalogue: Catalogue) -> list[Withheld]:
    """Return every step of a run's plans that is not done, the same step of several guests once."""
    found: dict[tuple[str, ...], Withheld] = {}
    steps = withheld(run["plan"], catalogue)
    for host in hosts:
        steps += withheld(_in_guest(host, "plan"), catalogue, [host["name"]])
    for step in steps:
        key = (step.action, step.target, step.reason, step.who, step.variable, step.obstacle)
        hosts_so_far = found[key].hosts if key in found else ()
        found[key] = dataclasses.replace(step, hosts=tuple(dict.fromkeys((*hosts_so_far, *step.hosts))))
    return list(found.values())


def _in_guest(host: Plain, key: str) -> list[Plain]:
    """Return the rows of a host about its guest; those about Azure are the whole run's as well."""
    return [row for row in host.get(key, ()) if row["target"] == GUEST]
