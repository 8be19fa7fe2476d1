# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an Azure Firewall does with a connection: classic rules, or a policy with its parents."""

from __future__ import annotations

import typing as t

from tests.lab.azure import facts, ids
from tests.lab.azure.matching import Packet, address_in, port_in
from tests.lab.azure.paste import Body
from tests.lab.azure.topology import Topology

Verdict = t.Literal["allow", "deny", "answers"]


class Rule(t.NamedTuple):
    """One rule of a firewall. `kind` network or application, `allow` the action of its collection."""

    kind: str
    allow: bool
    body: Body
    proxy: bool


class Firewalls:
    """Verdicts from the current rules."""

    def __init__(self, topology: Topology) -> None:
        """Look at the resources of `topology`."""
        self._store = topology.store
        self._world = topology.world

    def verdict(self, firewall: Body, packet: Packet) -> Verdict:
        """allow, deny, or answers: an application rule takes the connection, and nothing behind it is reached."""
        rules = self._rules(firewall)
        for rule in rules:
            if rule.kind == "network" and self._network_match(rule, packet):
                return "allow" if rule.allow else "deny"
        if any(rule.kind == "application" and self._application_match(rule, packet) for rule in rules):
            return "answers"
        return "deny"

    def _rules(self, firewall: Body) -> list[Rule]:
        """All rules in the order in which they are asked, parents first."""
        properties = firewall["properties"]
        policy_id = (properties.get("firewallPolicy") or {}).get("id")
        if not policy_id:
            return _classic_rules(properties)
        chain: list[Body] = []
        while policy_id and (policy := self._store.find(policy_id)) and policy not in chain:
            chain.insert(0, policy)
            policy_id = (policy["properties"].get("basePolicy") or {}).get("id")
        proxy = any((policy["properties"].get("dnsSettings") or {}).get("enableProxy") for policy in chain)
        found: list[Rule] = []
        for policy in chain:
            found += self._policy_rules(policy, proxy=bool(proxy))
        return found

    def _policy_rules(self, policy: Body, *, proxy: bool) -> list[Rule]:
        policy_id = ids.parse(policy["id"])
        groups = self._store.below(policy_id, "ruleCollectionGroups") if policy_id else []
        found = []
        for group in sorted(groups, key=_priority):
            for collection in sorted(
                group["properties"].get("ruleCollections") or [], key=lambda c: int(c["priority"])
            ):
                allow = str((collection.get("action") or {}).get("type", "")).lower() == "allow"
                for rule in collection.get("rules") or []:
                    kind = {"NetworkRule": "network", "ApplicationRule": "application"}.get(str(rule.get("ruleType")))
                    if kind:
                        found.append(Rule(kind, allow, rule, proxy))
        return found

    def _network_match(self, rule: Rule, packet: Packet) -> bool:
        body = rule.body
        protocols = {str(item).lower() for item in body.get("ipProtocols") or body.get("protocols") or []}
        if not protocols & {"tcp", "any"} or not port_in(body.get("destinationPorts") or [], packet.port):
            return False
        if not self._source(body, packet):
            return False
        targets = [*(body.get("destinationAddresses") or []), *self._groups(body, "destinationIpGroups")]
        if address_in(targets, packet.destination, self._world.service_tags):
            return True
        names = {str(name).lower() for name in body.get("destinationFqdns") or []}
        known = facts.KMS_NAMES[self._world.cloud]
        return rule.proxy and any(packet.destination in known.get(name, ()) for name in names)

    def _application_match(self, rule: Rule, packet: Packet) -> bool:
        ports = [item.get("port") for item in rule.body.get("protocols") or []]
        # The firewall cannot read a name from this protocol: it takes the connection for any target of the rule.
        return packet.port in ports and self._source(rule.body, packet)

    def _source(self, body: Body, packet: Packet) -> bool:
        sources = [*(body.get("sourceAddresses") or []), *self._groups(body, "sourceIpGroups")]
        return address_in(sources, packet.source, self._world.service_tags)

    def _groups(self, body: Body, name: str) -> list[str]:
        found: list[str] = []
        for group_id in body.get(name) or []:
            group = self._store.find(group_id)
            found += (group or {}).get("properties", {}).get("ipAddresses") or []
        return found


def _classic_rules(properties: Body) -> list[Rule]:
    extra = {str(key).lower(): value for key, value in (properties.get("additionalProperties") or {}).items()}
    proxy = str(extra.get("network.dns.enableproxy", "")).lower() == "true"
    found = []
    for kind in ("network", "application"):
        for collection in sorted(properties.get(f"{kind}RuleCollections") or [], key=_priority):
            inner = collection["properties"]
            allow = str((inner.get("action") or {}).get("type", "")).lower() == "allow"
            found += [Rule(kind, allow, rule, proxy) for rule in inner.get("rules") or []]
    return found


def _priority(body: Body) -> int:
    return int(body["properties"].get("priority", 65000))
