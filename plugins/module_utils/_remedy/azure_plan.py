# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which Azure object a finding wants changed. The same object is changed once, for all hosts behind it. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis import azure_path
from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.model import Finding

Plain = t.Mapping[str, t.Any]
NO_TARGET = "what was read of Azure does not name the object to change"
ONLY_POSSIBLE = "the evidence only makes this cause possible"
UNKNOWN_TARGET = "unknown"


@dataclasses.dataclass(frozen=True)
class AzureStep:
    """One object of Azure to be changed by the module of `action` with `arguments`; `hosts` are the VMs it repairs."""

    action: str
    target: str
    arguments: t.Mapping[str, t.Any]
    reason: str
    findings: tuple[str, ...]
    hosts: tuple[str, ...]
    allowed: bool
    obstacle: str | None = None

    @property
    def due(self) -> bool:
        """Whether it is going to be done."""
        return self.allowed and self.obstacle is None


def steps(
    action: str, finding: Finding, host: str, path: Plain | None, allowed: t.Collection[str]
) -> list[AzureStep]:
    """Return the objects that this finding of one host wants changed; one without target where none can be named."""
    seen = azure_path.read(path)
    found = _TARGETS[action](path, seen.hit_by(finding.id)) if path is not None and seen is not None else {}
    obstacle = ONLY_POSSIBLE if finding.confidence == "possible" else None
    return [
        AzureStep(
            action=action,
            target=target,
            arguments=arguments,
            reason=finding.title,
            findings=(finding.id,),
            hosts=(host,),
            allowed=action in allowed,
            obstacle=obstacle if target != UNKNOWN_TARGET else NO_TARGET,
        )
        for target, arguments in (found or {UNKNOWN_TARGET: {}}).items()
    ]


def merged(wanted: t.Iterable[AzureStep]) -> tuple[AzureStep, ...]:
    """Return every object once, with all its hosts; lists in the arguments (sources of a rule) add up.

    A host whose evidence is weak does not hold up what another one's proves.
    """
    found: dict[tuple[str, str], AzureStep] = {}
    for step in wanted:
        if step.target == UNKNOWN_TARGET:
            continue
        key = (step.action, step.target.lower())
        found[key] = _joined(found[key], step) if key in found else step
    return tuple(found.values())


def _joined(one: AzureStep, other: AzureStep) -> AzureStep:
    arguments = dict(one.arguments)
    for name, value in other.arguments.items():
        if isinstance(value, list):
            arguments[name] = list(dict.fromkeys([*arguments.get(name, []), *value]))
    return dataclasses.replace(
        one if one.due or not other.due else other,
        arguments=arguments,
        findings=tuple(dict.fromkeys([*one.findings, *other.findings])),
        hosts=tuple(dict.fromkeys([*one.hosts, *other.hosts])),
    )


def _route(path: Plain, _rows: t.Sequence[Plain]) -> dict[str, dict[str, t.Any]]:
    """Return the subnet's route table; a subnet without one gets it."""
    table, subnet = path.get("route_table_id"), path.get("subnet_id")
    if table:
        return {str(table): {"route_table": table}}
    return {str(subnet): {"subnet": subnet, "create_route_table": True}} if subnet else {}


def _firewall_rule(path: Plain, rows: t.Sequence[Plain]) -> dict[str, dict[str, t.Any]]:
    """Return each firewall on the way that does not let the traffic pass, with the VM's subnet as source."""
    sources = [item for item in path.get("subnet_prefixes") or () if isinstance(item, str)]
    if not sources:
        return {}
    hops = [hop for row in rows for hop in row.get("hops") or () if isinstance(hop, t.Mapping)]
    return {
        str(hop["id"]): {"firewall": hop["id"], "sources": sources}
        for hop in hops
        if hop.get("kind") == "azure_firewall" and hop.get("id") and hop.get("verdict") != "open"
    }


def _nsg_rule(_path: Plain, rows: t.Sequence[Plain]) -> dict[str, dict[str, t.Any]]:
    """Return each security group whose rule denies; a security admin rule belongs to none."""
    found = {}
    for row in rows:
        rule = (row.get("nsg") or {}).get("rule") or {}
        if rule.get("nsg_id"):
            found[str(rule["nsg_id"])] = {"nsg": rule["nsg_id"]}
    return found


def _nat_gateway(path: Plain, _rows: t.Sequence[Plain]) -> dict[str, dict[str, t.Any]]:
    subnet = path.get("subnet_id")
    return {str(subnet): {"subnet": subnet}} if subnet else {}


_Targets = t.Callable[[Plain, t.Sequence[Plain]], dict[str, dict[str, t.Any]]]
_TARGETS: t.Mapping[str, _Targets] = {
    "route": _route,
    "firewall_rule": _firewall_rule,
    "nsg_rule": _nsg_rule,
    "nat_gateway": _nat_gateway,
}
