#!/usr/bin/python

# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: azure_kms_rollback
short_description: Undo the changes that a journal records
version_added: 1.0.0
description:
  - Undoes exactly the writes that the modules of this collection recorded in O(journal), the newest first, and notes there that it did.
  - An object that somebody else has changed since is left alone and reported. Everything else is still undone, and the module fails.
  - A write whose end nobody saw, because the connection or the controller was lost, is looked up in Azure first.
author:
  - The authors of azure_windows.activation (!UNKNOWN)
options:
  journal:
    description: The journal to undo.
    type: path
    required: true
  operation_timeout:
    description: Seconds to wait for Azure, for each object.
    type: int
    default: 900
extends_documentation_fragment:
  - azure_windows.activation._azure
  - azure_windows.activation._azure_write.attributes
  - ansible.builtin.action_common_attributes
seealso:
  - module: azure_windows.activation.azure_kms_firewall_rule
  - module: azure_windows.activation.azure_kms_nat_gateway
  - module: azure_windows.activation.azure_kms_nsg_rule
  - module: azure_windows.activation.azure_kms_route
"""

EXAMPLES = r"""
- name: See what would be undone
  azure_windows.activation.azure_kms_rollback:
    journal: /var/lib/activation/journal.jsonl
  check_mode: true
  diff: true
  delegate_to: localhost
"""

RETURN = r"""
changes:
  description: The writes that were sent to undo others, in check mode those that would be.
  returned: always
  type: list
  elements: dict
  contains:
    id:
      description: Resource id of the object.
      type: str
    operation:
      description: V(create), V(update) or V(delete).
      type: str
    before:
      description: The object before, without what Azure fills in by itself; null when there was none.
      type: dict
    after:
      description: The object after it; null when it is gone.
      type: dict
refused:
  description: Why something was not undone, the first reason where there are several; null when everything was.
  returned: always
  type: dict
  contains:
    id:
      description: Short name of the reason.
      type: str
    reason:
      description: The reason as a sentence.
      type: str
    needs:
      description: What is missing.
      type: str
left:
  description: What was not undone.
  returned: always
  type: list
  elements: dict
  contains:
    id:
      description: Resource id of the object.
      type: str
    operation:
      description: The recorded operation.
      type: str
    reason:
      description: Why.
      type: str
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._azure.settings import ARGUMENT_SPEC
from ..module_utils._azure_change import running
from ..module_utils._azure_change.job import Run, open_job
from ..module_utils._azure_change.rollback import roll_back


def argument_spec() -> dict[str, t.Any]:
    """Return the options of the module."""
    return {**ARGUMENT_SPEC, **running.WRITING, "journal": {"type": "path", "required": True}}


def check(params: t.Mapping[str, t.Any]) -> None:
    """Accept every option; whether the journal can be read shows when it is read."""


def run(work: Run, params: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Undo, newest first."""
    return roll_back(open_job(work, params).reconciler, params["journal"])


def main() -> None:
    """Run the module."""
    running.run(AnsibleModule(argument_spec=argument_spec(), supports_check_mode=True), check, run)


if __name__ == "__main__":
    main()
