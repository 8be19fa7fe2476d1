# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which route wins for an address: longest prefix, then where the route comes from."""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from .._text import Text
from . import addresses
from .judgement import NotKnownError, unread_tag
from .wording import say

USER, BGP, SYSTEM = "user", "virtualnetworkgateway", "default"
_SOURCE_RANK = {USER: 0, BGP: 1, SYSTEM: 2}
_UNKNOWN_SOURCE = 3
# Next hop types of the virtual network itself; the spellings vary between interfaces.
LOCAL_HOPS = frozenset(
    (
        "vnetlocal",
        "virtualnetwork",
        "vnetpeering",
        "vnetglobalpeering",
        "virtualnetworkserviceendpoint",
        "interfaceendpoint",
    )
)
HOST_PREFIX = 32
BEATEN_SHOWN = 10

TagLookup: t.TypeAlias = t.Callable[[str], t.Sequence[str] | None]


@dataclasses.dataclass(frozen=True)
class Route:
    """One row. `prefixes` as written (addresses or service tags); `hop` is the next hop type as written."""

    prefixes: tuple[str, ...]
    source: str
    hop: str
    hop_ips: tuple[str, ...] = ()
    name: str = ""
    state: str = "Active"
    table_id: str | None = None
    tags: t.Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)

    @property
    def kind(self) -> str:
        """Return the next hop type in a form that can be compared."""
        return self.hop.replace(" ", "").lower()

    @property
    def origin(self) -> str:
        """Return the source in a form that can be compared."""
        return self.source.replace(" ", "").lower()


@dataclasses.dataclass(frozen=True)
class RouteView:
    """All routes of a subnet. `origin`: effective or computed. `blind` says why BGP routes may be missing."""

    routes: tuple[Route, ...]
    origin: str
    blind: Text | None = None
    notes: tuple[str, ...] = ()
    unread: tuple[t.Mapping[str, t.Any], ...] = ()


@dataclasses.dataclass(frozen=True)
class Choice:
    """The winning routes (several when equal paths share the load), their prefix, and what they beat."""

    winners: tuple[Route, ...]
    prefix: str
    beaten: tuple[tuple[str, Route], ...]

    @property
    def length(self) -> int:
        """Return the prefix length of the winner; a service tag counts as the shortest."""
        found = addresses.network(self.prefix)
        return found.prefixlen if found else 0


@dataclasses.dataclass(frozen=True)
class _Hit:
    prefix: str
    length: int
    tag_rank: int
    route: Route

    @functools.cached_property
    def rank(self) -> tuple[int, int, int]:
        return (-self.length, self.tag_rank, _SOURCE_RANK.get(self.route.origin, _UNKNOWN_SOURCE))


def choose(view: RouteView, wanted: addresses.Address, tag_prefixes: TagLookup) -> Choice:
    """Return what wins for an address. Raises NotKnownError when a row that cannot be read might win, or none matches."""
    hits: list[_Hit] = []
    doubts: list[tuple[str, Route]] = []
    beaten: list[tuple[str, Route]] = []
    for route in view.routes:
        found, doubt = _hits(route, wanted, tag_prefixes)
        state = route.state.lower()
        if state == "invalid":
            beaten += [(hit.prefix, route) for hit in found]
        elif state == "active":
            hits += found
            doubts += [(prefix, route) for prefix in doubt]
        else:
            doubts += [(hit.prefix, route) for hit in found] + [(prefix, route) for prefix in doubt]
    hits.sort(key=lambda hit: hit.rank)
    best = _best(hits)
    for prefix, route in doubts:
        if best is None or not _harmless(best, route):
            missing = (unread_tag(prefix),) if addresses.is_tag(prefix) else ()
            raise NotKnownError(say("prefix_doubt", route=_named(route), prefix=prefix, address=wanted), *missing)
    if best is None:
        raise NotKnownError(say("no_route", origin=view.origin, address=wanted))
    winners = tuple(hit.route for hit in hits if hit.rank == best.rank)
    others = [(hit.prefix, hit.route) for hit in hits if hit.rank != best.rank] + beaten
    return Choice(winners, best.prefix, tuple(others[:BEATEN_SHOWN]))


def _best(hits: t.Sequence[_Hit]) -> _Hit | None:
    if not hits:
        return None
    if hits[0].route.origin == BGP:
        # Routes of the network itself are preferred to those of BGP, even where BGP is more specific.
        local = [hit for hit in hits if hit.route.origin == SYSTEM and hit.route.kind in LOCAL_HOPS]
        return local[0] if local else hits[0]
    return hits[0]


def _harmless(best: _Hit, doubtful: Route) -> bool:
    """Tell whether a row of unknown reach cannot change the next hop."""
    if best.length == HOST_PREFIX and best.tag_rank == 0 and best.route.origin == USER:
        return True
    return best.route.kind == doubtful.kind and best.route.hop_ips == doubtful.hop_ips


def _hits(route: Route, wanted: addresses.Address, lookup: TagLookup) -> tuple[list[_Hit], list[str]]:
    """Return the prefixes of a row that hold the address, and those that might."""
    found: list[_Hit] = []
    doubt: list[str] = []
    for prefix in route.prefixes:
        net = addresses.network(prefix)
        if net is not None:
            if net.version == wanted.version and wanted in net:
                found.append(_Hit(prefix, net.prefixlen, 0, route))
            continue
        expanded = route.tags.get(prefix.lower()) or lookup(prefix)
        if expanded is None or not addresses.is_tag(prefix):
            doubt.append(prefix)
            continue
        lengths = [net.prefixlen for net in map(addresses.network, expanded) if net and _holds(net, wanted)]
        if lengths:
            found.append(_Hit(prefix, max(lengths), _tag_rank(prefix), route))
    if not route.prefixes:
        doubt.append("")
    found.sort(key=lambda hit: hit.rank)
    return found[:1], doubt


def _holds(net: addresses.Network, wanted: addresses.Address) -> bool:
    return net.version == wanted.version and wanted in net


def _tag_rank(tag: str) -> int:
    """Return the rank behind an explicit prefix (0): regional tags beat global ones, services beat the whole cloud."""
    service, _dot, region = tag.lower().partition(".")
    return (3 if region else 4) if service == "azurecloud" else (1 if region else 2)


def _named(route: Route) -> Text:
    if route.name:
        return say("named_route", name=route.name)
    return say("nameless_route", source=route.source or say("nameless"), hop=route.hop or say("nowhere"))


def has_default(view: RouteView, source: str) -> bool:
    """Tell whether an active 0.0.0.0/0 of a source (USER or BGP) replaces the system's default route."""
    return any(
        route.origin == source and route.state.lower() == "active" and "0.0.0.0/0" in route.prefixes
        for route in view.routes
    )


def unreadable_default(view: RouteView) -> bool:
    """Tell whether a prefix that cannot be read might be the user's 0.0.0.0/0."""
    return any(
        route.origin == USER and route.state.lower() == "active" and not _all_readable(route) for route in view.routes
    )


def _all_readable(route: Route) -> bool:
    return bool(route.prefixes) and all(
        addresses.network(prefix) is not None or addresses.is_tag(prefix) for prefix in route.prefixes
    )


def plain_route(route: Route, prefix: str) -> dict[str, t.Any]:
    """Return a route as the path shows it."""
    return {
        "prefix": prefix,
        "source": route.source,
        "next_hop_type": route.hop,
        "next_hop_ip": ", ".join(route.hop_ips) or None,
        "name": route.name or None,
        "state": route.state,
    }


def describe(route: Route, prefix: str) -> Text:
    """Return a phrase that names a route, where it comes from and where it leads."""
    known = {USER: "user", BGP: "bgp", SYSTEM: "system"}.get(route.origin)
    origin = say(known) if known else route.source or say("unknown_origin")
    what: str = f"'{route.name}' {prefix}" if route.name else prefix
    if route.table_id:
        what = say("in_table", what=what, table=route.table_id.rsplit("/", 1)[-1])
    hop = f"{route.hop} {', '.join(route.hop_ips)}".strip()
    return say("route", origin=origin, what=what, hop=hop or say("no_hop"))
