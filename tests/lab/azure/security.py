# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What network security groups and security admin rules do to a connection that leaves a machine."""

from __future__ import annotations

from tests.lab.azure import ids
from tests.lab.azure.matching import Packet, address_in, both, port_in
from tests.lab.azure.paste import Body
from tests.lab.azure.topology import Topology, primary_configuration, references

_LICENSING_TAG = "azureplatformlkm"


class Security:
    """Verdicts from the current rules."""

    def __init__(self, topology: Topology) -> None:
        """Look at the resources of `topology`."""
        self._topology = topology
        self._store = topology.store
        self._world = topology.world

    def allows(self, nic: Body, subnet: ids.ResourceId, packet: Packet, *, default_overridden: bool) -> bool:
        """Whether the connection may leave. `default_overridden`: the user routes 0.0.0.0/0 of the subnet."""
        network = subnet.parent or subnet
        admin = self._admin_verdict(network, packet)
        if admin in ("Deny", "AlwaysAllow"):
            return admin == "AlwaysAllow"
        subnet_body = self._store.find(subnet) or {"properties": {}}
        groups = [
            self._store.find(reference["id"])
            for owner in (nic, subnet_body)
            for reference in references(owner["properties"], "networkSecurityGroup")
        ]
        return all(
            self._group_allows(group, nic, network, packet, platform=packet.kms and not default_overridden)
            for group in groups
            if group
        )

    def admin_rules(self, network: ids.ResourceId) -> list[Body]:
        """Effective security admin rules of a virtual network, as ARM lists them."""
        if network.key in self._world.admin_rules:
            return self._world.admin_rules[network.key]
        groups = {
            group.parent.key
            for member in self._store.of_kind("microsoft.network/networkmanagers/networkgroups/staticmembers")
            if ids.key(member["properties"].get("resourceId")) == network.key and (group := ids.parse(member["id"]))
            if group.parent
        }
        found = []
        kind = "microsoft.network/networkmanagers/securityadminconfigurations/rulecollections/rules"
        for rule in self._store.of_kind(kind):
            rule_id = ids.parse(rule["id"])
            collection = self._store.find(rule_id.parent) if rule_id and rule_id.parent else None
            applies = (collection or {}).get("properties", {}).get("appliesToGroups") or []
            if any(ids.key(group.get("networkGroupId")) in groups for group in applies):
                found.append(
                    {
                        "id": rule["id"],
                        "kind": rule.get("kind", "Custom"),
                        "ruleCollectionAppliesToGroups": applies,
                        "properties": rule["properties"],
                    }
                )
        return found

    def _admin_verdict(self, network: ids.ResourceId, packet: Packet) -> str | None:
        rules = [rule["properties"] for rule in self.admin_rules(network)]
        for rule in sorted(rules, key=lambda rule: int(rule.get("priority", 0))):
            if str(rule.get("direction", "")).lower() != "outbound" or not _protocol(rule):
                continue
            if not port_in(rule.get("destinationPortRanges") or ["*"], packet.port):
                continue
            sources = [item.get("addressPrefix") for item in rule.get("sources") or []] or ["*"]
            targets = [item.get("addressPrefix") for item in rule.get("destinations") or []] or ["*"]
            if address_in(sources, packet.source, self._world.service_tags) and self._destination(
                targets, network, packet
            ):
                return str(rule.get("access"))
        return None

    def _group_allows(self, group: Body, nic: Body, network: ids.ResourceId, packet: Packet, *, platform: bool) -> bool:
        rules = [
            *(group["properties"].get("securityRules") or []),
            *(group["properties"].get("defaultSecurityRules") or []),
        ]
        outbound = [
            rule["properties"] for rule in rules if str(rule["properties"].get("direction")).lower() == "outbound"
        ]
        for rule in sorted(outbound, key=lambda rule: int(rule["priority"])):
            if not self._matches(rule, nic, network, packet):
                continue
            allowed = str(rule.get("access", "")).lower() == "allow"
            # Azure's own rule for licensing carries the connection past every deny but one that names the licensing tag.
            if allowed or not platform or _names_licensing(rule):
                return allowed
        return platform

    def _matches(self, rule: Body, nic: Body, network: ids.ResourceId, packet: Packet) -> bool:
        if not _protocol(rule) or rule.get("destinationApplicationSecurityGroups"):
            return False
        if not port_in(both(rule, "destinationPortRange", "destinationPortRanges"), packet.port):
            return False
        if rule.get("sourceApplicationSecurityGroups"):
            own = {ids.key(item["id"]) for item in _application_groups(nic)}
            if not own & {ids.key(item["id"]) for item in references(rule, "sourceApplicationSecurityGroups")}:
                return False
        else:
            sources = both(rule, "sourceAddressPrefix", "sourceAddressPrefixes")
            inside = any(str(source).lower() == "virtualnetwork" for source in sources)
            if not inside and not address_in(sources, packet.source, self._world.service_tags):
                return False
        return self._destination(both(rule, "destinationAddressPrefix", "destinationAddressPrefixes"), network, packet)

    def _destination(self, texts: list[object], network: ids.ResourceId, packet: Packet) -> bool:
        words = {str(text).lower() for text in texts}
        local = self._topology.near(network, packet.destination)
        if ("virtualnetwork" in words and local) or ("internet" in words and not local):
            return True
        if packet.kms and _LICENSING_TAG in words:
            return True
        return address_in(texts, packet.destination, self._world.service_tags)


def _protocol(rule: Body) -> bool:
    return str(rule.get("protocol", "*")).lower() in ("*", "any", "all", "tcp")


def _names_licensing(rule: Body) -> bool:
    words = both(rule, "destinationAddressPrefix", "destinationAddressPrefixes")
    return any(str(word).lower() == _LICENSING_TAG for word in words)


def _application_groups(nic: Body) -> list[Body]:
    return references(primary_configuration(nic).get("properties", {}), "applicationSecurityGroups")
