# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What changed since an earlier report, host by host."""

from __future__ import annotations

import typing as t

from .counting import ACTIVATED, LEVELS, UNKNOWN, level
from .model import Comparison, Host, Report

# What changed, the bad news first.
KINDS = ("new", "worse", "changed", "fixed", "gone", "left_out")


def compare(now: Report, previous: Report, known: t.Collection[str] = ()) -> Comparison:
    """Return the names that are new, fixed, worse, changed, gone or left out since the report `previous`.

    `new`: in trouble, and healthy or absent then. `changed`: in trouble as before, by another root cause.
    `gone`: in the earlier report only, and `left_out` when among the `known` names, those of the inventory.
    """
    then = {host.name: host for host in previous.hosts}
    kinds = {host.name: _kind(then.get(host.name), host) for host in now.hosts}
    kinds |= {name: _lost(then[name]) for name in now.unanswered if name in then}
    present = {*kinds, *now.unanswered}
    kinds |= {name: "left_out" if name in known else "gone" for name in then if name not in present}
    found = {
        kind: tuple(sorted(name for name, own in kinds.items() if own == kind)) for kind in {*kinds.values()} - {""}
    }
    return Comparison(previous.generated_at, **found)


def _kind(before: Host | None, now: Host) -> str:
    healthy = now.state == ACTIVATED
    if before is None or before.state == ACTIVATED:
        return "" if healthy else "new"
    if healthy:
        return "fixed"
    if level(now) > level(before):
        return "worse"
    return "changed" if now.root_cause.id != before.root_cause.id else ""


def _lost(before: Host) -> str:
    """Return what it is that a host does not answer any more."""
    if before.state == ACTIVATED:
        return "new"
    return "worse" if level(before) < (LEVELS[UNKNOWN], True) else ""
