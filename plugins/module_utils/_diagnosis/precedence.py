# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which cause is to be fixed first, and why: the order in which a request for activation meets the obstacles.

An obstacle hides everything behind it, so the first one found is the root cause. The verdicts come last; they hold when nothing
above them is found.
"""

from __future__ import annotations

import dataclasses

from .rule import Rule
from .rules import (
    activated,
    activation_unexplained,
    appliance_blocks_kms,
    azure_edition_attestation,
    azure_firewall_application_rule,
    azure_firewall_denies_kms,
    clock_skew,
    dns_resolution_failed,
    dns_unexpected_answer,
    evaluation_edition,
    forced_tunneling,
    guest_firewall_blocks_kms,
    guest_unreachable,
    kms_host_not_set,
    kms_unreachable_unexplained,
    license_state_unreadable,
    licensing_service_disabled,
    multi_session_edition,
    no_outbound_path,
    not_kms_client,
    nsg_denies_kms,
    product_key_missing,
    renewal_overdue,
    route_blackhole,
    sides_disagree,
    stale_kms_routes,
    token_store_damaged,
    transient_failure,
    wrong_kms_host,
)


@dataclasses.dataclass(frozen=True)
class Entry:
    """A rule with the reason for its place.

    `explains`: findings that are symptoms where this one fails. `verdict`: the rule judges the state, not a cause.
    `root_severities`: severities in which it can be the root cause. `outlives_license`: it stays as severe where KMS did its work.
    """

    rule: Rule
    why: str
    explains: tuple[str, ...] = ()
    verdict: bool = False
    root_severities: tuple[str, ...] = ("error",)
    outlives_license: bool = False


_UNREACHED = (kms_unreachable_unexplained.ID,)

TABLE: tuple[Entry, ...] = (
    Entry(guest_unreachable.RULE, "Without the guest nothing can be said about its licence.", verdict=True),
    Entry(
        licensing_service_disabled.RULE,
        "Without the service nothing else can be read, changed or activated.",
        (license_state_unreadable.ID,),
    ),
    Entry(
        evaluation_edition.RULE,
        "No key and no KMS helps before the edition is converted, and a key installed before that does harm.",
        (product_key_missing.ID, not_kms_client.ID, multi_session_edition.ID),
        root_severities=("error", "warning"),
        outlives_license=True,
    ),
    Entry(
        multi_session_edition.RULE,
        "Comes before all advice on keys and hosts, because its key must never be touched.",
        (product_key_missing.ID, not_kms_client.ID, wrong_kms_host.ID),
    ),
    Entry(product_key_missing.RULE, "Without a key no request is made."),
    Entry(not_kms_client.RULE, "With another kind of key no request goes to KMS."),
    Entry(kms_host_not_set.RULE, "Without a host there is nobody to ask."),
    Entry(wrong_kms_host.RULE, "The host is chosen before its name is resolved."),
    Entry(dns_resolution_failed.RULE, "The name is resolved before anything is sent."),
    Entry(
        dns_unexpected_answer.RULE, "A wrong address is reached, or not, whatever the network does for the right one."
    ),
    Entry(
        guest_firewall_blocks_kms.RULE,
        "The guest's firewall is passed first; what it blocks never reaches Azure's network.",
        _UNREACHED,
    ),
    Entry(
        nsg_denies_kms.RULE,
        "Security rules act at the NIC and the subnet, before routing. (Among causes in Azure, the path's own order wins.)",
        _UNREACHED,
    ),
    Entry(route_blackhole.RULE, "Dropped at the first routing decision.", _UNREACHED),
    Entry(
        stale_kms_routes.RULE,
        "The routes were meant to bring KMS out; the default route is only what is left without them.",
        (forced_tunneling.ID, *_UNREACHED),
    ),
    Entry(forced_tunneling.RULE, "Routed away from Azure before any firewall there.", _UNREACHED),
    Entry(
        azure_firewall_application_rule.RULE,
        "More precise than a missing network rule.",
        (azure_firewall_denies_kms.ID, *_UNREACHED),
    ),
    Entry(azure_firewall_denies_kms.RULE, "The next hop decides before the egress does.", _UNREACHED),
    Entry(appliance_blocks_kms.RULE, "A suspicion; what is proven comes before it.", _UNREACHED),
    Entry(no_outbound_path.RULE, "The egress is the last thing on the way.", _UNREACHED),
    Entry(kms_unreachable_unexplained.RULE, "Holds only where no cause on the way was found."),
    Entry(clock_skew.RULE, "KMS compares clocks only when a request arrives.", (azure_edition_attestation.ID,)),
    Entry(
        token_store_damaged.RULE,
        "The answer is stored last, and rebuilding the store while KMS cannot be reached would cost the licence that is left.",
        (product_key_missing.ID, license_state_unreadable.ID),
    ),
    Entry(
        azure_edition_attestation.RULE, "Matters where KMS is fine; a KMS cause is fixed first.", outlives_license=True
    ),
    Entry(sides_disagree.RULE, "Says that a finding is not believed; it stops nothing."),
    Entry(renewal_overdue.RULE, "Licensed but late, and no cause above was found.", verdict=True),
    Entry(
        license_state_unreadable.RULE,
        "Nothing can be said about the licence, and no cause above is certain or the reason for that.",
        verdict=True,
    ),
    Entry(activation_unexplained.RULE, "Not activated, and no cause above was found.", verdict=True),
    Entry(transient_failure.RULE, "In order, with failures that did not last.", verdict=True),
    Entry(activated.RULE, "In order.", verdict=True),
)

IDS = tuple(entry.rule.id for entry in TABLE)
