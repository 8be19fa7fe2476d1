# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Out of all that was read of Azure, what the path of one virtual machine needs. Pure."""

from __future__ import annotations

import typing as t

from .._network.values import items, low, mapping, props, ref, type_of
from .exchanges import Call

# Types of which a subscription has many: only what the machine's path refers to is kept. Of the others everything is.
_MANY = frozenset(
    [
        "microsoft.compute/virtualmachines",
        "microsoft.network/networkinterfaces",
        "microsoft.network/virtualnetworks",
        "microsoft.network/networksecuritygroups",
        "microsoft.network/routetables",
        "microsoft.network/loadbalancers",
        "microsoft.network/natgateways",
        "microsoft.network/publicipaddresses",
        "microsoft.network/publicipprefixes",
    ]
)
# Properties that lead on; what lists all its users, such as the interfaces of a subnet, is not among them.
_LEADS = frozenset(
    [
        "properties",
        "subnet",
        "subnets",
        "networkSecurityGroup",
        "publicIPAddress",
        "publicIpAddresses",
        "publicIpPrefixes",
        "publicIPPrefix",
        "loadBalancerBackendAddressPools",
        "virtualMachine",
        "routeTable",
        "natGateway",
        "availabilitySet",
        "frontendIPConfigurations",
        "virtualNetworkPeerings",
        "remoteVirtualNetwork",
        "managementIpConfiguration",
        "outboundRules",
        "defaultPublicNatGateway",
    ]
)
_VM, _NIC = "microsoft.compute/virtualmachines", "microsoft.network/networkinterfaces"
_MORE_LEADS = {
    _VM: _LEADS | {"networkProfile", "networkInterfaces"},
    _NIC: _LEADS | {"ipConfigurations"},
    "microsoft.network/azurefirewalls": _LEADS | {"ipConfigurations"},
}
_TAGS = "/servicetags"

Bodies: t.TypeAlias = dict[str, t.Mapping[str, t.Any]]


def excerpt(calls: t.Sequence[Call], vm_id: str) -> list[Call]:
    """Return the calls with bodies that hold only what the path of `vm_id` can depend on."""
    # The power states are a list of machines too, with less in it.
    bodies = {low(item.get("id")): item for call in calls if not call["query"] for item in _listed(call)}
    kept = _reachable(bodies, {low(vm_id), *_asked_for(bodies, calls, low(vm_id))})
    words = _strings([bodies[key] for key in kept])
    return [_reduced(call, kept, words) for call in calls if call["method"] != "ask" or _target(call) in kept]


def _target(call: Call) -> str:
    """Return what a question is about."""
    return low(call["path"]).rpartition("/")[0]


def _asked_for(bodies: Bodies, calls: t.Sequence[Call], vm_id: str) -> set[str]:
    """Return the interfaces whose routes were asked for the subnets of the machine."""
    own = _subnets(bodies, _leads(bodies.get(vm_id), _MORE_LEADS[_VM]))
    asked = {_target(call) for call in calls if call["method"] == "ask"} & bodies.keys()
    return {target for target in asked if type_of(target) == _NIC and _subnets(bodies, {target}) & own}


def _subnets(bodies: Bodies, nics: set[str]) -> set[str]:
    leads = (_leads(bodies.get(nic), _MORE_LEADS[_NIC]) for nic in nics if type_of(nic) == _NIC)
    return {lead for found in leads for lead in found if "/subnets/" in lead}


def _listed(call: Call) -> list[t.Mapping[str, t.Any]]:
    return items(call["body"]) if call["method"] == "list" else []


def _reachable(bodies: Bodies, start: set[str]) -> set[str]:
    """Return the ids of what is kept, beginning with the machine and the interfaces that were asked for their routes."""
    todo = start | {key for key in bodies if type_of(key) not in _MANY}
    kept: set[str] = set()
    siblings, owners = _siblings(bodies), _owners(bodies)
    while todo:
        lead = todo.pop()
        todo |= siblings.get(lead, set()) - kept
        found = next((place for place in _places(lead) if place in bodies), None)
        if found is None or found in kept:
            continue
        kept.add(found)
        todo |= _leads(bodies[found], _MORE_LEADS.get(type_of(found), _LEADS))
        todo |= {owner for hop in _values(bodies[found], "nextHopIpAddress") for owner in owners.get(hop, set())} - kept
    return kept


def _siblings(bodies: Bodies) -> dict[str, set[str]]:
    """Return availability set -> machines in it."""
    found: dict[str, set[str]] = {}
    for key, body in bodies.items():
        if type_of(key) == _VM:
            found.setdefault(low(ref(props(body).get("availabilitySet"))), set()).add(key)
    found.pop("", None)
    return found


def _owners(bodies: Bodies) -> dict[str, set[str]]:
    """Return private address -> interfaces and load balancers that have it."""
    found: dict[str, set[str]] = {}
    for key, body in bodies.items():
        for address in _values(body, "privateIPAddress"):
            found.setdefault(address, set()).add(key)
    return found


def _places(key: str) -> t.Iterator[str]:
    """Return an id and what it is inside of."""
    while key:
        yield key
        key = key.rpartition("/")[0]


def _leads(value: t.Any, names: frozenset[str]) -> set[str]:
    """Return the ids that a body leads on to."""
    if isinstance(value, list):
        return {found for item in value for found in _leads(item, names)}
    own = mapping(value)
    inner = (_leads(item, names) for name, item in own.items() if name in names)
    return ({low(own["id"])} if "id" in own else set[str]()).union(*inner)


def _values(value: t.Any, name: str) -> set[str]:
    """Return every text that stands under `name`, however deep."""
    if isinstance(value, list):
        return {found for item in value for found in _values(item, name)}
    own = mapping(value)
    inner = (_values(item, name) for item in own.values())
    return ({own[name]} if isinstance(own.get(name), str) else set[str]()).union(*inner)


def _strings(value: t.Any) -> set[str]:
    if isinstance(value, str):
        return {value}
    inner = value if isinstance(value, list) else list(mapping(value).values())
    return {found for item in inner for found in _strings(item)}


def _reduced(call: Call, kept: set[str], words: set[str]) -> Call:
    if call["method"] == "list" and isinstance(call["body"], list):
        return {**call, "body": [item for item in call["body"] if low(item.get("id")) in kept | {""}]}
    if low(call["path"]).endswith(_TAGS) and isinstance(call["body"], dict):
        values = [item for item in items(call["body"].get("values")) if item.get("name") in words]
        return {**call, "body": {"values": values}}
    return call
