# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A rule in a network security group, and what the machines behind the group meet besides it."""

from __future__ import annotations

import typing as t

from ..._azure.settings import ARGUMENT_SPEC
from ..._network.state import NetworkState
from .. import nsg_observed, nsg_rule, running
from ..change_set import ChangeSet
from ..job import Job, to_result
from .kind import Kind, Params

SPEC: dict[str, dict[str, t.Any]] = {
    **ARGUMENT_SPEC,
    **running.WRITING,
    **running.STATE,
    **running.ADDRESSES,
    "nsg": {"type": "str", "required": True},
    "sources": {"type": "list", "elements": "str", "default": ["*"]},
}


def _check(params: Params) -> None:
    running.check_id("nsg", params["nsg"], "Microsoft.Network/networkSecurityGroups")
    running.check_networks("sources", params["sources"])
    running.check_addresses("addresses", params["addresses"])
    if not params["sources"]:
        raise running.OptionError("sources: name at least one network, or '*'.")


def _act(job: Job) -> dict[str, t.Any]:
    group_id = job.params["nsg"]
    desired = nsg_rule.DesiredRule(tuple(job.params["sources"]), job.targets.addresses, job.targets.port, job.present)
    judged: list[nsg_rule.ObservedGroup] = []
    if job.present:
        job.reading.around([group_id])

    def planner() -> ChangeSet:
        group = job.need("nsg", group_id)
        # What is around the group is read once, before the first write.
        if not judged:
            judged.append(nsg_observed.observe(job, group) if job.present else nsg_rule.ObservedGroup(None))
        return nsg_rule.plan(group, desired, judged[0])

    result = to_result(job.reconciler.carry_out(planner))
    return {**result, "carried_by_platform": judged[0].carried} if job.present and judged else result


def _touches(params: Params, _state: NetworkState) -> list[str]:
    return [params["nsg"]]


def _machines(params: Params, state: NetworkState) -> list[str]:
    group = state.get(params["nsg"])
    return nsg_observed.machines(state, group) if group is not None and params["state"] == "present" else []


KIND = Kind("nsg_rule", SPEC, (), _check, _act, _touches, _machines)
