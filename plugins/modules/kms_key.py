#!/usr/bin/python
# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kms_key
short_description: Install the KMS client setup key that fits a Windows VM's edition
version_added: 1.0.0
description:
  - Installs the published KMS client setup key of the guest's edition and build, or a key that is given.
  - The edition is told by EditionID, OperatingSystemSKU and build, never by a localised name. Nothing is guessed.
  - Evaluation editions and Windows Enterprise multi-session never get a key. An edition without a published key gets only a key that is given.
  - A key with which Windows is activated, other than a KMS client key, is replaced only with O(convert=true).
  - A key that Windows refuses changes nothing. The error tells the code, what it means and what to do.
  - No product key appears in any result with more than its last five characters.
author:
  - The authors of azure_windows.activation (!UNKNOWN)
extends_documentation_fragment:
  - azure_windows.activation._guest.change
  - ansible.builtin.action_common_attributes
options:
  product_key:
    description:
      - The key to install. V(auto) takes the published KMS client setup key of the edition.
      - It counts as installed when the installed key has the same last five characters, and for a published key the KMS client channel.
      - With V(auto), a KMS client key with which Windows is activated stays, whichever it is.
    type: str
    default: auto
  convert:
    description:
      - Also replace a multiple activation (MAK), retail, manufacturer's (OEM), AVMA or KMS host key with which Windows is activated.
      - The old key cannot be read back from Windows, so it cannot be put back without having it at hand.
    type: bool
    default: false
notes:
  - Installing a key does not activate Windows; see M(azure_windows.activation.kms_activation).
  - Refusals are V(evaluation), V(multi-session), V(avma), V(working-key), V(not-published), V(unknown-edition), V(license-unreadable),
    V(not-elevated) and V(constrained-language) in RV(refused).
seealso:
  - module: azure_windows.activation.kms_activation
  - module: azure_windows.activation.kms_host
  - name: Key Management Services (KMS) client activation and product keys
    description: The published keys.
    link: https://learn.microsoft.com/windows-server/get-started/kms-client-activation-keys
"""

EXAMPLES = r"""
- name: Install the KMS client setup key of the edition
  azure_windows.activation.kms_key:

- name: Turn a VM that is activated with a MAK into a KMS client
  azure_windows.activation.kms_key:
    convert: true

- name: Install a key that the collection does not know
  azure_windows.activation.kms_key:
    product_key: "{{ vault_product_key }}"
"""

RETURN = r"""
key:
  description: The installed key.
  returned: when the module does not refuse
  type: dict
  contains:
    before:
      description: The key that was found. Everything is null when there was none.
      type: dict
      contains:
        channel:
          description: V(kms_client), V(kms_host), V(mak), V(retail), V(oem), V(avma), V(evaluation) or V(unknown).
          type: str
        partial_product_key:
          description: The last five characters.
          type: str
        activation_id:
          description: The ID of the licence row.
          type: str
    after:
      description: The key that is there now, read from Windows; in check mode the one that would be, as far as it can be told.
      type: dict
    edition:
      description: The EditionID.
      type: str
      sample: ServerDatacenter
refused:
  description: Why nothing was done, for machines. The text for people is the error message.
  returned: when the module refuses
  type: str
  sample: evaluation
"""
