# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A rule in an Azure Firewall: in its policy, or in the firewall itself."""

from __future__ import annotations

import typing as t

from ..._azure.settings import ARGUMENT_SPEC
from ..._network.links import reference
from ..._network.state import NetworkState
from ..._network.values import low, props, ref
from .. import firewall_observed, firewall_rule, running
from ..change_set import ChangeSet
from ..firewall_collection import Goal
from ..job import Job, to_result
from .kind import Kind, Params

SPEC: dict[str, dict[str, t.Any]] = {
    **ARGUMENT_SPEC,
    **running.WRITING,
    **running.STATE,
    **running.ADDRESSES,
    "policy": {"type": "str"},
    "firewall": {"type": "str"},
    "sources": {"type": "list", "elements": "str", "default": []},
    "source_ip_groups": {"type": "list", "elements": "str", "default": []},
    "fqdn": {"type": "bool", "default": False},
}


def _check(params: Params) -> None:
    running.check_id("policy", params["policy"], "Microsoft.Network/firewallPolicies")
    running.check_id("firewall", params["firewall"], "Microsoft.Network/azureFirewalls")
    running.check_networks("sources", params["sources"])
    running.check_addresses("addresses", params["addresses"])
    for group in params["source_ip_groups"]:
        running.check_id("source_ip_groups", group, "Microsoft.Network/ipGroups")
    if params["state"] == "present" and not params["sources"] and not params["source_ip_groups"]:
        raise running.OptionError("sources: name the networks of the machines, or source_ip_groups.")


def _act(job: Job) -> dict[str, t.Any]:
    targets = job.targets
    names = tuple(name.lower().rstrip(".") for name in targets.names)
    goal = Goal(targets.addresses, names, targets.port, by_name=job.params["fqdn"])
    groups = tuple(job.params["source_ip_groups"])
    desired = firewall_rule.DesiredSources(tuple(job.params["sources"]), groups, goal, job.present)
    return to_result(job.reconciler.carry_out(lambda: _planned(job, desired)))


def _planned(job: Job, desired: firewall_rule.DesiredSources) -> ChangeSet:
    """Read and plan."""
    policy_id = job.params["policy"]
    if not policy_id:
        firewall = job.need("firewall", job.params["firewall"])
        policy_id = reference(firewall, "firewallPolicy")
        if not policy_id:
            return firewall_rule.plan_classic(
                firewall_observed.classic_state(job, firewall, desired.groups), firewall, desired
            )
    return firewall_rule.plan_policy(firewall_observed.policy_state(job, policy_id, desired.groups), policy_id, desired)


def _touches(params: Params, state: NetworkState) -> list[str]:
    """Return the firewall with its policy, and every parent of that: Azure changes them one after the other."""
    found = [params["firewall"]] if params["firewall"] else []
    policy_id = params["policy"] or ref(props(state.get(params["firewall"])).get("firewallPolicy"))
    while policy_id and low(policy_id) not in map(low, found):
        found.append(policy_id)
        policy_id = ref(props(state.get(policy_id)).get("basePolicy"))
    return found


KIND = Kind("firewall_rule", SPEC, ("policy", "firewall"), _check, _act, _touches)
