# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Addresses: prefixes survive, known addresses stay, classes stay, nothing of the original is left."""

from __future__ import annotations

import ipaddress
import random

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._recording.addresses import AddressMask

KEYS = [bytes([number]) * 32 for number in range(1, 5)]
# https://learn.microsoft.com/troubleshoot/azure/virtual-machines/windows/custom-routes-enable-kms-activation and
# https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
DOCUMENTED = ("20.118.99.224", "40.83.235.53", "23.102.135.246", "168.63.129.16", "169.254.169.254", "159.27.28.100")


def addresses(seed: int, count: int = 60) -> list[ipaddress.IPv4Address]:
    """Return private and public addresses, many of them close together."""
    chosen = random.Random(seed)
    starts = [0x0A140000, 0xAC100000, 0xC0A80100, 0x14766300, 0x28000000, 0x64400000]
    near = [chosen.choice(starts) + chosen.randrange(4096) for _number in range(count // 2)]
    return [
        ipaddress.IPv4Address(number) for number in (*near, *(chosen.randrange(2**25, 0xDF000000) for _number in near))
    ]


def common(one: ipaddress.IPv4Address, other: ipaddress.IPv4Address) -> int:
    return 32 - (int(one) ^ int(other)).bit_length()


@pytest.mark.parametrize("key", KEYS)
def test_what_shares_a_prefix_still_shares_exactly_that(key: bytes) -> None:
    mask = AddressMask(key)
    found = addresses(key[0])
    pairs = [(one, other) for one in found for other in found]
    assert all(common(mask.address(one), mask.address(other)) == common(one, other) for one, other in pairs)


@pytest.mark.parametrize("address", DOCUMENTED)
def test_a_documented_address_and_every_route_that_covers_it_stay_together(address: str) -> None:
    one = ipaddress.IPv4Address(address)
    for key in KEYS:
        mask = AddressMask(key)
        assert mask.address(one) == one
        for length in range(33):
            network = ipaddress.IPv4Network((one, length), strict=False)
            assert one in mask.network(network)


@pytest.mark.parametrize("key", KEYS)
def test_private_stays_private_and_global_stays_global(key: bytes) -> None:
    mask = AddressMask(key)
    some = [*addresses(9), *map(ipaddress.IPv4Address, ("203.0.113.7", "198.51.100.9", "192.0.2.1", "169.254.3.4"))]
    for address in some:
        masked = mask.address(address)
        assert (masked.is_private, masked.is_global) == (address.is_private, address.is_global), address


@pytest.mark.parametrize("key", KEYS)
def test_an_address_that_is_nobodys_business_is_replaced(key: bytes) -> None:
    mask = AddressMask(key)
    for text in ("10.1.0.4", "192.168.1.20", "172.16.5.6", "100.64.1.2", "52.166.78.97", "203.0.113.7", "2001:db8::7"):
        address = ipaddress.ip_address(text)
        assert mask.address(address) != address
    network = ipaddress.IPv4Network("10.20.0.0/16")
    assert mask.network(network) != network
    assert mask.address(ipaddress.IPv4Address("10.20.1.4")) in mask.network(network)


@pytest.mark.parametrize(
    "text", ["0.0.0.0/0", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "255.255.255.0/32", "::/0"]
)
def test_a_block_that_everybody_knows_stays(text: str) -> None:
    network = ipaddress.ip_network(text)
    assert AddressMask(KEYS[0]).network(network) == network


def test_another_key_gives_another_replacement() -> None:
    assert len({AddressMask(key).address(ipaddress.IPv4Address("52.166.78.97")) for key in KEYS}) == len(KEYS)
