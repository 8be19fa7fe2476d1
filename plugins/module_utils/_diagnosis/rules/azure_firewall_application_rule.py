# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Only an application rule matches TCP 1688: the firewall answers and KMS never does."""

from __future__ import annotations

from ..._text import texts
from ..azure_rule import judge, rule
from ..model import Finding, Remedy
from ..rule import NETWORK_TEAM, remedy
from ..view import View

ID = "azure-firewall-application-rule"
TEXTS = texts(
    ID,
    {
        "found": (
            "Azure Firewall {hop} answers for KMS because only an application rule matches TCP 1688, add a network rule "
            "that allows TCP 1688 to the KMS addresses."
        ),
    },
)
STEPS = texts(
    f"{ID}.step",
    {
        "add": (
            "Add a network rule: protocol TCP, port 1688, destination the KMS addresses, source the subnet of "
            "the VM; network rules come before application rules"
        ),
        "remove": "Take port 1688 out of the application rule",
    },
)


def check(view: View) -> Finding | None:
    """Report what the path says, weighed against the guest's own test."""
    return judge(view, ID, TEXTS, _remedies())


def _remedies() -> tuple[Remedy, ...]:
    return (
        remedy(
            NETWORK_TEAM,
            *STEPS.values(),
            action="firewall_rule",
        ),
    )


RULE = rule(ID, "application rules for KMS", check)
