# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Addresses, prefixes, ranges and ports as Azure's rules spell them. None always means: cannot be told."""

from __future__ import annotations

import functools
import ipaddress
import re
import typing as t

from .values import Match, any_of

Address: t.TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: t.TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

ANY = frozenset({"*", "any", "all", "0.0.0.0/0"})
# Windows and Linux open connections from within this range; a rule on fewer source ports may or may not match.
EPHEMERAL = (49152, 65535)
MAX_PORT = 65535
_PORT = re.compile(r"[0-9]{1,5}")
_TAG = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")


@functools.lru_cache(maxsize=65536)
def network(prefix: str) -> Network | None:
    """Return a prefix or a single address as a network, None when it is neither."""
    try:
        return ipaddress.ip_network(prefix.strip(), strict=False)
    except ValueError:
        return None


@functools.lru_cache(maxsize=65536)
def address(value: str) -> Address | None:
    """Return an IP address, None when the text is none."""
    try:
        return ipaddress.ip_address(value.strip())
    except ValueError:
        return None


def inside(prefix: str, wanted: Address) -> bool:
    """Tell whether an address lies in a prefix; a prefix that cannot be read holds nothing."""
    found = network(prefix)
    return found is not None and found.version == wanted.version and wanted in found


def is_tag(value: str) -> bool:
    """Tell whether a text has the form of a service tag's name."""
    return bool(_TAG.fullmatch(value)) and value.lower() not in ANY


def covers(spec: str, wanted: Address) -> Match:
    """Match `*`, an address, a prefix or a range `a-b` with an address; None for tags and anything malformed."""
    if spec.lower() in ANY:
        return True
    found = network(spec)
    if found is not None:
        return found.version == wanted.version and wanted in found
    first, dash, last = spec.partition("-")
    low, high = address(first), address(last)
    if not dash or low is None or high is None or low.version != high.version:
        return None
    return low.version == wanted.version and int(low) <= int(wanted) <= int(high)


def _range(spec: str) -> tuple[int, int] | None:
    if spec.lower() in {"*", "any", "all"}:
        return (0, MAX_PORT)
    first, dash, last = (part.strip() for part in spec.partition("-"))
    last = last if dash else first
    return (int(first), int(last)) if _PORT.fullmatch(first) and _PORT.fullmatch(last) else None


def port_in(specs: t.Iterable[str], port: int) -> Match:
    """Match a port with numbers, ranges such as `1680-1690` and `*`; None when a malformed one might hold it."""
    found: list[Match] = []
    for spec in (part for text in specs for part in text.split(",")):
        span = _range(spec.strip())
        found.append(None if span is None else span[0] <= port <= span[1])
    return any_of(found) if found else None


def source_port_in(specs: t.Sequence[str]) -> Match:
    """Match the source port of a new connection, of which only the ephemeral range is known."""
    if not specs:
        return True
    answers: list[Match] = []
    for spec in specs:
        span = _range(spec)
        if span is None:
            answers.append(None)
        elif span[0] <= EPHEMERAL[0] and span[1] >= EPHEMERAL[1]:
            answers.append(True)
        else:
            answers.append(False if span[1] < EPHEMERAL[0] or span[0] > EPHEMERAL[1] else None)
    return any_of(answers)
