# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the guest's own firewall would let TCP 1688 out, and why it may not be changed. Pure."""

from __future__ import annotations

import dataclasses

from .._diagnosis.model import Evidence
from .._guest.evidence import Firewall, FirewallRule
from .actions import OBSTACLES

DEFAULT_ON = "block"


@dataclasses.dataclass(frozen=True)
class FirewallChange:
    """`allow`: addresses that our own rule lets out; `disable`: names of blocking rules. `obstacle`: why nothing can be done."""

    allow: tuple[str, ...] = ()
    port: int = 1688
    disable: tuple[str, ...] = ()
    obstacle: str | None = None


def change(evidence: Evidence, disable_rules: bool) -> FirewallChange:
    """Return what would open the firewall; an allow rule never beats a blocking one, so those come first."""
    guest = evidence.guest
    if guest is None or guest.firewall is None:
        return FirewallChange(obstacle=OBSTACLES["firewall_unread"])
    firewall, cloud = guest.firewall, guest.cloud
    # A rule with conditions that were not evaluated is blamed only where no other one blocks.
    blocking = [rule for rule in firewall.blocking if rule.certain] or list(firewall.blocking)
    policy = [rule for rule in blocking if rule.source == "policy"]
    if policy:
        return FirewallChange(obstacle=OBSTACLES["rule_by_policy"].format(names=_names(policy)))
    if blocking and not disable_rules:
        return FirewallChange(obstacle=OBSTACLES["rule_blocks"].format(names=_names(blocking)))
    wanted = _wanted(firewall)
    if wanted and not firewall.local_rules_merged:
        return FirewallChange(obstacle=OBSTACLES["no_local_rules"])
    if not wanted and not blocking:
        return FirewallChange(obstacle=OBSTACLES["no_rule_found"])
    return FirewallChange(
        allow=tuple(cloud.addresses) if wanted else (),
        port=cloud.port,
        disable=tuple(dict.fromkeys(rule.name or rule.id for rule in blocking)),
    )


def _wanted(firewall: Firewall) -> bool:
    """Say whether a rule of ours is needed: only where what no rule allows is blocked."""
    return firewall.default_outbound == DEFAULT_ON and not any(rule.certain for rule in firewall.allowing)


def _names(rules: list[FirewallRule]) -> str:
    return ", ".join(f'"{rule.name or rule.id}"' for rule in rules[:3])
