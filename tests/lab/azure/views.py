# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ARM shows beside the stored body: references back from a resource to its users."""

from __future__ import annotations

import typing as t

from tests.lab.azure import ids, paste
from tests.lab.azure.paste import Body

if t.TYPE_CHECKING:
    from tests.lab.azure.store import Store

# Type -> (property shown, forward property it mirrors, type of the users or None for any, list or single).
_BACK: dict[str, tuple[tuple[str, str, str | None, bool], ...]] = {
    "microsoft.network/routetables": (("subnets", "routeTable", None, True),),
    "microsoft.network/networksecuritygroups": (
        ("subnets", "networkSecurityGroup", "microsoft.network/virtualnetworks/subnets", True),
        ("networkInterfaces", "networkSecurityGroup", "microsoft.network/networkinterfaces", True),
    ),
    "microsoft.network/natgateways": (("subnets", "natGateway", None, True),),
    "microsoft.network/virtualnetworks/subnets": (("ipConfigurations", "subnet", None, True),),
    "microsoft.network/loadbalancers/backendaddresspools": (
        ("backendIPConfigurations", "loadBalancerBackendAddressPools", None, True),
    ),
    "microsoft.network/publicipaddresses": (
        ("ipConfiguration", "publicIPAddress", None, False),
        ("natGateway", "publicIpAddresses", None, False),
    ),
    "microsoft.network/publicipprefixes": (("natGateway", "publicIpPrefixes", None, False),),
    "microsoft.network/networkinterfaces": (("virtualMachine", "networkInterfaces", None, False),),
    "microsoft.compute/availabilitysets": (("virtualMachines", "availabilitySet", None, True),),
    "microsoft.network/firewallpolicies": (
        ("firewalls", "firewallPolicy", None, True),
        ("childPolicies", "basePolicy", None, True),
    ),
    "microsoft.network/virtualhubs": (("azureFirewall", "virtualHub", "microsoft.network/azurefirewalls", False),),
}


def render(store: Store, body: Body) -> Body:
    """Add the references back to a copy of a stored body, and to its inline children."""
    resource_id = ids.parse(body["id"])
    if resource_id is None:
        return body
    _back(store, body, resource_id)
    if resource_id.kind == "microsoft.network/firewallpolicies":
        groups = store.below(resource_id, "ruleCollectionGroups")
        body["properties"]["ruleCollectionGroups"] = [{"id": group["id"]} for group in groups]
    for prop in paste.INLINE.get(resource_id.kind, {}).values():
        for child in body["properties"].get(prop) or []:
            child_id = ids.parse(child.get("id"))
            if child_id is not None:
                _back(store, child, child_id)
    return body


def _back(store: Store, body: Body, resource_id: ids.ResourceId) -> None:
    properties = body["properties"]
    for prop, forward, kind, many in _BACK.get(resource_id.kind, ()):
        users = [
            {"id": user}
            for user in store.references.incoming(resource_id.key, forward)
            if kind is None or _kind(user) == kind
        ]
        given = properties.get(prop)
        # What was pasted about resources that are not in the world stays; the rest follows from their own bodies.
        kept = [
            item
            for item in (given if isinstance(given, list) else [given])
            if isinstance(item, dict) and item.get("id") and not _known(store, item["id"])
        ]
        shown = [*kept, *users]
        if many and (shown or given is not None):
            properties[prop] = shown
        elif not many and shown:
            properties[prop] = shown[0]
        elif not many:
            properties.pop(prop, None)


def _kind(text: str) -> str | None:
    found = ids.parse(text)
    return found.kind if found else None


def _known(store: Store, text: str) -> bool:
    found = ids.parse(text)
    return found is not None and store.find(found.top) is not None
