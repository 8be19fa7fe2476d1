# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Routes to the KMS: the table of a subnet, or a new one, and who leaves by it."""

from __future__ import annotations

import dataclasses
import typing as t

from ..._azure.settings import ARGUMENT_SPEC
from ..._network.links import reference
from ..._network.state import NetworkState
from ..._network.values import parent
from .. import egress_check, route, running
from ..change_set import ChangeSet
from ..job import Job, to_result
from .kind import Kind, Params

SPEC: dict[str, dict[str, t.Any]] = {
    **ARGUMENT_SPEC,
    **running.WRITING,
    **running.STATE,
    **running.ADDRESSES,
    **running.ACCEPTING,
    "route_table": {"type": "str"},
    "subnet": {"type": "str"},
    "create_route_table": {"type": "bool", "default": False},
    "replace_stale": {"type": "bool", "default": False},
    "allow_special_subnets": {"type": "bool", "default": False},
}


def _check(params: Params) -> None:
    running.check_id("route_table", params["route_table"], "Microsoft.Network/routeTables")
    running.check_id("subnet", params["subnet"], "Microsoft.Network/virtualNetworks/subnets")
    running.check_addresses("addresses", params["addresses"])


def _act(job: Job) -> dict[str, t.Any]:
    desired = route.DesiredRoutes(
        addresses=job.targets.addresses,
        stale=job.stale,
        present=job.present,
        replace_stale=job.params["replace_stale"],
        create_table=job.params["create_route_table"],
        special_subnets=job.params["allow_special_subnets"],
    )
    judged: list[egress_check.EgressCheck] = []
    if job.present:
        job.reading.around([job.params["route_table"] or job.params["subnet"]])

    def planner() -> ChangeSet:
        observed = _observe(job)
        plan = route.plan(observed, desired)
        if plan.refusal is not None or not job.present:
            return plan
        # What the routes do is judged before the first of them is written; afterwards only the table is read again.
        if not judged:
            judged.append(_judge(job, route.users(observed), writing=bool(plan.writes)))
        return egress_check.guarded(plan, judged[0], accepted=job.params["accept_egress_change"])

    result = to_result(job.reconciler.carry_out(planner))
    if "msg" in result:
        return result
    effect = judged[0] if judged else egress_check.EgressCheck(None)
    return {**result, "effective": effect.effective, "warnings": [*result["warnings"], *effect.warnings]}


def _observe(job: Job) -> route.ObservedTable:
    """Read what the planner looks at."""
    subnet_id = job.params["subnet"]
    if not subnet_id:
        return route.ObservedTable(table=job.need("route_table", job.params["route_table"]))
    subnet = job.need("subnet", subnet_id)
    table_id = reference(subnet, "routeTable")
    if table_id:
        return route.ObservedTable(table=job.need("subnet", table_id), subnet=subnet)
    network = job.need_around("subnet", parent(subnet_id))
    return route.ObservedTable(subnet=subnet, network=network, spare=job.read(route.spare_id(subnet_id)))


def _judge(job: Job, subnet_ids: t.Sequence[str], *, writing: bool) -> egress_check.EgressCheck:
    """Judge the routes; the ways of today are read only where a machine could lose one."""
    check = egress_check.of_routes(job.reading.around(subnet_ids), subnet_ids)
    if not check.blocked or not writing:
        return check
    today = job.reading.around(subnet_ids, check.blocked)
    return dataclasses.replace(check, refusal=egress_check.lost_ways(today, check.blocked, job.targets))


def _touches(params: Params, state: NetworkState) -> list[str]:
    """Return the route table; with a subnet its network too, as that may be associated."""
    if not params["subnet"]:
        return [params["route_table"]]
    subnet = state.get(params["subnet"])
    return [parent(params["subnet"]), *filter(None, [reference(subnet, "routeTable") if subnet else ""])]


KIND = Kind("route", SPEC, ("route_table", "subnet"), _check, _act, _touches)
