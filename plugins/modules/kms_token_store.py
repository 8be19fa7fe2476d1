#!/usr/bin/python
# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kms_token_store
short_description: Rebuild the token store of the Windows licensing service, or bring an older one back
version_added: 1.0.0
description:
  - Rebuilds a damaged C(tokens.dat) as Microsoft describes it. The licensing service is stopped, the file renamed to a backup with the time in
    its name, the service started, every licence file installed again, the KMS client setup key entered again when it was lost, and Windows activated.
  - A rebuilt store starts without a licence. Therefore it is only done where a KMS client setup key brings the licence back, where the KMS host
    in use answers at this moment, and where the damage is proved or with O(force=true). The codes 0xC004E015, 0xC004E002 and 0xC004D301 prove
    it, and so does a file that is absent, empty or closed to administrators.
  - When a step fails, the old file comes back, and the licensing service and the services that need it are as before.
  - A marker on the guest lets the next run of this module see that a run was cut off, by a lost connection or a power cut. It is finished then,
    or rolled back when KMS does not answer. Whatever happens, the guest ends up with the rebuilt and activated store or with the old one.
author:
  - The authors of azure_windows.activation (!UNKNOWN)
extends_documentation_fragment:
  - azure_windows.activation._guest.change
  - azure_windows.activation._guest.cloud
  - ansible.builtin.action_common_attributes
options:
  state:
    description:
      - With V(rebuilt) a damaged store is rebuilt. On a guest that KMS has activated and keeps activated nothing is done without O(force=true).
      - With V(restored) a backup becomes the store again, and the file in its place becomes a backup itself. Windows is not activated.
    type: str
    choices: [rebuilt, restored]
    default: rebuilt
  backup:
    description:
      - The file that O(state=restored) brings back, by its path or its name. It has to lie beside C(tokens.dat).
      - Without it the newest backup of this module comes back, unless the last thing that was done is that already.
    type: str
  force:
    description:
      - Rebuild also without proof of a damage, and on a guest that is activated.
      - The other conditions stay. A MAK, retail, OEM, AVMA or KMS host key, an evaluation, Enterprise multi-session and an unknown edition
        are never touched, nor is a guest that cannot reach its KMS host.
    type: bool
    default: false
  attempts:
    description:
      - How often to try to activate, from 1 to 100. A code that no other attempt can change ends it earlier, and so do three in a row by
        which Windows has no way to a KMS, or three calls that Windows did not answer within 180 seconds.
    type: int
    default: 12
  interval:
    description:
      - Seconds between two attempts, from 0 to 600.
    type: int
    default: 5
  reboot:
    description:
      - With V(if_needed) Windows is restarted when activation fails with a code against which a restart may help, and it is tried again then.
        Microsoft's procedure restarts once or twice before it activates.
      - With V(never) such a rebuild is rolled back, and RV(token_store.reboot_required) is true.
    type: str
    choices: [never, if_needed]
    default: never
notes:
  - Take a snapshot of the system disk first, and work on one VM of a set at a time.
  - Installing the licences takes minutes. M(ansible.windows.win_reboot) restarts Windows.
  - The marker is C(%ProgramData%\azure_windows.activation\token_store.json).
  - The store is looked for in C(System32\spp\store\2.0) and C(System32\spp\store); the folder that holds it counts.
  - Keys of other products in the same store, such as Office or Extended Security Updates, may have to be installed again.
  - Refusals are V(not-kms-client), V(evaluation-edition), V(multi-session-edition), V(no-client-key), V(license-unreadable), V(no-token-error),
    V(kms-unreachable), V(service-disabled), V(service-missing), V(store-unreadable), V(no-backup), V(marker-unreadable), V(still-running),
    V(not-elevated) and V(constrained-language) in RV(refused).
seealso:
  - module: azure_windows.activation.kms_activation
  - module: azure_windows.activation.kms_key
  - name: Rebuild the Tokens.dat file
    description: What Microsoft does by hand.
    link: https://learn.microsoft.com/troubleshoot/windows-server/licensing-and-activation/rebuild-tokens-dotdat-file
"""

EXAMPLES = r"""
- name: Rebuild the token store where it is proved to be damaged
  azure_windows.activation.kms_token_store:

- name: Restart Windows where activation asks for it
  azure_windows.activation.kms_token_store:
    reboot: if_needed

- name: Bring back the store that the last rebuild set aside
  azure_windows.activation.kms_token_store:
    state: restored

- name: Bring back a file that was renamed by hand
  azure_windows.activation.kms_token_store:
    state: restored
    backup: tokens.bar
"""

RETURN = r"""
token_store:
  description: What was done.
  returned: when the module does not refuse
  type: dict
  contains:
    path:
      description: The full path of C(tokens.dat).
      type: str
      sample: 'C:\Windows\System32\spp\store\2.0\tokens.dat'
    backup:
      description: Where the store that was there before is now, null when it is in its place.
      type: str
      sample: 'C:\Windows\System32\spp\store\2.0\tokens.dat.20261124T080000Z.bak'
    recovered:
      description: What became of an earlier run that was cut off, V(finished) or V(rolled_back), null when there was none.
      type: str
    steps:
      description: The steps in order.
      type: list
      elements: dict
      contains:
        name:
          description: The name of the step; those that put something back begin with C(rollback_).
          type: str
        ok:
          description: Whether it succeeded, null in check mode.
          type: bool
        failure:
          description: Why it failed, null when it did not.
          type: dict
          contains:
            code: &code
              description: The code, null when there was none.
              type: dict
              contains:
                code:
                  description: The HRESULT.
                  type: str
                  sample: "0x80070020"
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
    activation:
      description: How the licence fared.
      type: dict
      contains:
        outcome:
          description: V(activated), V(already_activated), V(failed), or V(not_attempted) in check mode and with O(state=restored).
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
            code: *code
            message:
              description: What the guest said, in its own language.
              type: str
        license_before:
          description: The licence before, null when Windows did not say it.
          type: dict
          contains: &license
            channel:
              description: The key's channel.
              type: str
            partial_product_key:
              description: The last five characters of the key.
              type: str
            status:
              description: LicenseStatus.
              type: int
            status_name:
              description: The name of LicenseStatus.
              type: str
            grace_minutes:
              description: Minutes left.
              type: int
            renewal_age_minutes:
              description: Minutes since the last renewal.
              type: int
        license_after:
          description: The licence afterwards, null in check mode and when Windows did not say it.
          type: dict
          contains: *license
    reboot_required:
      description: Whether a restart may be what activation lacks, and none was allowed.
      type: bool
refused:
  description: Why nothing was done, for machines.
  returned: when the module refuses
  type: str
  sample: kms-unreachable
"""
