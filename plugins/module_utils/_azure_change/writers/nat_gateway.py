# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A NAT gateway for a subnet, and whose way out it changes."""

from __future__ import annotations

import re
import typing as t

from ..._azure.settings import ARGUMENT_SPEC
from ..._network.links import reference
from ..._network.state import NetworkState
from ..._network.values import parent
from .. import egress_check, nat_gateway, running, subnets
from ..change_set import ChangeSet
from ..job import Job, to_result
from .kind import Kind, Params

# Azure's rule for the names of network resources; the public IP's name is three characters longer.
_NAME = re.compile(r"[A-Za-z0-9]([\w.-]{0,75}\w)?")
SPEC: dict[str, dict[str, t.Any]] = {
    **ARGUMENT_SPEC,
    **running.WRITING,
    **running.STATE,
    **running.ACCEPTING,
    "subnet": {"type": "str", "required": True},
    "nat_gateway": {"type": "str"},
    "name": {"type": "str"},
}


def _check(params: Params) -> None:
    running.check_id("subnet", params["subnet"], "Microsoft.Network/virtualNetworks/subnets")
    running.check_id("nat_gateway", params["nat_gateway"], "Microsoft.Network/natGateways")
    if params["name"] is not None and not _NAME.fullmatch(params["name"]):
        raise running.OptionError(f"name: '{params['name']}' cannot be the name of a NAT gateway.")


def _act(job: Job) -> dict[str, t.Any]:
    subnet_id = job.params["subnet"]
    judged: list[egress_check.EgressCheck] = []
    if job.present:
        job.reading.around([subnet_id])

    def planner() -> ChangeSet:
        plan = _planned(job)
        if not plan.writes or not job.present:
            return plan
        # Whom the gateway moves is judged before the first write, from one reading.
        if not judged:
            judged.append(egress_check.of_nat_gateway(job.reading.around([subnet_id]), subnet_id))
        return egress_check.guarded(plan, judged[0], accepted=job.params["accept_egress_change"])

    return to_result(job.reconciler.carry_out(planner))


def _planned(job: Job) -> ChangeSet:
    """Read and plan."""
    subnet_id, name = job.params["subnet"], job.params["name"]
    subnet = job.need("subnet", subnet_id)
    gateway_id = _gateway_id(job.params)
    table_id = reference(subnet, "routeTable")
    observed = nat_gateway.ObservedSubnet(
        subnet=subnet,
        network=job.need_around("subnet", parent(subnet_id)),
        table=job.read_around(table_id) if table_id else None,
        gateway_id=gateway_id,
        gateway=job.read(gateway_id),
        address=job.read(nat_gateway.address_id(gateway_id)) if name or not job.present else None,
    )
    return nat_gateway.plan(observed, make=bool(name)) if job.present else nat_gateway.without(observed)


def _gateway_id(params: Params) -> str:
    made = params["name"]
    return subnets.in_group_of(parent(params["subnet"]), "natGateways", made) if made else str(params["nat_gateway"])


def _touches(params: Params, _state: NetworkState) -> list[str]:
    return [parent(params["subnet"]), _gateway_id(params)]


KIND = Kind("nat_gateway", SPEC, ("nat_gateway", "name"), _check, _act, _touches)
