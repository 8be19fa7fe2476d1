#!/usr/bin/python

# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: azure_kms_nat_gateway
short_description: Give a subnet outbound connectivity by a NAT gateway
version_added: 1.0.0
description:
  - Associates an existing NAT gateway with a subnet, or makes one with a Standard public IP in the resource group and region of the
    virtual network and associates that.
  - Everything that leaves the subnet for the Internet then leaves from the address of the gateway. A NAT gateway and its address cost
    money for every hour and every gigabyte.
  - The gateway takes over from public IPs, load balancers and default outbound access. Where another machine of the subnet leaves by one
    of these today, or the machines cannot be listed, nothing is written and the machines are named, unless O(accept_egress_change) is
    V(true). A subnet with Basic public IPs or load balancers is refused, as Azure allows no NAT gateway beside them.
    Both are judged before the first write, in check mode too.
  - Subnets of services of Azure, such as C(AzureFirewallSubnet), are refused.
author:
  - The authors of azure_windows.activation (!UNKNOWN)
options:
  subnet:
    description: Resource id of the subnet.
    type: str
    required: true
  nat_gateway:
    description: Resource id of the NAT gateway to associate. Exactly one of O(nat_gateway) and O(name) is needed.
    type: str
  name:
    description: Name of a NAT gateway to make. Its public IP gets the name with C(-ip) behind it.
    type: str
  state:
    description:
      - V(present) ensures the association. V(absent) removes a NAT gateway and its public IP that this module has made.
        What was there before can only be dissociated by M(azure_windows.activation.azure_kms_rollback).
    type: str
    choices: [absent, present]
    default: present
extends_documentation_fragment:
  - azure_windows.activation._azure
  - azure_windows.activation._azure_write
  - azure_windows.activation._azure_write.accepting
  - azure_windows.activation._azure_write.attributes
  - ansible.builtin.action_common_attributes
seealso:
  - module: azure_windows.activation.azure_kms_rollback
  - module: azure_windows.activation.azure_kms_route
"""

EXAMPLES = r"""
- name: Give a private subnet outbound connectivity
  azure_windows.activation.azure_kms_nat_gateway:
    subnet: "{{ network }}/subnets/servers"
    name: nat-spoke
    journal: /var/lib/activation/journal.jsonl
  vars:
    network: /subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/spoke
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
      description: Short name of the reason, for example V(other-nat-gateway).
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

import re
import typing as t

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._azure.settings import ARGUMENT_SPEC
from ..module_utils._azure_change import egress_check, nat_gateway, running, subnets, surroundings
from ..module_utils._azure_change.change_set import ChangeSet
from ..module_utils._azure_change.job import Job, to_result
from ..module_utils._network.links import reference
from ..module_utils._network.values import parent

# Azure's rule for the names of network resources; the public IP's name is three characters longer.
_NAME = re.compile(r"[A-Za-z0-9]([\w.-]{0,75}\w)?")


def argument_spec() -> dict[str, t.Any]:
    """Return the options of the module."""
    return {
        **ARGUMENT_SPEC,
        **running.WRITING,
        **running.STATE,
        **running.ACCEPTING,
        "subnet": {"type": "str", "required": True},
        "nat_gateway": {"type": "str"},
        "name": {"type": "str"},
    }


def check(params: t.Mapping[str, t.Any]) -> None:
    """Raise OptionError for an option that cannot be used."""
    running.check_id("subnet", params["subnet"], "Microsoft.Network/virtualNetworks/subnets")
    running.check_id("nat_gateway", params["nat_gateway"], "Microsoft.Network/natGateways")
    if params["name"] is not None and not _NAME.fullmatch(params["name"]):
        raise running.OptionError(f"name: '{params['name']}' cannot be the name of a NAT gateway.")


def act(job: Job) -> dict[str, t.Any]:
    """Plan and write."""
    judged: list[egress_check.EgressCheck] = []

    def planner() -> ChangeSet:
        plan = planned(job)
        if not plan.writes or not job.present:
            return plan
        # Whom the gateway moves is judged before the first write, from one reading.
        if not judged:
            subnet_id = job.params["subnet"]
            judged.append(egress_check.of_nat_gateway(surroundings.read(job, [subnet_id]), subnet_id))
        return egress_check.guarded(plan, judged[0], accepted=job.params["accept_egress_change"])

    return to_result(job.reconciler.carry_out(planner))


def planned(job: Job) -> ChangeSet:
    """Read and plan."""
    subnet_id, name = job.params["subnet"], job.params["name"]
    subnet = job.need("subnet", subnet_id)
    network = job.need("subnet", parent(subnet_id))
    gateway_id = subnets.in_group_of(parent(subnet_id), "natGateways", name) if name else job.params["nat_gateway"]
    table_id = reference(subnet, "routeTable")
    observed = nat_gateway.ObservedSubnet(
        subnet=subnet,
        network=network,
        table=job.read(table_id) if table_id else None,
        gateway_id=gateway_id,
        gateway=job.read(gateway_id),
        address=job.read(nat_gateway.address_id(gateway_id)) if name or not job.present else None,
    )
    return nat_gateway.plan(observed, make=bool(name)) if job.present else nat_gateway.without(observed)


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec=argument_spec(),
        supports_check_mode=True,
        mutually_exclusive=[("nat_gateway", "name")],
        required_one_of=[("nat_gateway", "name")],
    )
    running.run(module, check, act)


if __name__ == "__main__":
    main()
