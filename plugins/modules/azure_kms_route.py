#!/usr/bin/python

# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: azure_kms_route
short_description: Route the KMS addresses to the Internet
version_added: 1.0.0
description:
  - Gives every KMS address of the cloud a route of its own with next hop C(Internet), so that a default route to a VPN or
    ExpressRoute gateway or to an appliance does not take the traffic away. Azure's KMS answers addresses of Azure only.
  - A route is recognised by its prefix first, then by its name. A route for the address with next hop C(Internet) is left alone
    whatever it is called.
  - In a subnet without any outbound method such a route does nothing. The module then warns, and RV(effective) is V(false).
  - Where such a route would take the way to the KMS from a machine that has one today, for example by a firewall, nothing is written
    and the machines are named, unless O(accept_egress_change) is V(true). This is judged before the first write, in check mode too.
author:
  - The authors of azure_windows.activation (!UNKNOWN)
options:
  route_table:
    description: Resource id of the route table. Exactly one of O(route_table) and O(subnet) is needed.
    type: str
  subnet:
    description: Resource id of a subnet, whose route table is changed.
    type: str
  state:
    description:
      - V(present) ensures that the routes exist. V(absent) removes the routes that this module has named, and no others.
    type: str
    choices: [absent, present]
    default: present
  create_route_table:
    description: Make a route table for a O(subnet) that has none, and associate it.
    type: bool
    default: false
  replace_stale:
    description: Remove routes for addresses that were the KMS once, and for a misprint of older documentation.
    type: bool
    default: false
  allow_special_subnets:
    description:
      - Also change what serves C(GatewaySubnet), C(AzureFirewallSubnet) or another subnet of a service of Azure.
    type: bool
    default: false
extends_documentation_fragment:
  - azure_windows.activation._azure
  - azure_windows.activation._azure_write
  - azure_windows.activation._azure_write.attributes
  - azure_windows.activation._azure_write.addresses
  - azure_windows.activation._azure_write.accepting
  - ansible.builtin.action_common_attributes
seealso:
  - module: azure_windows.activation.azure_kms_nat_gateway
  - module: azure_windows.activation.azure_kms_rollback
"""

EXAMPLES = r"""
- name: Let the KMS traffic of a subnet leave directly
  azure_windows.activation.azure_kms_route:
    subnet: "{{ network }}/subnets/servers"
    create_route_table: true
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
effective:
  description:
    - Whether a route to the Internet is of use to every machine behind the routes. V(false) when one has no outbound method,
      null when it is not known, or O(state=absent).
  returned: success
  type: bool
refused:
  description: Why Azure was left untouched, null when it was not refused.
  returned: always
  type: dict
  contains:
    id:
      description: Short name of the reason.
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

import dataclasses
import typing as t

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._azure.settings import ARGUMENT_SPEC
from ..module_utils._azure_change import egress_check, route, running, surroundings
from ..module_utils._azure_change.change_set import ChangeSet
from ..module_utils._azure_change.job import Job, to_result
from ..module_utils._network.links import reference
from ..module_utils._network.values import parent


def argument_spec() -> dict[str, t.Any]:
    """Return the options of the module."""
    return {
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


def check(params: t.Mapping[str, t.Any]) -> None:
    """Raise OptionError for an option that cannot be used."""
    running.check_id("route_table", params["route_table"], "Microsoft.Network/routeTables")
    running.check_id("subnet", params["subnet"], "Microsoft.Network/virtualNetworks/subnets")
    running.check_addresses("addresses", params["addresses"])


def act(job: Job) -> dict[str, t.Any]:
    """Plan and write."""
    desired = route.DesiredRoutes(
        addresses=job.targets.addresses,
        stale=job.stale,
        present=job.present,
        replace_stale=job.params["replace_stale"],
        create_table=job.params["create_route_table"],
        special_subnets=job.params["allow_special_subnets"],
    )
    judged: list[egress_check.EgressCheck] = []

    def planner() -> ChangeSet:
        observed = observe(job)
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


def observe(job: Job) -> route.ObservedTable:
    """Read what the planner looks at."""
    subnet_id = job.params["subnet"]
    if not subnet_id:
        return route.ObservedTable(table=job.need("route_table", job.params["route_table"]))
    subnet = job.need("subnet", subnet_id)
    table_id = reference(subnet, "routeTable")
    if table_id:
        return route.ObservedTable(table=job.need("subnet", table_id), subnet=subnet)
    network = job.need("subnet", parent(subnet_id))
    return route.ObservedTable(subnet=subnet, network=network, spare=job.read(route.spare_id(subnet_id)))


def _judge(job: Job, subnet_ids: t.Sequence[str], *, writing: bool) -> egress_check.EgressCheck:
    """Judge the routes; the ways of today are read only where a machine could lose one."""
    check = egress_check.of_routes(surroundings.read(job, subnet_ids), subnet_ids)
    if not check.blocked or not writing:
        return check
    today = surroundings.read(job, subnet_ids, check.blocked)
    return dataclasses.replace(check, refusal=egress_check.lost_ways(today, check.blocked, job.targets))


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        argument_spec=argument_spec(),
        supports_check_mode=True,
        mutually_exclusive=[("route_table", "subnet")],
        required_one_of=[("route_table", "subnet")],
    )
    running.run(module, check, act)


if __name__ == "__main__":
    main()
