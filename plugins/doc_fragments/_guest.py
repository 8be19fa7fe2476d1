# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What modules that work on a Windows guest have in common."""

from __future__ import annotations


class ModuleDocFragment:
    """Parts to be named one by one, as `_guest.cloud`."""

    CLOUD = r"""
options:
  cloud:
    description:
      - The Azure cloud whose KMS is expected. V(auto) asks the instance metadata service, and takes V(AzureCloud) without an answer.
    type: str
    choices: [auto, AzureCloud, AzureUSGovernment, AzureChinaCloud]
    default: auto
"""

    CHANGE = r"""
attributes:
  check_mode:
    support: full
    description: The guest is only read.
  diff_mode:
    support: full
  platform:
    platforms: windows
notes:
  - Runs M(ansible.windows.win_powershell) on the guest, which therefore needs PowerShell 5.1 or later (Windows Server 2012 R2 and later).
    The guest is read first, then changed where something has to change, and read again as the proof.
  - Needs administrator rights on the guest. Without them, and where PowerShell is in Constrained Language Mode, nothing is tried.
"""
