#!/usr/bin/python
# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


from __future__ import annotations

DOCUMENTATION = r"""
module: kms_explain
short_description: Explain a finding
version_added: 1.0.0
description:
  - Prints the page of a finding, what it means, how it is detected, what it says, the steps to fix it, and its sources.
  - The playbook C(azure_windows.activation.explain) does the same from the command line.
author:
  - The authors of azure_windows.activation (!UNKNOWN)
extends_documentation_fragment:
  - ansible.builtin.action_common_attributes
attributes:
  check_mode:
    support: full
    details: Nothing is changed in either mode.
  diff_mode:
    support: none
  platform:
    platforms: posix
    support: full
    details: Runs on the controller.
options:
  finding:
    description:
      - The id of the finding, as reports have it. Without one, all are listed.
    type: str
    default: ""
  language:
    description:
      - The language of the sentences and steps. The two paragraphs on what a finding means and how it is detected are English.
    type: str
    choices: [en, ja]
    default: en
  display:
    description:
      - Whether to print the text.
    type: bool
    default: true
seealso:
  - module: azure_windows.activation.kms_report
"""

EXAMPLES = r"""
- name: Explain a finding
  azure_windows.activation.kms_explain:
    finding: wrong-kms-host
  run_once: true
"""

RETURN = r"""
text:
  description: The page, or a line for each finding.
  returned: success
  type: str
findings:
  description: The ids of all findings, in the order of causes.
  returned: success
  type: list
  elements: str
"""
