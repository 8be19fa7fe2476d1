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
            "Attach a NAT gateway to the subnet (charged per hour and gigabyte, and for its Standard public IP; "
            "every VM of the subnet leaves from that address, and it wins over the methods below)"
        ),
        "balancer": (
            "Add an outbound rule to a Standard public load balancer instead (charged per rule and gigabyte; "
            "serves only the VMs in its backend pool, which share its ports)"
        ),
        "address": (
            "Assign a Standard public IP to the NIC instead (charged per hour for each VM; makes the VM "
            "reachable from outside unless its network security group prevents it)"
        ),
        "firewall": (
            "Route the traffic to a firewall with a public IP in Azure instead (no new charge where there is "
            "one; everything on that route passes its rules, which must allow TCP 1688)"
        ),
        "routes": "Do not rely on routes to the Internet alone, which do not help in a private subnet or behind an internal load balancer",
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
