#!/usr/bin/python

# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: azure_kms_repair
short_description: Make the planned changes of Azure
version_added: 1.0.0
description:
  - Makes the changes of Azure that M(azure_windows.activation.kms_plan) planned. Each is what M(azure_windows.activation.azure_kms_route),
    M(azure_windows.activation.azure_kms_firewall_rule), M(azure_windows.activation.azure_kms_nsg_rule) or
    M(azure_windows.activation.azure_kms_nat_gateway) would do with the same options.
  - Azure is read once for all of them. Each change then costs a number of calls that does not depend on how many there are.
    A route table without the routes to the KMS costs two calls for each route.
  - Changes of different objects are made side by side. What Azure itself changes one after the other (a route table, a virtual network,
    a firewall policy with its parents) is changed so.
  - A change that fails takes back what it wrote and holds up no other. The module fails when one of them does.
author:
  - The authors of azure_windows.activation (!UNKNOWN)
options:
  changes:
    description:
      - Entries of RV(azure_windows.activation.kms_plan#module:azure). C(action) names the kind of change and C(arguments) are its options.
      - C(target) and C(hosts) come back in the results; everything else is ignored.
    type: list
    elements: dict
    required: true
  replace_stale:
    description: As in M(azure_windows.activation.azure_kms_route), for all routes.
    type: bool
    default: false
  fqdn:
    description: As in M(azure_windows.activation.azure_kms_firewall_rule), for all rules of firewalls.
    type: bool
    default: false
  nat_gateway:
    description: The resource id of the NAT gateway for all subnets that get one, or the name of one to make beside each network.
    type: str
  workers:
    description:
      - How many changes are made side by side. Resource Manager refills 10 writes a second for an identity in a subscription.
    type: int
    default: 4
extends_documentation_fragment:
  - azure_windows.activation._azure
  - azure_windows.activation._azure_write
  - azure_windows.activation._azure_write.accepting
  - azure_windows.activation._azure_write.attributes
  - ansible.builtin.action_common_attributes
seealso:
  - module: azure_windows.activation.azure_kms_rollback
  - module: azure_windows.activation.kms_plan
  - name: How Azure Resource Manager throttles requests
    description: The limits that writes meet.
    link: https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
"""

EXAMPLES = r"""
- name: Route the KMS addresses of two route tables to the Internet
  azure_windows.activation.azure_kms_repair:
    changes:
      - action: route
        arguments:
          route_table: "{{ network }}/routeTables/spoke1"
      - action: route
        arguments:
          route_table: "{{ network }}/routeTables/spoke2"
    journal: /var/lib/activation/journal.jsonl
  vars:
    network: /subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Network
  delegate_to: localhost
"""

RETURN = r"""
repairs:
  description:
    - What came of each of O(changes), in their order. Besides what is listed here, an entry holds what the module of its kind returns.
  returned: always, unless an option or the sign-in is wrong
  type: list
  elements: dict
  contains:
    action:
      description: The C(action) of the change.
      type: str
    target:
      description: The C(target) of the change, null when it has none.
      type: str
    hosts:
      description: The C(hosts) of the change.
      type: list
      elements: str
    changed:
      description: Whether something was written, in check mode whether it would be.
      type: bool
    failed:
      description: Whether the change was not made.
      type: bool
    msg:
      description: Why it failed.
      returned: on failure
      type: str
    warnings:
      description: What a reader must know of this change.
      type: list
      elements: str
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._azure.settings import ARGUMENT_SPEC
from ..module_utils._azure_change import repair, running
from ..module_utils._azure_change.job import Run


def argument_spec() -> dict[str, t.Any]:
    """Return the options of the module."""
    return {
        **ARGUMENT_SPEC,
        **running.WRITING,
        **running.ACCEPTING,
        "changes": {"type": "list", "elements": "dict", "required": True},
        "replace_stale": {"type": "bool", "default": False},
        "fqdn": {"type": "bool", "default": False},
        "nat_gateway": {"type": "str"},
        "workers": {"type": "int", "default": 4},
    }


def check(params: t.Mapping[str, t.Any]) -> None:
    """Raise OptionError for an option that cannot be used."""
    if params["workers"] < 1:
        raise running.OptionError("workers: it must be at least 1.")
    _changes(params)


def run(work: Run, params: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Make the changes and sum up."""
    return repair.summed_up(repair.carry_out(work, _changes(params), params["workers"]))


def _changes(params: t.Mapping[str, t.Any]) -> list[repair.Change]:
    wanted = params["nat_gateway"] or ""
    common = {name: params[name] for name in ("accept_egress_change", "fqdn", "operation_timeout", "replace_stale")}
    common["nat_gateway" if "/" in wanted else "name"] = wanted or None
    return repair.checked(params["changes"], common)


def main() -> None:
    """Run the module."""
    running.run(AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True), check, run)


if __name__ == "__main__":
    main()
