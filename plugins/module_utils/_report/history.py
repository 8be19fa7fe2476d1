# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What changed since an earlier report, host by host."""

from __future__ import annotations

import typing as t

Host = t.Mapping[str, t.Any]
Plain = dict[str, t.Any]

ACTIVATED, ATTENTION, UNKNOWN = "activated", "attention", "unknown"
_SEVERITIES = {"info": 1, "warning": 2}
_UNKNOWN, _ERROR = 3, 4


def level(state: str, severity: str, licensed: bool | None) -> tuple[int, bool]:
    """Return how bad a host stands, the healthy ones lowest; what is not known is worse than a warning."""
    if state == ACTIVATED:
        return (0, False)
    rank = _UNKNOWN if state == UNKNOWN else _SEVERITIES.get(severity, _ERROR)
    return (rank, licensed is not True)


def level_of(host: Host) -> tuple[int, bool]:
    """Return how bad the host of a report stands."""
    return level(host["state"], host["root_cause"]["severity"], host["licensed"])


def compare(hosts: t.Sequence[Host], unanswered: t.Sequence[str], previous: Host) -> Plain:
    """Return the names that are new, fixed, worse, changed or gone since the report `previous`.

    `new`: in trouble, and healthy or absent then. `changed`: in trouble as before, by another root cause.
    `gone`: in the earlier report only.
    """
    then = {host["name"]: host for host in previous["hosts"]}
    found: dict[str, list[str]] = {"new": [], "fixed": [], "worse": [], "changed": [], "gone": []}
    for host in hosts:
        kind = _kind(then.get(host["name"]), host)
        if kind:
            found[kind].append(host["name"])
    for name in unanswered:
        if name in then and then[name]["state"] == ACTIVATED:
            found["new"].append(name)
        elif name in then and level_of(then[name]) < (_UNKNOWN, True):
            found["worse"].append(name)
    present = {host["name"] for host in hosts}.union(unanswered)
    found["gone"] = [name for name in then if name not in present]
    return {"generated_at": previous["generated_at"], **{kind: sorted(names) for kind, names in found.items()}}


def _kind(before: Host | None, now: Host) -> str:
    healthy = now["state"] == ACTIVATED
    if before is None or before["state"] == ACTIVATED:
        return "" if healthy else "new"
    if healthy:
        return "fixed"
    if level_of(now) > level_of(before):
        return "worse"
    return "changed" if now["root_cause"]["id"] != before["root_cause"]["id"] else ""
