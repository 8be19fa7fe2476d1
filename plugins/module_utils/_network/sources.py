# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where traffic comes from, as ranges of IPv4 addresses: one machine or whole networks, and which of them a rule holds."""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from . import addresses
from .values import Match

# First and last address, as numbers.
Range: t.TypeAlias = tuple[int, int]
Ranges: t.TypeAlias = tuple[Range, ...]
TagPrefixes = t.Callable[[str], "t.Sequence[str] | None"]

ANYWHERE: Ranges = ((0, 2**32 - 1),)
_IPV4 = 4


@dataclasses.dataclass(frozen=True)
class Held:
    """What a rule holds of the sources that were asked about: `ranges` surely, `maybe` for all that is known."""

    ranges: Ranges = ()
    maybe: Ranges = ()

    def match(self, wanted: Ranges) -> Match:
        """Say whether the rule holds all of the sources (True) or none (False)."""
        if wanted and not without(wanted, self.ranges):
            return True
        return None if self.ranges or self.maybe else False


def of_address(address: addresses.Address | None) -> Ranges:
    """Return the range of one machine; one whose IPv4 address is not known may be anywhere."""
    if address is None or address.version != _IPV4:
        return ANYWHERE
    return ((int(address), int(address)),)


def of_networks(specs: t.Iterable[str]) -> Ranges:
    """Return the ranges of `*`, addresses, networks and ranges `a-b`; what is none of these, or IPv6, is left out."""
    return tuple(found for spec in specs if (found := _range(spec)))


def held(wanted: Ranges, specs: t.Iterable[str], tag_prefixes: TagPrefixes) -> Held:
    """Return what the addresses, networks and service tags of a rule hold of the sources."""
    ranges: list[Range] = []
    maybe: Ranges = ()
    for spec in specs:
        found = _range(spec)
        if found:
            ranges.append(found)
        elif found is None:
            # No service tag holds private addresses.
            tag = addresses.is_tag(spec)
            prefixes = tag_prefixes(spec) if tag else None
            ranges += of_networks(prefixes or ())
            maybe += () if prefixes is not None else without(wanted, _PRIVATE) if tag else wanted
    return Held(overlap(wanted, ranges), maybe)


def overlap(wanted: Ranges, given: t.Iterable[Range]) -> Ranges:
    """Return what of the first lies in the second."""
    pairs = ((max(low, first), min(high, last)) for first, last in given for low, high in wanted)
    return tuple(pair for pair in pairs if pair[0] <= pair[1])


def without(wanted: Ranges, given: t.Iterable[Range]) -> Ranges:
    """Return what of the first does not lie in the second."""
    left = wanted
    for first, last in given:
        parts = (part for low, high in left for part in ((low, min(high, first - 1)), (max(low, last + 1), high)))
        left = tuple(part for part in parts if part[0] <= part[1])
    return left


@functools.lru_cache(maxsize=65536)
def _range(spec: str) -> Range | tuple[()] | None:
    """Return the range of a spec; empty for IPv6, None for what is no address."""
    if spec.lower() in addresses.ANY:
        return ANYWHERE[0]
    net = addresses.network(spec)
    if net is not None:
        return (int(net[0]), int(net[-1])) if net.version == _IPV4 else ()
    first, _dash, last = spec.partition("-")
    low, high = addresses.address(first), addresses.address(last)
    if low is None or high is None or low.version != high.version:
        return None
    return (int(low), int(high)) if low.version == _IPV4 else ()


# RFC 1918 and RFC 6598, of which the addresses of virtual networks are.
_PRIVATE = of_networks(("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"))
