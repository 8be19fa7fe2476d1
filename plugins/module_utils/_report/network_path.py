# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way of the KMS traffic, as far as a finding's evidence shows it: the places it passes, and where it ends.

It reads the evidence as rows of a drawing. What is broken was judged before; nothing is judged here.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .._diagnosis.model import Fact

OK, BROKEN, SUSPECT, UNKNOWN, UNREACHED = "ok", "broken", "suspect", "unknown", "unreached"

_VERDICTS = {"open": OK, "allow": OK, "blocked": BROKEN, "deny": BROKEN, "suspect": SUSPECT}
_LEAVES_NOT = {"none": BROKEN, "not_reached": UNREACHED, "unknown": UNKNOWN}

# What Azure's side says once about an address; of hops there may be several.
_ONCE = ("path_verdict", "route", "nsg", "egress")

Plain = t.Mapping[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Waypoint:
    """One place on the way. `kind`: vm, guest_firewall, network, nsg, route, a hop's kind, egress or kms."""

    kind: str
    label: str
    detail: str
    status: str


@dataclasses.dataclass(frozen=True)
class TrafficPath:
    """The places from the VM to one or more addresses that share them; `reason` is the deciding sentence."""

    addresses: tuple[str, ...]
    places: tuple[Waypoint, ...]
    reason: str

    @property
    def broken(self) -> Waypoint | None:
        """Return the place where the traffic ends, if the evidence names it."""
        return next((place for place in self.places if place.status in (BROKEN, SUSPECT)), None)


@dataclasses.dataclass
class _Seen:
    """What the evidence holds about one address, by the kind of its facts."""

    azure: dict[str, Plain] = dataclasses.field(default_factory=dict)
    hops: list[Plain] = dataclasses.field(default_factory=list)
    tcp: Plain = dataclasses.field(default_factory=dict)

    @property
    def state(self) -> str:
        """What the guest met at the address, empty where it did not ask."""
        return _text(self.tcp.get("state"))


def ways(evidence: t.Iterable[Fact], machine: str) -> list[TrafficPath]:
    """Return the ways that the evidence of a finding shows, addresses with the same places together."""
    seen: dict[str, _Seen] = {}
    for fact in evidence:
        _note(seen, fact)
    found: dict[tuple[Waypoint, ...], TrafficPath] = {}
    for address, facts in seen.items():
        places = _places(facts, machine)
        target = _target(facts, places)
        key = (*places, target)
        same = found.get(key)
        addresses = (*same.addresses, address) if same else (address,)
        detail = ", ".join(addresses[1:]) or target.detail
        reason = _text(facts.azure.get("path_verdict", {}).get("reason")) or _text(facts.tcp.get("detail"))
        end = dataclasses.replace(target, label=addresses[0], detail=detail)
        found[key] = TrafficPath(addresses, (*places, end), reason)
    return list(found.values())


def _note(seen: dict[str, _Seen], fact: Fact) -> None:
    value = _part(fact.value)
    address = _text(value.get("address")) if fact.kind == "tcp" else fact.object
    if not address or fact.kind not in (*_ONCE, "hop", "tcp"):
        return
    found = seen.setdefault(address, _Seen())
    if fact.kind == "tcp":
        found.tcp = value
    elif fact.kind == "hop":
        found.hops.append(value)
    else:
        found.azure[fact.kind] = value


def _places(facts: _Seen, machine: str) -> tuple[Waypoint, ...]:
    places = [Waypoint("vm", machine, "", OK)]
    if facts.state == "guest_blocked":
        places.append(Waypoint("guest_firewall", "Windows Firewall", "", BROKEN))
    if "path_verdict" in facts.azure:
        places += _azure_places(facts)
    else:
        places.append(Waypoint("network", "", "", OK if facts.state == "kms" else UNKNOWN))
    return tuple(_behind(places))


def _azure_places(facts: _Seen) -> list[Waypoint]:
    rules, route, egress = (facts.azure.get(kind, {}) for kind in ("nsg", "route", "egress"))
    method = _text(egress.get("method"))
    gate = _VERDICTS.get(_text(rules.get("verdict")), UNKNOWN) if rules else OK
    hops = [_hop(hop) for hop in facts.hops]
    # What reaches no hop and no way out, although the rules let it pass, ends at the route itself.
    dropped = method == "not_reached" and not hops and gate == OK
    places = [Waypoint("nsg", *_rule(rules), gate)]
    if route:
        places.append(Waypoint("route", *_route(route), BROKEN if dropped else OK))
    places += hops
    public = egress.get("public_ips")
    label = ", ".join(map(_text, public)) if isinstance(public, list) else ""
    places.append(Waypoint("egress", label, method, _LEAVES_NOT.get(method, OK) if egress else UNKNOWN))
    return places


def _rule(rules: Plain) -> tuple[str, str]:
    rule = _part(rules.get("rule"))
    return _last(rule.get("nsg_id")), _text(rule.get("name"))


def _route(route: Plain) -> tuple[str, str]:
    hop = " ".join(filter(None, (_text(route.get("next_hop_type")), _text(route.get("next_hop_ip")))))
    table = _last(route.get("route_table_id"))
    return table or _text(route.get("prefix")), f"{_text(route.get('prefix'))} → {hop}" if hop else ""


def _hop(hop: Plain) -> Waypoint:
    rule = _part(hop.get("rule"))
    detail = _text(rule.get("name")) or _text(hop.get("ip"))
    status = _VERDICTS.get(_text(hop.get("verdict")), UNKNOWN)
    return Waypoint(_text(hop.get("kind")) or "hop", _text(hop.get("name")) or _text(hop.get("ip")), detail, status)


def _target(facts: _Seen, places: t.Sequence[Waypoint]) -> Waypoint:
    stopped = any(place.status == BROKEN for place in places)
    doubtful = UNREACHED if stopped else UNKNOWN
    return Waypoint("kms", "", f"TCP {facts.tcp.get('port', 1688)}", OK if facts.state == "kms" else doubtful)


def _behind(places: t.Iterable[Waypoint]) -> t.Iterator[Waypoint]:
    """Give the places behind the first broken one; what was fine there is not reached."""
    stopped = False
    for place in places:
        yield dataclasses.replace(place, status=UNREACHED) if stopped and place.status in (OK, UNKNOWN) else place
        stopped = stopped or place.status == BROKEN


def _part(value: t.Any) -> Plain:
    return value if isinstance(value, t.Mapping) else {}


def _text(value: t.Any) -> str:
    return value if isinstance(value, str) else ""


def _last(resource_id: t.Any) -> str:
    return _text(resource_id).rpartition("/")[2]
