#!/usr/bin/python
# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later


from __future__ import annotations

DOCUMENTATION = r"""
module: kms_report
short_description: Write the report on why VMs of a fleet do or do not activate
version_added: 1.0.0
description:
  - Writes the diagnoses of M(azure_windows.activation.kms_diagnosis) to C(kms-report.json) and prints them as a table,
    a line for each VM that is activated and a block for each root cause.
  - The JSON Schema of the file is C(docs/kms_report.schema.json) of this collection. Consumers should check C(schema_version),
    which changes when a key is removed or gets another meaning, and ignore keys they do not know.
  - The file is replaced as a whole, so that a reader never meets half of one.
  - Control characters in what guests said are replaced, and overlong texts are cut, in the file and on the terminal.
author:
  - The authors of azure_windows.activation (!UNKNOWN)
extends_documentation_fragment:
  - ansible.builtin.action_common_attributes
  - ansible.builtin.action_common_attributes.conn
  - ansible.builtin.action_common_attributes.flow
attributes:
  action:
    support: full
  async:
    support: none
  become:
    support: none
  bypass_host_loop:
    support: none
  check_mode:
    support: full
    details: The report is written in check mode too. It is about the VMs and changes none of them.
  connection:
    support: none
  delegation:
    support: none
    details: It always runs on the controller.
  diff_mode:
    support: none
  platform:
    platforms: all
options:
  diagnoses:
    description:
      - The diagnoses, as returned by M(azure_windows.activation.kms_diagnosis).
    type: list
    elements: dict
    required: true
  report_dir:
    description:
      - Folder on the controller for the report. It is made when it is missing.
      - A relative path starts at the working directory of C(ansible-playbook).
    type: path
    default: kms-report
  display:
    description:
      - Whether to print the table. Turn it off when the output of Ansible itself is to be parsed.
    type: bool
    default: true
notes:
  - Use it with C(run_once), after the diagnosis.
seealso:
  - module: azure_windows.activation.kms_diagnosis
  - module: azure_windows.activation.kms_facts
"""

EXAMPLES = r"""
- name: Write the report
  azure_windows.activation.kms_report:
    diagnoses: "{{ kms_diagnosis.diagnoses }}"
    report_dir: /var/lib/reports/kms
  run_once: true
  register: kms_report

- name: Stop the pipeline when a VM needs attention
  ansible.builtin.assert:
    that: kms_report.report.summary.attention == 0
  run_once: true
"""

RETURN = r"""
report:
  description: Where the report lies and its tally.
  returned: success
  type: dict
  contains:
    path:
      description: The file.
      type: str
      sample: /home/admin/kms-report/kms-report.json
    summary:
      description: The tally, in which every VM is counted once as V(activated), V(attention) or V(unknown).
      type: dict
      contains:
        hosts:
          description: How many VMs.
          type: int
        activated:
          description: How many are activated and need nothing.
          type: int
        attention:
          description: How many are not activated, or will not stay so.
          type: int
        unknown:
          description: Of how many it could not be found out, unreachable ones among them.
          type: int
        root_causes:
          description: How many VMs have each root cause.
          type: dict
          sample: {activated: 5, wrong-kms-host: 33}
"""
