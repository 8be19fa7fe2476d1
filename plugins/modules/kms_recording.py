#!/usr/bin/python
# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kms_recording
short_description: Record what a Windows VM and Azure answered, to be judged again anywhere
version_added: 1.0.0
description:
  - Writes one JSON file with the raw answer of the guest, the requests to Azure that its path was judged from, the versions of
    everything that took part, and the verdict.
  - M(azure_windows.activation.kms_diagnosis) judges the file again with O(azure_windows.activation.kms_diagnosis#module:recordings),
    without the guest and without Azure. Attach it to a bug report.
  - Names of hosts, domains, users and resources, addresses, ids and texts are replaced. The same one always gets the same replacement
    within a file, and addresses of one subnet stay in one subnet, so that the verdict is the same.
  - What stays readable is listed by the collection (documented KMS names and addresses, codes, numbers, times, versions, words that
    Windows and Azure define). Everything else is replaced, also what nobody thought of.
  - Of a product key at most the last five characters of a published setup key are kept.
author:
  - The authors of azure_windows.activation (!UNKNOWN)
extends_documentation_fragment:
  - ansible.builtin.action_common_attributes
options:
  dest:
    description:
      - The file to write on the controller. A file that is there is replaced. Its name is yours to choose and is not masked.
    type: path
    required: true
  facts:
    description:
      - The registered result of M(azure_windows.activation.kms_facts), which was given
        O(azure_windows.activation.kms_facts#module:record). The result of a host that could not be asked is taken too.
    type: dict
    required: true
  azure:
    description:
      - The registered result of M(azure_windows.activation.azure_kms_path_info), which was given
        O(azure_windows.activation.azure_kms_path_info#module:record). Leave it out where Azure was not to be asked.
    type: dict
  verification:
    description:
      - RV(azure_windows.activation.kms_verify#module:verification) of the host. Only maintainers need it.
    type: list
    elements: dict
  masked:
    description:
      - Whether names, addresses, ids and texts are replaced. Keep an unmasked file to yourself.
    type: bool
    default: true
attributes:
  check_mode:
    support: full
    details: The file is written in check mode too. It changes nothing on the host.
  diff_mode:
    support: none
  platform:
    platforms: posix
notes:
  - Runs on the controller as an action and never contacts the host.
seealso:
  - module: azure_windows.activation.kms_facts
  - module: azure_windows.activation.kms_diagnosis
"""

EXAMPLES = r"""
- name: Ask the guest
  azure_windows.activation.kms_facts:
    record: recordings/{{ inventory_hostname }}.json
  register: kms_result
  ignore_unreachable: true

- name: Record a host, also one that cannot be reached
  azure_windows.activation.kms_recording:
    dest: recordings/{{ inventory_hostname }}.json
    facts: "{{ kms_result }}"

- name: Judge it again
  azure_windows.activation.kms_diagnosis:
    recordings: [recordings]
"""

RETURN = r"""
path:
  description: The file that was written.
  returned: success
  type: str
verdict:
  description: What the collection makes of it today; it stands in the file too.
  returned: success
  type: dict
  contains:
    root_cause:
      description: Id of the root cause.
      type: str
    confidence:
      description: How sure it is.
      type: str
    findings:
      description: Ids of the other findings that failed.
      type: list
      elements: str
    guest:
      description: How much of the guest was seen.
      type: str
    azure:
      description: How much of Azure was seen.
      type: str
"""
