# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What private DNS zones do to the names of Azure's KMS: a linked zone hides the public one, records it lacks included.

Sources: https://learn.microsoft.com/azure/dns/private-dns-virtual-network-links and
https://learn.microsoft.com/azure/dns/private-dns-fallback (resolutionPolicy).
"""

from __future__ import annotations

import typing as t

from . import values
from .judgement import KmsTargets
from .state import ZONE, NetworkState
from .values import Body, low, name_of, props, ref, text

AZURE_DNS = "168.63.129.16"
_NO_RECORD = "private DNS zone '{zone}' is linked to virtual network '{network}' and has no record for {name}: no machine there resolves it"
_OTHER = "private DNS zone '{zone}' is linked to virtual network '{network}' and names {addresses} for {name}"


def covers(zone: str, name: str) -> bool:
    """Tell whether a zone holds a name."""
    zone, name = zone.lower().rstrip("."), name.lower().rstrip(".")
    return name == zone or name.endswith(f".{zone}")


def hiding(state: NetworkState, network_id: str, resolvers: t.Sequence[str], targets: KmsTargets) -> list[Body]:
    """Return the linked zones that hide a KMS name, as zone, zone_id, network, name and the addresses they give instead of Azure's.

    Nothing where other servers than Azure's are asked.
    """
    if set(resolvers) - {AZURE_DNS}:
        return []
    return [row for name in targets.names if (row := _hidden(state, network_id, name, targets)) is not None]


def note(row: Body) -> str:
    """Return what is to be said of one row of `hiding`."""
    told = {**row, "addresses": ", ".join(row["addresses"])}
    return (_OTHER if row["addresses"] else _NO_RECORD).format(**told)


def _hidden(state: NetworkState, network_id: str, name: str, targets: KmsTargets) -> Body | None:
    zones = [zone for zone in state.of_type(ZONE) if covers(name_of(zone), name)]
    linked = [(zone, link) for zone in zones if (link := _link(state, zone, network_id)) is not None]
    if not linked:
        return None
    # The most specific zone answers.
    zone, link = max(linked, key=lambda pair: len(name_of(pair[0])))
    record = name.lower().removesuffix(low(name_of(zone))).rstrip(".") or "@"
    addresses = _addresses(state, zone, record)
    if addresses is None or (set(addresses) and set(addresses) <= {*targets.addresses, *targets.legacy_addresses}):
        return None
    if not addresses and text(props(link).get("resolutionPolicy")).lower() == "nxdomainredirect":
        return None
    return {
        "zone": name_of(zone),
        "zone_id": zone["id"],
        "network": name_of(network_id),
        "name": name,
        "addresses": addresses,
    }


def _link(state: NetworkState, zone: Body, network_id: str) -> Body | None:
    links = state.children(str(zone["id"]), "virtualNetworkLinks")
    return next((link for link in links if low(ref(props(link).get("virtualNetwork"))) == low(network_id)), None)


def _addresses(state: NetworkState, zone: Body, record: str) -> list[str] | None:
    """Return the addresses of a record, none where there is no record, None where that was not read or is an alias."""
    zone_id = str(zone["id"])
    if not all(state.complete(zone_id, kind) for kind in ("A", "CNAME")):
        return None
    for wanted in (record, "*"):
        for found in state.children(zone_id, "A"):
            if name_of(found).lower() == wanted:
                rows = values.items(props(found).get("aRecords"))
                return [text(row.get("ipv4Address")) for row in rows]
        if any(name_of(found).lower() == wanted for found in state.children(zone_id, "CNAME")):
            return None
    return []
