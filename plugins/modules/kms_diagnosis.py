#!/usr/bin/python
# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kms_diagnosis
short_description: Find the one root cause why Windows VMs in Azure do or do not activate
version_added: 1.0.0
description:
  - Takes what M(azure_windows.activation.kms_facts) gathered inside the guests, and optionally what is known about the path out of Azure.
  - Gives exactly one root cause for each host, the chain from it to what the user sees, and every other finding.
  - A finding whose inputs were not seen is V(skipped) or V(unknown), never V(ok).
  - Judges only. Nothing is read from or changed on any host, and the same evidence always gives the same diagnosis.
author:
  - The authors of azure_windows.activation (!UNKNOWN)
extends_documentation_fragment:
  - ansible.builtin.action_common_attributes
options:
  evidence:
    description:
      - One entry for each host. A host must not occur twice.
      - Exactly one of O(evidence) and O(recordings) is needed.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - The host's name in the report.
        type: str
        required: true
      guest:
        description:
          - RV(azure_windows.activation.kms_facts#module:ansible_facts.kms) of the host, or nothing where the guest gave none.
        type: dict
      guest_error:
        description:
          - Why there is nothing from the guest.
        type: dict
        suboptions:
          kind:
            description:
              - V(unreachable) without a connection, V(failed) when the task failed, V(not_asked) when it did not run.
            type: str
            required: true
            choices: [unreachable, failed, not_asked]
          message:
            description:
              - The error message.
            type: str
            required: true
      path:
        description:
          - How the host's KMS traffic leaves Azure, or nothing where Azure was not asked.
        type: dict
      azure_error:
        description:
          - Why Azure gave nothing.
        type: str
      resource_id:
        description:
          - What the inventory or the user says that the host is in Azure.
        type: str
      repaired:
        description:
          - Whether the host was repaired just now, so that what failed before its last success is explained.
        type: bool
        default: false
  recordings:
    description:
      - Files that O(azure_windows.activation.kms_facts#module:record) or M(azure_windows.activation.kms_recording) wrote, or folders
        of them.
      - Each is judged by today's code as if its host had just answered, without the host and without Azure. The file's name without
        C(.json) is the host's name.
    type: list
    elements: path
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  platform:
    platforms: posix
notes:
  - Runs on the controller as an action, so that the evidence is neither sent to a module process nor repeated in the result.
  - Use it with C(run_once) and give it the evidence on all hosts at once.
  - The evidence holds no product key beyond its last five characters, so that C(no_log) is not needed.
seealso:
  - module: azure_windows.activation.kms_facts
  - module: azure_windows.activation.kms_report
"""

EXAMPLES = r"""
- name: Gather what decides about activation
  azure_windows.activation.kms_facts:
  register: kms_result

- name: Find the root cause of this host
  azure_windows.activation.kms_diagnosis:
    evidence:
      - name: "{{ inventory_hostname }}"
        guest: "{{ kms_result.ansible_facts.kms }}"
  register: kms_diagnosis

- name: Show it
  ansible.builtin.debug:
    msg: "{{ kms_diagnosis.diagnoses[0].chain }}"

- name: Diagnose a host that could not be reached
  azure_windows.activation.kms_diagnosis:
    evidence:
      - name: web01
        guest_error:
          kind: unreachable
          message: Connection timed out

- name: Judge what was recorded elsewhere
  azure_windows.activation.kms_diagnosis:
    recordings: [kms-recordings]
"""

RETURN = r"""
diagnoses:
  description: One diagnosis for each entry of O(evidence) or file of O(recordings), in the same order.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The host's name.
      type: str
      sample: web01
    root_cause:
      description: The one finding that explains the state, or that is to be fixed first.
      type: dict
      contains: &finding
        id:
          description: The finding's stable name. Each has a page under C(docs/findings).
          type: str
          sample: wrong-kms-host
        severity:
          description: V(error), V(warning) or V(info).
          type: str
          sample: error
        status:
          description: V(fail), V(ok), V(skipped) when its inputs were not asked for, or V(unknown) when they could not be read.
          type: str
          sample: fail
        confidence:
          description:
            - V(certain) when the evidence excludes every other cause that is known, V(likely) when one other would look the same,
              V(possible) when several would. The key C(not_excluded) names them.
          type: str
          sample: certain
        title:
          description: One sentence on what is wrong and what to do.
          type: str
          sample: "The KMS host is kms.corp.example, which is not Azure's KMS. Set it to azkms.core.windows.net:1688 and activate."
        evidence:
          description: The observed values.
          type: list
          elements: dict
          contains:
            kind:
              description: What kind of value it is. C(docs/facts.md) says of each kind what its value holds.
              type: str
              sample: kms_host
            value:
              description: What was seen, as plain data.
              type: raw
              sample: kms.corp.example:1688
            source:
              description: Where it was seen, a key that C(docs/facts.md) explains.
              type: str
              sample: host_settings
            object:
              description: What tells it from others of its kind, an address, a name or the place of a setting. Empty when there is one only.
              type: str
              sample: global
            expected:
              description: What a healthy guest shows, null when nothing in particular.
              type: raw
              sample: azkms.core.windows.net:1688
            at:
              description: When it was seen (UTC), null when that is the time of the collection.
              type: str
              sample: "2026-11-24T06:12:09Z"
        remedy:
          description: What can be done, the best way first.
          type: list
          elements: dict
          contains:
            who:
              description: V(guest_admin), V(network_team), V(automation), V(microsoft) or V(image_owner).
              type: str
              sample: guest_admin
            steps:
              description: The steps in order.
              type: list
              elements: dict
              contains:
                says:
                  description: What is to be done.
                  type: str
                  sample: Set the KMS host
                command:
                  description: The whole command, as it is typed, null for a step that is none.
                  type: str
                  sample: cscript //nologo $env:windir\system32\slmgr.vbs /skms azkms.core.windows.net:1688
            action:
              description: The name in O(azure_windows.activation.remediate#role:main:remediate_actions) that lets the collection do it, null when it cannot.
              type: str
              sample: host
        explains:
          description: The findings that this one accounts for. They are no findings of their own any more.
          type: list
          elements: str
          sample: [kms-unreachable-unexplained]
        not_excluded:
          description: The findings that would look the same, one where this one is V(likely) and several where it is V(possible).
          type: list
          elements: str
          sample: [appliance-blocks-kms]
        doc:
          description: The finding's page.
          type: str
          sample: docs/findings/wrong-kms-host.md
    chain:
      description: Sentences from the root cause to the state of the licence.
      type: list
      elements: str
    findings:
      description: Every other finding, faults first, then what could not be checked.
      type: list
      elements: dict
      contains: *finding
    guest:
      description: How much of the guest was seen.
      type: dict
      contains: &side
        status:
          description: V(ok), V(partial), V(unreadable), V(unreachable) or V(not_asked).
          type: str
          sample: partial
        detail:
          description: Why nothing was seen.
          type: str
        unread:
          description: What is missing, one line for each part.
          type: list
          elements: str
          sample: ["events: not asked"]
        read_at:
          description: When Azure was read, where that was kept in a file; V(null) otherwise and for the guest.
          type: str
    azure:
      description: How much of Azure's side was seen.
      type: dict
      contains: *side
    licensed:
      description: Whether Windows says that it is licensed, null when that is not known.
      type: bool
      sample: false
    expires_at:
      description: When the licence ends unless it is renewed, or the grace period in its place (UTC), null without an end.
      type: str
      sample: "2027-05-21T08:00:00Z"
    os:
      description: The operating system as Windows names it, with its build.
      type: str
      sample: Microsoft Windows Server 2022 Datacenter (20348.2402)
    resource_id:
      description: The Azure resource id of the VM, null when not known.
      type: str
    machine:
      description: What machine the host is, by evidence.
      type: dict
      contains:
        kind:
          description:
            - V(azure_vm) and V(scale_set_instance) are proved to be in Azure. V(azure_local) is a VM on Azure Local or another Hyper-V host,
              V(arc) a machine that Azure Arc manages, V(other_cloud) one in another cloud, V(not_azure) one elsewhere.
            - V(unknown) means that nothing says so. A cause that holds only in Azure is V(possible) at most where the metadata service was asked
              and did not answer.
          type: str
          sample: azure_vm
        confidence:
          description: V(certain), V(likely) or V(possible).
          type: str
          sample: certain
        evidence:
          description: The observed values, as those of a finding.
          type: list
          elements: dict
    activator:
      description: Who activates Windows, or is meant to.
      type: dict
      contains:
        kind:
          description:
            - V(azure_kms), V(own_kms), V(active_directory), V(subscription), V(evaluation), V(mak), V(retail), V(oem), V(avma), V(kms_host)
              or V(unknown).
          type: str
          sample: azure_kms
        confidence:
          description: V(certain), V(likely) or V(possible).
          type: str
          sample: likely
        name:
          description: The KMS host or the object in Active Directory, null where nothing names one.
          type: str
          sample: azkms.core.windows.net
    messages:
      description:
        - The English texts of this diagnosis that are no raw evidence, each with the id of its message and the parameters in it, from which
          a report in another language is made.
        - A parameter that has an entry of its own is a message too.
      type: dict
      sample:
        "The KMS host is kms.corp.example, which is not Azure's KMS. Set it to azkms.core.windows.net:1688 and activate.":
          id: wrong-kms-host.other
          params:
            host: kms.corp.example
            target: azkms.core.windows.net:1688
summary:
  description: The tally of the root causes.
  returned: success
  type: dict
  contains:
    hosts:
      description: How many hosts.
      type: int
      sample: 40
    root_causes:
      description: How many hosts have each root cause.
      type: dict
      sample: {activated: 38, wrong-kms-host: 2}
    severities:
      description: How many root causes have each severity.
      type: dict
      sample: {error: 2, warning: 0, info: 38}
"""
