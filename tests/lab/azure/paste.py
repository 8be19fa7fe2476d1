# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Resources as people paste them, brought into the form of an ARM GET.

`az ... show` prints most resources without `properties`, and adds `resourceGroup` to everything that has an id.
"""

from __future__ import annotations

import copy
import typing as t

from tests.lab.azure import ids

Body = dict[str, t.Any]

ENVELOPE = frozenset(
    [
        "id",
        "name",
        "type",
        "location",
        "tags",
        "etag",
        "sku",
        "zones",
        "identity",
        "kind",
        "plan",
        "extendedLocation",
        "managedBy",
        "systemData",
    ]
)
# Types whose sku is a property, not part of the envelope.
_SKU_INSIDE = frozenset(
    f"microsoft.network/{name}"
    for name in ("azurefirewalls", "firewallpolicies", "virtualnetworkgateways", "virtualhubs")
)
# Child collections that live in the body of their parent: type -> lower-case segment -> property.
INLINE: dict[str, dict[str, str]] = {
    "microsoft.network/virtualnetworks": {"subnets": "subnets", "virtualnetworkpeerings": "virtualNetworkPeerings"},
    "microsoft.network/routetables": {"routes": "routes"},
    "microsoft.network/networksecuritygroups": {
        "securityrules": "securityRules",
        "defaultsecurityrules": "defaultSecurityRules",
    },
    "microsoft.network/networkinterfaces": {"ipconfigurations": "ipConfigurations"},
    "microsoft.network/loadbalancers": {
        "backendaddresspools": "backendAddressPools",
        "frontendipconfigurations": "frontendIPConfigurations",
        "loadbalancingrules": "loadBalancingRules",
        "outboundrules": "outboundRules",
        "inboundnatrules": "inboundNatRules",
        "probes": "probes",
    },
}
# Child collections that are resources of their own, which a paste may hold within the parent.
SEPARATE: dict[str, dict[str, str]] = {
    "microsoft.network/firewallpolicies": {"ruleCollectionGroups": "ruleCollectionGroups"},
    "microsoft.network/virtualhubs": {
        "hubVirtualNetworkConnections": "hubVirtualNetworkConnections",
        "virtualNetworkConnections": "hubVirtualNetworkConnections",
        "routingIntent": "routingIntent",
    },
}


class AzureWorldError(ValueError):
    """The Azure half of a world cannot be used; the text names the place."""


def resources(pasted: object) -> list[Body]:
    """Return every resource of `azure.resources` in ARM's form, parents before their children.

    Children of INLINE collections that were pasted alone stay in the list; the store puts them into their parents.
    """
    if not isinstance(pasted, list):
        raise AzureWorldError("azure.resources: must be a list of resources")
    found: list[Body] = []
    for index, item in enumerate(pasted):
        found.extend(_resource(item, f"azure.resources[{index}]"))
    found.sort(key=lambda body: len(_id(body).types))
    return found


def _id(body: Body) -> ids.ResourceId:
    found = ids.parse(body["id"])
    assert found is not None
    return found


def _resource(item: object, place: str) -> list[Body]:
    if not isinstance(item, dict):
        raise AzureWorldError(f"{place}: must be a mapping, as ARM's GET prints it")
    if not item.get("id"):
        raise AzureWorldError(f"{place}: has no 'id'")
    resource_id = ids.parse(item["id"])
    if resource_id is None:
        raise AzureWorldError(f"{place}: '{item['id']}' is not the id of a resource")
    if not item.get("type"):
        raise AzureWorldError(f"{place} ({item['id']}): has no 'type'")
    if str(item["type"]).lower() != resource_id.kind:
        raise AzureWorldError(f"{place}: the type '{item['type']}' does not fit the id {item['id']}")
    body = nest(copy.deepcopy(item), resource_id)
    body.setdefault("name", resource_id.name)
    return [body, *_taken_out(body, resource_id)]


def _taken_out(body: Body, parent: ids.ResourceId) -> list[Body]:
    found = []
    for prop, segment in SEPARATE.get(parent.kind, {}).items():
        value = body["properties"].get(prop)
        inner = value if isinstance(value, list) else [value]
        whole = [child for child in inner if isinstance(child, dict) and set(child) - {"id", "resourceGroup"}]
        if not whole:
            continue
        body["properties"].pop(prop)
        for child in whole:
            name = child.get("name") or str(child.get("id", "")).rsplit("/", 1)[-1] or "default"
            child_id = parent.child(segment, name)
            found.append(complete(nest(child, child_id), child_id))
    return found


def complete(body: Body, resource_id: ids.ResourceId) -> Body:
    """Fill in the id, name and type of a child that was given without them."""
    body["id"] = body.get("id") or resource_id.text
    body["name"] = body.get("name") or resource_id.name
    body["type"] = body.get("type") or resource_id.type
    return body


def nest(body: Body, resource_id: ids.ResourceId) -> Body:
    """Give a flattened resource its `properties` back; inline children are treated alike."""
    if not isinstance(body.get("properties"), dict):
        inside = set(body) - ENVELOPE - {"properties"}
        if resource_id.kind in _SKU_INSIDE and "sku" in body:
            inside.add("sku")
        properties = {name: body.pop(name) for name in sorted(inside)}
        properties.pop("resourceGroup", None)
        body["properties"] = {name: _value(value, resource_id.kind) for name, value in properties.items()}
        state = body["properties"].pop("powerState", None)
        if state:
            code = "PowerState/" + str(state).lower().replace("vm ", "", 1)
            body["properties"].setdefault("instanceView", {"statuses": [{"code": code, "displayStatus": state}]})
    for segment, prop in INLINE.get(resource_id.kind, {}).items():
        children = body["properties"].get(prop)
        for child in children if isinstance(children, list) else []:
            if not isinstance(child, dict) or not (child.get("name") or child.get("id")):
                raise AzureWorldError(f"{resource_id.text}: an entry of {prop} has neither name nor id")
            name = child.get("name") or str(child["id"]).rsplit("/", 1)[-1]
            segment_name = prop if prop.lower() == segment else segment
            child_id = resource_id.child(segment_name, name)
            complete(nest(child, child_id), child_id)
    return body


def _value(value: t.Any, kind: str) -> t.Any:
    if isinstance(value, list):
        return [_value(item, kind) for item in value]
    if not isinstance(value, dict):
        return value
    inner = {name: _value(item, kind) for name, item in value.items()}
    if "id" not in inner:
        return inner
    inner.pop("resourceGroup", None)
    if "properties" in inner or (kind == "microsoft.compute/virtualmachines" and set(inner) - {"id", "primary"}):
        return inner
    outside = {name: inner.pop(name) for name in list(inner) if name in ENVELOPE}
    return {**outside, "properties": inner} if inner else outside
