# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Paths of Resource Manager: what they mean and which RBAC action they need."""

from __future__ import annotations

import dataclasses

from tests.lab.azure import ids, types

_VERBS = {"GET": "read", "HEAD": "read", "PUT": "write", "PATCH": "write", "DELETE": "delete", "POST": "action"}
_SUBSCRIPTION_ONLY, _WITH_WORD, _WITH_GROUP = 2, 3, 4


@dataclasses.dataclass(frozen=True)
class Target:
    """What a path means.

    `kind`: root, subscription, groups, group, all, tags, operation, providers, list, resource or action. `word`: the type
    of a list, the name of an action, operation, location or namespace.
    """

    kind: str
    scope: str
    action: str
    subscription: str = ""
    group: str | None = None
    resource: ids.ResourceId | None = None
    word: str = ""


def understand(method: str, segments: list[str]) -> Target | None:
    """Return what a path below the root of the server means; None for no path of Resource Manager."""
    lower = [segment.lower() for segment in segments]
    verb = _VERBS.get(method, "read")
    if not lower or lower[0] != "subscriptions":
        return None
    if len(lower) == 1:
        return Target("root", "/subscriptions", "Microsoft.Resources/subscriptions/read")
    subscription = segments[1]
    scope = f"/subscriptions/{subscription}"
    rest = segments[2:]
    group = None
    if len(rest) > 1 and rest[0].lower() == "resourcegroups":
        group, rest = rest[1], rest[2:]
        scope += f"/resourceGroups/{group}"
    if not rest:
        kind = "group" if group else "subscription"
        name = "subscriptions/resourceGroups" if group else "subscriptions"
        return Target(kind, scope, f"Microsoft.Resources/{name}/{verb}", subscription, group)
    if len(rest) == 1 and rest[0].lower() in ("resourcegroups", "resources"):
        kind = "groups" if rest[0].lower() == "resourcegroups" else "all"
        spelling = "resourceGroups" if kind == "groups" else "resources"
        return Target(kind, scope, f"Microsoft.Resources/subscriptions/{spelling}/{verb}", subscription, group)
    if rest[0].lower() == "providers" and len(rest) > 1:
        return _provider(method, Target("", scope, "", subscription, group), rest[1], rest[2:])
    return None


def _provider(method: str, base: Target, namespace: str, tail: list[str]) -> Target | None:
    verb = _VERBS.get(method, "read")
    lower = [part.lower() for part in tail]
    if not tail:
        return _with(base, "providers", f"Microsoft.Resources/subscriptions/providers/{verb}", word=namespace)
    if lower == ["register"]:
        return _with(base, "action", f"{namespace}/register/action", word="register")
    if lower[0] == "locations" and len(tail) == _WITH_WORD and lower[2] == "servicetags":
        return _with(base, "tags", f"{namespace}/locations/serviceTags/{verb}", word=tail[1])
    if lower[0] == "locations" and len(tail) == _WITH_GROUP and lower[2] in ("operations", "operationresults"):
        spelling = "operations" if lower[2] == "operations" else "operationResults"
        action = f"{namespace}/locations/{spelling}/read"
        return _with(base, "operation", action, word=f"{spelling}/{tail[3]}")
    if len(tail) % 2 == 0:
        resource = _resource(base, namespace, tail)
        return _with(base, "resource", f"{types.spelled(resource.type)}/{verb}", resource)
    owner = _resource(base, namespace, tail[:-1]) if len(tail) > 1 else None
    return _below(method, base, namespace, owner, tail[-1])


def _below(method: str, base: Target, namespace: str, resource: ids.ResourceId | None, last: str) -> Target:
    verb = _VERBS.get(method, "read")
    above = types.spelled(resource.type) if resource else namespace
    if resource and method == "POST":
        return _with(base, "action", f"{above}/{last}/action", resource, last)
    if resource and last.lower() == "instanceview":
        return _with(base, "resource", f"{above}/instanceView/read", resource, "instanceView")
    full = types.spelled(f"{above}/{last}")
    return _with(base, "list", f"{full}/{verb}", resource, last if resource else full)


def _resource(base: Target, namespace: str, tail: list[str]) -> ids.ResourceId:
    return ids.ResourceId(base.subscription, base.group, namespace, tuple(tail[::2]), tuple(tail[1::2]))


def _with(base: Target, kind: str, action: str, resource: ids.ResourceId | None = None, word: str = "") -> Target:
    scope = resource.text if resource else base.scope
    return dataclasses.replace(base, kind=kind, action=action, resource=resource, word=word, scope=scope)
