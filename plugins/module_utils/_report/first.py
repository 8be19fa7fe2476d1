# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What to do first: the fixes that are for most VMs, each told once, whatever causes ask for it."""

from __future__ import annotations

import collections
import dataclasses
import typing as t

from . import fixes, grouping
from .catalogue.catalogue import Catalogue
from .counting import UNKNOWN, rank

MOST = 5


@dataclasses.dataclass(frozen=True)
class First:
    """One fix: who, its first step, how many steps follow, the causes that ask for it, its VMs, and where the page tells all of it."""

    who: str
    says: str
    command: str
    more: int
    causes: tuple[str, ...]
    names: tuple[str, ...]
    case: str


def first(causes: t.Sequence[tuple[grouping.Cause, t.Sequence[str]]], catalogue: Catalogue) -> tuple[list[First], int]:
    """Return the fixes for most VMs, those of unknown causes last, and how many there are; each cause comes with the ids of its cases."""
    groups: dict[t.Hashable, list[tuple[grouping.Cause, grouping.Case, str]]] = collections.defaultdict(list)
    for cause, ids in causes:
        for case, name in zip(cause.cases, ids, strict=True):
            if case.finding.remedy:
                groups[fixes.same(case.finding)].append((cause, case, name))
    ranked = sorted(groups.values(), key=_rank)
    return [_first(same, catalogue) for same in ranked[:MOST]], len(ranked)


def _rank(same: t.Sequence[tuple[grouping.Cause, grouping.Case, str]]) -> tuple[bool, int, int]:
    vms = sum(len(case.hosts) for _cause, case, _id in same)
    return (
        all(cause.state == UNKNOWN for cause, _case, _id in same),
        -vms,
        min(rank(cause.severity) for cause, _case, _id in same),
    )


def _first(same: t.Sequence[tuple[grouping.Cause, grouping.Case, str]], catalogue: Catalogue) -> First:
    _cause, case, name = same[0]
    names = tuple(host for _cause, other, _id in same for host in other.names)
    fix = fixes.fixes(case.finding, names, catalogue)[0]
    says, command = (fix.steps[0].says, fix.steps[0].command) if fix.steps else ("", "")
    return First(
        who=fix.who,
        says=says,
        command=fix.ansible or command or "",
        more=max(len(fix.steps) - 1, 0),
        causes=tuple(dict.fromkeys(catalogue.cause(cause.id, cause.state) for cause, _case, _id in same)),
        names=names,
        case=name,
    )
