#!/usr/bin/python

# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: azure_kms_nsg_rule
short_description: Let a network security group pass the KMS traffic
version_added: 1.0.0
description:
  - Ensures that an outbound rule C(kms-activation) exists that allows TCP 1688 to the KMS addresses, at the last free priority before
    whatever denies it.
  - Azure's built-in licensing rule lets the traffic pass unless the subnet has a user-defined default route. Where it carries the
    traffic of every machine behind the group, nothing is written.
  - A deny on the service tag C(AzurePlatformLKM) or by a security admin rule is reported, not worked around.
author:
  - The authors of azure_windows.activation (!UNKNOWN)
options:
  nsg:
    description: Resource id of the network security group.
    type: str
    required: true
  sources:
    description:
      - Networks whose machines must reach the KMS, or V(*). With O(state=absent) these are removed from the rule, V(*) removes it.
    type: list
    elements: str
    default: ['*']
  state:
    description: Whether the rule is there.
    type: str
    choices: [absent, present]
    default: present
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
- name: Let a group pass the KMS traffic
  azure_windows.activation.azure_kms_nsg_rule:
    nsg: /subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Network/networkSecurityGroups/servers
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
carried_by_platform:
  description: Whether Azure's own rule lets the traffic of every machine behind the group pass; null when that is not known.
  returned: success and O(state=present)
  type: bool
refused:
  description: Why Azure was left untouched, null when it was not refused.
  returned: always
  type: dict
  contains:
    id:
      description: Short name of the reason, for example V(platform-tag-denied).
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
from ..module_utils._azure_change.writers.nsg_rule import KIND


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
