# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan as lines for a terminal: what is going to be done, what would help but is not allowed, what cannot be done."""

from __future__ import annotations

import collections
import textwrap
import typing as t

from .._report.terminal import Line
from .._report.text import neutral
from . import actions
from .plan import PlannedStep, RepairPlan

MOST_NAMES = 6
WHO = {"guest_admin": "the guest's admin", "network_team": "the network team"}
INDENT = "          "

Group: t.TypeAlias = "tuple[str, str, str, str | None, str]"


def render(plan: RepairPlan, width: int, *, check_mode: bool) -> list[Line]:
    """Return the lines of the plan; equal steps of several hosts are one item."""
    due: dict[Group, list[str]] = collections.defaultdict(list)
    waiting: dict[Group, list[str]] = collections.defaultdict(list)
    for name, host in plan.hosts.items():
        for step in host.steps:
            (due if step.due else waiting)[_group(step)].append(name)
    verb = "would be done" if check_mode else "will be done"
    lines = [Line(f"Plan: {_count(due)} {verb}, {_count(waiting)} not", "ok" if due else "")]
    for group, names in due.items():
        lines += _item("do", group, names, width)
    for group, names in waiting.items():
        lines += _item("not", group, names, width)
    return lines


def _group(step: PlannedStep) -> Group:
    why = ""
    if step.obstacle:
        why = step.obstacle
    elif not step.allowed:
        who = WHO.get(step.who, step.who.replace("_", " "))
        why = f"not allowed: add {step.action} to remediate_actions ({who} decides)"
    target = "" if step.target in (actions.GUEST, "unknown") else step.target
    return step.action, target, step.finding, why or None, actions.BY_NAME[step.action].does


def _item(mark: str, group: Group, names: list[str], width: int) -> list[Line]:
    action, target, finding, why, does = group
    shown = ", ".join(names[:MOST_NAMES]) + (f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else "")
    tone = "ok" if mark == "do" else "warning"
    lines = _wrapped(f"  {mark:<4}{action}: {shown}", width, tone)
    lines += _wrapped(f"{INDENT}{does} ({finding})", width)
    lines += _wrapped(f"{INDENT}in {target}", width) if target else []
    return lines + (_wrapped(f"{INDENT}{why}", width) if why else [])


def _wrapped(text: str, width: int, tone: str = "") -> list[Line]:
    rows = textwrap.wrap(neutral(text, len(text) + 1), width, subsequent_indent=INDENT, break_on_hyphens=False)
    return [Line(row, tone) for row in rows]


def _count(groups: dict[Group, list[str]]) -> str:
    number = sum(len(names) for names in groups.values())
    return f"{number} step{'' if number == 1 else 's'}"
