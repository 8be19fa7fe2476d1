# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What would repair each host, and which of it is allowed. Pure: diagnoses and evidence in, plan out."""

from __future__ import annotations

import dataclasses
import typing as t

from .._diagnosis.model import Diagnosis, Evidence, Finding
from .._diagnosis.rule import GUEST_ADMIN
from . import actions, azure_objects, guards, guest_firewall
from .actions import OBSTACLES
from .azure_objects import AzureStep
from .guest_firewall import FirewallChange

ACTIVATION = "activation"
_NOT_ASKED = ("unreachable", "unreadable", "not_asked")


@dataclasses.dataclass(frozen=True)
class PlannedStep:
    """One repair of one host. `target`: guest or an Azure resource id. `obstacle`: why it is not done although it would help.

    `variable` is what allows it, `who` has the say.
    """

    action: str
    target: str
    reason: str
    finding: str
    allowed: bool
    who: str
    variable: str
    obstacle: str | None = None

    @property
    def due(self) -> bool:
        """Whether it is going to be done."""
        return self.allowed and self.obstacle is None


@dataclasses.dataclass(frozen=True)
class HostPlan:
    """The steps of one host in order; `run` are the guest actions to be done, `firewall` the change of the guest's firewall."""

    steps: tuple[PlannedStep, ...] = ()
    run: tuple[str, ...] = ()
    firewall: FirewallChange = dataclasses.field(default_factory=FirewallChange)


@dataclasses.dataclass(frozen=True)
class RepairPlan:
    """Every host's plan, the Azure objects to be changed (each once) and the hosts that any of it concerns."""

    hosts: t.Mapping[str, HostPlan]
    azure: tuple[AzureStep, ...]
    touched: tuple[str, ...]


def build(
    diagnoses: t.Sequence[Diagnosis],
    evidence: t.Sequence[Evidence],
    allowed: t.Collection[str],
    disable_rules: bool = False,
    opened: t.Collection[str] = (),
) -> RepairPlan:
    """Return the plan; `allowed` are names of actions, `disable_rules` lets blocking rules of the guest's firewall be disabled.

    `opened` holds the names of `guards` that the user lifts.
    """
    known = {item.name: item for item in evidence}
    hosts: dict[str, HostPlan] = {}
    wanted: list[AzureStep] = []
    for diagnosis in diagnoses:
        item = known.get(diagnosis.name) or Evidence(diagnosis.name)
        hosts[diagnosis.name], azure = _host(diagnosis, item, allowed, disable_rules, opened)
        wanted += azure
    merged = azure_objects.merged(wanted)
    touched = {name for name, plan in hosts.items() if plan.run}
    touched |= {name for step in merged if step.due for name in step.hosts}
    return RepairPlan(hosts, merged, tuple(name for name in hosts if name in touched))


def _host(
    diagnosis: Diagnosis,
    evidence: Evidence,
    allowed: t.Collection[str],
    disable_rules: bool,
    opened: t.Collection[str],
) -> tuple[HostPlan, list[AzureStep]]:
    firewall = guest_firewall.change(evidence, disable_rules)
    unasked = diagnosis.guest.status in _NOT_ASKED
    steps: list[PlannedStep] = []
    azure: list[AzureStep] = []
    for finding in _faults(diagnosis):
        for remedy in finding.remedy:
            if remedy.action is None or remedy.action == ACTIVATION:
                continue
            if actions.BY_NAME[remedy.action].side == actions.AZURE:
                found = azure_objects.steps(remedy.action, finding, diagnosis.name, evidence.path, allowed)
                azure += found
                steps += [_azure_step(step, finding, remedy.who, allowed) for step in found]
                continue
            obstacle = OBSTACLES["guest_unasked"] if unasked else guards.obstacle(remedy.action, diagnosis, opened)
            if obstacle is None and remedy.action == "firewall":
                obstacle = firewall.obstacle
            steps.append(_step(remedy.action, finding, remedy.who, allowed, obstacle))
    steps = [*_once(steps), *_activation(diagnosis, steps, allowed, unasked, opened)]
    order = {name: place for place, name in enumerate(actions.NAMES)}
    steps.sort(key=lambda step: order[step.action])
    run = actions.in_order(step.action for step in steps if step.due and step.target == actions.GUEST)
    return HostPlan(tuple(steps), run, firewall), azure


def _faults(diagnosis: Diagnosis) -> list[Finding]:
    """Return the root cause and every other fault; what is mere information needs no repair."""
    found = [diagnosis.root_cause, *(item for item in diagnosis.findings if item.status == "fail")]
    return [item for item in found if item.severity in ("error", "warning")]


def _step(action: str, finding: Finding, who: str, allowed: t.Collection[str], obstacle: str | None) -> PlannedStep:
    return PlannedStep(
        action=action,
        target=actions.GUEST,
        reason=finding.title,
        finding=finding.id,
        allowed=action in allowed,
        who=who,
        variable=f"remediate_actions: [{action}]",
        obstacle=obstacle,
    )


def _azure_step(step: AzureStep, finding: Finding, who: str, allowed: t.Collection[str]) -> PlannedStep:
    return dataclasses.replace(_step(step.action, finding, who, allowed, step.obstacle), target=step.target)


def _once(steps: t.Sequence[PlannedStep]) -> list[PlannedStep]:
    found: dict[tuple[str, str], PlannedStep] = {}
    for step in steps:
        found.setdefault((step.action, step.target), step)
    return list(found.values())


def _activation(
    diagnosis: Diagnosis,
    steps: t.Sequence[PlannedStep],
    allowed: t.Collection[str],
    unasked: bool,
    opened: t.Collection[str],
) -> list[PlannedStep]:
    """Return the attempt that proves the repair; it waits until the root cause is going to be repaired."""
    root = diagnosis.root_cause
    own = any(remedy.action == ACTIVATION for remedy in root.remedy)
    if unasked or not (own or steps):
        return []
    # A licensed VM loses nothing by an attempt; for another one it would only cost a minute.
    stays = None if own or diagnosis.licensed else _staying(diagnosis, steps)
    obstacle = guards.obstacle(ACTIVATION, diagnosis, opened)
    if obstacle is None and stays is not None:
        obstacle = OBSTACLES["stays"].format(finding=stays)
    elif obstacle is None and not own and not any(step.due for step in steps):
        obstacle = OBSTACLES["nothing_due"]
    return [_step(ACTIVATION, root, GUEST_ADMIN, allowed, obstacle)]


def _staying(diagnosis: Diagnosis, steps: t.Sequence[PlannedStep]) -> str | None:
    """Return the first cause that is sure to stop an attempt and is not going to be repaired.

    Beside the root cause only what is certain counts: the rest may be a consequence of it.
    """
    repaired = {step.finding for step in steps if step.due}
    root = diagnosis.root_cause
    faults = [item for item in _faults(diagnosis) if item.severity == "error"]
    sure = [item for item in faults if item.confidence == "certain" or (item is root and item.confidence == "likely")]
    return next((item.id for item in sure if item.id not in repaired), None)
