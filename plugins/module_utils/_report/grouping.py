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
class Facts:
    """The facts of a case: `shared` by all of its hosts, and by name those of one host alone.

    A fact that all have at times of their own is shared without a time; `times` has it by name, with its time.
    """

    shared: list[Fact]
    own: dict[str, list[Fact]]
    times: dict[str, list[Fact]]


@dataclasses.dataclass(frozen=True)
class Case:
    """Hosts whose cause, broken piece and remedy are the same: one fix for all of them. `findings` are theirs, in the order of `hosts`."""

    hosts: tuple[Host, ...]
    findings: tuple[Finding, ...]

    @functools.cached_property
    def finding(self) -> Finding:
        """Return the finding as its first host has it, with the places in Azure of all hosts."""
        first, *others = self.findings
        known = {identity(fact) for fact in first.evidence}
        places = {identity(fact): fact for cause in others for fact in cause.evidence if fact.kind == "azure_place"}
        more = tuple(fact for key, fact in places.items() if key not in known)
        return dataclasses.replace(first, evidence=(*first.evidence, *more)) if more else first

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of its hosts."""
        return tuple(host.name for host in self.hosts)

    @functools.cached_property
    def facts(self) -> Facts:
        """Return its facts, by whose they are."""
        exact = self._keyed(lambda fact: fact)
        timeless = self._keyed(_timeless)
        rows = {name: list(zip(exact[name], timeless[name], strict=True)) for name in exact}
        everywhere, always = (set.intersection(*map(set, keyed.values())) for keyed in (exact, timeless))
        first, evidence = rows[self.hosts[0].name], self.findings[0].evidence
        shared = {
            key if key in everywhere else bare: fact if key in everywhere else _timeless(fact)
            for (key, bare), fact in zip(first, evidence, strict=True)
            if key in everywhere or bare in always
        }
        own: dict[str, list[Fact]] = {}
        times: dict[str, list[Fact]] = {}
        for host, finding in zip(self.hosts, self.findings, strict=True):
            alone = [
                (fact, bare in always)
                for (key, bare), fact in zip(rows[host.name], finding.evidence, strict=True)
                if key not in everywhere
            ]
            own[host.name] = [fact for fact, often in alone if not often]
            times[host.name] = [fact for fact, often in alone if often and fact.at]
        return Facts(list(shared.values()), own, times)

    def _keyed(self, made: t.Callable[[Fact], Fact]) -> dict[str, list[t.Hashable]]:
        return {
            host.name: [identity(made(fact)) for fact in finding.evidence]
            for host, finding in zip(self.hosts, self.findings, strict=True)
        }


def _timeless(fact: Fact) -> Fact:
    return dataclasses.replace(fact, at=None) if fact.at else fact


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
    found = [Cause(name, ACTIVATED, same[0].root_cause.severity, (_case(same),)) for name, same in groups.items()]
    return sorted(found, key=lambda cause: (-len(cause.hosts), cause.id))


def cases(hosts: t.Iterable[Host]) -> tuple[Case, ...]:
    """Return the hosts of one cause by what is broken, the largest case first."""
    return _grouped((host, host.root_cause) for host in hosts)


def others(hosts: t.Iterable[Host]) -> tuple[Case, ...]:
    """Return what was found beside the root causes, with the hosts that have it, the largest case first."""
    return _grouped((host, finding) for host in hosts for finding in host.findings if is_other(finding, host))


def is_other(finding: Finding, host: Host) -> bool:
    """Tell whether something was found out with a finding that is not the root cause."""
    return finding.id != host.root_cause.id and finding.status not in {"unknown", "skipped"}


def _case(hosts: t.Sequence[Host]) -> Case:
    return Case(tuple(hosts), tuple(host.root_cause for host in hosts))


def _grouped(found: t.Iterable[tuple[Host, Finding]]) -> tuple[Case, ...]:
    groups: dict[t.Hashable, dict[str, tuple[Host, Finding]]] = collections.defaultdict(dict)
    # Hosts of a condensed report share their findings, which are then looked at once.
    known: dict[int, dict[str, tuple[Host, Finding]]] = {}
    for host, finding in found:
        same = known.get(id(finding))
        if same is None:
            # Machines of several subnets behind one broken thing are one case.
            azure = tuple(fact for fact in finding.evidence if fact.source == AZURE_PATH and fact.kind != "azure_place")
            same = known[id(finding)] = groups[identity((finding.id, finding.title, finding.remedy, azure))]
        # A file from elsewhere may say the same of a host twice.
        twice = same[host.name][1].with_evidence(finding.evidence) if host.name in same else finding
        same[host.name] = (host, twice)
    largest = sorted((tuple(same.values()) for same in groups.values()), key=lambda same: (-len(same), same[0][0].name))
    return tuple(Case(*map(tuple, zip(*same, strict=True))) for same in largest)


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
