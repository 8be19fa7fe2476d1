#!/usr/bin/python
# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kms_activation
short_description: Activate a Windows VM against KMS and prove it
version_added: 1.0.0
description:
  - Activates Windows, several times when needed, each attempt in a PowerShell run of its own, until one succeeds. A line on the error
    stream tells of every attempt that failed and is followed by another.
  - The licence is read again afterwards; only what Windows says of itself counts as activated.
  - Does nothing when Windows is activated and its licence was renewed in time.
  - Every attempt's code is returned with its meaning. When no KMS gave a usable answer, the way to KMS is tried by an RPC bind,
    which tells a KMS that is busy from one that cannot be reached.
  - A disabled licensing service (sppsvc) is set to automatic delayed start and started.
author:
  - The authors of azure_windows.activation (!UNKNOWN)
extends_documentation_fragment:
  - azure_windows.activation._guest.change
  - ansible.builtin.action_common_attributes
options:
  attempts:
    description:
      - How often to try at most, from 0 to 100. A code that a later attempt cannot change ends the attempts at once.
      - Three equal failures in a row by which no KMS can be reached end them too, unless the way to KMS, tried then, is open. O(insist) goes on.
        So do three calls that Windows did not answer within 180 seconds.
      - V(0) activates nothing and only sees to the service and, with O(flush_dns), to the DNS cache.
    type: int
    default: 12
  interval:
    description:
      - Seconds between two attempts, from 0 to 600.
    type: int
    default: 5
  insist:
    description:
      - Make all O(attempts), also after three equal failures by which no KMS can be reached, for a way that is about to open.
    type: bool
    default: false
  force:
    description:
      - Also renew a KMS client's licence that was renewed in time. A permanent licence is left alone.
    type: bool
    default: false
  start_service:
    description:
      - Start the licensing service when it does not run, and enable it first when it is disabled.
      - Windows denies administrators the start type of this service as a rule. Then it is written to the registry, which Windows takes over
        only when it restarts, and RV(activation.restart_needed) is true.
    type: bool
    default: true
  flush_dns:
    description:
      - Empty the DNS client cache before the first attempt. This alone does not count as a change.
    type: bool
    default: false
notes:
  - Each attempt is a run of its own on the guest.
  - Refusals are V(service-missing), V(service-disabled), V(no-product-key), V(evaluation), V(not-kms-client), V(token-only),
    V(license-unreadable), V(product-id-unknown), V(not-elevated) and V(constrained-language) in RV(refused).
seealso:
  - module: azure_windows.activation.kms_host
  - module: azure_windows.activation.kms_key
"""

EXAMPLES = r"""
- name: Activate
  azure_windows.activation.kms_activation:

- name: Renew now, with a fresh look at DNS
  azure_windows.activation.kms_activation:
    force: true
    flush_dns: true

- name: Only enable the licensing service
  azure_windows.activation.kms_activation:
    attempts: 0
"""

RETURN = r"""
activation:
  description: How it went.
  returned: when the module does not refuse
  type: dict
  contains:
    outcome:
      description: >-
        V(activated), V(already_activated), V(busy) when a KMS answers but no attempt succeeded, V(failed), or V(not_attempted) in check mode
        and with O(attempts=0). With V(busy) and V(failed) the module fails.
      type: str
    attempts:
      description: Every attempt in order.
      type: list
      elements: dict
      contains:
        at:
          description: When, by the guest's clock (UTC).
          type: str
        succeeded:
          description: Whether Windows reported success.
          type: bool
        code:
          description: The code of a failure, null when it had none.
          type: dict
          contains:
            code:
              description: The HRESULT.
              type: str
              sample: "0xC004F074"
            symbol:
              description: Its symbolic name, as far as known.
              type: str
            meaning:
              description: Its meaning, as far as known.
              type: str
            cause_class:
              description: What kind of cause it points to.
              type: str
            certainty:
              description: How sure the meaning is.
              type: str
        message:
          description: What the guest said, in its own language.
          type: str
    license_before:
      description: The licence before, null when Windows did not say it.
      type: dict
      contains:
        channel:
          description: The key's channel.
          type: str
        partial_product_key:
          description: The last five characters of the key.
          type: str
        status:
          description: The raw LicenseStatus.
          type: int
        status_name:
          description: Its name, such as V(licensed) or V(notification).
          type: str
        grace_minutes:
          description: How many minutes are left.
          type: int
        renewal_age_minutes:
          description: How many minutes ago KMS renewed the licence.
          type: int
    license_after:
      description: The licence afterwards.
      type: dict
    service:
      description: The licensing service.
      type: dict
      contains:
        before:
          description: As it was found.
          type: dict
        after:
          description: As it is now.
          type: dict
        enabled_by:
          description: V(service) when its start type was set, V(registry) when only its registry values could be, null otherwise.
          type: str
    dns_flushed:
      description: Whether the DNS client cache was emptied.
      type: bool
    restart_needed:
      description: Whether Windows has to restart before the licensing service can start.
      type: bool
refused:
  description: Why nothing was done, for machines. The text for people is the error message.
  returned: when the module refuses
  type: str
  sample: no-product-key
"""
