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

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._azure_change import running
from ..module_utils._azure_change.writers.nat_gateway import KIND


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
