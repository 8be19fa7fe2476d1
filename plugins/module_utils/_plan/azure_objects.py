# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which Azure object a finding wants changed. The same object is changed once, for all hosts behind it. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from .._diagnosis import azure_path
from .._diagnosis.model import Finding
from .actions import OBSTACLES

Plain = t.Mapping[str, t.Any]
DENIED_BY_TAG = "denied_by_tag"
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


@dataclasses.dataclass(frozen=True)
class _Object:
    """An object with the arguments of the module that changes it, and what stands in its way."""

    target: str
    arguments: dict[str, t.Any] = dataclasses.field(default_factory=dict)
    obstacle: str | None = None


_NAMELESS = _Object(UNKNOWN_TARGET, obstacle=OBSTACLES["no_target"])


def steps(action: str, finding: Finding, host: str, path: Plain | None, allowed: t.Collection[str]) -> list[AzureStep]:
    """Return the objects that this finding of one host wants changed; one without target where none can be named."""
    seen = azure_path.read(path)
    found = _OBJECTS[action](path, seen.hit_by(finding.id)) if path is not None and seen is not None else []
    doubt = OBSTACLES["only_possible"] if finding.confidence == "possible" else None
    return [
        AzureStep(
            action=action,
            target=item.target,
            arguments=item.arguments,
            reason=finding.title,
            findings=(finding.id,),
            hosts=(host,),
            allowed=action in allowed,
            obstacle=item.obstacle or doubt,
        )
        for item in found or [_NAMELESS]
    ]


def merged(wanted: t.Iterable[AzureStep]) -> tuple[AzureStep, ...]:
    """Return every object once, with all its hosts; lists in the arguments (sources of a rule) add up.

    What stands in the way of one host's change does not hold up another's of the same object.
    """
    found: dict[tuple[str, str, str | None], AzureStep] = {}
    for step in wanted:
        if step.target == UNKNOWN_TARGET:
            continue
        key = (step.action, step.target.lower(), step.obstacle)
        found[key] = _joined(found[key], step) if key in found else step
    return tuple(found.values())


def _joined(one: AzureStep, other: AzureStep) -> AzureStep:
    arguments = dict(one.arguments)
    for name, value in other.arguments.items():
        if isinstance(value, list):
            arguments[name] = list(dict.fromkeys([*arguments.get(name, []), *value]))
    return dataclasses.replace(
        one,
        arguments=arguments,
        findings=tuple(dict.fromkeys([*one.findings, *other.findings])),
        hosts=tuple(dict.fromkeys([*one.hosts, *other.hosts])),
    )


def _route(path: Plain, _rows: t.Sequence[Plain]) -> list[_Object]:
    """Return the subnet's route table; a subnet without one gets it."""
    table, subnet = path.get("route_table_id"), path.get("subnet_id")
    if table:
        return [_Object(str(table), {"route_table": table})]
    return [_Object(str(subnet), {"subnet": subnet, "create_route_table": True})] if subnet else []


def _firewall_rule(path: Plain, rows: t.Sequence[Plain]) -> list[_Object]:
    """Return each firewall on the way that does not let the traffic pass, with the VM's subnet as source."""
    sources = [item for item in path.get("subnet_prefixes") or () if isinstance(item, str)]
    hops = [hop for row in rows for hop in row.get("hops") or () if isinstance(hop, t.Mapping)]
    found: dict[str, _Object] = {}
    for hop in hops:
        if hop.get("kind") == "azure_firewall" and hop.get("id") and hop.get("verdict") != "open" and sources:
            arguments = {"firewall": hop["id"], "sources": sources}
            found.setdefault(str(hop["id"]), _Object(str(hop["id"]), arguments, _parent_denies(hop.get("rule"))))
    return list(found.values())


def _parent_denies(rule: t.Any) -> str | None:
    """Return why no rule of a child policy helps: its parent's come first."""
    if not isinstance(rule, t.Mapping) or not rule.get("inherited") or rule.get("type") != "network":
        return None
    return OBSTACLES["parent_denies"].format(
        rule=rule.get("name"), policy=str(rule.get("policy_id")).rpartition("/")[2]
    )


def _nsg_rule(_path: Plain, rows: t.Sequence[Plain]) -> list[_Object]:
    """Return each security group whose rule denies; a security admin rule belongs to none."""
    found: dict[str, _Object] = {}
    for row in rows:
        nsg = row.get("nsg") or {}
        rule = nsg.get("rule") or {}
        if rule.get("nsg_id"):
            obstacle = (
                OBSTACLES["tag_denied"].format(rule=rule.get("name"))
                if nsg.get("platform_rule") == DENIED_BY_TAG
                else None
            )
            found[str(rule["nsg_id"])] = _Object(str(rule["nsg_id"]), {"nsg": rule["nsg_id"]}, obstacle)
    return list(found.values())


def _nat_gateway(path: Plain, _rows: t.Sequence[Plain]) -> list[_Object]:
    """Return the subnet, unless it holds what Azure allows no NAT gateway beside."""
    subnet = path.get("subnet_id")
    change = path.get("nat_gateway")
    basic = [str(name) for name in change.get("basic") or ()] if isinstance(change, t.Mapping) else []
    obstacle = OBSTACLES["basic_resources"].format(names=", ".join(basic)) if basic else None
    return [_Object(str(subnet), {"subnet": subnet}, obstacle)] if subnet else []


_OBJECTS: t.Mapping[str, t.Callable[[Plain, t.Sequence[Plain]], list[_Object]]] = {
    "route": _route,
    "firewall_rule": _firewall_rule,
    "nsg_rule": _nsg_rule,
    "nat_gateway": _nat_gateway,
}
