# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One VM as a page shows it: its row, and what the row opens to."""

from __future__ import annotations

import dataclasses
import typing as t

from .._diagnosis.model import Activator, Fact, Finding, Machine
from . import changes, fixes, timeline
from .catalogue.catalogue import Catalogue
from .changes import ChangeView, Withheld
from .counting import ACTIVATED, UNKNOWN
from .fixes import FactView, Fix
from .model import Host

_SECONDS_PER_DAY = 86400
_SEEN = "ok"


@dataclasses.dataclass
class Placed:
    """Where the hosts stand on the page, by name: anchor, case, facts that are not in the case, news since another report."""

    anchors: dict[str, str]
    since: dict[str, str]
    cases: dict[str, str] = dataclasses.field(default_factory=dict)
    own: dict[str, list[Fact]] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Other:
    """A finding beside the root cause; `unseen` when nothing could be found out."""

    name: str
    title: str
    tone: str
    unseen: bool
    facts: tuple[FactView, ...]
    fixes: tuple[Fix, ...]


@dataclasses.dataclass(frozen=True)
class Row:
    """One VM: what its row shows, and what it shows when it is opened."""

    anchor: str
    case: str
    name: str
    state: str
    tone: str
    cause_id: str
    cause: str
    who: tuple[str, ...]
    title: str
    os: str
    expires: str
    days: int | None
    days_tone: str
    confidence: str
    resource_id: str
    machine: str
    activator: str
    reported_at: str
    chain: tuple[str, ...]
    own: tuple[FactView, ...]
    others: tuple[Other, ...]
    unread: tuple[tuple[str, str], ...]
    since: str
    before: str
    changes: tuple[ChangeView, ...]
    withheld: tuple[Withheld, ...]


def row(host: Host, placed: Placed, generated_at: str, catalogue: Catalogue) -> Row:
    """Return the row of a host."""
    cause, name = host.root_cause, host.name
    left = timeline.seconds_left(host.expires_at, generated_at)
    days = None if left is None else left // _SECONDS_PER_DAY
    return Row(
        anchor=placed.anchors[name],
        case=placed.cases[name],
        name=name,
        state=host.state,
        tone=tone(host.state, cause.severity),
        cause_id=cause.id,
        cause=catalogue.cause(cause.id),
        who=tuple(dict.fromkeys(remedy.who for remedy in cause.remedy)),
        title=catalogue.text(cause.title),
        os=host.os or "",
        expires=(host.expires_at or "")[:10],
        days=days,
        days_tone="" if days is None else timeline.tone(days),
        confidence=catalogue.ui(f"confidence.{cause.confidence}"),
        resource_id=host.resource_id or "",
        machine=_known("machine", host.machine, catalogue),
        activator=_known("activator", host.activator, catalogue),
        reported_at=host.reported_at,
        # The first sentence is the title.
        chain=tuple(map(catalogue.text, host.chain[1:])),
        own=fixes.facts(placed.own[name], catalogue),
        others=tuple(_other(finding, name, catalogue) for finding in host.findings if finding.id != cause.id),
        unread=tuple(_unread(host, catalogue)),
        since=placed.since.get(name, ""),
        before=catalogue.cause(host.before.root_cause.id) if host.before else "",
        changes=tuple(changes.changes(host.changes, catalogue)),
        withheld=tuple(changes.withheld(host.plan, catalogue)),
    )


def tone(state: str, severity: str) -> str:
    """Return how a host or a cause is coloured: by its severity, but for what is healthy or not known."""
    return "ok" if state == ACTIVATED else "unknown" if state == UNKNOWN else severity


def _other(finding: Finding, name: str, catalogue: Catalogue) -> Other:
    unseen = finding.status in {"unknown", "skipped"}
    return Other(
        catalogue.cause(finding.id),
        catalogue.text(finding.title),
        "unknown" if unseen else "ok" if finding.status == "ok" else finding.severity,
        unseen,
        () if unseen else fixes.facts(finding.evidence, catalogue),
        () if unseen else fixes.fixes(finding, [name], catalogue),
    )


def _known(what: str, found: Machine | Activator | None, catalogue: Catalogue) -> str:
    """Return what machine it is, or who activates it, with how sure that is; nothing where an older report does not say."""
    if found is None:
        return ""
    words = [catalogue.ui(f"{what}.{found.kind}"), getattr(found, "name", None)]
    if found.confidence != "certain" and found.kind != "unknown":
        words.append(catalogue.ui(f"confidence.{found.confidence}"))
    return ", ".join(filter(None, words))


def _unread(host: Host, catalogue: Catalogue) -> t.Iterator[tuple[str, str]]:
    """Give each side that was not seen as a whole, and what of it was not."""
    for name, side in (("guest", host.guest), ("azure", host.azure)):
        if side.status != _SEEN or side.unread:
            words = [catalogue.ui(f"side.{side.status}")]
            words += [catalogue.text(item) for item in (side.detail or "", *side.unread)]
            yield catalogue.ui(f"side.{name}"), "; ".join(filter(None, words))
