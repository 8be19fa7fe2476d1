# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What this collection calls the objects that it makes in Azure, in its modules and in the commands that a report prints.

`state: absent` finds by these names what to take away, whoever made it.
"""

from __future__ import annotations

import typing as t

# The rule of a security group; the rule collection group of a policy and the collection in it, or of a classic firewall.
RULE = "kms-activation"
# The rules of that collection, by the kind of their sources; rules on names of the KMS instead of its addresses end in BY_NAME.
FIREWALL_RULE, FIREWALL_RULE_IP_GROUPS, BY_NAME = "kms-addresses", "kms-ip-groups", "-by-name"
NAT_GATEWAY = "kms-activation-nat"
# Followed by the network's and the subnet's name.
ROUTE_TABLE = "rt-kms"
LONGEST_NAME = 80
# A tag where the resource can carry one: without it nothing is taken away again.
MARK: t.Mapping[str, str] = {"created-by": "azure_windows.activation"}


def route(address: str) -> str:
    """Return the name of the route for a KMS address."""
    return f"kms-{address.replace('.', '-')}"


def route_table(network: str, subnet: str) -> str:
    """Return the name of a route table that is made for a subnet, no longer than Azure allows."""
    return f"{ROUTE_TABLE}-{network}-{subnet}"[:LONGEST_NAME].rstrip("-._")


def public_ip(gateway: str) -> str:
    """Return the name of the public IP of a NAT gateway that is made here."""
    return f"{gateway}-ip"
