# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What private DNS zones and forwarding rules do to the names of Azure's KMS, where Azure DNS is asked.

A linked zone hides the public one, records it lacks included. Where none is concerned, the enabled rule with the longest suffix sends
the question to its servers. Who asks a private resolver's inbound endpoint asks the Azure DNS of the resolver's network.
Sources: https://learn.microsoft.com/azure/dns/private-dns-virtual-network-links,
https://learn.microsoft.com/azure/dns/private-dns-fallback (resolutionPolicy),
https://learn.microsoft.com/azure/dns/dns-private-resolver-overview (the query process).
"""

from __future__ import annotations

import typing as t

from .._text import Text
from . import values
from .judgement import KmsTargets
from .state import ZONE, NetworkState
from .values import Body, low, name_of, parent, props, ref, text
from .wording import joined, say

AZURE_DNS = "168.63.129.16"


def covers(zone: str, name: str) -> bool:
    """Tell whether a zone holds a name."""
    zone, name = zone.lower().rstrip("."), name.lower().rstrip(".")
    return name == zone or name.endswith(f".{zone}")


def asked(state: NetworkState, network_id: str, resolvers: t.Sequence[str]) -> str | None:
    """Return the network whose Azure DNS answers a machine that has these DNS servers; None where other servers do."""
    custom = set(resolvers) - {AZURE_DNS}
    places = {state.inbound.get(server) for server in custom} or {low(network_id)}
    return places.pop() if len(places) == 1 else None


def hiding(state: NetworkState, network_id: str, targets: KmsTargets) -> list[Body]:
    """Return the linked zones that hide a KMS name, as zone, zone_id, network, name and the addresses they give instead of Azure's."""
    return [row for name in targets.names if (row := _hidden(state, network_id, name, targets)) is not None]


def forwarding(state: NetworkState, network_id: str, targets: KmsTargets) -> list[Body]:
    """Return the rules that send a KMS name elsewhere, as rule, ruleset, ruleset_id, network, name and servers."""
    found = ((name, _forwarded(state, network_id, name)) for name in targets.names)
    return [
        {
            "rule": name_of(rule),
            "ruleset": name_of(parent(str(rule["id"]), 2)),
            "ruleset_id": parent(str(rule["id"]), 2),
            "network": name_of(network_id),
            "name": name,
            "servers": [text(row.get("ipAddress")) for row in values.items(props(rule).get("targetDnsServers"))],
        }
        for name, rule in found
        if rule is not None
    ]


def note(row: Body) -> Text:
    """Return what is to be said of one row of `hiding` or `forwarding`."""
    if "rule" in row:
        return say("name_forwarded", **{**row, "servers": joined("comma", row["servers"] or ["?"])})
    key = "zone_other" if row["addresses"] else "zone_empty"
    return say(key, **{**row, "addresses": joined("comma", row["addresses"] or ["?"])})


def _forwarded(state: NetworkState, network_id: str, name: str) -> Body | None:
    if _linked(state, network_id, name):
        return None
    rules = [
        rule
        for ruleset in state.rulesets.get(low(network_id), ())
        for rule in state.children(ruleset, "forwardingRules")
    ]
    matching = [
        rule
        for rule in rules
        if text(props(rule).get("forwardingRuleState")).lower() != "disabled" and _matches(rule, name)
    ]
    return max(matching, key=lambda rule: len(text(props(rule).get("domainName"))), default=None)


def _matches(rule: Body, name: str) -> bool:
    domain = text(props(rule).get("domainName"))
    return domain == "." or (bool(domain) and covers(domain, name))


def _linked(state: NetworkState, network_id: str, name: str) -> list[tuple[Body, Body]]:
    """Return the zones that hold a name and are linked to a network, each with its link."""
    zones = [zone for zone in state.of_type(ZONE) if covers(name_of(zone), name)]
    return [(zone, link) for zone in zones if (link := _link(state, zone, network_id)) is not None]


def _hidden(state: NetworkState, network_id: str, name: str, targets: KmsTargets) -> Body | None:
    linked = _linked(state, network_id, name)
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
