# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Subnets that Azure gives a meaning of its own, and what is derived from a subnet's id."""

from __future__ import annotations

import typing as t

from .._network.values import name_of

_SPECIAL = frozenset(
    (
        "gatewaysubnet",
        "azurefirewallsubnet",
        "azurefirewallmanagementsubnet",
        "azurebastionsubnet",
        "routeserversubnet",
    )
)


def special(subnet_ids: t.Iterable[str]) -> str:
    """Return the name of the first subnet whose routes or exit belong to a service of Azure, empty when there is none."""
    return next((name_of(item) for item in subnet_ids if name_of(item).lower() in _SPECIAL), "")


def group_of(resource_id: str) -> str:
    """Return the id of the resource group that a resource is in, as it is written there."""
    return resource_id[: resource_id.lower().index("/providers/")]


def in_group_of(network_id: str, kind: str, name: str) -> str:
    """Return the id of a network resource in the resource group of a virtual network."""
    return f"{group_of(network_id)}/providers/Microsoft.Network/{kind}/{name}"
