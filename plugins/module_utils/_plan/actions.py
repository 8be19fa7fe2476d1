# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What `remediate` can do, by the names that `remediate_actions` takes, in the order in which it is done; and what can stand in its way."""

from __future__ import annotations

import dataclasses
import typing as t

from .._text import texts

GUEST, AZURE = "guest", "azure"


@dataclasses.dataclass(frozen=True)
class Action:
    """One kind of repair. `harmless`: allowed unless the user says otherwise. `does` ends the sentence "this would ..."."""

    name: str
    side: str
    does: str
    harmless: bool = False


ALL = (
    Action("route", AZURE, "add routes for the KMS addresses with next hop Internet"),
    Action("firewall_rule", AZURE, "add a network rule for the KMS to the Azure Firewall"),
    Action("nsg_rule", AZURE, "add an outbound rule for the KMS to the network security group"),
    Action("nat_gateway", AZURE, "give the subnet a NAT gateway"),
    Action("clock", GUEST, "start the Windows Time service and synchronise the clock"),
    Action("firewall", GUEST, "let TCP 1688 out of the Windows Firewall"),
    Action("service", GUEST, "enable and start the licensing service", harmless=True),
    Action("host", GUEST, "set Azure's KMS as the KMS host", harmless=True),
    Action("key", GUEST, "install the KMS client setup key of the edition", harmless=True),
    Action("hosts_file", GUEST, "comment out what gives a KMS name an address in the hosts file, after a backup"),
    Action("dns_cache", GUEST, "empty the DNS client cache", harmless=True),
    Action("token_store", GUEST, "rebuild the token store, after a backup"),
    Action("activation", GUEST, "activate", harmless=True),
    Action("reboot", GUEST, "restart Windows where a repair needs it"),
)
BY_NAME: t.Mapping[str, Action] = {action.name: action for action in ALL}
NAMES = tuple(BY_NAME)
HARMLESS = tuple(action.name for action in ALL if action.harmless)


def in_order(names: t.Iterable[str]) -> tuple[str, ...]:
    """Return the names without repetition, in the order in which they are done."""
    wanted = frozenset(names)
    return tuple(name for name in NAMES if name in wanted)


OBSTACLES = texts(
    "obstacle",
    {
        "guest_unasked": "the guest could not be asked",
        "outside_azure": "nothing proves that this machine is in Azure; it is changed only with remediate_outside_azure: true",
        "subscription": "the retail key may belong to a subscription; it is replaced only with remediate_convert_key: true",
        "nothing_due": "nothing is going to be changed",
        "stays": "{finding} is not being fixed, so activation would still fail",
        "only_possible": 'confidence is only "possible", so this is not repaired automatically',
        "no_target": "what was read of Azure does not name the object to change",
        "parent_denies": (
            "rule {rule} of parent policy {policy} denies the traffic before any rule of this policy, so the owner "
            "of that policy has to change it"
        ),
        "tag_denied": "rule {rule} denies the service tag AzurePlatformLKM, which was written to stop activation, so its owner has to remove it",
        "basic_resources": "the subnet holds Basic resources ({names}), beside which Azure allows no NAT gateway; upgrade them to the Standard SKU first",
        "rule_by_policy": "rule {names} comes from Group Policy, so only the owner of that policy can change it",
        "no_local_rules": "Group Policy ignores local firewall rules (AllowLocalPolicyMerge), so a local rule has no effect",
        "rule_blocks": "rule {names} blocks the traffic; it is disabled only with remediate_disable_blocking_firewall_rules: true",
        "firewall_unread": "the guest's firewall was not read",
        "no_rule_found": "no rule that blocks was found in the guest's firewall",
    },
)
