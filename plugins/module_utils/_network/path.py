# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a machine's TCP traffic to Azure's KMS leaves Azure, or where it dies. Pure: state in, plain path out."""

from __future__ import annotations

import typing as t

from .._plain import to_plain
from .._text import messages
from . import addresses, egress, egress_change, firewall, judgement, names, values
from .address_path import AddressPath, Start, address_path, with_hub_default
from .judgement import NO_OUTBOUND, OPEN, UNKNOWN, KmsTargets, NotKnownError
from .kms_routes import KmsRoutes, kms_routes
from .links import ip_configurations, network_of
from .next_hop import resolvers_of
from .state import NetworkState
from .subnet_routes import route_view
from .values import Body, low, name_of, props, ref, text
from .wording import joined, say


def evaluate(state: NetworkState, machine: str, targets: KmsTargets) -> dict[str, t.Any]:
    """Return the path of one machine, given by its resource id or by a private address of it.

    The result is JSON-plain. `verdict`: open, blocked (only when what decides is known), suspect or unknown. `causes`
    are finding ids, the one to repair first first; with verdict unknown a cause is what it would be if the doubt is the
    fault. `unread` names what was not read and the RBAC action to grant. `messages` tells which message each text is. Never
    raises for odd bodies.
    """
    path: dict[str, t.Any] = {
        "vm_id": machine if "/" in machine else None,
        "name": name_of(machine),
        "nic_id": None,
        "subnet_id": None,
        "subnet_prefixes": [],
        "route_table_id": None,
        "nat_gateway_id": None,
        "location": None,
        "verdict": UNKNOWN,
        "cause": None,
        "causes": [],
        "reason": "",
        "addresses": [],
        "kms_routes": KmsRoutes().plain(),
        "resolvers": [],
        "private_zones": [],
        "dns_forwarding": [],
        "nat_gateway": None,
        "unread": [],
        "notes": [],
    }
    try:
        place = _place(state, machine)
    except NotKnownError as problem:
        return _told({**path, "reason": problem.reason, "unread": judgement.join_unread(problem.unread)})
    if place.vm is not None:
        path |= {"vm_id": place.vm.get("id"), "name": name_of(place.vm)}
    subnet = props(state.get(place.subnet_id))
    path |= {
        "nic_id": place.nic.get("id"),
        "subnet_id": place.subnet_id or None,
        "subnet_prefixes": values.strings(subnet.get("addressPrefix"), subnet.get("addressPrefixes")),
        "route_table_id": ref(subnet.get("routeTable")) or None,
        "nat_gateway_id": ref(subnet.get("natGateway")) or None,
        "location": text((state.get(network_of(place.subnet_id)) or {}).get("location")) or None,
    }
    path["resolvers"] = _resolvers(state, place)
    return _told({**path, **_judged(_start(state, place, targets))})


def _resolvers(state: NetworkState, place: egress.Origin) -> list[dict[str, t.Any]]:
    """Return the DNS servers that Azure gives the machine and that are Azure Firewalls, with whether their DNS proxy is on."""
    found = []
    for server in resolvers_of(state, place.nic, network_of(place.subnet_id)):
        for body in state.owners.get(server, ()):
            if values.type_of(body.get("id")).endswith("/azurefirewalls"):
                proxy = firewall.answers_names(state, body)
                found.append({"address": server, "firewall": name_of(body), "id": body.get("id"), "dns_proxy": proxy})
    return found


def _told(path: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return the path as plain values, with the messages of its English texts beside them."""
    return t.cast("dict[str, t.Any]", to_plain({**path, "messages": messages(path)}))


def _start(state: NetworkState, place: egress.Origin, targets: KmsTargets) -> Start:
    subnet_id = place.subnet_id
    try:
        view = state.remember(
            ("routes", low(subnet_id)),
            lambda: with_hub_default(state, route_view(state, subnet_id), network_of(subnet_id)),
        )
    except NotKnownError as problem:
        return Start(state, place, targets, None, problem, KmsRoutes())
    return Start(state, place, targets, view, None, kms_routes(view, targets, state.tag_prefixes))


def _judged(start: Start) -> dict[str, t.Any]:
    if not start.targets.addresses:
        return {"reason": say("no_target")}
    found = [address_path(start, address) for address in start.targets.addresses]
    verdict = judgement.worst(path.verdict for path in found)
    deciding = [path for path in found if path.verdict == verdict]
    causes = judgement.in_repair_order(cause for path in deciding for cause in path.causes)
    causes += [
        cause
        for cause in judgement.in_repair_order(cause for path in found for cause in path.causes)
        if cause not in causes and verdict != UNKNOWN
    ]
    view = start.view
    power = start.state.power.get(low(ref(start.place.vm)), "")
    notes = list(view.notes) if view else []
    notes += [note for path in found for note in path.notes]
    asked = names.asked(start.state, start.network_id, resolvers_of(start.state, start.place.nic, start.network_id))
    zones = names.hiding(start.state, asked, start.targets) if asked else []
    forwarding = names.forwarding(start.state, asked, start.targets) if asked else []
    notes += map(names.note, [*zones, *forwarding])
    if power and power != "running":
        notes.append(say("power_note", power=power))
    return {
        "verdict": verdict,
        "cause": causes[0] if causes else None,
        "causes": causes,
        "reason": _reason(start.targets, verdict, deciding, found),
        "addresses": [dict(path.shown) for path in found],
        "kms_routes": start.routes.plain(),
        "private_zones": zones,
        "dns_forwarding": forwarding,
        "nat_gateway": _nat_gateway(start) if NO_OUTBOUND in causes else None,
        "unread": judgement.join_unread(view.unread if view else (), *(path.unread for path in found)),
        "notes": list(dict.fromkeys(notes)),
    }


def _nat_gateway(start: Start) -> dict[str, t.Any]:
    """Return what a NAT gateway, which would be the repair, does to the other machines of the subnet."""
    subnet_id = start.place.subnet_id
    return start.state.remember(
        ("nat gateway", low(subnet_id)), lambda: egress_change.of_nat_gateway(start.state, subnet_id)
    )


def _reason(
    targets: KmsTargets, verdict: str, deciding: t.Sequence[AddressPath], found: t.Sequence[AddressPath]
) -> str:
    reason = deciding[0].reason
    named = joined("and", [str(path.shown["address"]) for path in deciding if path.reason == reason])
    sentence = say(f"path_{verdict}", port=targets.port, addresses=named, reason=reason)
    rest = [say(f"address_{path.verdict}", address=path.shown["address"]) for path in found if path.reason != reason]
    return joined("then", [sentence, *rest]) if verdict != OPEN else sentence


def _place(state: NetworkState, machine: str) -> egress.Origin:
    if "/" in machine:
        return _place_of_vm(state, machine)
    if addresses.address(machine) is None:
        raise NotKnownError(say("no_machine", machine=machine))
    nics = [
        body for body in state.owners.get(machine, ()) if values.type_of(body.get("id")).endswith("/networkinterfaces")
    ]
    if len(nics) != 1:
        key = "many_owners" if nics else "no_owner"
        raise NotKnownError(say(key, count=len(nics), address=machine))
    vm_id = ref(props(nics[0]).get("virtualMachine"))
    return _place_of_nic(nics[0], state.get(vm_id), machine)


def _place_of_vm(state: NetworkState, vm_id: str) -> egress.Origin:
    vm = state.need(vm_id)
    nics = state.nics_of(vm)
    if not nics:
        raise NotKnownError(say("no_nic", vm=name_of(vm)))
    return _place_of_nic({**state.need(nics[0]), "id": nics[0]}, vm, "")


def _place_of_nic(nic: Body, vm: Body | None, address: str) -> egress.Origin:
    configs = ip_configurations(nic)
    config = next((item for item in configs if text(item.get("privateIPAddress")) == address), None)
    config = config or next(iter(configs), None)
    subnet_id = ref(config.get("subnet")) if config else ""
    if config is None or not subnet_id:
        raise NotKnownError(say("no_subnet", nic=name_of(nic)))
    return egress.Origin(nic, config, subnet_id, vm)
