# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The public pages that several rules rely on."""

from __future__ import annotations

import dataclasses

_LEARN = "https://learn.microsoft.com"


@dataclasses.dataclass(frozen=True)
class Source:
    """A page with its title."""

    title: str
    url: str


TROUBLESHOOT = Source(
    "Troubleshoot Azure Windows virtual machine activation problems",
    f"{_LEARN}/troubleshoot/azure/virtual-machines/windows/troubleshoot-activation-problems",
)
CUSTOM_ROUTES = Source(
    "Windows activation fails in a forced tunneling scenario",
    f"{_LEARN}/troubleshoot/azure/virtual-machines/windows/custom-routes-enable-kms-activation",
)
NEW_ADDRESSES = Source(
    "Windows activation stopped working (new KMS addresses)",
    f"{_LEARN}/troubleshoot/azure/virtual-machines/windows/windows-activation-stopped-working",
)
JAPAN_SUPPORT = Source(
    "KMS troubleshooting, Japan Azure IaaS support team (2026-01-15)",
    "https://jpaztech.github.io/blog/vm/kms-troubleshooting/",
)
ERROR_CODES = Source(
    "Windows activation error codes",
    f"{_LEARN}/troubleshoot/windows-server/licensing-and-activation/troubleshoot-activation-error-codes",
)
CLIENT_KEYS = Source("KMS client activation keys", f"{_LEARN}/windows-server/get-started/kms-client-activation-keys")
SLMGR = Source("Slmgr.vbs options", f"{_LEARN}/windows-server/get-started/activation-slmgr-vbs-options")
PRODUCT_CLASS = Source(
    "SoftwareLicensingProduct class",
    f"{_LEARN}/previous-versions/windows/desktop/sppwmi/softwarelicensingproduct",
)
ROUTING = Source("Virtual network traffic routing", f"{_LEARN}/azure/virtual-network/virtual-networks-udr-overview")
SECURITY_GROUPS = Source(
    "Network security groups overview", f"{_LEARN}/azure/virtual-network/network-security-groups-overview"
)
FIREWALL_PROCESSING = Source("Azure Firewall rule processing", f"{_LEARN}/azure/firewall/rule-processing")
