#!/usr/bin/python
# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kms_verify
short_description: Observe on a disposable Windows VM what documents leave open
version_added: 1.0.0
description:
  - Asks a real Windows the questions that this collection could only answer from documents, for its maintainers.
  - It is not needed for diagnosing or repairing anything.
  - It sets the KMS host to an address that nobody has and attempts one activation, then puts the host back.
  - It adds one outbound firewall rule for documentation addresses, then removes it.
  - It lets Windows correct its clock, which is not put back, and shows Microsoft's harmless test text to the antivirus, which logs it.
  - Use it on a VM that you can throw away. Where the connection breaks off in between, something may stay.
author:
  - The authors of azure_windows.activation !UNKNOWN
extends_documentation_fragment:
  - ansible.builtin.action_common_attributes
options:
  disposable:
    description:
      - Must be V(true). It says that the VM can be thrown away.
    type: bool
    required: true
  questions:
    description:
      - Which questions to ask. All of them when it is left out.
    type: list
    elements: str
    choices:
      - dnsclient_import
      - net_import
      - runspace
      - licence_query
      - key_refused
      - activate_failure
      - tokens_file
      - firewall_rules
      - firewall_block
      - connect_codes
      - dns_codes
      - w32tm_resync
      - amsi
      - event_forms
      - services
      - imds_headers
attributes:
  check_mode:
    support: partial
    details: Questions that change something are skipped.
  diff_mode:
    support: none
  platform:
    platforms: windows
notes:
  - Needs administrator rights on the guest and takes one to three minutes.
seealso:
  - module: azure_windows.activation.kms_recording
"""

EXAMPLES = r"""
- name: Observe what is not known
  azure_windows.activation.kms_verify:
    disposable: true
  register: verification

- name: Show it
  ansible.builtin.debug:
    msg: "{{ verification.table }}"
"""

RETURN = r"""
verification:
  description: Every question with its answer.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Name of the question.
      type: str
    text:
      description: The question.
      type: str
    believed:
      description: What this collection takes for granted until somebody has looked.
      type: str
    status:
      description:
        - V(observed), V(failed), V(not_restored) when a change could not be put back, V(skipped) in check mode, V(not_simulated) in a
          simulation that does not know, or V(unanswered).
      type: str
    answer:
      description: What the script saw, with milliseconds, observed, error, changes and restored.
      type: dict
table:
  description: The same as lines for a terminal.
  returned: success
  type: list
  elements: str
"""
