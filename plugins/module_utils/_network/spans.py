# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sets of IPv4 addresses as ranges: whether the sources of a rule hold all, some or none of ours."""

from __future__ import annotations

import typing as t

from . import addresses

Span = tuple[int, int]

ALL, SOME, NONE, UNKNOWN = "all", "some", "none", "unknown"
EVERYTHING: Span = (0, 2**32 - 1)


def span(spec: str) -> Span | tuple[()] | None:
    """Return the range of `*`, an address, a network or `a-b`; empty for IPv6, None for what is no address."""
    if spec.lower() in addresses.ANY:
        return EVERYTHING
    net = addresses.network(spec)
    if net is not None:
        return (int(net[0]), int(net[-1])) if net.version == 4 else ()  # noqa: PLR2004
    first, _dash, last = spec.partition("-")
    low, high = addresses.address(first), addresses.address(last)
    if low is None or high is None or low.version != high.version:
        return None
    return (int(low), int(high)) if low.version == 4 else ()  # noqa: PLR2004


def spans(specs: t.Iterable[str]) -> tuple[tuple[Span, ...], bool]:
    """Return the ranges of specs, and whether all of them could be read."""
    found = [span(spec) for spec in specs]
    return tuple(item for item in found if item), None not in found


def cover(wanted: t.Sequence[Span], given: t.Iterable[Span], *, whole: bool = True) -> str:
    """Tell how much of `wanted` lies in `given`; `whole` is False when there may be more in it than is known."""
    merged = _merged(given)
    parts = [_cover(item, merged) for item in wanted]
    if parts and all(part == ALL for part in parts):
        return ALL
    if any(part != NONE for part in parts):
        return SOME
    return NONE if whole and parts else UNKNOWN


def _merged(given: t.Iterable[Span]) -> list[Span]:
    found: list[Span] = []
    for low, high in sorted(given):
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return found


def _cover(wanted: Span, merged: t.Sequence[Span]) -> str:
    low, high = wanted
    if any(first <= low and high <= last for first, last in merged):
        return ALL
    return SOME if any(first <= high and low <= last for first, last in merged) else NONE
