# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A network security group or an admin rule really stops KMS."""

from __future__ import annotations

from ..._text import texts
from ..azure_rule import judge, rule
from ..model import Finding, Remedy
from ..rule import NETWORK_TEAM, remedy
from ..view import View

ID = "nsg-denies-kms"
TEXTS = texts(
    ID,
    {
        "found": "Network security stops the traffic to {addresses} by {rule}, allow TCP 1688 out to the KMS addresses before it.",
    },
)
STEPS = texts(
    f"{ID}.step",
    {
        "allow": "Add an outbound rule with a lower priority number than the one that denies: Allow, TCP, port 1688, destination the KMS addresses",
        "admin": "An admin rule of a network manager comes before every security group: change it there",
        "tag": "A deny on the service tag AzurePlatformLKM switches off Azure's own rule for KMS: remove it",
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
            action="nsg_rule",
        ),
    )


RULE = rule(ID, "security rules", check)
