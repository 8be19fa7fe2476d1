# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts by their cause, and within it by what is broken: one broken route table with 80 VMs is one case with 80 names."""

from __future__ import annotations

import collections
import dataclasses
import functools
import typing as t

from .._diagnosis.facts import AZURE_PATH
from .._diagnosis.model import Fact, Finding
from .._text import Text
from .counting import ACTIVATED, UNKNOWN, rank
from .model import Host


@dataclasses.dataclass(frozen=True)
class Case:
    """Hosts whose cause, broken piece and remedy are the same: one fix for all of them."""

    hosts: tuple[Host, ...]

    @functools.cached_property
    def finding(self) -> Finding:
        """Return the root cause as its first host has it, with the places in Azure of all hosts."""
        first, *others = (host.root_cause for host in self.hosts)
        known = {identity(fact) for fact in first.evidence}
        places = {identity(fact): fact for cause in others for fact in cause.evidence if fact.kind == "azure_place"}
        more = tuple(fact for key, fact in places.items() if key not in known)
        return dataclasses.replace(first, evidence=(*first.evidence, *more)) if more else first

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of its hosts."""
        return tuple(host.name for host in self.hosts)

    def facts(self) -> tuple[list[Fact], dict[str, list[Fact]]]:
        """Return the facts that hold for every host of the case, and by name those of one host alone."""
        keyed = {host.name: [(identity(fact), fact) for fact in host.root_cause.evidence] for host in self.hosts}
        common = set.intersection(*({key for key, _fact in rows} for rows in keyed.values()))
        first = keyed[self.hosts[0].name]
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
        if host.state != ACTIVATED:
            groups[host.state, host.root_cause.severity, host.root_cause.id].append(host)
    found = [Cause(name, state, severity, cases(same)) for (state, severity, name), same in groups.items()]
    return sorted(found, key=lambda cause: (cause.state == UNKNOWN, rank(cause.severity), -len(cause.hosts)))


def healthy(hosts: t.Iterable[Host]) -> list[Cause]:
    """Return the activated hosts by their verdict, each verdict one case: there is nothing to fix that could differ."""
    groups: dict[str, list[Host]] = collections.defaultdict(list)
    for host in hosts:
        if host.state == ACTIVATED:
            groups[host.root_cause.id].append(host)
    found = [Cause(name, ACTIVATED, same[0].root_cause.severity, (Case(tuple(same)),)) for name, same in groups.items()]
    return sorted(found, key=lambda cause: (-len(cause.hosts), cause.id))


def cases(hosts: t.Iterable[Host]) -> tuple[Case, ...]:
    """Return the hosts of one cause by what is broken, the largest case first."""
    groups: dict[t.Hashable, list[Host]] = collections.defaultdict(list)
    same: dict[int, list[Host]] = {}
    for host in hosts:
        cause = host.root_cause
        # Those of a condensed report share their root causes.
        if id(cause) in same:
            same[id(cause)].append(host)
            continue
        # Machines of several subnets behind one broken thing are one case.
        azure = tuple(fact for fact in cause.evidence if fact.source == AZURE_PATH and fact.kind != "azure_place")
        same[id(cause)] = groups[identity((cause.title, cause.remedy, azure))]
        same[id(cause)].append(host)
    return tuple(Case(tuple(same)) for same in sorted(groups.values(), key=lambda same: (-len(same), same[0].name)))


def have_commands(found: t.Iterable[Cause]) -> bool:
    """Say whether a step of a remedy is a command to be typed."""
    remedies = (remedy for cause in found for case in cause.cases for remedy in case.finding.remedy)
    return any(step.command for remedy in remedies for step in remedy.steps)


def identity(value: t.Any) -> t.Hashable:
    """Return what makes values the same: a text is its message with its parameters, in whatever words."""
    if isinstance(value, Text):
        return value.message.id, identity(value.message.params)
    if isinstance(value, (str, int, float, type(None))):
        return type(value).__name__, value
    if isinstance(value, t.Mapping):
        return frozenset((key, identity(item)) for key, item in value.items())
    return tuple(identity(item) for item in (vars(value).values() if dataclasses.is_dataclass(value) else value))
