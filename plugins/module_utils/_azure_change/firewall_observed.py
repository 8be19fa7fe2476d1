# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read what decides about a firewall rule: the policy with its parents and their groups, or the classic firewall."""

from __future__ import annotations

import typing as t

from .._azure.arm import ArmError
from .._network.links import reference
from .._network.state import NetworkState
from .._network.values import Body, items, low, props, strings
from .job import Job

GROUPS = "ruleCollectionGroups"


def policy_state(job: Job, policy_id: str, ip_groups: t.Sequence[str]) -> NetworkState:
    """Return a policy, its parents, all their groups, and the IP groups that matter; raises ArmError, StopError."""
    found: dict[str, Body] = {}
    listed: list[tuple[str, str]] = []
    while policy_id and low(policy_id) not in found:
        policy = job.need("policy", policy_id)
        found[low(policy_id)] = policy
        for group in job.reconciler.looks.children(policy_id, GROUPS):
            found[low(group.get("id"))] = group
        listed.append((policy_id, GROUPS))
        policy_id = reference(policy, "basePolicy")
    return _state(job, list(found.values()), ip_groups, listed)


def classic_state(job: Job, firewall: Body, ip_groups: t.Sequence[str]) -> NetworkState:
    """Return a firewall without a policy, and the IP groups that matter; raises ArmError, StopError."""
    return _state(job, [firewall], ip_groups, [])


def _state(job: Job, bodies: list[Body], ip_groups: t.Sequence[str], listed: list[tuple[str, str]]) -> NetworkState:
    unread: list[dict[str, t.Any]] = []
    wanted = {low(item): item for item in (*ip_groups, *_named_groups(bodies))}
    for group_id in wanted.values():
        try:
            group = job.read(group_id)
        except ArmError as error:
            entry = {
                "what": "Microsoft.Network/ipGroups",
                "scope": group_id,
                "reason": str(error),
                "action": error.action,
            }
            unread.append(entry)
            continue
        bodies = bodies if group is None else [*bodies, group]
    return NetworkState(bodies, unread=unread, listed=listed)


def _named_groups(bodies: t.Iterable[Body]) -> list[str]:
    """Return the ids of the IP groups that the network rules of groups and firewalls name."""
    found: list[str] = []
    for body in bodies:
        inner = props(body)
        for collection in (*items(inner.get("ruleCollections")), *items(inner.get("networkRuleCollections"))):
            for rule in items(props(collection).get("rules")):
                found += strings(rule.get("sourceIpGroups"), rule.get("destinationIpGroups"))
    return found
