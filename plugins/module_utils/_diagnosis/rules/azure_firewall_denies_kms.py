# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Azure Firewall is on the way and no network rule lets KMS through."""

from __future__ import annotations

from .. import sources
from ..azure_rule import obstacle

RULE = obstacle(
    cause="azure-firewall-denies-kms",
    name="Azure Firewall denies KMS",
    place=170,
    why="The next hop decides before the egress does.",
    subject="Azure Firewall on the way",
    sentences={
        "found": "Azure Firewall {hop} blocks the traffic to {addresses}. Add a network rule that allows TCP 1688 to the KMS addresses.",
    },
    advice={
        "add": "Add a network rule (protocol TCP, port 1688, destination the KMS addresses, source the subnet of the VM; rules of a parent policy come first)",
        "before": "Check that neither a rule collection with a higher priority nor threat intelligence denies it first",
    },
    action="firewall_rule",
    sources=(
        sources.FIREWALL_PROCESSING,
        sources.Source(
            "Azure Firewall FQDN filtering in network rules",
            "https://learn.microsoft.com/azure/firewall/fqdn-filtering-network-rules",
        ),
    ),
)
