# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a repair that would help is not done even where it is allowed."""

from __future__ import annotations

from .._text import texts

TEXTS = texts(
    "obstacle",
    {
        "guest_unasked": "the guest could not be asked",
        "nothing_due": "nothing is going to be changed",
        "stays": "{finding} stays, so that an attempt would fail",
        "only_possible": "the evidence only makes this cause possible",
        "no_target": "what was read of Azure does not name the object to change",
        "parent_denies": "the rule {rule} of the parent policy {policy} denies it and comes before every rule of this policy; its owner has to change it",
        "tag_denied": "the rule {rule} denies the service tag AzurePlatformLKM, which somebody wrote to stop activation; its owner has to take it away",
        "rule_by_policy": "the rule {names} comes from a group policy, which only its owner can change",
        "no_local_rules": "a group policy voids all local firewall rules, so that a rule of ours would have no effect",
        "rule_blocks": "the rule {names} blocks; it is disabled only with remediate_disable_blocking_firewall_rules: true",
        "firewall_unread": "the guest's firewall was not read",
        "no_rule_found": "no rule that blocks was found in the guest's firewall",
    },
)
