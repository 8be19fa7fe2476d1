# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A NAT gateway for a subnet without a way out: an existing one, or a new one with a Standard public IP."""

from __future__ import annotations

import dataclasses

from .._network import values
from .._network.values import Body, low, name_of, props, ref, text
from . import bodies, change_set, subnets
from .change_set import MARK, Plan, Write, refuse


@dataclasses.dataclass(frozen=True)
class Scene:
    """As read. `gateway_id` is the wanted one, `address` the public IP that a new one gets; bodies are None when missing."""

    subnet: Body
    network: Body
    table: Body | None
    gateway_id: str
    gateway: Body | None
    address: Body | None = None


def address_id(gateway_id: str) -> str:
    """Return the id of the public IP of a gateway that is made here."""
    return f"{subnets.group_of(gateway_id)}/providers/Microsoft.Network/publicIPAddresses/{name_of(gateway_id)}-ip"


def plan(scene: Scene, *, make: bool) -> Plan:
    """Return the writes that give the subnet its gateway; `make` allows to create what is missing."""
    name = name_of(scene.subnet)
    if subnets.special([str(scene.subnet["id"])]):
        return refuse(
            "special-subnet",
            f"{name} belongs to a service of Azure, whose exit is not changed here",
            "Name the subnet of the machines",
        )
    current = ref(props(scene.subnet).get("natGateway"))
    if low(current) == low(scene.gateway_id):
        return Plan(warnings=_overruled(scene))
    if current:
        return refuse(
            "other-nat-gateway",
            f"Subnet {name} has NAT gateway {name_of(current)} already",
            f"Name {current} as nat_gateway, or dissociate it first",
        )
    problem = _unusable(scene, make=make)
    if problem is not None:
        return problem
    body = bodies.edited(scene.subnet, natGateway={"id": scene.gateway_id})
    writes = (*_making(scene), change_set.update(str(scene.subnet["id"]), scene.subnet, body))
    return Plan(writes, _overruled(scene))


def without(scene: Scene) -> Plan:
    """Return the writes that take away what was made here, and nothing else."""
    subnet_id = str(scene.subnet["id"])
    ours = bodies.marked(scene.gateway, MARK)
    has_it = low(ref(props(scene.subnet).get("natGateway"))) == low(scene.gateway_id)
    if has_it and not ours:
        return refuse(
            "not-ours",
            f"NAT gateway {name_of(scene.gateway_id)} was not made here",
            "Undo its association with azure_kms_rollback and the journal of the run that made it",
        )
    writes: list[Write] = []
    if has_it:
        writes.append(change_set.update(subnet_id, scene.subnet, bodies.edited(scene.subnet, natGateway=None)))
    others = [user for user in values.refs(props(scene.gateway).get("subnets")) if low(user) != low(subnet_id)]
    if scene.gateway is not None and ours and not others:
        writes.append(change_set.delete(scene.gateway_id, scene.gateway))
    if scene.address is not None and bodies.marked(scene.address, MARK) and not others:
        writes.append(change_set.delete(address_id(scene.gateway_id), scene.address))
    return Plan(tuple(writes))


def _unusable(scene: Scene, *, make: bool) -> Plan | None:
    name = name_of(scene.gateway_id)
    if scene.gateway is None and not make:
        return refuse("no-nat-gateway", f"NAT gateway {name} does not exist", "Name an existing one, or use name")
    taken = next((body for body in (scene.gateway, scene.address) if body and not bodies.marked(body, MARK)), None)
    if make and taken:
        return refuse(
            "name-taken",
            f"{name_of(taken)} exists already and was not made here",
            "Choose another name, or give the id of an existing NAT gateway as nat_gateway",
        )
    return _unfit(scene.gateway, scene.network) if scene.gateway is not None else None


def _unfit(gateway: Body, network: Body) -> Plan | None:
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


def _making(scene: Scene) -> list[Write]:
    if scene.gateway is not None:
        return []
    common = {"location": text(scene.network.get("location")), "tags": dict(MARK), "sku": {"name": "Standard"}}
    writes: list[Write] = []
    public_id = address_id(scene.gateway_id)
    if scene.address is None:
        properties = {"publicIPAllocationMethod": "Static", "publicIPAddressVersion": "IPv4"}
        writes.append(change_set.create(public_id, {**common, "properties": properties}))
    gateway = {**common, "properties": {"idleTimeoutInMinutes": 4, "publicIpAddresses": [{"id": public_id}]}}
    writes.append(change_set.create(scene.gateway_id, gateway))
    return writes


def _overruled(scene: Scene) -> tuple[str, ...]:
    """Warn of a default route of the user: it wins over the NAT gateway."""
    for route in values.items(props(scene.table).get("routes")):
        inner = props(route)
        hop = text(inner.get("nextHopType"))
        if inner.get("addressPrefix") == "0.0.0.0/0" and hop.lower() != "internet":
            return (
                f"route '{name_of(route)}' of the subnet sends 0.0.0.0/0 to {hop}: only traffic with a route to the "
                "Internet of its own leaves by the NAT gateway",
            )
    return ()
