#!/usr/bin/python
# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kms_hosts_file
short_description: Free the KMS names from a Windows VM's hosts file
version_added: 1.0.0
description:
  - Comments out the lines of the hosts file that give a name of Azure's KMS an address. In a line that names other hosts too, only the KMS names are taken out.
  - All other lines, the encoding and the line ends stay as they are. A copy of the file is kept beside it first.
  - Empties the DNS client cache after a change.
  - With O(state=restored) the file of before comes back.
author:
  - The authors of azure_windows.activation (!UNKNOWN)
extends_documentation_fragment:
  - azure_windows.activation._guest.change
  - ansible.builtin.action_common_attributes
options:
  state:
    description:
      - V(absent) takes the names out. V(restored) brings a copy back, after a copy of the file as it is now.
    type: str
    choices: [absent, restored]
    default: absent
  names:
    description:
      - The names to take out. Without any these are the KMS names of all Azure clouds.
    type: list
    elements: str
    default: []
  backup:
    description:
      - For O(state=restored), the path of the copy as RV(hosts_file.backup) returned it. Without it the newest one is taken.
    type: str
notes:
  - Refusals are V(no-backup) and V(constrained-language) in RV(refused).
seealso:
  - module: azure_windows.activation.kms_activation
  - module: azure_windows.activation.kms_host
"""

EXAMPLES = r"""
- name: See what the hosts file holds against Azure's KMS, changing nothing
  azure_windows.activation.kms_hosts_file:
  check_mode: true
  diff: true

- name: Comment it out
  azure_windows.activation.kms_hosts_file:

- name: Bring the newest copy back
  azure_windows.activation.kms_hosts_file:
    state: restored
"""

RETURN = r"""
hosts_file:
  description: The lines that name a KMS.
  returned: when the module does not refuse
  type: dict
  contains:
    path:
      description: Where the file is. Null when there is none.
      type: str
    before:
      description: The lines as they were found.
      type: list
      elements: str
    after:
      description: What became of them. In check mode what would become of them.
      type: list
      elements: str
    backup:
      description: The copy of the file as it was before, null when nothing was changed. In check mode where it would be.
      type: str
refused:
  description: Why nothing was done, for machines. The text for people is the error message.
  returned: when the module refuses
  type: str
  sample: no-backup
"""
