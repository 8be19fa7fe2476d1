# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings as a page shows them: facts, and remedies with who can do them and the exact commands."""

from __future__ import annotations

import dataclasses
import typing as t

from . import commands, drawing, network_path
from .catalogue.catalogue import Catalogue

Plain = t.Mapping[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Fact:
    """One observed value in words; `expected` is empty where there is no such value."""

    name: str
    observed: str
    expected: str
    source: str


@dataclasses.dataclass(frozen=True)
class Step:
    """One step of a remedy: what to do, the command, and what is to be known about it."""

    says: str
    command: str
    more: str


@dataclasses.dataclass(frozen=True)
class Fix:
    """One remedy: who, the steps, and what carries them out."""

    who: str
    steps: tuple[Step, ...]
    ansible: str
    az: tuple[str, ...]
    portal: str


def facts(evidence: t.Iterable[Plain], catalogue: Catalogue) -> tuple[Fact, ...]:
    """Return the facts in words."""
    return tuple(
        Fact(
            catalogue.fact(fact),
            _observed(fact["observed"], catalogue),
            catalogue.expected(fact),
            catalogue.source(fact),
        )
        for fact in evidence
    )


def _observed(value: t.Any, catalogue: Catalogue) -> str:
    """Return a value; a mapping has a line for each of its keys."""
    if not isinstance(value, dict):
        return catalogue.value(value)
    return "\n".join(f"{key}: {catalogue.value(item)}" for key, item in value.items())


def fixes(finding: Plain, names: t.Sequence[str], catalogue: Catalogue) -> tuple[Fix, ...]:
    """Return the remedies of a finding that the hosts `names` have."""
    return tuple(_fix(remedy, finding["evidence"], names, catalogue) for remedy in finding["remedy"])


def drawings(finding: Plain, names: t.Sequence[str], catalogue: Catalogue) -> tuple[drawing.Drawing, ...]:
    """Return the ways of the traffic that the evidence of a finding shows."""
    machine = names[0] if len(names) == 1 else catalogue.vms(len(names))
    return tuple(drawing.draw(way, catalogue) for way in network_path.ways(finding["evidence"], machine))


def _fix(remedy: Plain, evidence: t.Sequence[Plain], names: t.Sequence[str], catalogue: Catalogue) -> Fix:
    how = commands.of(remedy, evidence, names)
    return Fix(
        who=catalogue.who(remedy["who"]),
        steps=tuple(Step(*commands.split(step)) for step in catalogue.steps(remedy)),
        ansible=how.ansible,
        az=how.az,
        portal=catalogue.ui(how.portal.key, **how.portal.names) if how.portal else "",
    )
