# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The KMS traffic is routed to nowhere."""

from __future__ import annotations

from ..._text import texts
from ..azure_rule import judge, rule
from ..model import Finding, Remedy
from ..rule import NETWORK_TEAM, remedy
from ..view import View

ID = "route-blackhole"
TEXTS = texts(
    ID,
    {
        "found": "The traffic to {addresses} is dropped by {route}, correct that route or add routes for the KMS addresses to the Internet.",
    },
)
STEPS = texts(
    f"{ID}.step",
    {
        "route": "Correct the route, or add one route per KMS address: prefix <address>/32, next hop Internet",
        "appliance": "Where the next hop is an appliance, check that it exists, runs and forwards (IP forwarding on its NIC)",
    },
)


def check(view: View) -> Finding | None:
    """Report what the path says, weighed against the guest's own test."""
    return judge(view, ID, TEXTS, _remedies())


def _remedies() -> tuple[Remedy, ...]:
    return (
        remedy(
            NETWORK_TEAM,
            *STEPS.values(),
            action="route",
        ),
    )


RULE = rule(ID, "routes that drop traffic", check)
