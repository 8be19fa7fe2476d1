# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What rules of security groups, security admin rules and firewall rules have in common."""

from __future__ import annotations

import dataclasses
import typing as t

from . import sources
from .sources import Held, Ranges
from .values import Match

T = t.TypeVar("T")
ALLOW, DENY = "allow", "deny"

# As Azure spells them: Tcp, Udp, Icmp, Esp, Ah and * in security groups (REST, SecurityRuleProtocol), Any in admin rules
# (SecurityConfigurationRuleProtocol) and firewalls (FirewallPolicyRuleNetworkProtocol), All in effective rules
# (EffectiveSecurityRuleProtocol). Answers also hold Icmpv6 and numbers, which are those of IANA's protocol registry.
_TCP = frozenset(("*", "any", "all", "tcp", "6"))
_OTHERS = frozenset(("udp", "icmp", "icmpv6", "esp", "ah", "17", "1", "58", "50", "51"))


def is_tcp(protocol: t.Any) -> Match:
    """Say whether a protocol of a rule is or holds TCP; None for one that is not known."""
    name = str(protocol or "").strip().lower()
    return True if name in _TCP else False if name in _OTHERS else None


@dataclasses.dataclass(frozen=True)
class Course(t.Generic[T]):
    """What ordered rules do with all sources: whether they allow every one in the end, and which deny some, or may, before that."""

    allowed: bool
    denies: tuple[T, ...] = ()
    doubts: tuple[T, ...] = ()


def course(rules: t.Iterable[tuple[T, str, Match, Held]], wanted: Ranges) -> Course[T]:
    """Follow the sources through rules in their order: (rule, what it does, whether it is for this traffic, what it holds).

    Rules behind those that allow everything have no say.
    """
    denies: list[T] = []
    doubts: list[T] = []
    left = wanted
    for rule, access, match, held in rules:
        ranges = sources.overlap(left, held.ranges)
        if match is False or not (ranges or sources.overlap(left, held.maybe)):
            continue
        if access != ALLOW:
            (denies if access == DENY and match and ranges else doubts).append(rule)
        elif match:
            left = sources.without(left, ranges)
        if not left:
            return Course(True, tuple(denies), tuple(doubts))
    return Course(False, tuple(denies), tuple(doubts))
