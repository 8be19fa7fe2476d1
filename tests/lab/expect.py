# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Holds a report against what a world expects of its guests. Only tests read `expect`."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import typing as t

from tests.lab.world import load
from tests.lab.world.model import Tree

_HEADINGS = ("guest", "what", "expected", "reported")


@dataclasses.dataclass(frozen=True)
class Mismatch:
    """One thing that a report says otherwise. `what`: root_cause, after, findings, not_findings or host."""

    guest: str
    what: str
    expected: str
    reported: str


def compare(world_path: str | os.PathLike[str], report_path: str | os.PathLike[str]) -> list[Mismatch]:
    """Return every difference between a world's `expect` and kms-report.json; raises WorldError, OSError, ValueError.

    A root cause fits when it is any of those expected; `findings` must all have failed, `not_findings` must not.
    """
    guests = load(world_path).guests
    report = json.loads(pathlib.Path(report_path).read_text(encoding="utf-8"))
    hosts: dict[str, list[Tree]] = {}
    for host in report["hosts"]:
        hosts.setdefault(host["name"], []).append(host)
    found = [Mismatch(name, "host", "a guest of the world", "in the report") for name in hosts if name not in guests]
    for name, guest in guests.items():
        reported = hosts.get(name, [])
        if len(reported) != 1:
            found.append(Mismatch(name, "host", "once in the report", f"{len(reported)} times"))
        elif guest.get("expect"):
            found.extend(_differences(name, guest["expect"], reported[0]))
    return found


def table(mismatches: t.Sequence[Mismatch]) -> str:
    """Return the differences as text, one line each; empty when there are none."""
    if not mismatches:
        return ""
    rows = [_HEADINGS, *(dataclasses.astuple(item) for item in mismatches)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _differences(name: str, expect: Tree, host: Tree) -> list[Mismatch]:
    state = host.get("before") or host
    found = [_root(name, "root_cause", expect.get("root_cause"), state)]
    if host.get("after") is not None:
        found.append(_root(name, "after", expect.get("after"), host["after"]))
    failed = _failed(state)
    listed = ", ".join(sorted(failed)) or "none"
    found += [
        Mismatch(name, "findings", finding, listed) for finding in expect.get("findings") or [] if finding not in failed
    ]
    found += [
        Mismatch(name, "not_findings", f"no {finding}", listed)
        for finding in expect.get("not_findings") or []
        if finding in failed
    ]
    return [item for item in found if item is not None]


def _root(name: str, what: str, expected: list[str] | None, state: Tree) -> Mismatch | None:
    reported = str((state.get("root_cause") or {}).get("id"))
    if not expected or reported in expected:
        return None
    return Mismatch(name, what, " or ".join(expected), reported)


def _failed(state: Tree) -> set[str]:
    findings = [item for item in state.get("findings") or [] if item.get("status") == "fail"]
    return {str(item["id"]) for item in [*findings, state.get("root_cause") or {}] if item.get("id")}
