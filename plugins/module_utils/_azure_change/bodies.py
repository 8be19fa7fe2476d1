# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Raw Resource Manager bodies: edited without losing what is not known, compared and shown without what Azure fills in."""

from __future__ import annotations

import copy
import typing as t

from .._network import values
from .._network.values import Body

# Azure writes these by itself, at any depth.
_FILLED_IN = frozenset(("etag", "provisioningState", "resourceGuid"))
# Type -> properties that say who uses the resource; they follow from the bodies of the users.
_BACK: t.Mapping[str, frozenset[str]] = {
    "microsoft.network/routetables": frozenset(("subnets",)),
    "microsoft.network/networksecuritygroups": frozenset(("subnets", "networkInterfaces", "flowLogs")),
    "microsoft.network/natgateways": frozenset(("subnets",)),
    "microsoft.network/publicipaddresses": frozenset(("ipConfiguration", "natGateway")),
    "microsoft.network/virtualnetworks/subnets": frozenset(
        (
            "ipConfigurations",
            "ipConfigurationProfiles",
            "privateEndpoints",
            "resourceNavigationLinks",
            "serviceAssociationLinks",
        )
    ),
}
# Properties that refer to something which must be settled before the body that names it is written.
_REFERENCES = frozenset(
    (
        "basePolicy",
        "firewallPolicy",
        "natGateway",
        "networkSecurityGroup",
        "publicIPAddress",
        "publicIpAddresses",
        "publicIpPrefixes",
        "routeTable",
    )
)


def edited(body: Body, **properties: t.Any) -> dict[str, t.Any]:
    """Return a copy to PUT with some properties set (None takes one away); everything else stays as it was read."""
    found = sendable(body)
    inner = found.setdefault("properties", {})
    for name, value in properties.items():
        if value is None:
            inner.pop(name, None)
        else:
            inner[name] = value
    return found


def sendable(body: Body) -> dict[str, t.Any]:
    """Return a copy to PUT: the precondition travels in a header, and Azure says the state."""
    found: dict[str, t.Any] = copy.deepcopy(dict(body))
    found.pop("etag", None)
    if isinstance(found.get("properties"), dict):
        found["properties"].pop("provisioningState", None)
    return found


def shown(resource_id: str, body: Body | None) -> dict[str, t.Any] | None:
    """Return a body as results and diffs show it: without what Azure fills in, lists of objects sorted, ids kept."""
    if body is None:
        return None
    found: dict[str, t.Any] = _plain(body)
    inner = found.get("properties")
    if isinstance(inner, dict):
        for name in _BACK.get(values.type_of(resource_id), ()):
            inner.pop(name, None)
    return found


def _plain(value: t.Any) -> t.Any:
    if isinstance(value, t.Mapping):
        return {str(key): _plain(item) for key, item in value.items() if key not in _FILLED_IN}
    if not isinstance(value, (list, tuple)):
        return value
    found = [_plain(item) for item in value]
    if found and all(isinstance(item, dict) and ("name" in item or "id" in item) for item in found):
        found.sort(key=lambda item: (values.text(item.get("name")).lower(), values.low(item.get("id"))))
    return found


def same(resource_id: str, one: Body | None, other: Body | None) -> bool:
    """Tell whether two readings of an object say the same, be it by itself or within its parent."""
    return _content(resource_id, one) == _content(resource_id, other)


def _content(resource_id: str, body: Body | None) -> dict[str, t.Any] | None:
    found = shown(resource_id, body)
    # These follow from the id, and not every reading repeats them.
    return found and {key: item for key, item in found.items() if key not in ("id", "name", "type")}


def holds(resource_id: str, current: Body | None, planned: Body | None) -> bool:
    """Tell whether an object is what was planned; Azure may have added defaults and spelled words its own way."""
    if current is None or planned is None:
        return current is planned
    return _holds(shown(resource_id, current), shown(resource_id, planned))


def _holds(current: t.Any, planned: t.Any) -> bool:
    if isinstance(planned, dict):
        return isinstance(current, dict) and all(_holds(current.get(key), item) for key, item in planned.items())
    if isinstance(planned, list):
        return (
            isinstance(current, list)
            and len(current) == len(planned)
            and all(_holds(one, other) for one, other in zip(current, planned, strict=True))
        )
    if isinstance(planned, str) and isinstance(current, str):
        return planned.casefold() == current.casefold()
    return bool(planned == current)


def linked(value: t.Any) -> list[str]:
    """Return the ids of what a body refers to and needs settled."""
    found: list[str] = []
    if isinstance(value, t.Mapping):
        for name, item in value.items():
            if name in _REFERENCES:
                found += values.refs(item if isinstance(item, list) else [item])
            found += linked(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            found += linked(item)
    return list(dict.fromkeys(found))


def marked(body: Body | None, mark: t.Mapping[str, str]) -> bool:
    """Tell whether a resource carries the tag of those made here."""
    tags = values.mapping(values.mapping(body).get("tags"))
    return all(tags.get(name) == value for name, value in mark.items())
