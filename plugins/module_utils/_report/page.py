# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as a web page shows it: every text chosen and in one language, nothing marked up yet."""

from __future__ import annotations

import collections
import dataclasses
import typing as t

from .._diagnosis.model import Finding
from . import changes, counting, fixes, grouping, rows, timeline
from .catalogue.catalogue import Catalogue
from .counting import ACTIVATED, ATTENTION, UNKNOWN, Summary
from .drawing import Drawing
from .fixes import FactView, Fix
from .history import KINDS
from .model import Report


@dataclasses.dataclass(frozen=True)
class CaseView:
    """Hosts with one fix. `shared` holds the facts that are the same for all of them, stored once."""

    id: str
    title: str
    confidence: str
    names: tuple[str, ...]
    fixes: tuple[Fix, ...]
    drawings: tuple[Drawing, ...]
    shared: tuple[FactView, ...]


@dataclasses.dataclass(frozen=True)
class CauseView:
    """A root cause with its cases. `share` is its count as a percentage of the largest one's."""

    id: str
    name: str
    tone: str
    label: str
    count: int
    share: int
    who: tuple[str, ...]
    doc: str
    cases: tuple[CaseView, ...]


def build(report: Report, catalogue: Catalogue) -> dict[str, t.Any]:
    """Return the values that the template of the page takes."""
    hosts = report.hosts
    history = [(kind, getattr(report.history, kind)) for kind in KINDS if report.history]
    bad, good = grouping.causes(hosts), grouping.healthy(hosts)
    placed = rows.Placed(
        anchors={host.name: f"vm{number}" for number, host in enumerate(hosts, 1)},
        since={name: kind for kind, names in history for name in names},
    )
    largest = max((len(cause.hosts) for cause in bad), default=1)
    views = [_cause(f"c{number}", cause, largest, placed, catalogue) for number, cause in enumerate(bad, 1)]
    fine = [_cause(f"h{number}", cause, largest, placed, catalogue) for number, cause in enumerate(good, 1)]
    return {
        "summary": report.summary,
        "headline": headline(report.summary, catalogue),
        "bar": list(bar(report.summary)),
        "causes": views,
        "healthy": fine,
        "timeline": timeline.build(hosts, report.generated_at),
        "vms": [rows.row(host, placed, report.generated_at, catalogue) for host in hosts],
        "anchors": placed.anchors,
        "teams": teams(bad),
        "guests_only": bool(bad) and all(host.azure.status == "not_asked" for host in hosts),
        "oldest": min((host.reported_at for host in hosts), default=report.generated_at),
        "azure_read": counting.azure_read(hosts),
        "history": [(kind, names) for kind, names in history if names],
        "changes": changes.of_fleet(report, catalogue) if report.remediation else [],
        "withheld": changes.withheld_of_fleet(report, catalogue) if report.remediation else [],
    }


def headline(summary: Summary, catalogue: Catalogue) -> str:
    total, bad, unknown = summary.hosts, summary.attention, summary.unknown
    if not total:
        return catalogue.ui("headline.empty")
    if bad:
        return catalogue.ui("headline.attention.one" if bad == 1 else "headline.attention", count=bad, total=total)
    if unknown:
        return catalogue.ui("headline.unknown", count=unknown, total=total)
    return catalogue.ui("headline.fine.one" if total == 1 else "headline.fine", total=total)


def bar(summary: Summary) -> t.Iterator[tuple[str, float, float]]:
    """Give the parts of the stacked bar: state, start and width in percent."""
    start = 0.0
    for state in (ATTENTION, UNKNOWN, ACTIVATED):
        share = 100 * getattr(summary, state) / max(summary.hosts, 1)
        if share:
            yield state, round(start, 2), round(share, 2)
        start += share


def teams(causes: t.Sequence[grouping.Cause]) -> list[tuple[str, int]]:
    """Return who has something to do, with for how many VMs, the most first."""
    counts: collections.Counter[str] = collections.Counter()
    for host in (host for cause in causes for host in cause.hosts):
        counts.update({remedy.who for remedy in host.root_cause.remedy})
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _cause(name: str, cause: grouping.Cause, largest: int, placed: rows.Placed, catalogue: Catalogue) -> CauseView:
    cases = tuple(_case(f"{name}-{number}", case, placed, catalogue) for number, case in enumerate(cause.cases, 1))
    colour = rows.tone(cause.state, cause.severity)
    remedies = [remedy for case in cause.cases for remedy in case.finding.remedy]
    return CauseView(
        id=cause.id,
        name=catalogue.cause(cause.id),
        tone=colour,
        label=catalogue.ui(f"tone.{colour}"),
        count=len(cause.hosts),
        share=max(round(100 * len(cause.hosts) / largest), 1),
        who=tuple(dict.fromkeys(remedy.who for remedy in remedies)),
        doc=cause.cases[0].finding.doc,
        cases=cases,
    )


def confidence(finding: Finding, catalogue: Catalogue) -> str:
    """Return how sure a finding is, with the causes that would look the same."""
    word = catalogue.ui(f"confidence.{finding.confidence}")
    names = [catalogue.ui_or(f"name.{item}", catalogue.cause(item)) for item in finding.not_excluded]
    return catalogue.ui("confidence.doubt", confidence=word, names=", ".join(names)) if names else word


def _case(name: str, case: grouping.Case, placed: rows.Placed, catalogue: Catalogue) -> CaseView:
    """Return a case, and note where its hosts' rows find what they share."""
    finding = case.finding
    shared, own = case.facts()
    names = tuple(own)
    placed.cases.update(dict.fromkeys(names, name))
    placed.own.update(own)
    healthy = case.hosts[0].state == ACTIVATED
    return CaseView(
        id=name,
        title="" if healthy else catalogue.text(finding.title),
        confidence=confidence(finding, catalogue),
        names=names,
        fixes=fixes.fixes(finding, names, catalogue),
        drawings=fixes.drawings(finding, names, catalogue),
        shared=fixes.facts(shared, catalogue),
    )
