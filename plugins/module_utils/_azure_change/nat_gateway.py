# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A NAT gateway for a subnet without a way out: an existing one, or a new one with a Standard public IP."""

from __future__ import annotations

import dataclasses

from .._network import values
from .._network.values import Body, low, name_of, props, ref, text
from .._reference import azure_names
from .._reference.azure_names import MARK
from . import bodies, change_set, subnets
from .change_set import ChangeSet, Write, refuse


@dataclasses.dataclass(frozen=True)
class ObservedSubnet:
    """As read. `gateway_id` is the wanted one, `address` the public IP that a new one gets; bodies are None when missing."""

    subnet: Body
    network: Body
    table: Body | None
    gateway_id: str
    gateway: Body | None
    address: Body | None = None


def address_id(gateway_id: str) -> str:
    """Return the id of the public IP of a gateway that is made here."""
    return f"{subnets.group_of(gateway_id)}/providers/Microsoft.Network/publicIPAddresses/{azure_names.public_ip(name_of(gateway_id))}"


def plan(observed: ObservedSubnet, *, make: bool) -> ChangeSet:
    """Return the writes that give the subnet its gateway; `make` allows to create what is missing."""
    name = name_of(observed.subnet)
    if subnets.special([str(observed.subnet["id"])]):
        return refuse(
            "special-subnet",
            f"{name} belongs to a service of Azure, whose exit is not changed here",
            "Name the subnet of the machines",
        )
    current = ref(props(observed.subnet).get("natGateway"))
    if low(current) == low(observed.gateway_id):
        return ChangeSet(warnings=_overruled(observed))
    if current:
        return refuse(
            "other-nat-gateway",
            f"Subnet {name} has NAT gateway {name_of(current)} already",
            f"Name {current} as nat_gateway, or dissociate it first",
        )
    problem = _unusable(observed, make=make)
    if problem is not None:
        return problem
    body = bodies.edited(observed.subnet, natGateway={"id": observed.gateway_id})
    writes = (*_making(observed), change_set.update(str(observed.subnet["id"]), observed.subnet, body))
    return ChangeSet(writes, _overruled(observed))


def without(observed: ObservedSubnet) -> ChangeSet:
    """Return the writes that take away what was made here, and nothing else."""
    subnet_id = str(observed.subnet["id"])
    ours = bodies.marked(observed.gateway, MARK)
    has_it = low(ref(props(observed.subnet).get("natGateway"))) == low(observed.gateway_id)
    if has_it and not ours:
        return refuse(
            "not-ours",
            f"NAT gateway {name_of(observed.gateway_id)} was not made here",
            "Undo its association with azure_kms_rollback and the journal of the run that made it",
        )
    writes: list[Write] = []
    if has_it:
        writes.append(change_set.update(subnet_id, observed.subnet, bodies.edited(observed.subnet, natGateway=None)))
    others = [user for user in values.refs(props(observed.gateway).get("subnets")) if low(user) != low(subnet_id)]
    if observed.gateway is not None and ours and not others:
        writes.append(change_set.delete(observed.gateway_id, observed.gateway))
    if observed.address is not None and bodies.marked(observed.address, MARK) and not others:
        writes.append(change_set.delete(address_id(observed.gateway_id), observed.address))
    return ChangeSet(tuple(writes))


def _unusable(observed: ObservedSubnet, *, make: bool) -> ChangeSet | None:
    name = name_of(observed.gateway_id)
    if observed.gateway is None and not make:
        return refuse("no-nat-gateway", f"NAT gateway {name} does not exist", "Name an existing one, or use name")
    taken = next(
        (body for body in (observed.gateway, observed.address) if body and not bodies.marked(body, MARK)), None
    )
    if make and taken:
        return refuse(
            "name-taken",
            f"{name_of(taken)} exists already and was not made here",
            "Choose another name, or give the id of an existing NAT gateway as nat_gateway",
        )
    return _unfit(observed.gateway, observed.network) if observed.gateway is not None else None


def _unfit(gateway: Body, network: Body) -> ChangeSet | None:
    name = name_of(gateway)
    if text(gateway.get("location")).lower() != text(network.get("location")).lower():
        return refuse(
            "other-location",
            f"NAT gateway {name} is in {gateway.get('location')}, the network in {network.get('location')}",
            "Use a NAT gateway in the region of the network",
        )
    inner = props(gateway)
    if not values.refs(inner.get("publicIpAddresses")) and not values.refs(inner.get("publicIpPrefixes")):
        return refuse(
            "no-public-address", f"NAT gateway {name} has no public address", "Give it a Standard public IP first"
        )
    return None


def _making(observed: ObservedSubnet) -> list[Write]:
    if observed.gateway is not None:
        return []
    common = {"location": text(observed.network.get("location")), "tags": dict(MARK), "sku": {"name": "Standard"}}
    writes: list[Write] = []
    public_id = address_id(observed.gateway_id)
    if observed.address is None:
        properties = {"publicIPAllocationMethod": "Static", "publicIPAddressVersion": "IPv4"}
        writes.append(change_set.create(public_id, {**common, "properties": properties}))
    gateway = {**common, "properties": {"idleTimeoutInMinutes": 4, "publicIpAddresses": [{"id": public_id}]}}
    writes.append(change_set.create(observed.gateway_id, gateway))
    return writes


def _overruled(observed: ObservedSubnet) -> tuple[str, ...]:
    """Warn of a default route of the user: it wins over the NAT gateway."""
    for route in values.items(props(observed.table).get("routes")):
        inner = props(route)
        hop = text(inner.get("nextHopType"))
        if inner.get("addressPrefix") == "0.0.0.0/0" and hop.lower() != "internet":
            return (
                f"route '{name_of(route)}' of the subnet sends 0.0.0.0/0 to {hop}: only traffic with a route to the "
                "Internet of its own leaves by the NAT gateway",
            )
    return ()
