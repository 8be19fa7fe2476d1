# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts by their cause, and within it by what is broken: one broken route table with 80 VMs is one case with 80 names."""

from __future__ import annotations

import collections
import dataclasses
import json
import typing as t

from .counting import ACTIVATED, UNKNOWN, rank

# Where the facts come from that tell one broken piece of a network from another.
AZURE = "azure_kms_path_info"

Host = dict[str, t.Any]
Fact = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Case:
    """Hosts whose cause, broken piece and remedy are the same: one fix for all of them."""

    hosts: tuple[Host, ...]

    @property
    def finding(self) -> dict[str, t.Any]:
        """Return the root cause as its first host has it."""
        return t.cast("dict[str, t.Any]", self.hosts[0]["root_cause"])

    def facts(self) -> tuple[list[Fact], dict[str, list[Fact]]]:
        """Return the facts that hold for every host of the case, and by name those of one host alone."""
        keyed = {host["name"]: [(_key(fact), fact) for fact in host["root_cause"]["evidence"]] for host in self.hosts}
        common = set.intersection(*({key for key, _fact in rows} for rows in keyed.values()))
        first = keyed[self.hosts[0]["name"]]
        shared = [fact for key, fact in first if key in common]
        return shared, {name: [fact for key, fact in rows if key not in common] for name, rows in keyed.items()}


@dataclasses.dataclass(frozen=True)
class Cause:
    """All hosts of one root cause, state and severity, the largest case first."""

    id: str
    state: str
    severity: str
    cases: tuple[Case, ...]

    @property
    def hosts(self) -> list[Host]:
        """Return the hosts of all cases."""
        return [host for case in self.cases for host in case.hosts]


def causes(hosts: t.Iterable[Host]) -> list[Cause]:
    """Return why hosts are not activated: the unknown last, the severe first, then the cause of most VMs."""
    groups: dict[tuple[str, str, str], list[Host]] = collections.defaultdict(list)
    for host in hosts:
        if host["state"] != ACTIVATED:
            groups[host["state"], host["root_cause"]["severity"], host["root_cause"]["id"]].append(host)
    found = [Cause(name, state, severity, cases(same)) for (state, severity, name), same in groups.items()]
    return sorted(found, key=lambda cause: (cause.state == UNKNOWN, rank(cause.severity), -len(cause.hosts)))


def healthy(hosts: t.Iterable[Host]) -> list[Cause]:
    """Return the activated hosts by their verdict, each verdict one case: there is nothing to fix that could differ."""
    groups: dict[str, list[Host]] = collections.defaultdict(list)
    for host in hosts:
        if host["state"] == ACTIVATED:
            groups[host["root_cause"]["id"]].append(host)
    found = [
        Cause(name, ACTIVATED, same[0]["root_cause"]["severity"], (Case(tuple(same)),)) for name, same in groups.items()
    ]
    return sorted(found, key=lambda cause: (-len(cause.hosts), cause.id))


def cases(hosts: t.Iterable[Host]) -> tuple[Case, ...]:
    """Return the hosts of one cause by what is broken, the largest case first."""
    groups: dict[str, list[Host]] = collections.defaultdict(list)
    for host in hosts:
        cause = host["root_cause"]
        azure = [fact for fact in cause["evidence"] if fact["source"] == AZURE]
        groups[_key([cause["title"], cause["remedy"], azure])].append(host)
    return tuple(Case(tuple(same)) for same in sorted(groups.values(), key=lambda same: (-len(same), same[0]["name"])))


def _key(value: t.Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
