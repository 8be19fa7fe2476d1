# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The VM has no way out to the Internet."""

from __future__ import annotations

from .. import sources
from ..azure_rule import obstacle

RULE = obstacle(
    cause="no-outbound-path",
    name="No outbound path",
    place=190,
    why="The egress is the last thing on the way.",
    subject="the outbound method",
    sentences={
        "found": "The VM has no outbound connectivity, so nothing reaches {addresses}. Give its subnet a NAT gateway.",
    },
    advice={
        "attach": (
            "Choose one explicit method: a NAT gateway on the subnet (charged by hour and gigabyte, and for its Standard public IP; "
            "every machine of the subnet leaves from that address, which wins over the methods below)"
        ),
        "balancer": (
            "Or an outbound rule of a Standard public load balancer (charged by rules and gigabytes; serves only the machines in its "
            "pool, which share its ports)"
        ),
        "address": (
            "Or a Standard public IP on the NIC (charged by hour for each machine; makes the machine reachable from outside unless its "
            "security group prevents it)"
        ),
        "firewall": (
            "Or a route to a firewall with a public IP in Azure (no new charge where there is one; everything on that route passes "
            "its rules, which must allow TCP 1688)"
        ),
        "routes": "Routes to the Internet alone do not help in a private subnet or behind an internal load balancer",
    },
    action="nat_gateway",
    sources=(
        sources.Source(
            "Default outbound access",
            "https://learn.microsoft.com/azure/virtual-network/ip-services/default-outbound-access",
        ),
        sources.JAPAN_SUPPORT,
    ),
)
