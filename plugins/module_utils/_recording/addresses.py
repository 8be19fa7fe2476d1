# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""IP addresses replaced so that whoever shares a prefix still shares it, and what everybody knows stays. Pure.

Prefix-preserving as in Crypto-PAn (Xu, Fan, Ammar, Moon, 2002): every bit is flipped or kept by a keyed function of the bits
before it. The bits that lead to a known address or block are never flipped, so routes to these still cover them.
"""

from __future__ import annotations

import functools
import hashlib
import ipaddress
import typing as t

from .._reference import endpoints

Address: t.TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: t.TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

# Azure's platform and metadata addresses, and its two sink addresses (learn.microsoft.com: what-is-ip-address-168-63-129-16,
# instance-metadata-service).
_PLATFORM = ("168.63.129.16", "169.254.169.254")
# Blocks with a meaning of their own (IANA special-purpose registries); what is inside them is replaced within the block.
_BLOCKS = (
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"),
    *("198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4", "::/8", "fc00::/7", "fe80::/10", "ff00::/8", "2000::/3"),
)
# The private ones among them: few networks fit in, so the first bit inside is always flipped, and no network of the low half,
# where most people's are, is hidden behind another one of it.
_PRIVATE = ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16")
# Blocks that stay to the last bit: nothing in them is anybody's address, and masks such as 255.255.255.0 are there too.
_WHOLE = tuple(map(ipaddress.ip_network, ("0.0.0.0/8", "127.0.0.0/8", "240.0.0.0/4", "::/127")))
# Documentation blocks are too small to hide in: they move into the block for benchmarks, which is as little global.
_SMALL = {
    ipaddress.IPv4Network(block): ipaddress.IPv4Network(f"198.18.{number}.0/24")
    for number, block in enumerate(("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"), 1)
}


def _known() -> frozenset[str]:
    clouds = endpoints.CLOUDS.values()
    listed = [address for cloud in clouds for address in (*cloud.addresses, *cloud.legacy_addresses)]
    return frozenset((*listed, *endpoints.RETIRED_ADDRESSES, *endpoints.KNOWN_OTHER, *endpoints.MISPRINTS, *_PLATFORM))


def _fixed() -> frozenset[tuple[int, int, int]]:
    """Return (IP version, length, leading bits) of every prefix whose next bit is never flipped."""
    found = set()
    for text in (*_known(), *_BLOCKS):
        try:
            network = ipaddress.ip_network(text)
        except ValueError:
            continue
        number = int(network.network_address)
        found |= {
            (network.version, length, number >> (network.max_prefixlen - length)) for length in range(network.prefixlen)
        }
    return frozenset(found)


_FIXED = _fixed()
_FLIPPED = frozenset(
    (4, network.prefixlen, int(network.network_address) >> (32 - network.prefixlen))
    for network in map(ipaddress.IPv4Network, _PRIVATE)
)


class AddressMask:
    """Replaces addresses by a secret `key`: the same key always gives the same replacement."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._bit = functools.cache(self._flip)

    def address(self, address: Address) -> Address:
        """Return the replacement of one address; known ones stay."""
        return self.network(ipaddress.ip_network(address)).network_address

    def network(self, network: Network) -> Network:
        """Return the replacement of a whole network: what lies inside it stays inside it."""
        first = network.network_address
        if any(first in block and network.prefixlen >= block.prefixlen for block in _WHOLE):
            return network
        moved = self._bits(int(first), network.version, network.prefixlen)
        for block, place in _SMALL.items():
            if first in block and network.prefixlen >= block.prefixlen:
                moved = int(place.network_address) + moved % place.num_addresses
        return type(network)((moved, network.prefixlen))

    def _bits(self, number: int, version: int, length: int) -> int:
        width = 32 if version == 4 else 128  # noqa: PLR2004
        flipped = 0
        for position in range(length):
            if self._bit(version, position, number >> (width - position)):
                flipped |= 1 << (width - position - 1)
        return number ^ flipped

    def _flip(self, version: int, length: int, prefix: int) -> bool:
        if (version, length, prefix) in _FIXED:
            return False
        if (version, length, prefix) in _FLIPPED:
            return True
        message = b"%d/%d/%x" % (version, length, prefix)
        return bool(hashlib.blake2b(message, key=self._key, digest_size=1).digest()[0] & 1)
