# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The values that the stages of a path hand to each other."""

from __future__ import annotations

import dataclasses
import typing as t

from .._text import Text
from .wording import say

OPEN, BLOCKED, SUSPECT, UNKNOWN = "open", "blocked", "suspect", "unknown"

FORCED_TUNNELING = "forced-tunneling"
BLACKHOLE = "route-blackhole"
APPLIANCE = "appliance-blocks-kms"
FIREWALL_DENIES = "azure-firewall-denies-kms"
FIREWALL_APPLICATION = "azure-firewall-application-rule"
NSG_DENIES = "nsg-denies-kms"
NO_OUTBOUND = "no-outbound-path"
STALE_ROUTES = "stale-kms-routes"

# The order of repair: what decides the next hop, then what the machine itself is denied, then what lies behind.
REPAIR_ORDER = (
    STALE_ROUTES,
    FORCED_TUNNELING,
    BLACKHOLE,
    NSG_DENIES,
    FIREWALL_APPLICATION,
    FIREWALL_DENIES,
    APPLIANCE,
    NO_OUTBOUND,
)

Unread = t.Mapping[str, t.Any]


@dataclasses.dataclass(frozen=True)
class KmsTargets:
    """The KMS of one cloud. `names`: the preferred one first. `addresses` must all pass; `legacy_addresses` are accepted, never required.

    `mistyped` maps a known misprint to the address that was meant. `foreign_addresses` are the KMS of other clouds.
    """

    names: tuple[str, ...]
    addresses: tuple[str, ...]
    legacy_addresses: tuple[str, ...] = ()
    mistyped: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    port: int = 1688
    foreign_addresses: tuple[str, ...] = ()


class NotKnownError(Exception):
    """Something that decides is not known. `unread` is set when it is because something was not read."""

    def __init__(self, reason: Text, *unread: Unread, cause: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.unread = unread
        self.cause = cause


@dataclasses.dataclass(frozen=True)
class Leg:
    """What becomes of the traffic from one place on. `cause` of an unknown leg is what it would be if the doubt is the fault."""

    verdict: str
    reason: Text
    cause: str | None = None
    causes: tuple[str, ...] = ()
    hops: tuple[dict[str, t.Any], ...] = ()
    egress: t.Mapping[str, t.Any] | None = None
    unread: tuple[Unread, ...] = ()
    notes: tuple[str, ...] = ()

    def behind(self, hop: dict[str, t.Any]) -> Leg:
        """Return this leg as reached through `hop`."""
        return dataclasses.replace(self, hops=(hop, *self.hops))


def unread_tag(tag: str) -> Unread:
    """Return the entry of a service tag whose addresses are not known."""
    return {
        "what": "service tags",
        "scope": tag,
        "reason": say("tag_not_read", tag=tag),
        "action": "Microsoft.Network/locations/serviceTags/read",
    }


def unknown(problem: NotKnownError) -> Leg:
    """Return the leg of something that is not known."""
    return Leg(UNKNOWN, problem.reason, cause=problem.cause, unread=tuple(problem.unread))


def egress(
    method: str, reason: Text, resource_id: str | None = None, public_ips: t.Sequence[str] = ()
) -> dict[str, t.Any]:
    """Return the egress part of a path; without a reason of its own the leg tells it."""
    return {"method": method, "resource_id": resource_id, "public_ips": list(public_ips), "reason": reason}


def worst(verdicts: t.Iterable[str]) -> str:
    """Return the verdict of parts that must all pass: what is surely blocked needs nothing else to be known."""
    found = set(verdicts)
    return next((verdict for verdict in (BLOCKED, UNKNOWN, SUSPECT) if verdict in found), OPEN)


def in_repair_order(causes: t.Iterable[str | None]) -> list[str]:
    """Return the causes without repetition, the one to repair first first."""
    found = set(causes)
    return [cause for cause in REPAIR_ORDER if cause in found]


def join_unread(*groups: t.Iterable[Unread]) -> list[dict[str, t.Any]]:
    """Return the entries of all groups as plain values, each once."""
    found: list[dict[str, t.Any]] = []
    for entry in (dict(item) for group in groups for item in group):
        if entry not in found:
            found.append(entry)
    return found
