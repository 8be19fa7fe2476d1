# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What bodies refer to: ids in properties, IP configurations, addresses and subnets."""

from __future__ import annotations

from . import values
from .judgement import NotKnownError
from .values import Body, name_of, props, ref, refs
from .wording import say


def reference(body: Body, name: str) -> str:
    """Return the id that a property refers to, empty when it is not set. Raises NotKnownError when it cannot be read."""
    value = props(body).get(name)
    found = ref(value)
    if value is not None and not found:
        raise NotKnownError(say("odd_reference", name=name, owner=name_of(body)))
    return found


def references(body: Body, name: str) -> list[str]:
    """Return the ids that a list property refers to. Raises NotKnownError when an entry cannot be read."""
    value = props(body).get(name)
    found = refs(value)
    if value is not None and (not isinstance(value, (list, tuple)) or len(found) != len(value)):
        raise NotKnownError(say("odd_references", name=name))
    return found


def ip_configurations(nic: Body) -> list[Body]:
    """Return the properties of a NIC's IPv4 configurations, the primary one first."""
    found = [props(config) for config in values.items(props(nic).get("ipConfigurations"))]
    found = [config for config in found if values.text(config.get("privateIPAddressVersion")).lower() != "ipv6"]
    return sorted(found, key=lambda config: values.flag(config.get("primary")) is not True)


def private_addresses(body: Body) -> list[str]:
    """Return the private addresses of a NIC, a load balancer or an Azure Firewall."""
    own = props(body)
    configs = values.items(own.get("ipConfigurations")) + values.items(own.get("frontendIPConfigurations"))
    found = [values.text(props(config).get("privateIPAddress")) for config in configs]
    hub = values.mapping(own.get("hubIPAddresses"))
    found.append(values.text(hub.get("privateIPAddress")))
    return [value for value in dict.fromkeys(found) if value]


def subnets_of(body: Body) -> list[str]:
    """Return the subnet ids of a NIC's, load balancer's or firewall's IP configurations."""
    own = props(body)
    configs = values.items(own.get("ipConfigurations")) + values.items(own.get("frontendIPConfigurations"))
    return [found for found in (ref(props(config).get("subnet")) for config in configs) if found]


def leads_to_hub(peering: Body) -> bool:
    """Tell by the names that Azure gives whether a peering is the one that a virtual hub made with a network."""
    remote = values.name_of(ref(values.props(peering).get("remoteVirtualNetwork")))
    return values.name_of(peering).lower().startswith("remotevnettohubpeering") or remote.lower().startswith("hv_")


def is_open(peering: Body) -> bool:
    """Tell whether a peering carries traffic; `peering` are its properties. One whose state is not told is taken to.

    Source: https://learn.microsoft.com/rest/api/virtualnetwork/virtual-network-peerings (allowVirtualNetworkAccess)
    """
    connected = values.text(peering.get("peeringState")).lower() in {"", "connected"}
    return connected and values.flag(peering.get("allowVirtualNetworkAccess")) is not False


def network_of(subnet_id: str) -> str:
    """Return the virtual network id of a subnet id, as it is written there."""
    return values.parent(subnet_id) if "/subnets/" in subnet_id.lower() else ""
