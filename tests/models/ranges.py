# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Addresses as numbers: just enough to ask whether a range holds one."""

from __future__ import annotations


def number(address: str) -> int:
    """Return an IPv4 address as a number."""
    value = 0
    for part in address.split("."):
        value = value * 256 + int(part)
    return value


def written(value: int) -> str:
    """Return a number as an IPv4 address."""
    return ".".join(str(value // 256**place % 256) for place in (3, 2, 1, 0))


def around(address: str, length: int) -> str:
    """Return the prefix of `length` bits that holds `address`."""
    size = 2 ** (32 - length)
    return f"{written(number(address) // size * size)}/{length}"


def length_of(prefix: str) -> int:
    """Return the number of bits of a prefix; a bare address has 32."""
    return int(prefix.split("/")[1]) if "/" in prefix else 32


def holds(spec: str, address: str) -> bool:
    """Return whether `*`, an address, a prefix or a range `first-last` holds `address`."""
    if spec in {"*", "0.0.0.0/0"}:
        return True
    wanted = number(address)
    if "-" in spec:
        first, last = spec.split("-")
        return number(first) <= wanted <= number(last)
    size = 2 ** (32 - length_of(spec))
    return number(spec.split("/", maxsplit=1)[0]) // size == wanted // size


def port_in(spec: str, port: int) -> bool:
    """Return whether `*`, a port or a range `first-last` holds `port`."""
    if spec == "*":
        return True
    first, _dash, last = spec.partition("-")
    return int(first) <= port <= int(last or first)
