# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which routes a route table needs so that every KMS address of the cloud has next hop Internet."""

from __future__ import annotations

import dataclasses

from .._network import addresses, values
from .._network.routes import HOST_PREFIX
from .._network.values import Body, name_of, props
from .._reference import azure_names
from .._reference.azure_names import MARK
from . import bodies, change_set, subnets
from .change_set import ChangeSet, Write, refuse

INTERNET = "Internet"


@dataclasses.dataclass(frozen=True)
class DesiredRoutes:
    """`addresses` must be routed; `stale` are those that were the KMS once or are misprints of it."""

    addresses: tuple[str, ...]
    stale: tuple[str, ...] = ()
    present: bool = True
    replace_stale: bool = False
    create_table: bool = False
    special_subnets: bool = False


@dataclasses.dataclass(frozen=True)
class ObservedTable:
    """As read: the route table, or the subnet with its network and the table that bears the name a new one would get."""

    table: Body | None = None
    subnet: Body | None = None
    network: Body | None = None
    spare: Body | None = None


def spare_id(subnet_id: str) -> str:
    """Return the id of the route table that is made for a subnet without one."""
    return subnets.in_group_of(
        values.parent(subnet_id),
        "routeTables",
        azure_names.route_table(name_of(values.parent(subnet_id)), name_of(subnet_id)),
    )


def users(observed: ObservedTable) -> list[str]:
    """Return the ids of the subnets that the routes are for: every one of the table, and the given one."""
    given = [str(observed.subnet["id"])] if observed.subnet else []
    found = {values.low(item): item for item in (*values.refs(props(observed.table).get("subnets")), *given)}
    return list(found.values())


def plan(observed: ObservedTable, desired: DesiredRoutes) -> ChangeSet:
    """Return the writes, or why there are none."""
    name = subnets.special(users(observed))
    if name and desired.present and not desired.special_subnets:
        return refuse(
            "special-subnet",
            f"The routes of {name} belong to a service of Azure, and a wrong one cuts off everything behind it",
            "Set allow_special_subnets to true if that is wanted",
        )
    if observed.table is not None:
        return _in_table(observed.table, desired)
    if not desired.present:
        return ChangeSet()
    return _new_table(observed, desired)


def _in_table(table: Body, desired: DesiredRoutes) -> ChangeSet:
    routes = values.items(props(table).get("routes"))
    if values.broken(props(table).get("routes")):
        return refuse(
            "unreadable-body", f"The routes of {name_of(table)} cannot be read", "Look at the route table in Azure"
        )
    table_id = str(table["id"])
    writes = _wanted(table_id, routes, desired) if desired.present else _ours(table_id, routes, desired)
    return ChangeSet(tuple(writes), _warnings(routes, desired))


def _wanted(table_id: str, routes: list[Body], desired: DesiredRoutes) -> list[Write]:
    writes = []
    taken = {name_of(route).lower() for route in routes}
    for address in desired.addresses:
        known = next((route for route in routes if _address(route) == address), None)
        if known is not None:
            if not _leads_out(known):
                # A next hop address is allowed with an appliance only.
                body = bodies.edited(known, nextHopType=INTERNET, nextHopIpAddress=None, nextHop=None)
                writes.append(change_set.update(f"{table_id}/routes/{name_of(known)}", known, body))
            continue
        mine = next((route for route in routes if _drifted(route, address, desired)), None)
        if mine is not None:
            body = bodies.edited(mine, addressPrefix=f"{address}/{HOST_PREFIX}")
            writes.append(change_set.update(f"{table_id}/routes/{name_of(mine)}", mine, body))
            continue
        name = _free_name(address, taken)
        taken.add(name.lower())
        writes.append(change_set.create(f"{table_id}/routes/{name}", {"properties": _properties(address)}))
    if desired.replace_stale:
        kept = {write.id.lower() for write in writes}
        for route in _stale(routes, desired):
            route_id = f"{table_id}/routes/{name_of(route)}"
            if route_id.lower() not in kept:
                writes.append(change_set.delete(route_id, route))
    return writes


def _ours(table_id: str, routes: list[Body], desired: DesiredRoutes) -> list[Write]:
    known = {*desired.addresses, *desired.stale}
    return [
        change_set.delete(f"{table_id}/routes/{name_of(route)}", route)
        for route in routes
        if (address := _address(route)) in known and _is_ours(route, address)
    ]


def _new_table(observed: ObservedTable, desired: DesiredRoutes) -> ChangeSet:
    subnet = observed.subnet or {}
    subnet_id = str(subnet.get("id"))
    table_id = spare_id(subnet_id)
    if not desired.create_table:
        return refuse(
            "no-route-table",
            f"Subnet {name_of(subnet_id)} has no route table",
            "Set create_route_table to true to make one, or associate one first",
        )
    writes = []
    if observed.spare is None:
        routes = [
            {"name": azure_names.route(address), "properties": _properties(address)} for address in desired.addresses
        ]
        table = {
            "location": values.text((observed.network or {}).get("location")),
            "tags": dict(MARK),
            "properties": {"routes": routes},
        }
        writes.append(change_set.create(table_id, table))
    elif not bodies.marked(observed.spare, MARK):
        return refuse(
            "name-taken",
            f"Route table {name_of(table_id)} exists and was not made here, so that its routes may do harm in the subnet",
            f"Rename it, or associate a route table with subnet {name_of(subnet_id)} yourself",
        )
    else:
        writes += _wanted(table_id, values.items(props(observed.spare).get("routes")), desired)
    writes.append(change_set.update(subnet_id, subnet, bodies.edited(subnet, routeTable={"id": table_id})))
    return ChangeSet(tuple(writes))


def _warnings(routes: list[Body], desired: DesiredRoutes) -> tuple[str, ...]:
    stale = [] if desired.replace_stale or not desired.present else _stale(routes, desired)
    if not stale:
        return ()
    named = ", ".join(f"'{name_of(route)}' {props(route).get('addressPrefix')}" for route in stale)
    return (f"routes for old or mistyped KMS addresses stay: {named}; set replace_stale to true to remove them",)


def _stale(routes: list[Body], desired: DesiredRoutes) -> list[Body]:
    old = set(desired.stale) - set(desired.addresses)
    return [
        route
        for route in routes
        if _address(route) in old and not any(_drifted(route, item, desired) for item in desired.addresses)
    ]


def _properties(address: str) -> dict[str, str]:
    return {"addressPrefix": f"{address}/{HOST_PREFIX}", "nextHopType": INTERNET}


def _free_name(address: str, taken: set[str]) -> str:
    name, number = azure_names.route(address), 1
    while name.lower() in taken:
        number += 1
        name = f"{azure_names.route(address)}-{number}"
    return name


def _address(route: Body) -> str:
    """Return the one address that a route is for, empty for a wider prefix or a service tag."""
    found = addresses.network(values.text(props(route).get("addressPrefix")))
    return str(found.network_address) if found is not None and found.prefixlen == HOST_PREFIX else ""


def _hop(route: Body) -> str:
    return values.text(props(route).get("nextHopType")).lower()


def _leads_out(route: Body) -> bool:
    return _hop(route) == INTERNET.lower()


def _is_ours(route: Body, address: str) -> bool:
    return name_of(route).lower().startswith(azure_names.route(address)) and _leads_out(route)


def _drifted(route: Body, address: str, desired: DesiredRoutes) -> bool:
    """Tell whether a route has the name we give for an address, and our form, but is for a host that is no KMS."""
    found = _address(route)
    return (
        bool(found)
        and found not in desired.addresses
        and name_of(route).lower() == azure_names.route(address)
        and _leads_out(route)
    )
