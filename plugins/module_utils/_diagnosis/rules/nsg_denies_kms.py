# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A network security group or an admin rule really stops KMS."""

from __future__ import annotations

from .. import sources
from ..azure_rule import obstacle

RULE = obstacle(
    cause="nsg-denies-kms",
    name="Security rule denies KMS",
    place=120,
    why="Security rules act at the NIC and the subnet, before routing. (Among causes in Azure, the path's own order wins.)",
    subject="security rules",
    sentences={
        "found": "Network security blocks TCP 1688 to {addresses} by {rule}. Add an outbound allow rule with a lower priority number.",
    },
    advice={
        "allow": "Add an outbound rule with a lower priority number than the one that denies (Allow, TCP, port 1688, destination the KMS addresses)",
        "admin": "Change a security admin rule in the network manager itself, as it comes before every network security group",
        "tag": "Remove a deny on the service tag AzurePlatformLKM, which disables Azure's built-in licensing rule",
    },
    action="nsg_rule",
    sources=(
        sources.SECURITY_GROUPS,
        sources.Source("Service tags", "https://learn.microsoft.com/azure/virtual-network/service-tags-overview"),
    ),
)
