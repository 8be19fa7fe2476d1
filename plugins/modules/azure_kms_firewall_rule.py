#!/usr/bin/python

# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: azure_kms_firewall_rule
short_description: Let an Azure Firewall pass the KMS traffic
version_added: 1.0.0
description:
  - Ensures that the network rules of an Azure Firewall allow TCP 1688 from given sources to the KMS addresses of the cloud.
    An application rule cannot do that - the firewall would accept the connection itself and never forward it to the KMS.
  - In a firewall policy the rule goes into a rule collection group of its own, C(kms-activation), at a free priority before every
    deny that would take the traffic. Groups of others are never edited. In a firewall without a policy it goes into a network
    rule collection C(kms-activation).
  - What already passes by the rules of others is left to them.
  - A source that a rule of a parent policy denies cannot be helped here. It is left out with a warning, and the module fails when
    that is so for every source.
  - Where a DNAT rule sends the traffic elsewhere, no network rule helps, as DNAT rules come first. That source is left out with a warning;
    where it is so for all of them, the module refuses with V(dnat-comes-first). A source without an IPv4 address is left out with a
    warning as well, since the KMS has IPv4 addresses only.
author:
  - The authors of azure_windows.activation (!UNKNOWN)
options:
  policy:
    description: Resource id of a firewall policy. Exactly one of O(policy) and O(firewall) is needed.
    type: str
  firewall:
    description: Resource id of an Azure Firewall. Where it has a policy, that is what is changed.
    type: str
  sources:
    description: Networks whose machines must reach the KMS. With O(state=present), O(sources) or O(source_ip_groups) is needed.
    type: list
    elements: str
    default: []
  source_ip_groups:
    description: Resource ids of IP groups whose machines must reach the KMS.
    type: list
    elements: str
    default: []
  state:
    description:
      - V(present) ensures that the rule exists. V(absent) removes the sources out of the rules of this module, and everything that this
        module has made when no source is given.
    type: str
    choices: [absent, present]
    default: present
  fqdn:
    description:
      - Name the KMS by its names instead of its addresses. The DNS proxy must be on, and the machines must use the firewall as
        their DNS server.
    type: bool
    default: false
extends_documentation_fragment:
  - azure_windows.activation._azure
  - azure_windows.activation._azure_write
  - azure_windows.activation._azure_write.attributes
  - azure_windows.activation._azure_write.addresses
  - ansible.builtin.action_common_attributes
seealso:
  - module: azure_windows.activation.azure_kms_rollback
"""

EXAMPLES = r"""
- name: Let the spokes reach the KMS through the firewall of the hub
  azure_windows.activation.azure_kms_firewall_rule:
    firewall: /subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Network/azureFirewalls/hub
    sources:
      - 10.1.0.0/16
      - 10.2.0.0/16
    journal: /var/lib/activation/journal.jsonl
  delegate_to: localhost
"""

RETURN = r"""
changes:
  description: The writes that were sent, in check mode those that would be.
  returned: always
  type: list
  elements: dict
  contains:
    id:
      description: Resource id of the object.
      type: str
    operation:
      description: V(create), V(update) or V(delete).
      type: str
    before:
      description: The object before, without what Azure fills in by itself; null when there was none.
      type: dict
    after:
      description: The object after it; null when it is gone.
      type: dict
refused:
  description: Why Azure was left untouched, null when it was not refused.
  returned: always
  type: dict
  contains:
    id:
      description: Short name of the reason, for example V(parent-policy-denies).
      type: str
    reason:
      description: The reason as a sentence.
      type: str
    needs:
      description: The permission or setting that is missing.
      type: str
warnings:
  description: What a reader must know although nothing failed.
  returned: when there are any
  type: list
  elements: str
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._azure.settings import ARGUMENT_SPEC
from ..module_utils._azure_change import firewall_observed, firewall_rule, running
from ..module_utils._azure_change.change_set import ChangeSet
from ..module_utils._azure_change.firewall_collection import Goal
from ..module_utils._azure_change.job import Job, to_result
from ..module_utils._network.links import reference


def argument_spec() -> dict[str, t.Any]:
    """Return the options of the module."""
    return {
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


def check(params: t.Mapping[str, t.Any]) -> None:
    """Raise OptionError for an option that cannot be used."""
    running.check_id("policy", params["policy"], "Microsoft.Network/firewallPolicies")
    running.check_id("firewall", params["firewall"], "Microsoft.Network/azureFirewalls")
    running.check_networks("sources", params["sources"])
    running.check_addresses("addresses", params["addresses"])
    for group in params["source_ip_groups"]:
        running.check_id("source_ip_groups", group, "Microsoft.Network/ipGroups")
    if params["state"] == "present" and not params["sources"] and not params["source_ip_groups"]:
        raise running.OptionError("sources: name the networks of the machines, or source_ip_groups.")


def act(job: Job) -> dict[str, t.Any]:
    """Plan and write."""
    targets = job.targets
    names = tuple(name.lower().rstrip(".") for name in targets.names)
    goal = Goal(targets.addresses, names, targets.port, by_name=job.params["fqdn"])
    groups = tuple(job.params["source_ip_groups"])
    desired = firewall_rule.DesiredSources(tuple(job.params["sources"]), groups, goal, job.present)
    return to_result(job.reconciler.carry_out(lambda: planned(job, desired)))


def planned(job: Job, desired: firewall_rule.DesiredSources) -> ChangeSet:
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


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec=argument_spec(),
        supports_check_mode=True,
        mutually_exclusive=[("policy", "firewall")],
        required_one_of=[("policy", "firewall")],
    )
    running.run(module, check, act)


if __name__ == "__main__":
    main()
