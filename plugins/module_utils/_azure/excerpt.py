# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Out of all that was read of Azure, what the path of one virtual machine needs. Pure."""

from __future__ import annotations

import typing as t

from .._network.values import items, low, mapping, type_of
from .exchanges import Call

# Types of which a subscription has many: only what the machine's path refers to is kept. Of the others everything is.
_MANY = frozenset(
    """microsoft.compute/virtualmachines microsoft.network/networkinterfaces microsoft.network/networksecuritygroups
    microsoft.network/routetables microsoft.network/loadbalancers microsoft.network/natgateways microsoft.network/publicipaddresses
    microsoft.network/publicipprefixes""".split()
)
# Properties that lead on; what lists all its users, such as a security group's interfaces, is not among them.
_LEADS = frozenset(
    """networkProfile subnet subnets networkSecurityGroup publicIPAddress publicIPAddresses publicIpAddresses publicIpPrefixes
    publicIPPrefix loadBalancerBackendAddressPools virtualMachine routeTable natGateway availabilitySet frontendIPConfigurations
    ipConfigurations properties virtualNetworkPeerings remoteVirtualNetwork managementIpConfiguration hubIPAddresses
    outboundRules defaultPublicNatGateway""".split()
)
_VM, _NETWORK = "microsoft.compute/virtualmachines", "microsoft.network/virtualnetworks"
_TAGS = "/servicetags"


def excerpt(calls: t.Sequence[Call], vm_id: str) -> list[Call]:
    """Return the calls with bodies that hold only what the path of `vm_id` can depend on."""
    bodies = {low(item.get("id")): item for call in calls if call["method"] == "list" for item in items(call["body"])}
    # The power states come from the list of machines too, with less in it.
    bodies |= {low(item.get("id")): item for call in calls if not call["query"] for item in _listed(call)}
    asked = {low(call["path"]).rsplit("/", 1)[0] for call in calls if call["method"] == "ask"}
    kept = _reachable(bodies, {low(vm_id), *(nic for nic in asked if nic in bodies)})
    words = _strings([bodies[key] for key in kept])
    return [_reduced(call, kept, words) for call in calls]


def _listed(call: Call) -> list[t.Mapping[str, t.Any]]:
    return items(call["body"]) if call["method"] == "list" else []


def _reachable(bodies: t.Mapping[str, t.Mapping[str, t.Any]], start: set[str]) -> set[str]:
    rest = {key for key in bodies if type_of(key) not in _MANY}
    todo, kept = start | rest, set[str]()
    sets: dict[str, list[str]] = {}
    owners: dict[str, list[str]] = {}
    for key, body in bodies.items():
        if type_of(key) == _VM:
            sets.setdefault(low(mapping(mapping(body.get("properties")).get("availabilitySet")).get("id")), []).append(key)
        elif type_of(key) in _MANY:
            for address in _strings(body):
                owners.setdefault(address, []).append(key)
    while todo:
        key = todo.pop()
        owner = next((place for place in _places(key) if place in bodies), None)
        if owner is None:
            todo |= set(sets.get(key, ())) - kept if "/availabilitysets/" in key else set()
            continue
        if owner in kept:
            continue
        kept.add(owner)
        todo |= _leads(bodies[owner])
        hops = _hops(bodies[owner])
        todo |= {found for hop in hops for found in owners.get(hop, ())} - kept
    return kept


def _places(key: str) -> t.Iterator[str]:
    """Return an id and what it is inside of."""
    while key:
        yield key
        key = key.rpartition("/")[0]


def _leads(value: t.Any) -> set[str]:
    """Return the ids that a body leads on to."""
    if isinstance(value, list):
        return {found for item in value for found in _leads(item)}
    found: set[str] = set()
    for name, item in mapping(value).items():
        if name in _LEADS or name == "networkInterfaces":
            found |= _leads(item)
        elif name == "id":
            found.add(low(item))
    return found


def _hops(value: t.Any) -> set[str]:
    """Return the addresses that routes name as their next hop."""
    if isinstance(value, list):
        return {found for item in value for found in _hops(item)}
    named = mapping(value)
    own = {named["nextHopIpAddress"]} if isinstance(named.get("nextHopIpAddress"), str) else set()
    return own.union(*(_hops(item) for item in named.values()))


def _strings(value: t.Any) -> set[str]:
    if isinstance(value, str):
        return {value}
    inner = value if isinstance(value, list) else list(mapping(value).values())
    return {found for item in inner for found in _strings(item)}


def _reduced(call: Call, kept: set[str], words: set[str]) -> Call:
    if call["method"] == "list" and isinstance(call["body"], list):
        return {**call, "body": [item for item in call["body"] if low(item.get("id")) in kept or not low(item.get("id"))]}
    if low(call["path"]).endswith(_TAGS) and isinstance(call["body"], dict):
        values = [item for item in items(call["body"].get("values")) if item.get("name") in words]
        return {**call, "body": {"values": values}}
    return call
