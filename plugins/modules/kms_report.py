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
  - Writes the diagnoses of M(azure_windows.activation.kms_diagnosis) as a web page, as JSON, as Markdown and as metrics, and prints
    them as a table, a line for each VM that is activated and a block for each root cause.
  - C(kms-report.html) is one file that asks for nothing from any network. Causes are grouped, so that one broken route table with 80 VMs
    is one item with 80 names and one fix.
  - Reports of several runs can be joined (O(merge)), and a report can say what changed since an earlier one (O(previous)).
  - The JSON Schema of the file is C(docs/kms_report.schema.json) of this collection. Consumers should check C(schema_version),
    which changes when a key is removed or gets another meaning, and ignore keys they do not know. O(merge) and O(previous) take files
    of this version and of those before.
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
      - The diagnoses, as returned by M(azure_windows.activation.kms_diagnosis). One of this and O(merge) is needed.
    type: list
    elements: dict
  remediation:
    description:
      - What the role C(azure_windows.activation.remediate) did, so that the report tells before and after.
      - A mapping with C(check_mode), C(actions), C(before) (the diagnoses before the run), C(hosts) (by name C(plan) and C(changes)),
        C(plan) and C(changes) of Azure, and C(journal). O(diagnoses) are those after the run.
    type: dict
  earlier:
    description:
      - What other batches of the play found, as the filter P(azure_windows.activation.kms_earlier#filter) collects it. Each holds
        C(diagnoses) and, after repairs, C(remediation).
    type: list
    elements: dict
    default: []
  merge:
    description:
      - Files C(kms-report.json) of other runs, job slices for example, that are joined with O(diagnoses).
      - A folder stands for every C(kms-report.json) in it, however deep, and a pattern as C(jobs/*/kms-report.json) for what it matches.
        The file that is about to be replaced is left out of both.
      - Of each VM the newest answer is kept. VMs of the same name with different Azure resource ids are different VMs.
    type: list
    elements: path
    default: []
  expected_hosts:
    description:
      - Names of the hosts that must be in the report. One that is not is listed as unanswered and counted as unknown.
    type: list
    elements: str
    default: []
  known_hosts:
    description:
      - Names of the hosts of the inventory. One that O(previous) holds and this run did not ask is left out, not gone, as with C(--limit).
    type: list
    elements: str
    default: []
  previous:
    description:
      - The C(kms-report.json) of an earlier run. The report says what is new, worse, fixed, gone or has another cause since then.
      - It may be the file that is about to be replaced. When it does not exist, there is a warning and no comparison.
    type: path
  formats:
    description:
      - Which files to write, all named C(kms-report) with the format as their ending.
      - V(prom) is for the textfile collector of Prometheus' node_exporter.
      - V(csv) is for spreadsheets, a row for each VM; what a spreadsheet would take for a formula is marked as text.
      - V(xml) is JUnit XML for pipelines, a test case for each VM. One that nobody could judge is an error, never skipped.
      - V(tickets) is one Markdown file for each owner who has something to do, as C(kms-report.network_team.md), of at most 32,000
        characters. Each VM that is not activated is in one of them, that of who can act first. It needs another format beside it.
      - The report's files of other formats in that folder, which an earlier run left, are removed.
    type: list
    elements: str
    choices: [json, html, md, prom, csv, xml, tickets]
    default: [json, html, md, prom]
  language:
    description:
      - The language of the page, the Markdown and the table. Ids, codes and raw evidence stay as they are, and so does the JSON.
    type: str
    choices: [en, ja]
    default: en
  report_dir:
    description:
      - Folder on the controller for the report. It is made when it is missing.
      - A relative path starts at the working directory of C(ansible-playbook).
    type: path
    default: kms-report
  per_job:
    description:
      - Whether a job of AWX or automation controller writes to a folder of its own in O(report_dir), C(job-) with the id of the job, so that
        slices do not replace each other's report. The id is that of C(awx_job_id), or C(tower_job_id).
      - A path that holds the id already stays as it is. Outside of such jobs nothing is added.
    type: bool
    default: true
  report_mode:
    description:
      - Permissions of the files, in octal. The report names machines and addresses, so that not everybody should read it.
    type: str
    default: "0640"
  display:
    description:
      - Whether to print the table. Turn it off when the output of Ansible itself is to be parsed.
    type: bool
    default: true
  output:
    description:
      - How much the table says. V(terse) has a line for each healthy verdict and a short block for each cause, at most two screens.
      - V(full), as C(-v), has every healthy VM, the evidence and all steps.
      - Both end in the answer, which is the tally, the causes of most VMs, where the report lies, and how changes in Azure are undone.
    type: str
    choices: [terse, full]
    default: terse
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

- name: Join the reports of all job slices in a folder and name the hosts that are in none of them
  azure_windows.activation.kms_report:
    merge: [/var/lib/reports/kms]
    expected_hosts: "{{ groups['windows'] }}"
  run_once: true

- name: Say what changed since the last run, in Japanese
  azure_windows.activation.kms_report:
    diagnoses: "{{ kms_diagnosis.diagnoses }}"
    previous: kms-report/kms-report.json
    language: ja
    formats: [json, html]
  run_once: true

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
      description: The JSON file; the first of O(formats) when that is not among them.
      type: str
      sample: /home/admin/kms-report/kms-report.json
    paths:
      description: Every file that was written, by its format.
      type: dict
      sample: {html: /home/admin/kms-report/kms-report.html, json: /home/admin/kms-report/kms-report.json}
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
          description: Of how many it could not be found out, unreachable and unanswered ones among them.
          type: int
        unanswered:
          description: How many were expected and are in none of the answers.
          type: int
        unread:
          description: How many things could not be read, different ones of Azure and sections of guests.
          type: int
        root_causes:
          description: How many VMs have each root cause.
          type: dict
          sample: {activated: 5, wrong-kms-host: 33}
    tickets:
      description: What was written for each owner; empty without V(tickets) in O(formats).
      type: list
      elements: dict
      contains:
        owner:
          description: V(guest_admin), V(network_team), V(automation), V(microsoft), V(image_owner) or V(unassigned).
          type: str
        subject:
          description: A title.
          type: str
        path:
          description: The file.
          type: str
        hosts:
          description: The VMs that it is about.
          type: list
          elements: str
        root_causes:
          description: Their root causes, the worst first.
          type: list
          elements: str
"""
