# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fleet table: a line for each healthy VM, a block for each root cause, a tally."""

from __future__ import annotations

import collections
import dataclasses
import json
import textwrap
import typing as t

from ansible_collections.azure_windows.activation.plugins.module_utils._report.model import (
    ACTIVATED,
    ATTENTION,
    UNKNOWN,
    rank,
)
from ansible_collections.azure_windows.activation.plugins.module_utils._report.text import neutral, shown

# Of one root cause: what fits on a screen; the JSON report has the rest.
MOST_NAMES = 60
MOST_CASES = 3
MOST_FACTS = 4
MOST_UNREAD = 6
LONGEST_VALUE = 160
# Of a healthy VM, which stays on one line even where the terminal is narrower.
LONGEST_LINE = 119

WHO = {
    "guest_admin": "guest admin",
    "network_team": "network team",
    "identity_team": "identity team",
    "microsoft": "Microsoft",
    "image_owner": "image owner",
}

ONLY_GUESTS = "Only the guests were asked: Azure's side of the network was not looked at."

Host = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Line:
    """One line of the table. `tone`: error, warning, unknown or ok asks for a colour, empty for none."""

    text: str
    tone: str = ""


def render(report: dict[str, t.Any], path: str, width: int) -> list[Line]:
    """Return the table of `report`, at most `width` columns wide, with the `path` where the report was written."""
    hosts: list[Host] = report["hosts"]
    healthy = [host for host in hosts if host["state"] == ACTIVATED]
    lines = _healthy(healthy, width)
    for group in _groups(hosts).values():
        lines += [Line(""), *_block(group, width)]
    lines.append(Line(""))
    if len(healthy) < len(hosts) and all(host["azure"]["status"] == "not_asked" for host in hosts):
        lines += _wrapped(ONLY_GUESTS, "", "", width)
    lines.append(Line(tally(report["summary"])))
    lines.append(Line(f"Report: {neutral(path)}"))
    return lines


def tally(summary: dict[str, t.Any]) -> str:
    """Return the closing line, in which every VM is counted once."""
    verb = "needs" if summary[ATTENTION] == 1 else "need"
    return (
        f"{_vms(summary['hosts'])}: {summary[ACTIVATED]} activated, "
        f"{summary[ATTENTION]} {verb} attention, {summary[UNKNOWN]} unknown"
    )


def _healthy(hosts: list[Host], width: int) -> list[Line]:
    if not hosts:
        return []
    column = min(max(len(host["name"]) for host in hosts), width // 3)
    lines = []
    for host in hosts:
        text = f"ok  {host['name']:<{column}}  {host['root_cause']['title']}{_unread(host)}"
        lines.append(Line(neutral(text, LONGEST_LINE), "ok"))
    return lines


def _groups(hosts: list[Host]) -> dict[tuple[str, str, str], list[Host]]:
    groups: dict[tuple[str, str, str], list[Host]] = collections.defaultdict(list)
    for host in hosts:
        if host["state"] != ACTIVATED:
            groups[host["state"], host["root_cause"]["severity"], host["root_cause"]["id"]].append(host)
    # What is unknown comes last; of one severity, the cause of most VMs first.
    return dict(sorted(groups.items(), key=lambda item: (item[0][0] == UNKNOWN, rank(item[0][1]), -len(item[1]))))


def _block(group: list[Host], width: int) -> list[Line]:
    cause = group[0]["root_cause"]
    unknown = group[0]["state"] == UNKNOWN
    label = "UNKNOWN" if unknown else cause["severity"].upper()
    lines = [Line(f"{label}  {cause['id']}: {_vms(len(group))}", "unknown" if unknown else cause["severity"])]
    cases = _cases(group)
    for case in cases[:MOST_CASES]:
        lines += _case(case, width)
    if len(cases) > MOST_CASES:
        rest = [host["name"] for case in cases[MOST_CASES:] for host in case]
        lines += _wrapped(f"Seen otherwise, see the report: {_names(rest)}", "  ", "  ", width)
    if cause["doc"]:
        lines += _wrapped(cause["doc"], "    more  ", "          ", width)
    return lines


def _cases(group: list[Host]) -> list[list[Host]]:
    """Hosts whose cause and remedy read alike, the largest set first."""
    cases: dict[str, list[Host]] = collections.defaultdict(list)
    for host in group:
        cause = host["root_cause"]
        cases[json.dumps([cause["title"], cause["remedy"]], sort_keys=True)].append(host)
    return sorted(cases.values(), key=lambda hosts: (-len(hosts), hosts[0]["name"]))


def _case(hosts: list[Host], width: int) -> list[Line]:
    first = hosts[0]
    cause = first["root_cause"]
    lines = _wrapped(_names([host["name"] for host in hosts]), "  ", "  ", width)
    lines += _wrapped(cause["title"], "    ", "    ", width)
    where = "" if len(hosts) == 1 else f"on {first['name']}: "
    for number, fact in enumerate(cause["evidence"][:MOST_FACTS]):
        lead = "          " if number else f"    seen  {where}"
        lines += _wrapped(_fact(fact), lead, "          ", width)
    for remedy in cause["remedy"]:
        lines += _remedy(remedy, width)
    unread = _unread(first)
    return [*lines, *(_wrapped(unread.strip(" ()"), "    ", "    ", width) if unread else [])]


def _remedy(remedy: dict[str, t.Any], width: int) -> list[Line]:
    who, steps = WHO.get(remedy["who"], remedy["who"]), remedy["steps"]
    if len(steps) == 1:
        return _wrapped(f"{who}: {steps[0]}", "    next  ", "          ", width)
    lines = _wrapped(f"{who}:", "    next  ", "          ", width)
    for number, step in enumerate(steps, 1):
        lines += _wrapped(step, f"          {number}. ", "             ", width)
    return lines


def _fact(fact: dict[str, t.Any]) -> str:
    expected = f", expected {_value(fact['expected'])}" if fact["expected"] is not None else ""
    return f"{fact['fact']}: {_value(fact['observed'])}{expected} [{fact['source']}]"


def _value(value: t.Any) -> str:
    return neutral(shown(value), LONGEST_VALUE)


def _unread(host: Host) -> str:
    unread = host["guest"]["unread"]
    if not unread:
        return ""
    more = f" and {len(unread) - MOST_UNREAD} more" if len(unread) > MOST_UNREAD else ""
    return f" (not read: {', '.join(unread[:MOST_UNREAD])}{more})"


def _names(names: list[str]) -> str:
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more


def _vms(count: int) -> str:
    return f"{count} VM" if count == 1 else f"{count} VMs"


def _wrapped(text: str, first: str, rest: str, width: int) -> list[Line]:
    wrapped = textwrap.wrap(text, width, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)
    return [Line(line) for line in wrapped]
