# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who may do what: RBAC by action name, Azure Policy and locks."""

from __future__ import annotations

import re
import typing as t
import uuid

from tests.lab.azure import ids
from tests.lab.azure.messages import Problem
from tests.lab.azure.paste import Body
from tests.lab.azure.world import AzureWorld

# Property with a reference -> type whose join/action the caller needs on what it names.
_JOINS = {
    "applicationSecurityGroups": "Microsoft.Network/applicationSecurityGroups/joinIpConfiguration/action",
    "basePolicy": "Microsoft.Network/firewallPolicies/join/action",
    "firewallPolicy": "Microsoft.Network/firewallPolicies/join/action",
    "loadBalancerBackendAddressPools": "Microsoft.Network/loadBalancers/backendAddressPools/join/action",
    "natGateway": "Microsoft.Network/natGateways/join/action",
    "networkSecurityGroup": "Microsoft.Network/networkSecurityGroups/join/action",
    "publicIPAddress": "Microsoft.Network/publicIPAddresses/join/action",
    "publicIpAddresses": "Microsoft.Network/publicIPAddresses/join/action",
    "publicIpPrefixes": "Microsoft.Network/publicIPPrefixes/join/action",
    "routeTable": "Microsoft.Network/routeTables/join/action",
    "subnet": "Microsoft.Network/virtualNetworks/subnets/join/action",
}


class Access:
    """Checks of one world."""

    def __init__(self, world: AzureWorld) -> None:
        """Use the policies of `world`."""
        self._policies = world.policies

    def check(self, caller: Body, action: str, scope: str) -> None:
        """Raise 403 AuthorizationFailed unless the caller may perform `action` on `scope`."""
        if not _permitted(caller, action, scope):
            raise Problem(
                403,
                "AuthorizationFailed",
                f"The client '{caller['client_id']}' with object id '{_object_id(caller)}' does not have authorization to "
                f"perform action '{action}' over scope '{scope}' or the scope is invalid. If access was recently granted, "
                "please refresh your credentials.",
            )

    def may_read(self, caller: Body, subscription: str) -> bool:
        """Tell whether the caller may see a subscription at all."""
        return _permitted(caller, "Microsoft.Resources/subscriptions/read", f"/subscriptions/{subscription}")

    def check_links(self, caller: Body, action: str, scope: str, body: Body) -> None:
        """Raise 403 LinkedAuthorizationFailed unless the caller may use everything the body refers to."""
        for name, target in linked(body):
            if name in _JOINS and not _permitted(caller, _JOINS[name], target):
                raise Problem(
                    403,
                    "LinkedAuthorizationFailed",
                    f"The client '{caller['client_id']}' with object id '{_object_id(caller)}' has permission to perform "
                    f"action '{action}' on scope '{scope}'; however, it does not have permission to perform action(s) "
                    f"'{_JOINS[name]}' on the linked scope(s) '{target}' (respectively) or the linked scope(s) are invalid.",
                )

    def check_rules(self, resource_id: ids.ResourceId, *, deleting: bool) -> None:
        """Raise what a lock (409) or an Azure Policy (403) says about a write or a delete."""
        for policy in self._policies:
            if not _in_scope(policy, resource_id):
                continue
            lock = str(policy.get("lock", "")).lower()
            if lock == "readonly" or (lock == "cannotdelete" and deleting):
                verb = "delete" if deleting else "write"
                scope = policy.get("scope") or f"/subscriptions/{resource_id.subscription}"
                raise Problem(
                    409,
                    "ScopeLocked",
                    f"The scope '{resource_id.text}' cannot perform {verb} operation because following scope(s) are locked: "
                    f"'{scope}'. Please remove the lock and try again.",
                )
            denied = str(policy.get("deny_delete" if deleting else "deny_write", "")).lower()
            if denied and (resource_id.kind == denied or resource_id.kind.startswith(denied + "/")):
                raise Problem(
                    403,
                    "RequestDisallowedByPolicy",
                    f"Resource '{resource_id.name}' was disallowed by policy. Policy identifiers: "
                    f'\'[{{"policyAssignment":{{"name":"{policy.get("name", "deny-by-policy")}"}}}}]\'.',
                )


def linked(value: t.Any) -> list[tuple[str, str]]:
    """Every reference of a body, as (property, id)."""
    found: list[tuple[str, str]] = []
    if isinstance(value, list):
        for item in value:
            found += linked(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            for reference in item if isinstance(item, list) else [item]:
                if name in _JOINS and isinstance(reference, dict) and reference.get("id"):
                    found.append((name, str(reference["id"])))
            found += linked(item)
    return found


def _permitted(caller: Body, action: str, scope: str) -> bool:
    scopes = [str(item).lower().rstrip("/") for item in caller.get("scopes") or ["/"]]
    if not any(item in ("", "/") or (scope.lower() + "/").startswith(item + "/") for item in scopes):
        return False
    patterns = caller.get("permissions")
    return patterns is None or any(_fits(str(pattern), action) for pattern in patterns)


def _fits(pattern: str, action: str) -> bool:
    return re.fullmatch(".*".join(re.escape(part) for part in pattern.split("*")), action, re.IGNORECASE) is not None


def _in_scope(policy: Body, resource_id: ids.ResourceId) -> bool:
    scope = str(policy.get("scope") or "").lower().rstrip("/")
    return (resource_id.key + "/").startswith(scope + "/") if scope else True


def _object_id(caller: Body) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, str(caller["client_id"])))
