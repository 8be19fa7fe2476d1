# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Private DNS zones that are linked to a machine's network hide the public names of Azure's KMS.

https://learn.microsoft.com/azure/dns/private-dns-virtual-network-links, https://learn.microsoft.com/azure/dns/private-dns-fallback.
"""

from __future__ import annotations

import pytest

from tests import kms
from tests.unit.lab.azure import builders as b
from tests.unit.plugins.module_utils._azure.conftest import Read

NAME = "azkms.core.windows.net"


def zone(name: str, *, to: str | None = "spoke", policy: str = "Default", **records: b.Body) -> list[b.Body]:
    zone = f"privateDnsZones/{name}"
    found = [b.resource("privateDnsZones", name, {})]
    if to:
        link = {"virtualNetwork": b.ref(f"virtualNetworks/{to}"), "resolutionPolicy": policy}
        found.append(b.resource(f"{zone}/virtualNetworkLinks", "link", link))
    for key, properties in records.items():
        kind, record = key.split("_", 1)
        found.append(b.resource(f"{zone}/{kind}", {"apex": "@", "any": "*"}.get(record, record), properties))
    return found


def _addresses(*addresses: str) -> b.Body:
    return {"aRecords": [{"ipv4Address": address} for address in addresses]}


HIDDEN = f"has no record for {NAME}"
OTHER = f"names 10.0.0.9 for {NAME}"


@pytest.mark.parametrize(
    ("zones", "told"),
    [
        (zone("core.windows.net"), HIDDEN),
        (zone(NAME), HIDDEN),
        (zone("windows.net", A_other=_addresses("10.0.0.8")), HIDDEN),
        (zone("core.windows.net", A_azkms=_addresses("10.0.0.9")), OTHER),
        (zone(NAME, A_apex=_addresses("10.0.0.9")), OTHER),
        (zone("core.windows.net", A_any=_addresses("10.0.0.9")), OTHER),
        # The most specific zone answers.
        ([*zone("core.windows.net", A_azkms=_addresses("10.0.0.9")), *zone(NAME)], HIDDEN),
        (zone("core.windows.net", policy="NxDomainRedirect", A_azkms=_addresses("10.0.0.9")), OTHER),
        # Nothing to say.
        (zone("core.windows.net", policy="NxDomainRedirect"), ""),
        (zone("core.windows.net", A_azkms=_addresses(*kms.ADDRESSES)), ""),
        (zone("core.windows.net", CNAME_azkms={"cnameRecord": {"cname": "kms.example"}}), ""),
        (zone("core.windows.net", to=None), ""),
        (zone("core.windows.net", to="hub"), ""),
        (zone("privatelink.blob.core.windows.net"), ""),
        (zone("indows.net"), ""),
    ],
)
def test_what_a_private_zone_does_to_the_name(read: Read, zones: list[b.Body], told: str) -> None:
    (path,), unread, _log = read(b.spoke(*zones))
    # That is no matter of the path to an address: what the machine resolves, the machine tells.
    assert (path["verdict"], unread) == ("open", [])
    notes = [note for note in path["notes"] if "private DNS zone" in note and NAME in note]
    assert [told in note for note in notes] == ([True] if told else [])


def test_other_servers_are_not_second_guessed(read: Read) -> None:
    resources = b.spoke(*zone("core.windows.net"))
    resources[0]["properties"]["dhcpOptions"] = {"dnsServers": ["10.0.0.53"]}
    (path,), _unread, _log = read(resources)
    assert not [note for note in path["notes"] if "private DNS zone" in note]


def test_only_zones_for_the_names_of_a_kms_are_looked_into(read: Read) -> None:
    zones = [body for number in range(20) for body in zone(f"z{number}.example")]
    _paths, _unread, log = read(b.spoke(*zones))
    assert len([entry for entry in log if "/privateDnsZones" in entry["path"]]) == 1
