# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How Azure selects a route, from `UDR` below; every rule compares two routes and the best beats all others."""

from __future__ import annotations

import dataclasses
import typing as t

from . import ranges

UDR = "https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview"

USER, BGP, SYSTEM = "User", "VirtualNetworkGateway", "Default"
# UDR#how-azure-selects-a-route: "1. User-defined route 2. BGP route 3. System route"
_SOURCES = (USER, BGP, SYSTEM)
# The same section's note: these system routes "are preferred routes, even if BGP routes are more specific".
_PREFERRED = ("VnetLocal", "VNetPeering", "VNetGlobalPeering", "VirtualNetworkServiceEndpoint")


@dataclasses.dataclass(frozen=True)
class Row:
    """A route. `prefix` is a prefix or a service tag; `name` tells routes apart."""

    name: str
    prefix: str
    source: str
    hop: str


def is_tag(prefix: str) -> bool:
    """Return whether a prefix is the name of a service tag."""
    return not prefix[0].isdigit()


def exactness(prefix: str) -> int:
    """Return the order among equal prefixes, the best first.

    UDR#exact-match: the explicit prefix, "1. Regional tags 2. Top level tags 3. AzureCloud regional tags 4. The AzureCloud tag".
    """
    if not is_tag(prefix):
        return 0
    service, _dot, region = prefix.partition(".")
    return {(False, True): 1, (False, False): 2, (True, True): 3, (True, False): 4}[
        service == "AzureCloud", bool(region)
    ]


def covering(row: Row, address: str, tags: t.Mapping[str, t.Sequence[str]]) -> int | None:
    """Return the longest prefix of a row that holds the address, as a number of bits.

    UDR#service-tags-for-user-defined-routes: a tag "represents a group of IP address prefixes"; each is a route of its own.
    """
    prefixes = tags[row.prefix] if is_tag(row.prefix) else [row.prefix]
    return max((ranges.length_of(item) for item in prefixes if ranges.holds(item, address)), default=None)


def beats(one: tuple[Row, int], other: tuple[Row, int]) -> bool:
    """Return whether one matching route (with its number of bits) is chosen before another."""
    (row, bits), (rival, rival_bits) = one, other
    for mine, theirs, answer in ((row, rival, True), (rival, row, False)):
        # UDR#how-azure-selects-a-route, the note.
        if mine.source == SYSTEM and mine.hop in _PREFERRED and theirs.source == BGP:
            return answer
    # UDR#how-azure-selects-a-route: "using the longest prefix match algorithm".
    if bits != rival_bits:
        return bits > rival_bits
    # UDR#exact-match: "preference to the route with the explicit prefix when there's an exact prefix match", of any source.
    if is_tag(row.prefix) != is_tag(rival.prefix):
        return is_tag(rival.prefix)
    # UDR#how-azure-selects-a-route: "If multiple routes contain the same address prefix, Azure selects the route type".
    if row.source != rival.source:
        return _SOURCES.index(row.source) < _SOURCES.index(rival.source)
    return exactness(row.prefix) < exactness(rival.prefix)


def select(rows: t.Sequence[Row], address: str, tags: t.Mapping[str, t.Sequence[str]]) -> Row | None:
    """Return the route that beats every other; None where the documents name no single one."""
    found = [(row, bits) for row in rows if (bits := covering(row, address, tags)) is not None]
    best = [one for one in found if all(one is other or beats(one, other) for other in found)]
    return best[0][0] if len(best) == 1 else None
