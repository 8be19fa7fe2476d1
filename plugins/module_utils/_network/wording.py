# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every sentence and phrase that a path gives as a reason."""

from __future__ import annotations

import typing as t

from .._text import Text, folded, texts

TEXTS = texts(
    "network",
    {
        # How reasons are put together.
        "then": "{first}; {rest}",
        "and": "{first} and {rest}",
        "comma": "{first}, {rest}",
        "and_way": "{first}, and {rest}",
        # The machine.
        "path_open": "TCP {port} to {addresses} is open: {reason}",
        "path_blocked": "TCP {port} to {addresses} is blocked: {reason}",
        "path_suspect": "TCP {port} to {addresses} may be blocked: {reason}",
        "path_unknown": "TCP {port} to {addresses} cannot be judged: {reason}",
        "address_open": "{address} is open",
        "address_blocked": "{address} is blocked",
        "address_suspect": "{address} may be blocked",
        "address_unknown": "{address} cannot be judged",
        "no_target": "no KMS address was given",
        "no_machine": "'{machine}' is neither a resource id nor an address",
        "no_owner": "no network interface that was read has the address {address}",
        "many_owners": "{count} network interfaces have the address {address}",
        "no_nic": "no network interface of virtual machine '{vm}' is known",
        "no_subnet": "network interface '{nic}' has no subnet",
        "no_address": "'{address}' is not an address",
        # What was not read.
        "not_read": "{kind} '{name}' was not read: {reason}",
        "child_not_read": "{kind} of '{name}' was not read: {reason}",
        "not_listed": "the list of {kind} of subscription {subscription} was not read: {reason}",
        "not_among": "it is not among what was read",
        "tag_not_read": "the addresses of service tag '{tag}' were not read",
        "odd_reference": "the reference '{name}' of '{owner}' cannot be read",
        "odd_references": "the references '{name}' cannot be read",
        # Routes.
        "user": "user",
        "bgp": "BGP",
        "system": "system",
        "unknown_origin": "unknown",
        "no_hop": "not given",
        "route": "{origin} route {what} (next hop {hop})",
        "in_table": "{what} of route table '{table}'",
        "named_route": "route '{name}'",
        "nameless_route": "a {source} route to {hop}",
        "nameless": "nameless",
        "nowhere": "nowhere",
        "prefix_doubt": "it is not known whether {route} with prefix '{prefix}' covers {address}",
        "no_route": "none of the {origin} routes covers {address}",
        "routes_unknown": "the routes of the subnet are not known",
        "routes_odd": "the routes of route table '{table}' are not a list of routes",
        "routes_not_asked": "they were not asked for",
        "misrouted": "KMS routes lead to other addresses: {routes}",
        "kms_route": "{route} ({why})",
        "misprint": "misprint of {address}",
        "old_address": "an old KMS address",
        "other_cloud": "a KMS address of another Azure cloud",
        "latent": "a route to the Internet alone would not help: {reason}",
        "equal_paths": "of {count} equal-cost paths one fails or may fail: {reason}",
        "blind": "BGP routes cannot be seen ({reason}) unless a machine of the subnet is asked",
        "network_not_read": "virtual network '{network}' was not read",
        "has_gateway": "virtual network '{network}' has a {subnet}",
        "remote_gateway": "peering '{peering}' uses the gateways of the other network",
        "in_hub": "virtual network '{network}' is connected to a virtual hub",
        "hub_peering": "peering '{peering}' leads to a virtual hub",
        # Next hops.
        "drops": "{route} drops the traffic",
        "keeps": "{route} keeps the traffic inside the virtual network",
        "odd_hop_type": "{route} has an unknown next hop type",
        "odd_hop": "{route} has no valid next hop address",
        "gateway": "{route} sends the traffic to a VPN or ExpressRoute gateway, and Azure's KMS refuses requests that do not come from Azure",
        "route_server": "{route}: it may come from an appliance in Azure through a Route Server",
        "not_peered": "{route}: no connected peering leads to the network of '{owner}'",
        "several_own": "several resources in networks that are not connected own {address}",
        "peerings_odd": "the peerings of virtual network '{network}' cannot be read",
        "appliance_balancer": "{route} leads to the appliances behind load balancer '{balancer}'",
        "appliance": "{route} leads to appliance '{appliance}'",
        "no_forwarding": "{route} leads to NIC '{nic}', which does not forward (enableIPForwarding is false)",
        "appliance_power": "{route} leads to appliance '{appliance}', which is {power}",
        "foreign": "{what}: it cannot be seen whether it lets TCP to the KMS through and sends it from an Azure public address",
        "behind_appliance": "the traffic leaves behind an appliance",
        "unowned_subnet": "{route}: nothing in subnet '{subnet}' that could be read owns {address}",
        "unowned": "{route}: nothing that was read owns {address}",
        "firewall_stopped": "{route} leads to firewall '{firewall}', which is stopped and has no address",
        "firewall_moved": "{route} leads to {address}, but firewall '{firewall}' has the address {now}",
        "firewall_gone": "{route} leads to {address} in subnet '{subnet}', and no firewall is there",
        "no_hub": "no virtual hub that was read has a connection to this virtual network",
        "hub_not_read": "{route}: the virtual hub that peering '{peering}' leads to was not read",
        "hub_intent": "routing intent of virtual hub '{hub}' sends Internet traffic to '{next}'",
        "hub_route": "route table '{table}' of virtual hub '{hub}' sends {prefix} to '{next}'",
        "hub_branch": "virtual hub '{hub}' has no routing intent for Internet traffic, and a branch announces the route",
        "hub_static": "the connection of virtual network '{network}' with virtual hub '{hub}' has a static route of {prefix} to {next}",
        "hub_peer": "virtual hub '{hub}' has no gateway to a branch and learnt the route from its BGP peer '{next}'",
        "hub_either": "virtual hub '{hub}' may have learnt the route from a branch or from its BGP peer '{next}', which Azure does not tell",
        "hub_forced": (
            "firewall '{firewall}' of virtual hub '{hub}' follows the default route that the hub learnt (forced-tunnel mode),"
            " and where that leads was not read"
        ),
        "hub_old_table": "the old route table of virtual hub '{hub}' names an address as next hop",
        # The way out.
        "nat": "it leaves by NAT gateway '{gateway}'",
        "nat_sku": "it leaves by {sku} NAT gateway '{gateway}'",
        "own_ip": "it leaves by the machine's own public IP '{ip}'",
        "lb_outbound_rule": "it leaves by outbound rule '{rule}' of load balancer '{balancer}'",
        "lb_rule": "it leaves by load-balancing rule '{rule}' of load balancer '{balancer}'",
        "basic_lb": "it leaves by Basic load balancer '{balancer}'",
        "out_doubt": "it is not known whether there is an outbound method: {reason}",
        "lb_none": (
            "the NIC is behind Standard load balancer '{balancer}', which has no outbound rule for TCP and its pool"
            " and no load-balancing rule that translates the source"
        ),
        "lb_none_internal": (
            "the NIC is behind internal Standard load balancer '{balancer}', which has no outbound rule for TCP and its pool"
            " and no load-balancing rule that translates the source"
        ),
        "lb_sku": "load balancer '{balancer}' has the unknown SKU '{sku}'",
        "lb_lists": "load balancer '{balancer}' lists the address itself, and such pools keep default outbound access",
        "lb_rules_odd": "the rules of load balancer '{balancer}' cannot be read",
        "lb_front": "a frontend of rule '{rule}' of load balancer '{balancer}' was not read",
        "lb_not_tcp": "rule '{rule}' of load balancer '{balancer}' is not for TCP",
        "nic_odd": "the IP configurations of network interface '{nic}' cannot be read",
        "default_odd": "defaultOutboundAccess of subnet '{subnet}' cannot be read",
        "default_record": "it leaves by default outbound access, as the NIC's own record says",
        "default": "it leaves by default outbound access of subnet '{subnet}'",
        "default_denied": (
            "the NIC's record says that it has no default outbound access, and there is no NAT gateway, public IP or"
            " load balancer outbound rule, but subnet '{subnet}' is not private"
        ),
        "default_inbound": "it is not known whether inbound NAT rules alone disable default outbound access",
        "default_lost": "{reason} and there is no NAT gateway, public IP or load balancer outbound rule for its address",
        "private_unread": "it was not read whether subnet '{subnet}' is private",
        "private": "subnet '{subnet}' is private (defaultOutboundAccess is false)",
        "ip_elsewhere": "public IP '{ip}' on NIC '{nic}' takes default outbound access from the machine's other addresses",
        "pool_elsewhere": (
            "NIC '{nic}' of the machine is in a pool of Standard load balancer '{balancer}', which takes default outbound"
            " access from the machine's other addresses"
        ),
        "scale_set": "machines of flexible scale set '{set}' have no default outbound access",
        "sibling": (
            "machine '{machine}' of the same availability set '{set}' is behind Standard load balancer '{balancer}',"
            " which takes default outbound access from the others of the set"
        ),
    },
)
TEXTS.update(
    texts(
        "network",
        {
            # Azure Firewall.
            "network_rule": "network rule '{rule}' of collection '{collection}'",
            "application_rule": "application rule '{rule}' of collection '{collection}'",
            "nat_rule": "nat rule '{rule}' of collection '{collection}'",
            "in_group": "{what} of group '{group}'",
            "in_policy": "{what} of policy '{policy}'",
            "in_parent": "{what} of parent policy '{policy}'",
            "of_firewall": "{rule} of firewall '{firewall}'",
            "allows": "{rule} allows it",
            "denies": "{rule} denies it",
            "redirects": "{rule} sends the traffic elsewhere",
            "may_decide": "{rule} may decide: {reason}",
            "firewall": "firewall '{firewall}': {reason}",
            "keeps_source": "firewall '{firewall}' lets the traffic through but is set not to translate its source address (SNAT) for this destination",
            "only_application": (
                "only {rule} matches port {port}, so the firewall accepts the connection itself and never forwards it to KMS, which needs a network rule"
            ),
            "denies_by_default": "no network rule of firewall '{firewall}' allows TCP {port}, and its default is to deny",
            "own_parent": "firewall policy '{policy}' is its own parent",
            "odd_list": "{what} of {place} cannot be read",
            "no_order": "the order of the collections of {place} is not known, because one has no priority",
            "odd_type": "rule '{rule}' of collection '{collection}' is of an unknown type",
            "policy": "policy '{name}'",
            "group": "rule collection group '{name}'",
            "collection": "collection '{name}'",
            "classic": "firewall '{name}'",
            "its_sources": "its sources",
            "its_ends": "it is not certain whether its sources or ports match",
            "fqdn_resolver": "its FQDN works only if the machine uses the firewall as its DNS server",
            "fqdn_own": "the firewall looks up the names of its FQDN rules itself and may get other addresses than the machine",
            "fqdn_other": "its FQDN is not the one that new machines use",
            "no_source": "it names no source",
            "ip_group": "IP group '{group}'",
            "ip_group_not_read": "IP group '{group}' (not read)",
            "holds_doubt": "it is not known whether {what} holds the address",
            "own_traffic": "firewall '{firewall}' gets its own traffic back",
            "firewall_failed": "the last change of firewall '{firewall}' failed, and what it does at the moment is not known",
            "firewall_hub": "firewall '{firewall}' leaves by its own public addresses in the hub",
            "firewall_no_subnet": "firewall '{firewall}' names no subnet, so its own outbound method is not known",
            "firewall_blind": "it is not known whether firewall '{firewall}' gets a default route by BGP: {reason}",
            "firewall_nat": "firewall '{firewall}' leaves by NAT gateway '{gateway}'",
            "firewall_ip": "firewall '{firewall}' leaves by its own public IP",
            "firewall_no_ip": "firewall '{firewall}' has no public IP to leave from",
            "firewall_stuck": "firewall '{firewall}' itself has no outbound connectivity: {reason}",
            # Security rules.
            "no_nsg": "no network security group applies",
            "nsg_odd": "the rules of NSG '{nsg}' cannot be read",
            "nsg_rule": "rule '{rule}' of NSG '{nsg}'",
            "nsg_no_rule": "rule 'no rule' of NSG '{nsg}'",
            "platform": "Azure's built-in licensing rule lets the traffic through whatever {rule} says",
            "platform_off": "a user-defined default route disables Azure's built-in licensing rule",
            "platform_denied": "a deny on AzurePlatformLKM disables Azure's built-in licensing rule",
            "platform_unsure": "it is not known whether Azure's built-in licensing rule is in effect",
            "nsg_doubt": "{rule}: {doubt}; {why}",
            "nsg_but": "{rule} denies it, but {why}",
            "nsg_denies": "{rule} denies it, and {why}",
            "admin_not_read": "security admin rules were not read: {reason}",
            "admin_odd": "the security admin rules are not a list of rules",
            "admin_allows": "security admin rule '{rule}' always allows it",
            "admin_denies": "security admin rule '{rule}' denies it before any network security group",
            "admin_doubt": "security admin rule '{rule}': {doubt}",
            "no_direction": "its direction is not known",
            "odd_access": "its access is '{access}'",
            "odd_action": "its action is '{action}'",
            "no_priority": "it has no priority",
            "no_match": "it is not certain whether its ports, protocol or sources match",
            "no_destination": "it names no destination",
            "widened": "a user-defined default route may widen the tag VirtualNetwork to all addresses",
            "tag_doubt": "it is not known whether '{tag}' holds the address",
            # What is noted beside the verdict.
            "threat_note": "threat intelligence of firewall '{firewall}' denies: Azure's KMS is taken not to be on its list",
            "idps_note": "IDPS of firewall '{firewall}' denies what its signatures match: Azure's KMS is taken not to match any",
            "computed_note": "routes of subnet '{subnet}' are computed, not Azure's own answer: {problem}",
            "pending_note": "route '{route}' {prefix} is not yet in effect as the route table has it",
            "power_note": "the machine is {power}",
            "set_note": "the effect of an availability set's Standard load balancer is described by Azure support in Japan only",
            "default_note": "default outbound access is not recommended: its address is not yours and may change",
            "pool_note": "no document says it for a pool of another NIC; it follows from what they say for one NIC",
            "private_note": "a machine that has not been stopped since its subnet became private may still have its old outbound method",
            "ends_note": "subnet '{subnet}' is private: it ends when the machine is next stopped",
            "basic_note": "Basic load balancers are said to be retired since 2025-09-30 (not verified)",
            "cloud_note": "the KMS of cloud '{cloud}' is not known: judged for that of {default}",
            "zone_empty": "private DNS zone '{zone}' is linked to virtual network '{network}' and has no record for {name}: no machine there resolves it",
            "zone_other": "private DNS zone '{zone}' is linked to virtual network '{network}' and names {addresses} for {name}",
            "name_forwarded": (
                "rule '{rule}' of DNS forwarding ruleset '{ruleset}', linked to virtual network '{network}', "
                "sends questions for {name} to {servers}"
            ),
        },
    )
)


def say(key: str, **params: object) -> Text:
    """Return a sentence or phrase with its parameters filled in."""
    return TEXTS[key].format(**params)


def joined(key: str, parts: t.Sequence[str]) -> str:
    """Return parts, at least one, joined by `then`, `and` or `comma`."""
    return folded(TEXTS[key], parts)
