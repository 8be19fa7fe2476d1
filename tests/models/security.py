# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How network security groups and security admin rules judge an outbound connection to KMS, from the documents below."""

from __future__ import annotations

import dataclasses
import typing as t

from . import ranges

NSG = "https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview"
FLOW = "https://learn.microsoft.com/azure/virtual-network/network-security-group-how-it-works"
ADMIN = "https://learn.microsoft.com/azure/virtual-network-manager/concept-security-admins"
TAGS = "https://learn.microsoft.com/azure/virtual-network/service-tags-overview"

LICENSING = "AzurePlatformLKM"


@dataclasses.dataclass(frozen=True)
class Rule:
    """A rule for TCP, UDP, ICMP or any protocol, as it is written in a group or a security admin configuration."""

    name: str
    priority: int
    access: str
    direction: str
    protocol: str
    sources: tuple[str, ...]
    destinations: tuple[str, ...]
    ports: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Flow:
    """A TCP connection. `private` are the prefixes of the network; `tags` the prefixes of service tags."""

    source: str
    destination: str
    port: int
    private: tuple[str, ...]
    tags: t.Mapping[str, t.Sequence[str]]


def _names(spec: str, address: str, flow: Flow, licensing: bool) -> bool:
    if spec == LICENSING:
        # TAGS, table: "Windows licensing or key management service"; outbound, so it names KMS and nothing else.
        return licensing
    inside = any(ranges.holds(item, address) for item in flow.private)
    if spec == "VirtualNetwork":
        return inside
    if spec == "Internet":
        # TAGS, table: "The IP address space that's outside the virtual network and reachable by the public internet".
        return not inside
    if spec in flow.tags:
        return any(ranges.holds(item, address) for item in flow.tags[spec])
    return ranges.holds(spec, address)


def matches(rule: Rule, flow: Flow) -> bool:
    """NSG#security-rules: "evaluated and applied based on the five-tuple information"."""
    return (
        rule.direction == "Outbound"
        and rule.protocol.lower() in {"*", "any", "tcp"}
        and any(ranges.port_in(item, flow.port) for item in rule.ports)
        and any(_names(item, flow.source, flow, False) for item in rule.sources)
        and any(_names(item, flow.destination, flow, True) for item in rule.destinations)
    )


# NSG#default-security-rules, Outbound.
_ANY = ("0.0.0.0/0",)
DEFAULTS = (
    Rule("AllowVnetOutBound", 65000, "Allow", "Outbound", "*", ("VirtualNetwork",), ("VirtualNetwork",), ("*",)),
    Rule("AllowInternetOutBound", 65001, "Allow", "Outbound", "*", _ANY, ("Internet",), ("*",)),
    Rule("DenyAllOutBound", 65500, "Deny", "Outbound", "*", _ANY, _ANY, ("*",)),
)


def _matching(rules: t.Iterable[Rule], flow: Flow) -> list[Rule]:
    """NSG#security-rules: "lower numbers processed before higher numbers"."""
    return sorted((rule for rule in rules if matches(rule, flow)), key=lambda rule: rule.priority)


def _group_allows(rules: t.Sequence[Rule], flow: Flow, platform_rule: bool) -> bool | None:
    found = _matching([*rules, *DEFAULTS], flow)
    first = found[0]
    if first.access == "Allow":
        # NSG#security-rules: "Once traffic matches a rule, processing stops".
        return True
    if not platform_rule:
        return False
    if LICENSING in first.destinations:
        # NSG#azure-platform-considerations: "To override this basic infrastructure communication, you can create a security
        # rule to deny traffic by using the following service tags".
        return False
    allowed = next((place for place, rule in enumerate(found) if rule.access == "Allow"), len(found))
    if any(LICENSING in rule.destinations for rule in found[:allowed]):
        # A plain deny, then a deny by the tag: no document says whether the first hides the second.
        return None
    # NSG#azure-platform-considerations: such traffic is not
    # "subject to the configured network security groups".
    return True


def allows(
    admin: t.Sequence[Rule], groups: t.Sequence[t.Sequence[Rule]], flow: Flow, user_default_route: bool
) -> bool | None:
    """Return whether the connection is let out; None where the documents do not say.

    `groups`: the rules of each group that applies. FLOW#outbound-traffic: those of the NIC first, then those of the subnet, so
    all must allow; "no rules" where there is no group.
    """
    for rule in _matching(admin, flow)[:1]:
        # ADMIN#the-order-of-evaluation: Always Allow and Deny terminate, Allow is "further evaluated by NSG rules".
        if rule.access != "Allow":
            return rule.access == "AlwaysAllow"
    # NSG#azure-platform-considerations: with a "default route 0.0.0.0/0 configuration, this platform rule is disabled".
    answers = [_group_allows(rules, flow, not user_default_route) for rules in groups]
    if False in answers:
        return False
    return None if None in answers else True
