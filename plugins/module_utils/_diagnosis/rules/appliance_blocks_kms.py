# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A virtual appliance is the next hop and TCP 1688 dies behind it."""

from __future__ import annotations

from ..._text import texts
from ..azure_rule import judge, rule
from ..model import Finding, Remedy
from ..rule import NETWORK_TEAM, remedy
from ..view import View

ID = "appliance-blocks-kms"
TEXTS = texts(
    ID,
    {
        "found": (
            "The traffic to {addresses} goes through the appliance {hop}, which is the likely place where it dies: let "
            "TCP 1688 through there, or route the KMS addresses around it."
        ),
        "refused": (
            "KMS answers the guest but does not serve it, and the traffic goes through the appliance {hop}: make it "
            "leave from an Azure public address, or route the KMS addresses around it."
        ),
    },
)
STEPS = texts(
    f"{ID}.step",
    {
        "log": "Look for drops of TCP 1688 in the log of the appliance, and let it through as plain TCP without inspection",
        "around": "Or route around it: one route per KMS address with next hop Internet",
        "egress": "Make sure that the traffic leaves from an Azure public address",
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


RULE = rule(ID, "virtual appliances on the way", check)
