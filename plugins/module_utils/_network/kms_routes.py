# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The user's own routes for KMS addresses: which are missing, which are for old or misprinted addresses."""

from __future__ import annotations

import dataclasses
import typing as t

from .._text import Text
from . import addresses
from .judgement import KmsTargets, NotKnownError
from .routes import BGP, HOST_PREFIX, SYSTEM, USER, Route, RouteView, TagLookup, choose, has_default
from .wording import joined, say


@dataclasses.dataclass(frozen=True)
class KmsRoutes:
    """`routed` and `missing` are addresses; `stale` and `mistyped` hold {name, prefix, why}."""

    routed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    stale: tuple[t.Mapping[str, str], ...] = ()
    mistyped: tuple[t.Mapping[str, str], ...] = ()

    def plain(self) -> dict[str, t.Any]:
        """Return the part of the path that tells it."""
        return {
            "missing": [f"{address}/{HOST_PREFIX}" for address in self.missing],
            "stale": [dict(entry) for entry in self.stale],
            "mistyped": [dict(entry) for entry in self.mistyped],
        }

    def misses(self, address: str, targets: KmsTargets) -> str:
        """Return the route that was meant for an address but serves an old or misprinted one, empty when there is none."""
        if address not in self.missing:
            return ""
        for entry in self.mistyped:
            if targets.mistyped.get(entry["prefix"].partition("/")[0]) == address:
                return _shown(entry)
        others = (*self.stale, *self.mistyped)
        if self.routed or not others:
            return ""
        return joined("comma", [_shown(entry) for entry in others])


def kms_routes(view: RouteView, targets: KmsTargets, tag_prefixes: TagLookup) -> KmsRoutes:
    """Judge the user's routes. Nothing is missing for an address that the system's own route takes to the Internet."""
    own = [route for route in view.routes if route.origin == USER and route.state.lower() == "active"]
    mistyped = tuple(
        _entry(route, prefix, say("misprint", address=targets.mistyped[address]))
        for route, prefix, address in _host_routes(own)
        if address in targets.mistyped
    )
    routed = tuple(address for address in targets.addresses if _leads_out(view, address, tag_prefixes, {USER}))
    missing = tuple(
        address for address in targets.addresses if not _leads_out(view, address, tag_prefixes, {USER, SYSTEM})
    )
    old = {
        **dict.fromkeys(targets.foreign_addresses, "other_cloud"),
        **dict.fromkeys(targets.legacy_addresses, "old_address"),
    }
    stale = tuple(
        _entry(route, prefix, say(old[address]))
        for route, prefix, address in _host_routes(own)
        if missing and address in old and address not in targets.addresses
    )
    return KmsRoutes(routed, missing, stale, mistyped)


def _host_routes(routes: t.Iterable[Route]) -> list[tuple[Route, str, str]]:
    return [
        (route, prefix, str(net.network_address))
        for route in routes
        for prefix in route.prefixes
        if (net := addresses.network(prefix)) is not None and net.prefixlen == HOST_PREFIX
    ]


def _shown(entry: t.Mapping[str, str]) -> Text:
    return say("kms_route", route=f"'{entry['name']}' {entry['prefix']}", why=entry["why"])


def _entry(route: Route, prefix: str, why: str) -> dict[str, str]:
    return {"name": route.name, "prefix": prefix, "why": why}


def _leads_out(view: RouteView, address: str, tag_prefixes: TagLookup, origins: t.Collection[str]) -> bool:
    """Tell whether what wins for an address is of `origins` and leads to the Internet; not when the winner is in doubt."""
    wanted = addresses.address(address)
    if wanted is None:
        return False
    try:
        winners = choose(view, wanted, tag_prefixes).winners
    except NotKnownError:
        return SYSTEM in origins and not (has_default(view, USER) or has_default(view, BGP))
    return all(route.origin in origins and route.kind == "internet" for route in winners)
