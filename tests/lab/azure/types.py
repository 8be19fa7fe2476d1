# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Resource types that the lab's Resource Manager knows, in Azure's spelling."""

from __future__ import annotations

KNOWN = {
    name.lower(): name
    for name in (
        "Microsoft.Compute/availabilitySets",
        "Microsoft.Compute/virtualMachineScaleSets",
        "Microsoft.Compute/virtualMachines",
        "Microsoft.Network/applicationSecurityGroups",
        "Microsoft.Network/azureFirewalls",
        "Microsoft.Network/bastionHosts",
        "Microsoft.Network/connections",
        "Microsoft.Network/dnsForwardingRulesets",
        "Microsoft.Network/dnsForwardingRulesets/forwardingRules",
        "Microsoft.Network/dnsForwardingRulesets/virtualNetworkLinks",
        "Microsoft.Network/dnsResolvers",
        "Microsoft.Network/dnsResolvers/inboundEndpoints",
        "Microsoft.Network/dnsResolvers/outboundEndpoints",
        "Microsoft.Network/expressRouteCircuits",
        "Microsoft.Network/firewallPolicies",
        "Microsoft.Network/firewallPolicies/ruleCollectionGroups",
        "Microsoft.Network/ipGroups",
        "Microsoft.Network/loadBalancers",
        "Microsoft.Network/loadBalancers/backendAddressPools",
        "Microsoft.Network/loadBalancers/frontendIPConfigurations",
        "Microsoft.Network/loadBalancers/inboundNatRules",
        "Microsoft.Network/loadBalancers/loadBalancingRules",
        "Microsoft.Network/loadBalancers/outboundRules",
        "Microsoft.Network/loadBalancers/probes",
        "Microsoft.Network/localNetworkGateways",
        "Microsoft.Network/natGateways",
        "Microsoft.Network/networkInterfaces",
        "Microsoft.Network/networkInterfaces/ipConfigurations",
        "Microsoft.Network/networkManagers",
        "Microsoft.Network/networkManagers/networkGroups",
        "Microsoft.Network/networkManagers/networkGroups/staticMembers",
        "Microsoft.Network/networkManagers/securityAdminConfigurations",
        "Microsoft.Network/networkManagers/securityAdminConfigurations/ruleCollections",
        "Microsoft.Network/networkManagers/securityAdminConfigurations/ruleCollections/rules",
        "Microsoft.Network/networkSecurityGroups",
        "Microsoft.Network/networkSecurityGroups/defaultSecurityRules",
        "Microsoft.Network/networkSecurityGroups/securityRules",
        "Microsoft.Network/networkWatchers",
        "Microsoft.Network/privateDnsZones",
        "Microsoft.Network/privateDnsZones/A",
        "Microsoft.Network/privateDnsZones/CNAME",
        "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
        "Microsoft.Network/privateEndpoints",
        "Microsoft.Network/publicIPAddresses",
        "Microsoft.Network/publicIPPrefixes",
        "Microsoft.Network/routeTables",
        "Microsoft.Network/routeTables/routes",
        "Microsoft.Network/virtualHubs",
        "Microsoft.Network/virtualHubs/hubRouteTables",
        "Microsoft.Network/virtualHubs/hubVirtualNetworkConnections",
        "Microsoft.Network/virtualHubs/routingIntent",
        "Microsoft.Network/virtualNetworkGateways",
        "Microsoft.Network/virtualNetworks",
        "Microsoft.Network/virtualNetworks/subnets",
        "Microsoft.Network/virtualNetworks/virtualNetworkPeerings",
        "Microsoft.Network/virtualWans",
        "Microsoft.Network/vpnGateways",
    )
}
# Azure lists these within a resource group only.
GROUP_ONLY = frozenset(
    f"microsoft.network/{name}" for name in ("connections", "localnetworkgateways", "virtualnetworkgateways")
)


def spelled(kind: str) -> str:
    """Return a type in Azure's spelling; as given when it is not known."""
    return KNOWN.get(kind.lower(), kind)


def singular(kind: str) -> str:
    """Return the last part of a type as Azure names one of them in its messages: `RouteTable`."""
    last = spelled(kind).rsplit("/", 1)[-1]
    return last[:1].upper() + last[1:].removesuffix("s")
