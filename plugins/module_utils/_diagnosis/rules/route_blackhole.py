# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The KMS traffic is routed to nowhere."""

from __future__ import annotations

from .. import sources
from ..azure_rule import obstacle

RULE = obstacle(
    cause="route-blackhole",
    name="Route leads nowhere",
    place=130,
    why="Dropped at the first routing decision.",
    subject="routes that drop traffic",
    sentences={
        "found": "The traffic to {addresses} is dropped by {route}. Correct that route or add routes for the KMS addresses to the Internet.",
    },
    advice={
        "route": "Correct the route, or add one route per KMS address (prefix <address>/32, next hop Internet)",
        "appliance": "Check that a next hop that is an appliance exists, runs and forwards (IP forwarding on its NIC)",
    },
    action="route",
    sources=(sources.ROUTING, sources.CUSTOM_ROUTES),
)
