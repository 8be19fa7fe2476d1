# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Only an application rule matches TCP 1688: the firewall answers and KMS never does."""

from __future__ import annotations

from .. import sources
from ..azure_rule import obstacle
from ..rule import UNREACHED

RULE = obstacle(
    cause="azure-firewall-application-rule",
    name="Azure Firewall: wrong kind of rule",
    place=160,
    why="More precise than a missing network rule.",
    subject="application rules for KMS",
    sentences={
        "found": (
            "Azure Firewall {hop} accepts TCP 1688 itself and never forwards it to KMS, because only an application rule "
            "matches it. Add a network rule that allows TCP 1688 to the KMS addresses."
        ),
    },
    advice={
        "add": (
            "Add a network rule (protocol TCP, port 1688, destination the KMS addresses, source the subnet of "
            "the VM), as network rules are processed before application rules"
        ),
        "remove": "Remove port 1688 from the application rule",
    },
    action="firewall_rule",
    sources=(
        sources.Source(
            "azure-docs issue 45703: an application rule is no network rule",
            "https://github.com/MicrosoftDocs/azure-docs/issues/45703",
        ),
        sources.FIREWALL_PROCESSING,
    ),
    explains=("azure-firewall-denies-kms", *UNREACHED),
)
