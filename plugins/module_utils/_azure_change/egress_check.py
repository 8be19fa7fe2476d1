# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a change does to the way out of the machines of a subnet, told before anything is written. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from .._network import egress, egress_change
from .._network.egress_change import Machine
from .._network.judgement import BLOCKED, OPEN, KmsTargets, NotKnownError, worst
from .._network.path import evaluate
from .._network.state import NetworkState
from .._network.values import name_of, ref
from .change_set import ChangeSet, Refusal, listed

ACCEPT = "Set accept_egress_change to true if that is wanted"


@dataclasses.dataclass(frozen=True)
class EgressCheck:
    """`effective`: True when every subnet has a way out, False when one has none, None when that is not known.

    `refusal`: whom the change would harm or move, and what accepts it. `blocked`: machines without a way out of their own.
    `acceptable`: whether the refusal can be overruled, as Azure itself would allow the write.
    """

    effective: bool | None
    warnings: tuple[str, ...] = ()
    refusal: Refusal | None = None
    blocked: tuple[str, ...] = ()
    acceptable: bool = True


def guarded(plan: ChangeSet, check: EgressCheck, *, accepted: bool) -> ChangeSet:
    """Return the plan, or why it is not carried out: a plan without writes touches nobody."""
    if not plan.writes or plan.refusal is not None or check.refusal is None:
        return plan
    if not accepted or not check.acceptable:
        return ChangeSet(warnings=plan.warnings, refusal=check.refusal)
    return dataclasses.replace(plan, warnings=(*plan.warnings, check.refusal.reason))


def of_routes(state: NetworkState, subnet_ids: t.Sequence[str]) -> EgressCheck:
    """Judge routes to the Internet: every machine in the subnets, and an imagined one where there is none."""
    verdicts: list[str] = []
    warnings: list[str] = []
    blocked: list[str] = []
    for subnet_id in subnet_ids:
        machines = _behind(state, subnet_id)
        verdict = worst(machine.leg.verdict for machine in machines)
        verdicts.append(verdict)
        if verdict != OPEN:
            warnings.append(_warning(subnet_id, [one for one in machines if one.leg.verdict == verdict]))
        blocked += [ref(one.place.vm) for one in machines if one.leg.verdict == BLOCKED and one.place.vm]
    overall = worst(verdicts)
    effective = {OPEN: True, BLOCKED: False}.get(overall) if verdicts else None
    return EgressCheck(effective, tuple(warnings), blocked=tuple(dict.fromkeys(blocked)))


def lost_ways(state: NetworkState, vm_ids: t.Sequence[str], targets: KmsTargets) -> Refusal | None:
    """Return whose way to the KMS a route to the Internet would end: `vm_ids` have no address of their own to leave with."""
    today = {name_of(vm_id): evaluate(state, vm_id, targets)["verdict"] for vm_id in vm_ids}
    losing = [f"machine '{name}' (today: {verdict})" for name, verdict in today.items() if verdict != BLOCKED]
    if not losing:
        return None
    reason = (
        f"A route to the Internet would end the way to the KMS that {listed(losing)} may have today, as without an "
        "outbound method of its own it leads nowhere"
    )
    return Refusal("way-would-be-lost", reason, f"Give the subnet a NAT gateway first. {ACCEPT}")


def of_nat_gateway(state: NetworkState, subnet_id: str) -> EgressCheck:
    """Judge a NAT gateway for a subnet: it takes over the way out of every machine there."""
    try:
        egress_change.listed(state, subnet_id)
    except NotKnownError as problem:
        reason = f"Whose way out the NAT gateway changes is not known: {problem.reason}"
        return EgressCheck(None, refusal=Refusal("machines-not-known", reason, ACCEPT))
    machines = egress_change.machines(state, subnet_id)
    basic = [
        f"{kind} '{name}' of machine '{one.name}'" for one in machines for kind, name in egress_change.basic(state, one)
    ]
    if basic:
        reason = (
            f"Subnet {name_of(subnet_id)} holds Basic resources, beside which Azure allows no NAT gateway: "
            f"{listed(basic)}"
        )
        refusal = Refusal("basic-resources", reason, "Upgrade them to the Standard SKU first")
        return EgressCheck(False, refusal=refusal, acceptable=False)
    moved = [f"machine '{one.name}' (today: {one.method.replace('_', ' ')})" for one in machines if one.moved]
    if not moved:
        return EgressCheck(True)
    reason = f"From now on the NAT gateway's address is that of {listed(moved)}"
    return EgressCheck(True, refusal=Refusal("egress-would-change", reason, ACCEPT))


def _warning(subnet_id: str, machines: t.Sequence[Machine]) -> str:
    first = machines[0]
    name = f"machine '{first.name}'" if first.name else "a machine"
    others = f" ({len(machines)} machines)" if len(machines) > 1 else ""
    who = f"{name} in subnet '{name_of(subnet_id)}'{others}"
    if first.leg.verdict == BLOCKED:
        return f"routes to the Internet alone do nothing for {who}: {first.leg.reason}; give it a NAT gateway or a public address"
    return f"whether {who} has a way out is not known: {first.leg.reason}"


def _behind(state: NetworkState, subnet_id: str) -> list[Machine]:
    """Return the machines of a subnet, an imagined one where there is none."""
    nobody = egress.Origin({}, {}, subnet_id, None)
    return egress_change.machines(state, subnet_id) or [Machine("", nobody, egress_change.leave(state, nobody))]
