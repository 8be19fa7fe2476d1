# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings as a page shows them: facts, and remedies with who can do them and the exact commands."""

from __future__ import annotations

import dataclasses
import typing as t

from .._diagnosis.model import Fact, Finding, Remedy, Step
from . import commands, drawing, grouping, network_path
from .catalogue.catalogue import Catalogue


@dataclasses.dataclass(frozen=True)
class FactView:
    """One observed value in words; `expected` is empty where there is no such value."""

    name: str
    observed: str
    expected: str
    source: str


@dataclasses.dataclass(frozen=True)
class Fix:
    """One remedy: who, the steps in the report's language, and what carries them out."""

    who: str
    steps: tuple[Step, ...]
    ansible: str
    az: tuple[str, ...]
    portal: str


def facts(evidence: t.Iterable[Fact], catalogue: Catalogue) -> tuple[FactView, ...]:
    """Return the facts in words."""
    return tuple(
        FactView(
            catalogue.fact(fact),
            "\n".join(catalogue.observed(fact)),
            catalogue.expected(fact),
            catalogue.source(fact),
        )
        for fact in evidence
    )


def fixes(finding: Finding, names: t.Sequence[str], catalogue: Catalogue) -> tuple[Fix, ...]:
    """Return the remedies of a finding that the hosts `names` have."""
    return tuple(_fix(remedy, finding.evidence, names, catalogue) for remedy in finding.remedy)


def same(finding: Finding) -> t.Hashable:
    """Return what two findings have in common that are repaired by the same steps and commands, whatever VMs have them."""
    return tuple(
        (grouping.identity(remedy), grouping.identity(commands.of(remedy, finding.evidence, ())))
        for remedy in finding.remedy
    )


def drawings(finding: Finding, names: t.Sequence[str], catalogue: Catalogue) -> tuple[drawing.Drawing, ...]:
    """Return the ways of the traffic that the evidence of a finding shows."""
    machine = names[0] if len(names) == 1 else catalogue.vms(len(names))
    return tuple(drawing.draw(way, catalogue) for way in network_path.ways(finding.evidence, machine))


def _fix(remedy: Remedy, evidence: t.Sequence[Fact], names: t.Sequence[str], catalogue: Catalogue) -> Fix:
    how = commands.of(remedy, evidence, names)
    return Fix(
        who=catalogue.who(remedy.who),
        steps=tuple(Step(catalogue.text(step.says), step.command) for step in remedy.steps),
        ansible=how.ansible,
        az=how.az,
        portal=catalogue.ui(how.portal.key, **how.portal.names) if how.portal else "",
    )
