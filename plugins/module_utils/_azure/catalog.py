# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which resource types are read, with which API version, and how they are listed."""

from __future__ import annotations

import dataclasses

from .._network.state import PRIVATE_SUBNETS

# The oldest versions that show what decides: later ones are missing in some clouds, and those after 2026-03-31 make the
# subnets of new networks private. Where a cloud does not know one, the client takes the newest that it does.
NETWORK_API = "2024-07-01"
COMPUTE_API = "2024-07-01"
SUBSCRIPTIONS_API = "2022-12-01"


@dataclasses.dataclass(frozen=True)
class Listing:
    """One list call per subscription. `query` as (name, value) pairs; `action` is the RBAC action it needs."""

    type: str
    api_version: str = NETWORK_API
    query: tuple[tuple[str, str], ...] = ()

    @property
    def action(self) -> str:
        """Return the RBAC action of the list call."""
        return f"{self.type}/read"

    def path(self, subscription: str) -> str:
        """Return the request path of the list in `subscription`."""
        return f"/subscriptions/{subscription}/providers/{self.type}"


@dataclasses.dataclass(frozen=True)
class Shown:
    """A property that `type` shows from version `since` on: before, that it is absent says nothing about `what`."""

    type: str
    property: str
    since: str
    what: str


# Source: the models of azure-mgmt-network 25.1.0 (2023-05-01) and 29.0.0 (2024-07-01), in which they first appear.
DECIDING = (
    Shown("Microsoft.Network/natGateways", "sourceVirtualNetwork", "2024-07-01", "Microsoft.Network/natGateways"),
    Shown(
        "Microsoft.Network/virtualNetworks", "defaultPublicNatGateway", "2024-07-01", "Microsoft.Network/natGateways"
    ),
    Shown("Microsoft.Network/virtualNetworks", "defaultOutboundAccess", "2023-05-01", PRIVATE_SUBNETS),
)


NETWORKS = Listing("Microsoft.Network/virtualNetworks")
HUBS = Listing("Microsoft.Network/virtualHubs")
# Private DNS has versions of its own; this one shows whether a link falls back to the public zone.
PRIVATE_DNS_API = "2024-06-01"
ZONES = Listing("Microsoft.Network/privateDnsZones", PRIVATE_DNS_API)
LISTINGS: tuple[Listing, ...] = (
    Listing("Microsoft.Compute/virtualMachines", COMPUTE_API),
    Listing("Microsoft.Network/networkInterfaces"),
    NETWORKS,
    Listing("Microsoft.Network/routeTables"),
    Listing("Microsoft.Network/networkSecurityGroups"),
    Listing("Microsoft.Network/loadBalancers"),
    Listing("Microsoft.Network/natGateways"),
    Listing("Microsoft.Network/publicIPAddresses"),
    Listing("Microsoft.Network/publicIPPrefixes"),
    Listing("Microsoft.Network/azureFirewalls"),
    Listing("Microsoft.Network/firewallPolicies"),
    Listing("Microsoft.Network/ipGroups"),
    HUBS,
    ZONES,
)

POWER_STATES = Listing("Microsoft.Compute/virtualMachines", COMPUTE_API, (("statusOnly", "true"),))

# An instance of a uniform scale set is no virtual machine of a list. Its NICs are shown by Microsoft.Compute's path in one version only
# (azure-rest-api-specs, Microsoft.Network 2018-10-01, vmssNetworkInterface.json).
INSTANCE = "Microsoft.Compute/virtualMachineScaleSets/virtualMachines"
INSTANCE_NICS_API = "2018-10-01"
INSTANCE_ACTION = f"{INSTANCE}/read"

SUBSCRIPTIONS_ACTION = "Microsoft.Resources/subscriptions/read"
EFFECTIVE_ROUTES_ACTION = "Microsoft.Network/networkInterfaces/effectiveRouteTable/action"
ADMIN_RULES_ACTION = "Microsoft.Network/virtualNetworks/listNetworkManagerEffectiveSecurityAdminRules/action"
SERVICE_TAGS_ACTION = "Microsoft.Network/locations/serviceTags/read"
