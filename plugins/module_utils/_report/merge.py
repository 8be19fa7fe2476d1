# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several reports as one: the newer answer of each VM wins, and no VM vanishes."""

from __future__ import annotations

import collections
import dataclasses
import typing as t

from .model import Repairs


class Named(t.Protocol):
    """What tells one answer from another: a Host, or what is known of one that is not loaded."""

    @property
    def name(self) -> str: ...
    @property
    def resource_id(self) -> str | None: ...
    @property
    def reported_at(self) -> str: ...


N = t.TypeVar("N", bound=Named)


def distinct(hosts: t.Sequence[N]) -> list[N]:
    """Return the hosts of one report under names that differ, as those of two long names may not once they are cut."""
    taken: set[str] = set()
    found = []
    for host in sorted(hosts, key=lambda host: (host.name, host.resource_id or "")):
        name, number = host.name, 1
        while name in taken:
            number += 1
            name = f"{host.name} ({number})"
        taken.add(name)
        found.append(host if name == host.name else t.cast(N, dataclasses.replace(t.cast(t.Any, host), name=name)))
    return found


def newest(sources: t.Iterable[t.Sequence[N]]) -> list[N]:
    """Return one host for each VM of the sources, the newest; of equally new ones that of the later source.

    Within a source nothing replaces anything.
    """
    by_name: dict[str, list[N]] = collections.defaultdict(list)
    for source in sources:
        for host in distinct(source):
            by_name[host.name].append(host)
    return distinct([host for same in by_name.values() for host in _of_one_name(same)])


def _of_one_name(hosts: t.Sequence[N]) -> list[N]:
    """Return one host, or one for each VM where several inventories give the name to different VMs."""
    machines: dict[str, list[N]] = collections.defaultdict(list)
    for host in hosts:
        machines[(host.resource_id or "").lower()].append(host)
    # An answer without a resource id is of the one VM that is known by that name.
    if len(machines.keys() - {""}) <= 1:
        machines = {"": list(hosts)}
    return [max(reversed(same), key=lambda host: host.reported_at) for same in machines.values()]


def repairs(runs: t.Sequence[Repairs]) -> Repairs | None:
    """Return several runs of remediate as one; None without any."""
    if not runs:
        return None
    return Repairs(
        check_mode=all(run.check_mode for run in runs),
        actions=tuple(dict.fromkeys(action for run in runs for action in run.actions)),
        plan=tuple(step for run in runs for step in run.plan),
        changes=tuple(change for run in runs for change in run.changes),
        journals=tuple(dict.fromkeys(journal for run in runs for journal in run.journals)),
        worse=tuple(dict.fromkeys(name for run in runs for name in run.worse)),
    )
