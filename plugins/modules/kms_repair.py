#!/usr/bin/python
# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kms_repair
short_description: Make the planned repairs of a Windows VM
version_added: 1.0.0
description:
  - Runs the repairs that M(azure_windows.activation.kms_plan) planned for a guest, in the order in which they build on each other.
  - Each repair is made by its own module, such as M(azure_windows.activation.kms_host), and keeps its result, its diff and its preview.
  - What one repair read last serves the next one. Windows' success is proved by the diagnosis that follows.
  - Stops where going on makes no sense, as when the licensing service cannot be started.
author:
  - The authors of azure_windows.activation (!UNKNOWN)
extends_documentation_fragment:
  - azure_windows.activation._guest.change
  - azure_windows.activation._guest.cloud
  - ansible.builtin.action_common_attributes
options:
  actions:
    description:
      - RV(azure_windows.activation.kms_plan#module:hosts.run) of the guest.
    type: list
    elements: str
    choices: [clock, firewall, service, host, key, hosts_file, dns_cache, token_store, activation, reboot]
    required: true
  guest:
    description:
      - What C(kms_facts) just read of the guest, C(ansible_facts.kms). Without it the guest is read once more.
    type: dict
  firewall:
    description:
      - RV(azure_windows.activation.kms_plan#module:hosts.firewall) of the guest.
    type: dict
    default: {}
  reboot:
    description:
      - Whether Windows may be restarted where a repair needs it.
    type: bool
    default: false
  start_service:
    description:
      - Whether the licensing service may be enabled and started.
    type: bool
    default: true
  product_key:
    description:
      - As in M(azure_windows.activation.kms_key).
    type: str
    default: auto
  convert:
    description:
      - As in M(azure_windows.activation.kms_key).
    type: bool
    default: false
  attempts:
    description:
      - As in M(azure_windows.activation.kms_activation).
    type: int
    default: 12
  interval:
    description:
      - As in M(azure_windows.activation.kms_activation).
    type: int
    default: 5
  insist:
    description:
      - As in M(azure_windows.activation.kms_activation).
    type: bool
    default: false
seealso:
  - module: azure_windows.activation.kms_plan
"""

EXAMPLES = r"""
- name: Make the planned repairs
  azure_windows.activation.kms_repair:
    actions: "{{ kms_plan.hosts[inventory_hostname].run }}"
    firewall: "{{ kms_plan.hosts[inventory_hostname].firewall }}"
"""

RETURN = r"""
steps:
  description: The result of each repair that was tried, by its name, as its own module returns it.
  returned: success
  type: dict
"""
