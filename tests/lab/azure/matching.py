# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether one connection falls under the addresses and ports of a rule."""

from __future__ import annotations

import dataclasses
import ipaddress
import typing as t

from tests.lab.azure import facts
from tests.lab.azure.topology import within


@dataclasses.dataclass(frozen=True)
class Packet:
    """One TCP connection from a machine to an address."""

    source: str
    destination: str
    port: int
    kms: bool


def port_in(ports: t.Iterable[object], port: int) -> bool:
    """Whether `port` is among port texts: `*`, `1688`, `1680-1690`, also several with commas."""
    for text in ports:
        for part in str(text).split(","):
            low, _dash, high = part.strip().partition("-")
            if low in ("*", "Any") or (low.isdigit() and int(low) <= port <= int(high if high.isdigit() else low)):
                return True
    return False


def address_in(texts: t.Iterable[object], address: str, tags: t.Mapping[str, tuple[str, ...]]) -> bool:
    """Whether `address` is among address texts: `*`, an address, a prefix, a range `a-b` or a service tag."""
    for text in texts:
        for part in str(text).split(","):
            word = part.strip()
            if word in ("*", "Any", "0.0.0.0/0") or within(address, word) or _in_range(address, word):
                return True
            if any(within(address, prefix) for prefix in tag_prefixes(word, tags)):
                return True
    return False


def tag_prefixes(word: str, tags: t.Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Prefixes of a service tag in any case; none for a word that is no tag."""
    return next((prefixes for name, prefixes in tags.items() if name.lower() == word.lower()), ())


def both(properties: t.Mapping[str, t.Any], singular: str, plural: str) -> list[object]:
    """Values of a rule that ARM keeps in a single and in a list property."""
    found = [*(properties.get(plural) or [])]
    if properties.get(singular) not in (None, ""):
        found.append(properties[singular])
    return found


def is_kms_service(destination: str, port: int, cloud: str) -> bool:
    """Whether an address and port are Azure's KMS of a cloud."""
    return port == facts.KMS_PORT and any(destination in found for found in facts.KMS_NAMES[cloud].values())


def _in_range(address: str, word: str) -> bool:
    low, dash, high = word.partition("-")
    if not dash:
        return False
    try:
        return ipaddress.IPv4Address(low) <= ipaddress.IPv4Address(address) <= ipaddress.IPv4Address(high)
    except ValueError:
        return False
