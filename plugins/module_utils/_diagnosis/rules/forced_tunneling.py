# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The KMS addresses leave Azure through a VPN or ExpressRoute gateway."""

from __future__ import annotations

from .. import sources
from ..azure_rule import obstacle

RULE = obstacle(
    cause="forced-tunneling",
    name="Forced tunneling",
    place=150,
    why="Routed away from Azure before any firewall there.",
    subject="forced tunneling",
    sentences={
        "found": (
            "The traffic to {addresses} leaves through {route}, not from Azure, and KMS does not serve it there. Add "
            "routes for the KMS addresses to the Internet."
        ),
        "refused": (
            "KMS answers the guest but serves only requests from Azure, and the traffic to {addresses} leaves through "
            "{route}. Add routes for the KMS addresses to the Internet."
        ),
    },
    advice={
        "route": (
            "Add one route per KMS address to the route table of the subnet (prefix <address>/32, next hop "
            "Internet; a longer prefix wins over the default route)"
        ),
        "egress": (
            "Check that the subnet has an outbound method of its own (NAT gateway, public IP address or load "
            "balancer outbound rule), as the route alone does nothing in a private subnet"
        ),
        "activate": "Activate Windows again from the guest",
    },
    action="route",
    sources=(sources.CUSTOM_ROUTES, sources.ROUTING),
)
