#!/usr/bin/python
# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kms_host
short_description: Set or clear the KMS host of a Windows VM
version_added: 1.0.0
description:
  - Sets the KMS host and port that Windows asks, by default those of the VM's Azure cloud, or clears them so that Windows discovers a host through DNS.
  - A KMS host of the installed product, which wins over the machine's, is cleared.
  - When the settings change while Windows remembers a discovered host, the licensing service is restarted so that it forgets it.
  - What a policy wrote is reported. This module cannot change a policy, and a policy can win or come back.
  - When a step fails, the old settings are put back.
author:
  - The authors of azure_windows.activation (!UNKNOWN)
extends_documentation_fragment:
  - azure_windows.activation._guest.change
  - azure_windows.activation._guest.cloud
  - ansible.builtin.action_common_attributes
options:
  state:
    description:
      - V(present) sets O(name) and O(port). V(absent) clears them, and Windows looks for a host in DNS (SRV record C(_vlmcs._tcp)).
      - Azure has no such record of its own, so V(absent) only helps where the VM's domain publishes a KMS host.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - The host name or address. V(auto) takes the preferred name of the VM's cloud, such as C(azkms.core.windows.net).
    type: str
    default: auto
  port:
    description:
      - The port, from 1 to 65535.
    type: int
    default: 1688
  clear_product_overrides:
    description:
      - Clear a KMS host that is set for the installed product only. Without this it stays, wins, and is warned about.
    type: bool
    default: true
notes:
  - Refusals are V(license-unreadable), V(product-id-unknown), V(not-elevated) and V(constrained-language) in RV(refused).
seealso:
  - module: azure_windows.activation.kms_activation
  - module: azure_windows.activation.kms_key
"""

EXAMPLES = r"""
- name: Have Windows ask the KMS of the VM's Azure cloud
  azure_windows.activation.kms_host:

- name: Have Windows ask a KMS host of one's own
  azure_windows.activation.kms_host:
    name: kms.corp.example
    port: 1689

- name: Have Windows discover a KMS host through DNS
  azure_windows.activation.kms_host:
    state: absent
"""

RETURN = r"""
host:
  description: The KMS host settings.
  returned: when the module does not refuse
  type: dict
  contains:
    before:
      description: Every place that named a KMS host, the one that counts first; without the policy's.
      type: list
      elements: dict
      contains:
        source:
          description: V(product), V(global), V(discovered) or V(cached).
          type: str
        host:
          description: The name or address.
          type: str
        port:
          description: The port.
          type: int
        kind:
          description: >-
            V(azure), V(azure_legacy_name), V(azure_address), V(azure_old_address), V(azure_other_cloud), V(known_other) or V(other), as in
            M(azure_windows.activation.kms_facts).
          type: str
    after:
      description: The same, read from Windows afterwards; in check mode what it would be.
      type: list
      elements: dict
    policy:
      description: What a policy wrote, in the same form.
      type: list
      elements: dict
    warnings:
      description: What stands against the wanted host and was not changed.
      type: list
      elements: str
refused:
  description: Why nothing was done, for machines. The text for people is the error message.
  returned: when the module refuses
  type: str
  sample: license-unreadable
"""
