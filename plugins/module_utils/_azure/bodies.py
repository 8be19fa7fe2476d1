# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Resource ids and other small readings of raw Resource Manager bodies, as the reader needs them."""

from __future__ import annotations

import ipaddress
import typing as t

Body = t.Mapping[str, t.Any]


def low(resource_id: t.Any) -> str:
    """Return an id as a key: Resource Manager compares ids without case."""
    return str(resource_id or "").strip().rstrip("/").lower()


def subscription_of(resource_id: t.Any) -> str | None:
    """Return the subscription in a resource id, None when it has none."""
    parts = low(resource_id).split("/")
    return parts[2] if len(parts) > 2 and parts[1] == "subscriptions" and parts[2] else None


def properties(body: t.Any) -> t.Mapping[str, t.Any]:
    """Return the properties of a body, empty when they are missing or not a mapping."""
    value = body.get("properties") if isinstance(body, dict) else None
    return value if isinstance(value, dict) else {}


def items(value: t.Any) -> list[dict[str, t.Any]]:
    """Return the mappings of a list, empty for anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def reference(value: t.Any) -> str:
    """Return the lower-cased id of a `{"id": ...}` reference, empty when there is none."""
    return low(value.get("id")) if isinstance(value, dict) else ""


def nic_ids(vm: Body) -> list[str]:
    """Return the NIC ids of a virtual machine, the primary one first."""
    profile = properties(vm).get("networkProfile")
    nics = items(profile.get("networkInterfaces") if isinstance(profile, dict) else None)
    nics.sort(key=lambda nic: properties(nic).get("primary") is not True)
    return [reference(nic) for nic in nics if reference(nic)]


def ip_configurations(nic: Body) -> list[t.Mapping[str, t.Any]]:
    """Return the properties of a NIC's IP configurations, the primary one first."""
    found = [properties(config) for config in items(properties(nic).get("ipConfigurations"))]
    return sorted(found, key=lambda config: config.get("primary") is not True)


def subnet_of(nic: Body) -> str:
    """Return the subnet id of a NIC's primary IP configuration, empty when it has none."""
    return next((reference(config.get("subnet")) for config in ip_configurations(nic)), "")


def network_of(subnet_id: str) -> str:
    """Return the virtual network id of a subnet id."""
    return low(subnet_id).split("/subnets/", maxsplit=1)[0]


def is_tag(prefix: t.Any) -> bool:
    """Tell whether a route's address prefix is a service tag instead of an address range."""
    try:
        ipaddress.ip_network(str(prefix), strict=False)
    except ValueError:
        return bool(prefix)
    return False
