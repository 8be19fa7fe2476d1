# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What to do next about a code, by the cause class that the reference data gives it."""

from __future__ import annotations

import typing as t

from .._guest.evidence import Code

_DIAGNOSE = "find the cause with kms_facts and kms_diagnosis"
_LATER = "try again later"
NEXT: t.Mapping[str, str] = {
    "wrong_key": "install the KMS client setup key of the installed edition (kms_key with product_key: auto)",
    "mak": "install the KMS client setup key of the installed edition (kms_key with product_key: auto)",
    "permissions": "connect or become with an account that has full administrator rights on the guest (elevated)",
    "service": "see that the licensing service (sppsvc) is enabled and starts (kms_activation does it)",
    "network": "open the way to KMS on TCP 1688; kms_facts and kms_diagnosis tell where it is blocked",
    "network_transient": _LATER,
    "service_busy": _LATER,
    "dns": "see that the KMS host name is set and resolves on the guest (kms_host, DNS)",
    "wrong_kms_host": "set the KMS host of the VM's cloud (kms_host)",
    "clock": "correct the guest's clock",
    "token_store": "rebuild the token store (kms_token_store)",
    "reboot_needed": "restart Windows, then run this again",
    "system_files": "repair the system files of Windows (sfc /scannow)",
}


def next_step(code: Code | None) -> str:
    """Return the next step for a code, a general one when the code says nothing."""
    return NEXT.get(code.cause_class or "", _DIAGNOSE) if code is not None else _DIAGNOSE
