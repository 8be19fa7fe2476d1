# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read where Azure DNS sends the names that a machine asks for: the forwarding rulesets linked to the network that asks.

Asked only for machines whose names are in doubt. Requests: https://learn.microsoft.com/rest/api/dns/dnsresolver (2022-07-01).
"""

from __future__ import annotations

import typing as t

from .._network.addresses import address, inside
from .._network.names import AZURE_DNS
from .._network.next_hop import resolvers_of
from .._network.values import items, low, mapping, props, ref, strings, text
from . import scope
from .arm import ArmError
from .exchanges import Source
from .snapshot import Snapshot

API = "2022-07-01"
RESOLVERS = "Microsoft.Network/dnsResolvers"
RULESETS = "Microsoft.Network/dnsForwardingRulesets"
# The ends of the paths of what a network is asked, in lower case.
QUESTIONS = ("/listdnsforwardingrulesets", "/listdnsresolvers")
RULESETS_ACTION = "Microsoft.Network/virtualNetworks/listDnsForwardingRulesets/action"
RESOLVERS_ACTION = "Microsoft.Network/virtualNetworks/listDnsResolvers/action"
RULES_ACTION = f"{RULESETS}/forwardingRules/read"
ENDPOINTS_ACTION = f"{RESOLVERS}/inboundEndpoints/read"


def askers(snapshot: Snapshot, vm_ids: t.Iterable[str]) -> set[tuple[str, tuple[str, ...]]]:
    """Return the networks of machines, each with the DNS servers that Azure gives a machine there."""
    state = snapshot.state()
    pairs = [pair for vm_id in vm_ids for pair in scope.nics(snapshot, low(vm_id))]
    found = ((subnet.split("/subnets/", maxsplit=1)[0], nic) for subnet, nic in pairs)
    return {(network, resolvers_of(state, snapshot.resources[nic], network)) for network, nic in found}


class ForwardingReader:
    """Reads for one network and the DNS servers of its machines; what cannot be read is unread of that network."""

    def __init__(self, source: Source, snapshot: Snapshot, network: str) -> None:
        self._source = source
        self._snapshot = snapshot
        self._network = network

    def read(self, servers: t.Sequence[str]) -> None:
        """Read the rulesets of the network itself, or of those with a private resolver that is asked in its place."""
        custom = [server for server in servers if server != AZURE_DNS]
        places = {self._network} if not custom else set(filter(None, map(self._resolver_at, custom)))
        for place in sorted(places):
            self._rulesets(place)

    def _resolver_at(self, server: str) -> str | None:
        """Return the network whose private resolver has the address of a DNS server, None where none is known to."""
        place = self._holding(server)
        if place is None:
            return None
        for resolver in self._named(place, "listDnsResolvers", RESOLVERS, RESOLVERS_ACTION):
            endpoints = self._children(
                f"{resolver}/inboundEndpoints", f"{RESOLVERS}/inboundEndpoints", ENDPOINTS_ACTION
            )
            configs = [config for body in endpoints for config in items(props(body).get("ipConfigurations"))]
            if server in {text(config.get("privateIpAddress")) for config in configs}:
                self._snapshot.inbound[server] = place
                return place
        return None

    def _holding(self, server: str) -> str | None:
        """Return the network, this one or one that it is peered with, in which an address lies."""
        wanted = address(server)
        own = props(self._snapshot.resources.get(self._network))
        peerings = map(props, items(own.get("virtualNetworkPeerings")))
        peers = [(low(ref(peer.get("remoteVirtualNetwork"))), peer.get("remoteAddressSpace")) for peer in peerings]
        spaces = [(self._network, own.get("addressSpace")), *peers]
        holding = (
            network
            for network, space in spaces
            if wanted and any(inside(prefix, wanted) for prefix in strings(mapping(space).get("addressPrefixes")))
        )
        return next(holding, None)

    def _rulesets(self, place: str) -> None:
        found = self._named(place, "listDnsForwardingRulesets", RULESETS, RULESETS_ACTION)
        self._snapshot.rulesets[place] = found
        for ruleset in found:
            self._snapshot.add(
                self._children(f"{ruleset}/forwardingRules", f"{RULESETS}/forwardingRules", RULES_ACTION)
            )

    def _named(self, place: str, question: str, kind: str, action: str) -> list[str]:
        """Return the ids that a network answers a question with."""
        try:
            body = self._snapshot.resources.get(place, {"id": place})
            answer = self._source.ask(f"{body['id']}/{question}", API)
            if not isinstance(answer, dict) or not isinstance(answer.get("value"), list) or answer.get("nextLink"):
                raise ArmError("UnexpectedBody", "the answer has no whole 'value'")
        except ArmError as problem:
            self._snapshot.missing(kind, self._network, problem, action)
            return []
        return [found for found in map(ref, items(answer["value"])) if found]

    def _children(self, path: str, kind: str, action: str) -> list[dict[str, t.Any]]:
        try:
            return self._source.list(path, API)
        except ArmError as problem:
            self._snapshot.missing(kind, self._network, problem, action)
            return []
