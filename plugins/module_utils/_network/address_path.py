# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One machine and one KMS address: route, security rules, hops and way out, joined into a verdict."""

from __future__ import annotations

import dataclasses
import typing as t

from . import addresses, egress, hub, judgement, nsg, sources, values
from .judgement import BLOCKED, OPEN, SUSPECT, UNKNOWN, KmsTargets, Leg, NotKnownError, unknown
from .kms_routes import KmsRoutes
from .links import network_of
from .next_hop import Journey, follow, resolvers_of
from .routes import (
    BGP,
    HOST_PREFIX,
    SYSTEM,
    USER,
    Choice,
    Route,
    RouteView,
    choose,
    has_default,
    plain_route,
    unreadable_default,
)
from .security_rules import Flow
from .state import NetworkState
from .subnet_routes import hub_connection
from .values import low, props, text
from .wording import joined, say

_ROUTE_CAUSES = frozenset((judgement.FORCED_TUNNELING, judgement.BLACKHOLE))
_NSG_VERDICTS = {"allow": OPEN, "deny": BLOCKED}


@dataclasses.dataclass(frozen=True)
class Start:
    """Where the traffic starts, with the routes of its subnet; `problem` when those are not known."""

    state: NetworkState
    place: egress.Origin
    targets: KmsTargets
    view: RouteView | None
    problem: NotKnownError | None
    routes: KmsRoutes

    @property
    def network_id(self) -> str:
        """Return the id of the virtual network."""
        return network_of(self.place.subnet_id)


@dataclasses.dataclass(frozen=True)
class AddressPath:
    """The verdict on one address, and as plain values what the path shows of it."""

    verdict: str
    causes: tuple[str, ...]
    reason: str
    shown: t.Mapping[str, t.Any]
    unread: tuple[judgement.Unread, ...]
    notes: tuple[str, ...]


def with_hub_default(state: NetworkState, view: RouteView, network_id: str) -> RouteView:
    """Return computed routes with the default route that a virtual hub gives, where that can be told."""
    if view.blind is None or hub_connection(state, network_id) is None:
        return view
    try:
        given = hub.default_of_stopped(state, network_id)
    except NotKnownError:
        return view
    if given is None:
        return view
    learnt = (Route(("0.0.0.0/0",), "VirtualNetworkGateway", "VirtualNetworkGateway"),) if given else ()
    return dataclasses.replace(view, routes=(*view.routes, *learnt), blind=None)


def address_path(start: Start, address: str) -> AddressPath:
    """Return what becomes of TCP from the machine to one KMS address."""
    wanted = addresses.address(address)
    if wanted is None:
        problem = NotKnownError(say("no_address", address=address))
        return _joined(start, address, None, unknown(problem), nsg.NsgVerdict("unknown", problem.reason, nsg.UNSURE))
    choice: Choice | None = None
    try:
        choice = _choice(start, wanted)
        leg = _bounded(start, choice, follow(_journey(start, wanted), choice))
    except NotKnownError as problem:
        leg = unknown(problem)
    flow = _flow(start, wanted)
    allowed = nsg.evaluate(start.state, start.place.nic, start.place.subnet_id, flow, _platform_rule(start.view))
    return _joined(start, address, choice, leg, allowed)


def _choice(start: Start, wanted: addresses.Address) -> Choice:
    if start.view is None:
        raise start.problem or NotKnownError(say("routes_unknown"))
    view = start.view
    key = ("choice", low(start.place.subnet_id), str(wanted))
    return start.state.remember(key, lambda: choose(view, wanted, start.state.tag_prefixes))


def _platform_rule(view: RouteView | None) -> str:
    if view is None:
        return nsg.UNSURE
    if has_default(view, USER):
        return nsg.OFF
    doubtful = view.blind or has_default(view, BGP) or unreadable_default(view)
    return nsg.UNSURE if doubtful else nsg.APPLIES


def _flow(start: Start, wanted: addresses.Address) -> Flow:
    config = start.place.config
    network = props(start.state.get(start.network_id))
    space = values.strings(values.mapping(network.get("addressSpace")).get("addressPrefixes"))
    for peering in map(props, start.state.children(start.network_id, "virtualNetworkPeerings")):
        space += values.strings(values.mapping(peering.get("remoteAddressSpace")).get("addressPrefixes"))
    return Flow(
        source=sources.of_address(addresses.address(text(config.get("privateIPAddress")))),
        target=wanted,
        port=start.targets.port,
        groups=frozenset(map(low, values.refs(config.get("applicationSecurityGroups")))),
        widened=start.view is None or has_default(start.view, USER),
        space=tuple(space),
    )


def _journey(start: Start, wanted: addresses.Address) -> Journey:
    return Journey(
        state=start.state,
        network_id=start.network_id,
        source=addresses.address(text(start.place.config.get("privateIPAddress"))),
        target=wanted,
        targets=start.targets,
        resolvers=resolvers_of(start.state, start.place.nic, start.network_id),
        leave=lambda: egress.direct(start.state, start.place),
    )


def _bounded(start: Start, choice: Choice, leg: Leg) -> Leg:
    """Return the leg, no surer than computed routes that are blind to BGP allow."""
    view = start.view
    if view is None or view.blind is None:
        return leg
    own = all(route.origin == USER for route in choice.winners)
    if own and choice.length == HOST_PREFIX:
        return leg
    system = any(route.origin == SYSTEM for route in choice.winners)
    doubt = say("blind", reason=view.blind)
    verdict = UNKNOWN if system or leg.verdict in {OPEN, UNKNOWN} else SUSPECT
    return dataclasses.replace(leg, verdict=verdict, reason=say("then", first=leg.reason, rest=doubt))


def _joined(start: Start, address: str, choice: Choice | None, leg: Leg, allowed: nsg.NsgVerdict) -> AddressPath:
    gate = _NSG_VERDICTS.get(allowed.verdict, UNKNOWN)
    verdict = judgement.worst((gate, leg.verdict))
    told: list[tuple[str, str]] = []
    meant = start.routes.misses(address, start.targets)
    if meant and leg.verdict != OPEN and leg.causes:
        told.append((judgement.STALE_ROUTES, say("misrouted", routes=meant)))
    told += [(cause, leg.reason) for cause in leg.causes]
    if gate == BLOCKED and allowed.cause:
        told.append((allowed.cause, allowed.reason))
    latent = _latent(start, leg)
    if latent:
        told.append((judgement.NO_OUTBOUND, say("latent", reason=latent)))
    causes = judgement.in_repair_order(cause for cause, _reason in told)
    reason = _reason(verdict, told, leg, allowed)
    if not causes and verdict == UNKNOWN:
        causes = judgement.in_repair_order((leg.cause, allowed.cause))
    cause = causes[0] if causes and verdict != OPEN else None
    shown: dict[str, t.Any] = {
        "address": address,
        "verdict": verdict,
        "cause": cause,
        "reason": reason,
        "route": _shown_route(start, choice),
        "nsg": allowed.plain(),
        "hops": [dict(hop) for hop in leg.hops],
        "egress": dict(leg.egress or judgement.egress("unknown", leg.reason)),
    }
    if gate == BLOCKED and shown["egress"]["method"] != "not_reached":
        shown["egress"] = judgement.egress("not_reached", allowed.reason)
    return AddressPath(
        verdict, tuple(causes if cause else ()), reason, shown, (*leg.unread, *allowed.unread), leg.notes
    )


def _latent(start: Start, leg: Leg) -> str:
    """Return why the machine would have no way out even if the route that kills the traffic were repaired."""
    if (
        leg.verdict != BLOCKED
        or leg.cause not in _ROUTE_CAUSES
        or any(hop["kind"] == "azure_firewall" for hop in leg.hops)
    ):
        return ""
    out = egress.direct(start.state, start.place)
    return out.reason if out.verdict == BLOCKED else ""


def _reason(verdict: str, told: t.Sequence[tuple[str, str]], leg: Leg, allowed: nsg.NsgVerdict) -> str:
    if verdict == OPEN:
        return say("then", first=leg.reason, rest=allowed.reason)
    if verdict == UNKNOWN:
        doubts = [
            reason
            for state, reason in ((leg.verdict, leg.reason), (allowed.verdict, allowed.reason))
            if state == UNKNOWN
        ]
        return joined("then", doubts)
    ordered = sorted(told, key=lambda item: judgement.REPAIR_ORDER.index(item[0]))
    return joined("then", list(dict.fromkeys(reason for _cause, reason in ordered)) or [leg.reason])


def _shown_route(start: Start, choice: Choice | None) -> dict[str, t.Any] | None:
    if choice is None or start.view is None:
        return None
    first = choice.winners[0]
    shown = plain_route(first, choice.prefix)
    del shown["state"]
    ips = [ip for route in choice.winners for ip in route.hop_ips]
    return {
        **shown,
        "next_hop_ip": ", ".join(dict.fromkeys(ips)) or None,
        "route_table_id": first.table_id,
        "beaten": [plain_route(route, prefix) for prefix, route in choice.beaten],
        "origin": start.view.origin,
    }
