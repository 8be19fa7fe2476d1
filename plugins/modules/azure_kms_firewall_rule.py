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

from ..module_utils._azure_change import running
from ..module_utils._azure_change.writers.firewall_rule import KIND


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
