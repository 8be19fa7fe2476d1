# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which resource types are read, with which API version, and how they are listed."""

from __future__ import annotations

import dataclasses

# Pinned: newer versions are missing in some clouds, and all behaviour relied on here is documented for these.
NETWORK_API = "2024-05-01"
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


NETWORKS = Listing("Microsoft.Network/virtualNetworks")
HUBS = Listing("Microsoft.Network/virtualHubs")
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
    Listing("Microsoft.Network/networkManagers"),
)

POWER_STATES = Listing("Microsoft.Compute/virtualMachines", COMPUTE_API, (("statusOnly", "true"),))

SUBSCRIPTIONS_ACTION = "Microsoft.Resources/subscriptions/read"
EFFECTIVE_ROUTES_ACTION = "Microsoft.Network/networkInterfaces/effectiveRouteTable/action"
ADMIN_RULES_ACTION = "Microsoft.Network/virtualNetworks/listNetworkManagerEffectiveSecurityAdminRules/action"
SERVICE_TAGS_ACTION = "Microsoft.Network/locations/serviceTags/read"
