# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read what the machines behind a network security group meet besides it: Azure's licensing rule, admin rules, other groups."""

from __future__ import annotations

from .._network import nsg
from .._network.links import subnets_of
from .._network.path import evaluate
from .._network.state import NetworkState
from .._network.values import Body, low, name_of, props, ref, refs
from .change_set import Refusal, listed
from .job import Job
from .nsg_rule import ObservedGroup

NEEDS = "Whoever owns that rule must change it; a rule of this group comes too late, and it is not worked around"


def observe(job: Job, group: Body) -> ObservedGroup:
    """Read around a group and judge the machines behind it; what could not be read leaves it unknown."""
    behind = machines(job.reading.around([str(group["id"])]), group)
    state = job.reading.around([], behind)
    verdicts = [
        (name_of(machine), row["nsg"])
        for machine in behind
        for row in evaluate(state, machine, job.targets)["addresses"]
    ]
    names = tuple(f"'{name_of(machine)}'" for machine in behind)
    others: list[str] = []
    hopeless: dict[str, list[tuple[str, str]]] = {}
    for name, verdict in verdicts:
        rule = verdict["rule"] or {}
        if verdict["platform_rule"] == nsg.DENIED and verdict["verdict"] != "allow":
            hopeless.setdefault("platform-tag-denied", []).append((f"'{name}'", verdict["reason"]))
        elif rule.get("layer") == "admin" and verdict["verdict"] == "deny":
            hopeless.setdefault("security-admin-rule-denies", []).append((f"'{name}'", verdict["reason"]))
        elif verdict["verdict"] == "deny" and low(rule.get("nsg_id")) != low(group["id"]):
            others.append(f"machine '{name}': {verdict['reason']}")
    if hopeless:
        id_, found = next(iter(hopeless.items()))
        reason = f"For machine {listed([name for name, _reason in found])}: {found[0][1]}"
        return ObservedGroup(False, Refusal(id_, reason, NEEDS), names, state=state)
    platform = {verdict["platform_rule"] for _name, verdict in verdicts}
    carried = True if platform == {nsg.APPLIES} else False if nsg.OFF in platform else None
    return ObservedGroup(carried, None, names, tuple(dict.fromkeys(others)), state)


def machines(state: NetworkState, group: Body) -> list[str]:
    """Return the ids of the machines whose NIC or subnet has the group."""
    subnets = set(map(low, refs(props(group).get("subnets"))))
    found = [
        ref(props(nic).get("virtualMachine"))
        for nic in state.nics()
        if low(ref(props(nic).get("networkSecurityGroup"))) == low(group["id"])
        or subnets.intersection(map(low, subnets_of(nic)))
    ]
    return list(dict.fromkeys(filter(None, found)))
