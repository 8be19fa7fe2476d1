# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A virtual appliance is the next hop and TCP 1688 dies behind it."""

from __future__ import annotations

from .. import sources
from ..azure_rule import obstacle

RULE = obstacle(
    cause="appliance-blocks-kms",
    name="Appliance blocks KMS",
    place=180,
    why="A suspicion; what is proven comes before it.",
    subject="virtual appliances on the way",
    sentences={
        "found": (
            "The traffic to {addresses} goes through the appliance {hop}, which probably drops it. Allow TCP 1688 there, "
            "or route the KMS addresses around it."
        ),
        "refused": (
            "KMS answers the guest but does not serve it, and the traffic goes through the appliance {hop}. Make it leave "
            "from an Azure public address, or route the KMS addresses around the appliance."
        ),
    },
    advice={
        "log": "Look for drops of TCP 1688 in the log of the appliance, and let it through as plain TCP without inspection",
        "around": "Route around it instead, with one route per KMS address and next hop Internet",
        "egress": "Check that the traffic leaves from an Azure public address",
    },
    action="route",
    sources=(sources.CUSTOM_ROUTES, sources.JAPAN_SUPPORT),
)
