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

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._azure_change import running
from ..module_utils._azure_change.writers.route import KIND


def argument_spec() -> dict[str, t.Any]:
    """Return the options of the module."""
    return dict(KIND.spec)


def main() -> None:
    """Run the module."""
    running.run(
        AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True, **KIND.rules), KIND.check, KIND.run
    )


if __name__ == "__main__":
    main()
