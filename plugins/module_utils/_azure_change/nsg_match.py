# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the outbound rules of one security group do with the KMS traffic of whole source networks, in their order."""

from __future__ import annotations

import dataclasses
import typing as t

from .._network import addresses, spans, values
from .._network.rule_list import LKM_TAG
from .._network.values import Body, Match, all_of, any_of, name_of, props, strings, text

# Tag -> whether the KMS is in it; the user's default route may widen VirtualNetwork, for all that is known.
_TAGS: t.Mapping[str, Match] = {
    "internet": True,
    "virtualnetwork": None,
    "azureloadbalancer": False,
    "azureplatformdns": False,
    "azureplatformimds": False,
}
_PROTOCOLS: t.Mapping[str, Match] = {
    "*": True,
    "any": True,
    "tcp": True,
    "6": True,
    "udp": False,
    "icmp": False,
    "esp": False,
    "ah": False,
}

TagHolds = t.Callable[[str, addresses.Address], Match]


@dataclasses.dataclass(frozen=True)
class Finding:
    """`denies` and `doubts` come before what allows it all; `tag_deny` is a deny on the tag of the licensing service there."""

    allowed: bool
    denies: tuple[Body, ...] = ()
    doubts: tuple[Body, ...] = ()
    tag_deny: Body | None = None


def in_order(rules: t.Iterable[Body]) -> list[Body]:
    """Return the outbound rules in order of priority."""
    outbound = [rule for rule in rules if text(props(rule).get("direction")).lower() != "inbound"]
    return sorted(outbound, key=priority_of)


def priority_of(rule: Body) -> int:
    """Return the priority of a rule; one that cannot be read comes first, so that nothing is built on it."""
    return values.number(props(rule).get("priority")) or 0


def judge(rules: t.Sequence[Body], sources: t.Sequence[str], address: str, port: int, tag_holds: TagHolds) -> Finding:
    """Judge ordered rules for sources (`*` or networks) and one address."""
    wanted, _readable = spans.spans(sources)
    denies: list[Body] = []
    doubts: list[Body] = []
    tag_deny: Body | None = None
    for rule in rules:
        inner = props(rule)
        allow = text(inner.get("access")).lower() == "allow"
        match = _quick(inner, address, port, tag_holds)
        part = spans.NONE if match is False else _source(inner, wanted)
        if part == spans.NONE:
            continue
        if allow:
            if match and part == spans.ALL:
                return Finding(not denies and not doubts, tuple(denies), tuple(doubts), tag_deny)
        elif match and part != spans.UNKNOWN:
            denies.append(rule)
            tag_deny = tag_deny or (rule if LKM_TAG in _targets(inner) else None)
        else:
            doubts.append(rule)
    return Finding(False, tuple(denies), tuple(doubts), tag_deny)


def described(rule: Body) -> str:
    """Return a phrase that names a rule."""
    return f"rule '{name_of(rule)}' (priority {priority_of(rule)})"


def _quick(inner: Body, address: str, port: int, tag_holds: TagHolds) -> Match:
    protocol = _PROTOCOLS.get(str(inner.get("protocol") or "").lower())
    ports = addresses.port_in(strings(inner.get("destinationPortRange"), inner.get("destinationPortRanges")), port)
    source_port = addresses.source_port_in(strings(inner.get("sourcePortRange"), inner.get("sourcePortRanges")))
    return all_of((protocol, ports, source_port, _target(inner, address, tag_holds)))


def _targets(inner: Body) -> list[str]:
    found = strings(inner.get("destinationAddressPrefix"), inner.get("destinationAddressPrefixes"))
    return [item.lower() if addresses.is_tag(item) else item for item in found]


def _target(inner: Body, address: str, tag_holds: TagHolds) -> Match:
    wanted = addresses.address(address)
    specs = _targets(inner)
    if wanted is None or not specs:
        # Application security groups hold private addresses only.
        return False if values.refs(inner.get("destinationApplicationSecurityGroups")) else None
    return any_of(_holds(spec, wanted, inner, tag_holds) for spec in specs)


def _holds(spec: str, wanted: addresses.Address, inner: Body, tag_holds: TagHolds) -> Match:
    if spec == LKM_TAG:
        # It exists for denying; what an allow on it does is not documented.
        return True if text(inner.get("access")).lower() == "deny" else None
    if spec in _TAGS:
        return _TAGS[spec]
    return tag_holds(spec, wanted) if addresses.is_tag(spec) else addresses.covers(spec, wanted)


def _source(inner: Body, wanted: t.Sequence[spans.Span]) -> str:
    specs = strings(inner.get("sourceAddressPrefix"), inner.get("sourceAddressPrefixes"))
    if any(spec.lower() == "virtualnetwork" for spec in specs):
        return spans.ALL
    if values.refs(inner.get("sourceApplicationSecurityGroups")):
        return spans.SOME
    # Other service tags hold public addresses only, and no machine has one of these.
    found, readable = spans.spans(spec for spec in specs if not addresses.is_tag(spec))
    return spans.cover(wanted, found, whole=readable and bool(specs))
