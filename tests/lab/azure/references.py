# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who refers to whom: an index of the references between resources, kept as resources change."""

from __future__ import annotations

import collections
import typing as t

from tests.lab.azure import ids

# Property that holds a forward reference (or a list of them).
FORWARD = frozenset(
    [
        "applicationSecurityGroups",
        "availabilitySet",
        "basePolicy",
        "firewallPolicy",
        "loadBalancerBackendAddressPools",
        "natGateway",
        "networkInterfaces",
        "networkSecurityGroup",
        "publicIPAddress",
        "publicIpAddresses",
        "publicIpPrefixes",
        "remoteVirtualNetwork",
        "routeTable",
        "subnet",
        "virtualHub",
        "virtualMachineScaleSet",
    ]
)
# A property of these names points back; ARM fills it in.
_BACKWARD_OWNERS = {
    "networkInterfaces": ("microsoft.network/networksecuritygroups", "microsoft.network/applicationsecuritygroups")
}

Edge = tuple[str, str, str]


class References:
    """`incoming(target, name)`: ids of the entities whose property `name` refers to `target`, in order of arrival."""

    def __init__(self) -> None:
        """Begin empty."""
        self._incoming: dict[str, dict[str, dict[str, str]]] = collections.defaultdict(
            lambda: collections.defaultdict(dict)
        )
        self._edges: dict[str, list[Edge]] = {}

    def set(self, key: str, body: t.Mapping[str, t.Any]) -> None:
        """Take note of every reference in the body of the resource `key`."""
        self.forget(key)
        found: list[tuple[str, str, str]] = []
        _walk(body, str(body["id"]), str(body.get("type", "")).lower(), found)
        self._edges[key] = [(ids.key(target), name, ids.key(source)) for target, name, source in found]
        for target, name, source in found:
            self._incoming[ids.key(target)][name][ids.key(source)] = source

    def forget(self, key: str) -> None:
        """Drop the references of the resource `key`."""
        for target, name, source in self._edges.pop(key, []):
            self._incoming[target][name].pop(source, None)

    def incoming(self, target: str, name: str) -> list[str]:
        """Ids as written of the entities that refer to `target` by `name`."""
        by_name = self._incoming.get(target)
        return list(by_name[name].values()) if by_name and name in by_name else []

    def users(self, target: str) -> list[str]:
        """Ids of all entities that refer to `target`."""
        return [source for sources in self._incoming.get(target, {}).values() for source in sources.values()]


def _walk(value: t.Any, owner: str, kind: str, found: list[Edge]) -> None:
    if isinstance(value, list):
        for item in value:
            _walk(item, owner, kind, found)
    elif isinstance(value, dict):
        # A reference holds an id and at most properties; what also has a name is an entity of its own.
        inner = str(value["id"]) if value.get("id") and value.get("name") else owner
        for name, item in value.items():
            if name in FORWARD and kind not in _BACKWARD_OWNERS.get(name, ()):
                given = item if isinstance(item, list) else [item]
                found.extend((str(one["id"]), name, inner) for one in given if isinstance(one, dict) and one.get("id"))
            _walk(item, inner, kind, found)
