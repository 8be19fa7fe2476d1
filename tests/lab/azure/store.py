# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The resources of the lab's Azure: one body per top resource, children inside their parents as ARM keeps them."""

from __future__ import annotations

import copy
import hashlib
import json
import threading
import typing as t
import uuid

from tests.lab.azure import facts, ids, paste, views
from tests.lab.azure.paste import Body
from tests.lab.azure.references import References


class Store:
    """All resources, by id. Every method may be called from any thread; `lock` is held across a read-change-write."""

    def __init__(self, bodies: t.Iterable[Body]) -> None:
        """Take the bodies, parents before children; raises AzureWorldError."""
        self.lock = threading.RLock()
        self.references = References()
        self._bodies: dict[str, Body] = {}
        self._kinds: dict[str, dict[str, Body]] = {}
        self._children: dict[str, dict[str, Body]] = {}
        self.groups: dict[tuple[str, str], str] = {}
        for body in bodies:
            self.take(body)

    def take(self, body: Body) -> None:
        """Store a pasted resource; an inline child goes into its parent."""
        resource_id = ids.parse(body["id"])
        assert resource_id is not None
        place = inline_place(resource_id)
        if place is None:
            self.put(resource_id, body)
            return
        parent = self._bodies.get(place[0].key)
        if parent is None:
            raise paste.AzureWorldError(f"{resource_id.text}: its parent {place[0].text} is not among azure.resources")
        children = parent["properties"].setdefault(place[1], [])
        children[:] = [child for child in children if str(child["name"]).lower() != resource_id.name.lower()]
        children.append(paste.complete(body, resource_id))
        self.put(place[0], parent)

    def put(self, resource_id: ids.ResourceId, body: Body) -> Body:
        """Store the whole body of a resource that is not an inline child, with a new etag; return what is stored."""
        with self.lock:
            key = resource_id.key
            body["id"] = body.get("id") or resource_id.text
            body.setdefault("name", resource_id.name)
            body.setdefault("type", resource_id.type)
            _complete(body, resource_id)
            if resource_id.namespace.lower() == "microsoft.network":
                _tag(body, resource_id)
            self._bodies[key] = body
            self._kinds.setdefault(resource_id.kind, {})[key] = body
            if resource_id.parent is not None:
                self._children.setdefault(resource_id.parent.key, {})[key] = body
            self.groups.setdefault(
                (resource_id.subscription.lower(), (resource_id.group or "").lower()), resource_id.group or ""
            )
            self.references.set(key, body)
            return body

    def delete(self, resource_id: ids.ResourceId) -> None:
        """Remove a resource that is not an inline child, with what is below it."""
        with self.lock:
            for key in list(self._children.pop(resource_id.key, {})):
                below = ids.parse(key)
                if below is not None:
                    self.delete(below)
            self._bodies.pop(resource_id.key, None)
            self._kinds.get(resource_id.kind, {}).pop(resource_id.key, None)
            if resource_id.parent is not None:
                self._children.get(resource_id.parent.key, {}).pop(resource_id.key, None)
            self.references.forget(resource_id.key)

    def find(self, resource_id: object) -> Body | None:
        """Return the stored body of a resource or inline child: not a copy, to be read only. None when there is none."""
        parsed = resource_id if isinstance(resource_id, ids.ResourceId) else ids.parse(resource_id)
        if parsed is None:
            return None
        with self.lock:
            place = inline_place(parsed)
            if place is None:
                return self._bodies.get(parsed.key)
            parent = self._bodies.get(place[0].key)
            children = parent["properties"].get(place[1]) if parent else None
            return next((c for c in children or [] if str(c["name"]).lower() == parsed.name.lower()), None)

    def of_kind(self, kind: str) -> list[Body]:
        """Return stored bodies of one type (lower case), not copies."""
        with self.lock:
            return list(self._kinds.get(kind, {}).values())

    def kinds(self) -> list[str]:
        """Types (lower case) that were stored."""
        with self.lock:
            return list(self._kinds)

    def below(self, resource_id: ids.ResourceId, segment: str) -> list[Body]:
        """Children of one collection, inline or not; not copies."""
        with self.lock:
            place = inline_place(resource_id.child(segment, "x"))
            if place is not None:
                parent = self._bodies.get(place[0].key)
                return list((parent["properties"].get(place[1]) if parent else None) or [])
            kind = f"{resource_id.kind}/{segment.lower()}"
            children = self._children.get(resource_id.key, {}).values()
            return [child for child in children if child["type"].lower() == kind]

    def view(self, body: Body) -> Body:
        """Return what GET shows of a stored body: a copy with ARM's references back to whoever uses it."""
        with self.lock:
            return views.render(self, copy.deepcopy(body))

    def state_hash(self) -> str:
        """Return a SHA-256 over everything GET shows, but for etags and the order of children."""
        with self.lock:
            shown = [_without_etags(self.view(self._bodies[key])) for key in sorted(self._bodies)]
        return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()

    def subscriptions(self) -> list[str]:
        """Ids of the subscriptions that hold something, in order of arrival."""
        return list(dict.fromkeys(subscription for subscription, _group in self.groups))


def inline_place(resource_id: ids.ResourceId) -> tuple[ids.ResourceId, str] | None:
    """Parent and property of an inline child; None for a resource that stands alone."""
    parent = resource_id.parent
    prop = paste.INLINE.get(parent.kind, {}).get(resource_id.types[-1].lower()) if parent else None
    return (parent, prop) if parent and prop else None


def _complete(body: Body, resource_id: ids.ResourceId) -> None:
    properties = body.setdefault("properties", {})
    properties.setdefault("provisioningState", "Succeeded")
    if resource_id.kind == "microsoft.network/networksecuritygroups" and not properties.get("defaultSecurityRules"):
        properties["defaultSecurityRules"] = [_default_rule(rule) for rule in facts.DEFAULT_SECURITY_RULES]
    for prop in paste.INLINE.get(resource_id.kind, {}).values():
        for child in properties.get(prop) or []:
            child_id = resource_id.child(prop, str(child["name"]))
            paste.complete(child, child_id)
            child.setdefault("properties", {}).setdefault("provisioningState", "Succeeded")


def _default_rule(rule: tuple[str, str, int, str, str, str]) -> Body:
    name, direction, priority, access, source, destination = rule
    return {
        "name": name,
        "properties": {
            "protocol": "*",
            "sourcePortRange": "*",
            "destinationPortRange": "*",
            "sourceAddressPrefix": source,
            "destinationAddressPrefix": destination,
            "access": access,
            "priority": priority,
            "direction": direction,
        },
    }


def _tag(body: Body, resource_id: ids.ResourceId) -> None:
    etag = f'W/"{uuid.uuid4()}"' if len(resource_id.types) == 1 else f'"{uuid.uuid4()}"'
    body["etag"] = etag
    for prop in paste.INLINE.get(resource_id.kind, {}).values():
        for child in body["properties"].get(prop) or []:
            child["etag"] = etag


def _without_etags(value: t.Any) -> t.Any:
    if isinstance(value, dict):
        return {name: _without_etags(item) for name, item in value.items() if name != "etag"}
    if not isinstance(value, list):
        return value
    # Children have an etag; a child that was taken away and put back comes last, which says nothing.
    children = all(isinstance(item, dict) and "etag" in item for item in value)
    ordered = sorted(value, key=lambda item: str(item["name"]).lower()) if children else value
    return [_without_etags(item) for item in ordered]
