# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Very many hosts as one report in little memory: each keeps what is counted and grouped, and shares its root cause with others.

What is left out here (chains, findings, the evidence of one host alone) stands in the files of the hosts.
"""

from __future__ import annotations

import collections
import dataclasses
import typing as t

from .._diagnosis.facts import AZURE_PATH
from .._diagnosis.model import Diagnosis, Fact, Finding
from .._text import texts
from . import grouping
from .counting import ACTIVATED
from .model import Host

TEXTS = texts("condensed", {"several": "Different findings of this cause. The pages of the VMs tell which."})
# Findings of one cause that are kept apart; what is found on one VM alone may differ on each.
MOST_CASES = 200


class _Case:
    """A finding that several hosts have: the first one's, with the facts that all of them have and their places in Azure."""

    def __init__(self, finding: Finding, *, general: bool) -> None:
        self._finding = finding
        self._general = general
        self._facts = {} if general else _keyed(finding.evidence)
        self._places: dict[t.Hashable, Fact] = {}

    def add(self, finding: Finding) -> None:
        if self._general:
            return
        facts = _keyed(finding.evidence)
        self._facts = {key: fact for key, fact in self._facts.items() if key in facts}
        self._places |= {key: fact for key, fact in facts.items() if fact.kind == "azure_place"}

    def finding(self) -> Finding:
        """Return what they have in common."""
        return dataclasses.replace(self._finding, evidence=tuple({**self._facts, **self._places}.values()))


class Condenser:
    """Takes hosts one after the other and gives them again when all are there."""

    def __init__(self) -> None:
        self._hosts: list[Host] = []
        self._cases: dict[t.Hashable, _Case] = {}
        self._chosen: list[_Case] = []
        self._counts: collections.Counter[t.Hashable] = collections.Counter()
        self._same: dict[t.Any, t.Any] = {}

    def add(self, host: Host) -> None:
        """Keep a host."""
        self._chosen.append(self._case(host))
        self._hosts.append(
            dataclasses.replace(
                host,
                chain=(),
                findings=(),
                guest=self._once(host.guest),
                azure=self._once(host.azure),
                os=self._once(host.os),
                expires_at=self._once(host.expires_at),
                machine=None,
                activator=None,
                reported_at=self._once(host.reported_at),
                before=host.before and _bare(host.before),
                after=None,
                messages=self._once_empty,
            )
        )

    _once_empty: t.ClassVar[t.Mapping[str, t.Any]] = {}

    def hosts(self) -> list[Host]:
        """Return every host with the finding that it shares, and keep none of them."""
        found = {id(case): case.finding() for case in self._cases.values()}
        hosts = []
        # One by one, as all of them twice would take the most memory of all.
        while self._hosts:
            hosts.append(dataclasses.replace(self._hosts.pop(), root_cause=found[id(self._chosen.pop())]))
        return hosts

    def _case(self, host: Host) -> _Case:
        cause = host.root_cause
        kind = (cause.id, cause.severity, cause.status, cause.confidence, host.state)
        general = host.state == ACTIVATED
        key: t.Hashable = (kind, grouping.identity(cause.title))
        if not general:
            azure = tuple(fact for fact in cause.evidence if fact.source == AZURE_PATH and fact.kind != "azure_place")
            key = (kind, grouping.identity((cause.title, cause.remedy, azure)))
        if key not in self._cases and self._counts[kind] >= MOST_CASES:
            key, general = (kind, None), True
            cause = dataclasses.replace(cause, title=TEXTS["several"], remedy=())
        found = self._cases.get(key)
        if found is None:
            self._counts[kind] += 1
            found = self._cases[key] = _Case(cause, general=general)
        else:
            found.add(cause)
        return found

    def _once(self, value: t.Any) -> t.Any:
        return self._same.setdefault(value, value)


def _bare(diagnosis: Diagnosis) -> Diagnosis:
    cause = dataclasses.replace(diagnosis.root_cause, evidence=(), remedy=())
    return dataclasses.replace(diagnosis, root_cause=cause, chain=(), findings=(), machine=None, activator=None)


def _keyed(facts: t.Iterable[Fact]) -> dict[t.Hashable, Fact]:
    return {grouping.identity(fact): fact for fact in facts}
