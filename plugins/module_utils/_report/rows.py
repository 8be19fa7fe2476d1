# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One VM as a page shows it: its row, and what the row opens to."""

from __future__ import annotations

import collections
import dataclasses
import typing as t

from .._diagnosis.model import Activator, Fact, Finding, Machine
from . import changes, fixes, grouping, timeline
from .catalogue.catalogue import Catalogue
from .changes import ChangeView, Withheld
from .counting import ACTIVATED, UNKNOWN
from .fixes import FactView
from .model import Host

_SECONDS_PER_DAY = 86400
_SEEN = "ok"


@dataclasses.dataclass(frozen=True)
class Own:
    """Which case a host is in, and what is its own beside it: numbered sentences of its chain, and lines about the machine."""

    case: str
    chain: tuple[tuple[int, str], ...]
    about: list[tuple[str, str]]


@dataclasses.dataclass(frozen=True)
class Other:
    """Something that was found beside the root cause, and the case that tells all of it."""

    case: str
    name: str


@dataclasses.dataclass
class Placed:
    """Where the hosts stand on the page, by name: anchor, news since another report, case, other findings, facts of their own.

    `times` holds facts that are the host's own in nothing but their time.
    """

    anchors: dict[str, str]
    since: dict[str, str]
    cases: dict[str, Own] = dataclasses.field(default_factory=dict)
    others: dict[str, list[Other]] = dataclasses.field(default_factory=lambda: collections.defaultdict(list))
    own: dict[str, list[Fact]] = dataclasses.field(default_factory=lambda: collections.defaultdict(list))
    times: dict[str, list[Fact]] = dataclasses.field(default_factory=lambda: collections.defaultdict(list))


@dataclasses.dataclass(frozen=True)
class Row:
    """One VM: what its row shows, and what it shows when it is opened."""

    anchor: str
    case: str
    name: str
    state: str
    tone: str
    cause: str
    title: str
    os: str
    expires: str
    days: int | None
    days_tone: str
    chain: tuple[tuple[int, str], ...]
    own: tuple[FactView, ...]
    times: tuple[tuple[str, str], ...]
    others: tuple[Other, ...]
    unseen: tuple[str, ...]
    about: tuple[tuple[str, str], ...]
    resource_id: str
    reported_at: str
    since: str
    before: str
    changes: tuple[ChangeView, ...]
    withheld: tuple[Withheld, ...]


def row(host: Host, placed: Placed, generated_at: str, catalogue: Catalogue) -> Row:
    """Return the row of a host."""
    cause, name = host.root_cause, host.name
    left = timeline.seconds_left(host.expires_at, generated_at)
    days = None if left is None else left // _SECONDS_PER_DAY
    placed_in = placed.cases[name]
    return Row(
        anchor=placed.anchors[name],
        case=placed_in.case,
        name=name,
        state=host.state,
        tone=tone(host.state, cause.severity),
        cause=catalogue.cause(cause.id, host.state),
        # What is broken is the title of the case.
        title=catalogue.text(cause.title) if host.state == ACTIVATED else "",
        os=host.os or "",
        expires=(host.expires_at or "")[:10],
        days=days,
        days_tone="" if days is None else timeline.tone(days),
        chain=placed_in.chain,
        own=fixes.facts(placed.own[name], catalogue),
        times=tuple(_times(placed.times[name], catalogue)),
        others=tuple(placed.others[name]),
        unseen=tuple(catalogue.text(found.title) for found in host.findings if _unseen(found, host)),
        about=tuple(placed_in.about),
        resource_id=host.resource_id or "",
        reported_at=host.reported_at,
        since=placed.since.get(name, ""),
        before=catalogue.cause(host.before.root_cause.id) if host.before else "",
        changes=tuple(changes.changes(host.changes, catalogue)),
        withheld=tuple(changes.withheld(host.plan, catalogue)),
    )


def about(host: Host, catalogue: Catalogue) -> list[tuple[str, str]]:
    """Return what is said of the machine: sides that were not seen as a whole, what it is, and who activates it."""
    known = (
        (catalogue.ui("vm.machine"), _known("machine", host.machine, catalogue)),
        (catalogue.ui("vm.activator"), _known("activator", host.activator, catalogue)),
    )
    return [*_unread(host, catalogue), *((name, text) for name, text in known if text)]


def tone(state: str, severity: str) -> str:
    """Return how a host or a cause is coloured: by its severity, but for what is healthy or not known."""
    return "ok" if state == ACTIVATED else "unknown" if state == UNKNOWN else severity


def _unseen(finding: Finding, host: Host) -> bool:
    return finding.id != host.root_cause.id and not grouping.is_other(finding, host)


def _times(facts: t.Iterable[Fact], catalogue: Catalogue) -> t.Iterator[tuple[str, str]]:
    """Give each time with the names of the facts that were seen then."""
    names: dict[str, list[str]] = collections.defaultdict(list)
    for fact in facts:
        names[fact.at or ""].append(catalogue.fact(fact))
    for time, seen in names.items():
        yield ", ".join(dict.fromkeys(seen)), time


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
