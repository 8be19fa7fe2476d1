#!/usr/bin/python
# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kms_plan
short_description: Plan what would repair the activation of Windows VMs in Azure
version_added: 1.0.0
description:
  - Takes diagnoses with their evidence and says what would repair each host, which of it is allowed, and who may allow the rest.
  - An object of Azure that many hosts depend on is planned once.
  - Plans only. Nothing is read from or changed on any host or in Azure.
author:
  - The authors of azure_windows.activation (!UNKNOWN)
extends_documentation_fragment:
  - ansible.builtin.action_common_attributes
options:
  diagnoses:
    description:
      - RV(azure_windows.activation.kms_diagnosis#module:diagnoses).
    type: list
    elements: dict
    required: true
  evidence:
    description:
      - The O(azure_windows.activation.kms_diagnosis#module:evidence) that was diagnosed.
    type: list
    elements: dict
    required: true
  actions:
    description:
      - What may be done. The default holds what does no harm in the guest.
      - V(route), V(firewall_rule), V(nsg_rule) and V(nat_gateway) change Azure's network.
      - V(token_store), V(firewall), V(hosts_file), V(clock) and V(reboot) change the guest more deeply.
    type: list
    elements: str
    choices: [route, firewall_rule, nsg_rule, nat_gateway, clock, firewall, service, host, key, hosts_file, dns_cache, token_store, activation, reboot]
    default: [service, host, key, dns_cache, activation]
  disable_blocking_firewall_rules:
    description:
      - Whether V(firewall) may disable a local rule of the Windows Firewall that blocks TCP 1688.
    type: bool
    default: false
  outside_azure:
    description:
      - Whether a machine may be changed that is not proved to be in Azure by its metadata service or a resource id. Its key and its KMS host may
        be right for where it is.
    type: bool
    default: false
  convert_key:
    description:
      - Whether V(key) may replace a retail key that may belong to a subscription.
    type: bool
    default: false
  journal_dir:
    description:
      - Folder of the journal that the modules that change Azure are to keep. A relative one starts at the working directory of
        C(ansible-playbook).
    type: path
    default: kms-journal
  display:
    description:
      - Whether to print the plan.
    type: bool
    default: true
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  platform:
    platforms: posix
notes:
  - Runs on the controller as an action. Use it with C(run_once) and give it all hosts at once.
seealso:
  - module: azure_windows.activation.kms_diagnosis
"""

EXAMPLES = r"""
- name: See what would repair the fleet
  azure_windows.activation.kms_plan:
    diagnoses: "{{ kms_diagnosis.diagnoses }}"
    evidence: "{{ kms_evidence }}"
    actions: [host, key, activation, route]
  register: kms_plan
"""

RETURN = r"""
hosts:
  description: The plan of each host, by its name.
  returned: success
  type: dict
  contains:
    steps:
      description: Every repair that would help, in the order in which they are done.
      type: list
      elements: dict
      contains:
        action:
          description: Its name in O(actions).
          type: str
        target:
          description: V(guest), the resource id of an Azure object, or V(unknown) when none can be named.
          type: str
        reason:
          description: Title of the finding.
          type: str
        finding:
          description: Id of the finding.
          type: str
        allowed:
          description: Whether O(actions) holds it.
          type: bool
        who:
          description: Who has the say, as V(guest_admin) or V(network_team).
          type: str
        variable:
          description: The role variable that allows it.
          type: str
        obstacle:
          description: Why it is not done even if it is allowed, null when nothing is in its way.
          type: str
    run:
      description: The actions that are going to be done in the guest, in order.
      type: list
      elements: str
    firewall:
      description: What is going to be done to the guest's firewall.
      type: dict
azure:
  description: The objects of Azure, each once.
  returned: success
  type: list
  elements: dict
  contains:
    action:
      description: Its name in O(actions).
      type: str
    target:
      description: Resource id of the object.
      type: str
    arguments:
      description: Options of the module that does it.
      type: dict
    hosts:
      description: The hosts that it repairs.
      type: list
      elements: str
    findings:
      description: Ids of the findings.
      type: list
      elements: str
    reason:
      description: Title of the first finding.
      type: str
    allowed:
      description: Whether O(actions) holds it.
      type: bool
    obstacle:
      description: Why it is not done even if it is allowed.
      type: str
    due:
      description: Whether it is going to be done.
      type: bool
journal:
  description: Where these changes of Azure are to be kept, for the option C(journal) of the modules that make them.
  returned: success
  type: str
messages:
  description: Of the texts that say why something is not done, which message each is, for reports in other languages.
  returned: success
  type: dict
touched:
  description: Names of the hosts that anything is going to be done for.
  returned: success
  type: list
  elements: str
"""
