# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as a web page shows it: every text chosen and in one language, nothing marked up yet."""

from __future__ import annotations

import collections
import dataclasses
import typing as t

from .._diagnosis.model import Finding
from . import alike, changes, counting, first, fixes, grouping, rows, timeline
from .catalogue.catalogue import Catalogue
from .counting import ACTIVATED, ATTENTION, UNKNOWN, Summary
from .drawing import Drawing
from .fixes import FactView, Fix
from .history import KINDS
from .model import Report


@dataclasses.dataclass(frozen=True)
class CaseView:
    """Hosts with one fix, and what is the same for all of them, stored once: facts, sentences and what is said about the machines.

    `heading` is the finding's name where the case stands for one beside the root cause. `same` is the case that tells the fix for this one
    too; `fixes` is empty then.
    """

    id: str
    tone: str
    heading: str
    title: str
    confidence: str
    doc: str
    names: tuple[str, ...]
    who: tuple[str, ...]
    fixes: tuple[Fix, ...]
    drawings: tuple[Drawing, ...]
    shared: tuple[FactView, ...]
    chain: t.Mapping[int, alike.Sentence] = dataclasses.field(default_factory=dict)
    about: tuple[tuple[str, str], ...] = ()
    same: str = ""


@dataclasses.dataclass(frozen=True)
class CauseView:
    """A root cause with its cases. `share` is its count as a percentage of the largest one's."""

    id: str
    name: str
    tone: str
    label: str
    state: str
    count: int
    share: int
    who: tuple[str, ...]
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
    urgent, fixes_in_all = first.first(
        [(cause, [case.id for case in view.cases]) for cause, view in zip(bad, views, strict=True)], catalogue
    )
    fine = [_cause(f"h{number}", cause, largest, placed, catalogue) for number, cause in enumerate(good, 1)]
    return {
        "summary": report.summary,
        "headline": headline(report.summary, catalogue),
        "bar": list(stacked(report.summary)),
        "first": urgent,
        "more_fixes": fixes_in_all - len(urgent),
        "causes": views,
        "healthy": fine,
        "others": [
            _other(f"o{number}", case, placed, catalogue) for number, case in enumerate(grouping.others(hosts), 1)
        ],
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


def stacked(summary: Summary) -> t.Iterator[tuple[str, float, float]]:
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
    colour = rows.tone(cause.state, cause.severity)
    cases = tuple(
        _case(f"{name}-{number}", case, colour, placed, catalogue) for number, case in enumerate(cause.cases, 1)
    )
    remedies = [remedy for case in cause.cases for remedy in case.finding.remedy]
    return CauseView(
        id=cause.id,
        name=catalogue.cause(cause.id, cause.state),
        tone=colour,
        label=catalogue.ui(f"tone.{colour}"),
        state=cause.state,
        count=len(cause.hosts),
        share=max(round(100 * len(cause.hosts) / largest), 1),
        who=tuple(dict.fromkeys(remedy.who for remedy in remedies)),
        cases=tuple(_told_once(cause.cases, cases, catalogue)),
    )


def _told_once(
    found: t.Sequence[grouping.Case], views: t.Sequence[CaseView], catalogue: Catalogue
) -> t.Iterator[CaseView]:
    """Give the cases of a cause so that each fix is told once, with the VMs of all cases that need it."""
    groups: dict[t.Hashable, list[int]] = collections.defaultdict(list)
    for number, case in enumerate(found):
        groups[fixes.same(case.finding)].append(number)
    for case, view in zip(found, views, strict=True):
        first_of, *others = groups[fixes.same(case.finding)]
        if not view.fixes or not others:
            yield view
        elif view is views[first_of]:
            names = [name for number in (first_of, *others) for name in found[number].names]
            yield dataclasses.replace(view, fixes=fixes.fixes(case.finding, names, catalogue))
        else:
            yield dataclasses.replace(view, fixes=(), same=views[first_of].id)


def confidence(finding: Finding, catalogue: Catalogue) -> str:
    """Return how sure a finding is, with the causes that would look the same."""
    word = catalogue.ui(f"confidence.{finding.confidence}")
    names = [catalogue.ui_or(f"name.{item}", catalogue.cause(item)) for item in finding.not_excluded]
    return catalogue.ui("confidence.doubt", confidence=word, names=", ".join(names)) if names else word


def _view(name: str, case: grouping.Case, colour: str, catalogue: Catalogue) -> CaseView:
    finding, names = case.finding, case.names
    return CaseView(
        id=name,
        tone=colour,
        heading="",
        title=catalogue.text(finding.title),
        confidence=confidence(finding, catalogue),
        doc=finding.doc,
        names=names,
        who=tuple(dict.fromkeys(remedy.who for remedy in finding.remedy)),
        fixes=fixes.fixes(finding, names, catalogue),
        drawings=fixes.drawings(finding, names, catalogue),
        shared=fixes.facts(case.facts.shared, catalogue),
    )


def _case(name: str, case: grouping.Case, colour: str, placed: rows.Placed, catalogue: Catalogue) -> CaseView:
    """Return a case, and note where its hosts' rows find what they share."""
    # The first sentence is the title.
    said = alike.chains({host.name: tuple(map(catalogue.text, host.chain[1:])) for host in case.hosts})
    about, own = alike.rows({host.name: rows.about(host, catalogue) for host in case.hosts})
    for host in case.hosts:
        placed.cases[host.name] = rows.Own(name, said.own[host.name], own[host.name])
    _note(case, placed)
    view = _view(name, case, colour, catalogue)
    healthy = case.hosts[0].state == ACTIVATED
    return dataclasses.replace(view, title="" if healthy else view.title, chain=said.common, about=tuple(about))


def _other(name: str, case: grouping.Case, placed: rows.Placed, catalogue: Catalogue) -> CaseView:
    """Return what was found beside root causes, and note where the rows of its hosts find it."""
    finding = case.finding
    colour = "ok" if finding.status == "ok" else finding.severity
    view = dataclasses.replace(_view(name, case, colour, catalogue), heading=catalogue.cause(finding.id))
    for host in case.names:
        placed.others[host].append(rows.Other(name, view.heading))
    _note(case, placed)
    return view


def _note(case: grouping.Case, placed: rows.Placed) -> None:
    for host in case.names:
        placed.own[host] += case.facts.own[host]
        placed.times[host] += case.facts.times[host]
