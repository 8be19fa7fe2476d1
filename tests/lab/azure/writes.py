# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a PUT, PATCH or DELETE does to the stored resources."""

from __future__ import annotations

import copy
import typing as t

from tests.lab.azure import access, ids, paste, types
from tests.lab.azure.messages import Problem, Request
from tests.lab.azure.paste import Body
from tests.lab.azure.store import Store, inline_place

# Filled in by Azure; a PUT that leaves them out does not lose them.
_READ_ONLY = ("defaultSecurityRules", "ipAddress", "macAddress", "resourceGuid", "vmId")
# A PUT of a virtual network that leaves them out keeps them.
_KEPT_CHILDREN = ("subnets", "virtualNetworkPeerings")
_ROUTE_HOPS = ("internet", "none", "virtualappliance", "virtualapplianceecmp", "virtualnetworkgateway", "vnetlocal")


def check_etag(request: Request, current: Body | None, resource_id: ids.ResourceId) -> None:
    """Raise 412 unless If-Match and If-None-Match hold."""
    etag = (current or {}).get("etag", "")
    if_match = request.headers.get("if-match")
    if if_match and (current is None or if_match not in ("*", etag)):
        raise _mismatch("if-match", if_match, etag, resource_id)
    none_match = request.headers.get("if-none-match")
    if none_match and current is not None and none_match in ("*", etag):
        raise _mismatch("if-none-match", none_match, etag, resource_id)


def put(store: Store, resource_id: ids.ResourceId, given: Body) -> tuple[Body, bool]:
    """Store a body; return what is stored and whether it is new. Raises Problem when Azure would refuse it."""
    parent = resource_id.parent
    if parent is not None and store.find(parent) is None:
        raise not_found(parent)
    current = store.find(resource_id)
    body = {**copy.deepcopy(given), "id": (current or {}).get("id") or resource_id.text}
    body["name"], body["type"] = resource_id.name, (current or {}).get("type") or resource_id.type
    body.setdefault("properties", {})["provisioningState"] = "Succeeded"
    _check_references(store, body, current)
    place = inline_place(resource_id)
    if place is not None:
        return _put_child(store, place, resource_id, body, current)
    if current is not None:
        _carry_over(body, current, resource_id)
    elif resource_id.kind == "microsoft.network/publicipaddresses":
        count = len(store.of_kind(resource_id.kind))
        body["properties"].setdefault("ipAddress", f"20.50.{count // 250}.{count % 250 + 1}")
    for segment, prop in paste.INLINE.get(resource_id.kind, {}).items():
        children = body["properties"].get(prop) or []
        _check_children(segment, children, children)
        if current is not None:
            _check_dropped(store, current, prop, children)
    return store.put(resource_id, body), current is None


def patch(store: Store, resource_id: ids.ResourceId, given: Body) -> Body:
    """Merge a body into the stored one (tags alone for the network resources); raises Problem."""
    current = store.find(resource_id)
    if current is None or inline_place(resource_id) is not None:
        raise not_found(resource_id)
    body = copy.deepcopy(current)
    changes = {"tags": given.get("tags", {})} if resource_id.namespace.lower() == "microsoft.network" else given
    return store.put(resource_id, _merge(body, changes))


def delete(store: Store, resource_id: ids.ResourceId) -> bool:
    """Remove a resource; False when there was none. Raises Problem while something uses it."""
    current = store.find(resource_id)
    if current is None:
        return False
    _check_unused(store, current)
    place = inline_place(resource_id)
    if place is None:
        store.delete(resource_id)
        return True
    parent = store.find(place[0])
    assert parent is not None
    children = parent["properties"][place[1]]
    children[:] = [child for child in children if child is not current]
    store.put(place[0], parent)
    return True


def not_found(resource_id: ids.ResourceId) -> Problem:
    """Return the 404 of a resource or of a child."""
    if len(resource_id.types) > 1:
        return Problem(404, "NotFound", f"Resource {resource_id.text} not found.")
    return Problem(
        404,
        "ResourceNotFound",
        f"The Resource '{resource_id.type}/{resource_id.name}' under resource group '{resource_id.group}' was not found. "
        "For more details please go to https://aka.ms/ARMResourceNotFoundFix",
    )


def _put_child(
    store: Store,
    place: tuple[ids.ResourceId, str],
    resource_id: ids.ResourceId,
    body: Body,
    current: Body | None,
) -> tuple[Body, bool]:
    parent = store.find(place[0])
    assert parent is not None
    children = parent["properties"].get(place[1]) or []
    others = [child for child in children if child is not current]
    _check_children(resource_id.types[-1].lower(), [*others, body], [body])
    children = [*children, body] if current is None else [body if child is current else child for child in children]
    parent["properties"][place[1]] = children
    store.put(place[0], parent)
    return body, current is None


def _carry_over(body: Body, current: Body, resource_id: ids.ResourceId) -> None:
    old, new = current["properties"], body["properties"]
    if "location" in current:
        body.setdefault("location", current["location"])
    for name in _READ_ONLY:
        if name in old:
            new.setdefault(name, old[name])
    if resource_id.kind == "microsoft.network/virtualnetworks":
        for name in _KEPT_CHILDREN:
            if name in old:
                new.setdefault(name, old[name])
    addresses = {item["name"]: item for item in old.get("ipConfigurations") or [] if item.get("name")}
    for item in new.get("ipConfigurations") or []:
        before = (addresses.get(item.get("name")) or {}).get("properties") or {}
        if before.get("privateIPAddress"):
            item.setdefault("properties", {}).setdefault("privateIPAddress", before["privateIPAddress"])


def _check_references(store: Store, body: Body, current: Body | None) -> None:
    known = {ids.key(target) for _name, target in access.linked(current or {})}
    for _name, target in access.linked(body):
        if ids.key(target) not in known and store.find(target) is None:
            raise Problem(
                400,
                "InvalidResourceReference",
                f"Resource {target} referenced by resource {body['id']} was not found. Please make sure that the referenced "
                "resource exists, and that both resources are in the same region.",
            )


def _check_children(segment: str, children: t.Sequence[Body], changed: t.Sequence[Body]) -> None:
    if segment == "routes":
        _check_routes(children, changed)
    elif segment == "securityrules":
        _check_security_rules(children)


def _check_routes(routes: t.Sequence[Body], changed: t.Sequence[Body]) -> None:
    for route in changed:
        inner = route.get("properties") or {}
        hop = str(inner.get("nextHopType")).lower()
        if not inner.get("addressPrefix") or hop not in _ROUTE_HOPS:
            raise Problem(
                400, "InvalidRequestFormat", f"Route {route['name']}: addressPrefix or nextHopType is not valid."
            )
        if (hop == "virtualappliance") != bool(inner.get("nextHopIpAddress")):
            text = f"Route {route['name']}: nextHopIpAddress is needed with VirtualAppliance, and only with it."
            raise Problem(400, "InvalidRequestFormat", text)
    seen: dict[str, str] = {}
    for route in routes:
        prefix = str((route.get("properties") or {}).get("addressPrefix"))
        if prefix.lower() in seen:
            text = f"Route: {route['name']} conflicts with Route: {seen[prefix.lower()]}. Routes cannot have the same AddressPrefix."
            raise Problem(400, "RouteConflict", text)
        seen[prefix.lower()] = route["name"]


def _check_security_rules(rules: t.Sequence[Body]) -> None:
    seen: dict[tuple[str, int], str] = {}
    for rule in rules:
        inner = rule.get("properties") or {}
        priority, direction = int(inner.get("priority") or 0), str(inner.get("direction", "")).lower()
        if not 100 <= priority <= 4096:
            text = f"Security rule {rule['name']} has an invalid priority {priority}; it must be between 100 and 4096."
            raise Problem(400, "SecurityRuleInvalidPriority", text)
        if (direction, priority) in seen:
            raise Problem(
                400,
                "SecurityRuleConflict",
                f"Security rule {rule['name']} conflicts with rule {seen[direction, priority]}. Rules cannot have the same "
                "Priority and Direction.",
            )
        seen[direction, priority] = rule["name"]


def _check_dropped(store: Store, current: Body, prop: str, children: t.Sequence[Body]) -> None:
    names = {str(child["name"]).lower() for child in children}
    for child in current["properties"].get(prop) or []:
        if str(child["name"]).lower() not in names:
            _check_unused(store, child)


def _check_unused(store: Store, body: Body) -> None:
    users = [user for user in store.references.users(ids.key(body["id"])) if store.find(user) is not None]
    if users:
        single = types.singular(body["type"])
        raise Problem(
            400,
            f"InUse{single}CannotBeDeleted",
            f"{single} {body['name']} is in use by {', '.join(users)} and cannot be deleted.",
        )


def _merge(body: Body, changes: Body) -> Body:
    for name, value in changes.items():
        if isinstance(value, dict) and isinstance(body.get(name), dict) and name != "tags":
            _merge(body[name], value)
        elif value is None:
            body.pop(name, None)
        else:
            body[name] = value
    return body


def _mismatch(header: str, sent: str, etag: str, resource_id: ids.ResourceId) -> Problem:
    text = f"Etag provided in {header} header {sent} does not match etag {etag} of resource {resource_id.text} in NRP data store."
    return Problem(
        412, "PreconditionFailed", "Precondition failed.", details=(("PreconditionFailedEtagMismatch", text),)
    )
