# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of a very large fleet: causes, counts, and where each VM lies; the VMs themselves are on pages of their own."""

from __future__ import annotations

import dataclasses
import json
import typing as t

from . import counting, fixes, grouping, page, rows, timeline
from .catalogue.catalogue import Catalogue
from .drawing import Drawing
from .fixes import FactView, Fix
from .history import KINDS
from .model import Host, Report

# Of one cause; the pages of the VMs have the rest.
MOST_CASES = 8
MOST_NAMES = 40
# Bytes of the names to search in, so that the page stays below 5 MB.
LARGEST_INDEX = 3_500_000
# Names share their beginning with the one before up to this many characters, told by one letter from "0" on.
_LONGEST_PREFIX = 70
_ZERO = ord("0")


@dataclasses.dataclass(frozen=True)
class HostFile:
    """One page of VMs: where it lies beside the report, and its VMs in order, by cause."""

    file: str
    groups: tuple[tuple[str, tuple[str, ...]], ...]


@dataclasses.dataclass(frozen=True)
class FleetCase:
    """Some of the VMs with one fix, and the fix."""

    title: str
    confidence: str
    count: int
    names: tuple[str, ...]
    fixes: tuple[Fix, ...]
    drawings: tuple[Drawing, ...]
    shared: tuple[FactView, ...]


@dataclasses.dataclass(frozen=True)
class FleetCause:
    """A root cause with its largest cases; `more` VMs are of other cases, `share` is a percentage of the largest cause."""

    id: str
    name: str
    tone: str
    label: str
    count: int
    share: int
    who: tuple[str, ...]
    doc: str
    cases: tuple[FleetCase, ...]
    more: int


def order(host: Host) -> tuple[t.Any, ...]:
    """Return where a host stands among the pages of VMs: by cause, the severe ones first, then by name."""
    cause = host.root_cause
    return (host.state == counting.ACTIVATED, counting.rank(cause.severity), cause.id, host.name)


def build(report: Report, files: t.Sequence[HostFile], catalogue: Catalogue) -> dict[str, t.Any]:
    """Return the values that the template of the page takes."""
    hosts = report.hosts
    bad, good = grouping.causes(hosts), grouping.healthy(hosts)
    largest = max((len(cause.hosts) for cause in bad), default=1)
    ids = list(dict.fromkeys(cause.id for cause in (*bad, *good)))
    index = json.dumps(_index(files, report.unanswered, ids), separators=(",", ":"))
    history = [(kind, getattr(report.history, kind)) for kind in KINDS if report.history]
    return {
        "summary": report.summary,
        "headline": page.headline(report.summary, catalogue),
        "bar": list(page.stacked(report.summary)),
        "causes": [_cause(cause, largest, catalogue) for cause in bad],
        "healthy": [_cause(cause, largest, catalogue) for cause in good],
        "names": {name: catalogue.cause(name) for name in ids},
        "timeline": timeline.build(hosts, report.generated_at),
        "teams": page.teams(bad),
        "azure_read": counting.azure_read(hosts),
        "oldest": min((host.reported_at for host in hosts), default=report.generated_at),
        "history": [(kind, names) for kind, names in history if names],
        "files": [_row(file) for file in files],
        "index": index if len(index) <= LARGEST_INDEX else "",
        "most_names": MOST_NAMES,
    }


def _cause(cause: grouping.Cause, largest: int, catalogue: Catalogue) -> FleetCause:
    colour = rows.tone(cause.state, cause.severity)
    healthy = cause.state == counting.ACTIVATED
    shown = () if healthy else cause.cases[:MOST_CASES]
    count = len(cause.hosts)
    return FleetCause(
        id=cause.id,
        name=catalogue.cause(cause.id, cause.state),
        tone=colour,
        label=catalogue.ui(f"tone.{colour}"),
        count=count,
        share=max(round(100 * count / largest), 1),
        who=tuple(dict.fromkeys(remedy.who for case in shown for remedy in case.finding.remedy)),
        doc=cause.cases[0].finding.doc,
        cases=tuple(_case(case, catalogue) for case in shown),
        more=0 if healthy else count - sum(len(case.hosts) for case in shown),
    )


def _case(case: grouping.Case, catalogue: Catalogue) -> FleetCase:
    finding, names = case.finding, case.names
    return FleetCase(
        title=catalogue.text(finding.title),
        confidence=page.confidence(finding, catalogue),
        count=len(names),
        names=names[:MOST_NAMES],
        fixes=fixes.fixes(finding, names, catalogue),
        drawings=fixes.drawings(finding, names, catalogue),
        # A condensed finding holds only what is the same for all.
        shared=fixes.facts(finding.evidence, catalogue),
    )


def _row(file: HostFile) -> dict[str, t.Any]:
    names = [name for _cause_id, group in file.groups for name in group]
    causes = [(cause, len(group), group[0], group[-1]) for cause, group in file.groups]
    return {"file": file.file, "count": len(names), "causes": causes}


def _index(files: t.Sequence[HostFile], unanswered: t.Sequence[str], ids: t.Sequence[str]) -> dict[str, t.Any]:
    """Return what the page's script finds VMs by: of each file its groups as (number of the cause, common end of the names, names)."""
    places = {name: number for number, name in enumerate(ids)}
    return {
        "causes": list(ids),
        "files": [[file.file, [[places[cause], *packed(names)] for cause, names in file.groups]] for file in files],
        "unanswered": packed(unanswered),
    }


def packed(names: t.Sequence[str]) -> tuple[str, str]:
    """Return the common end of names, and the names without it, a line each: how much they share with the one before, and the rest."""
    end = ""
    if len(names) > 1:
        # What the first and the last one in order begin with, all do.
        turned = [name[::-1] for name in names]
        end = min(turned)[: _shared(min(turned), max(turned))][::-1]
    lines, before = [], ""
    for name in names:
        own = name[: len(name) - len(end)]
        shared = min(_shared(before, own), _LONGEST_PREFIX)
        # A script counts a character beyond the first 65,536 as two.
        shared = shared if max(own[:shared], default="") <= "\uffff" else 0
        lines.append(chr(_ZERO + shared) + own[shared:])
        before = own
    return end, "\n".join(lines)


def _shared(one: str, other: str) -> int:
    """Return how many characters two texts begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (left, right) in pairs if left != right), min(len(one), len(other)))
