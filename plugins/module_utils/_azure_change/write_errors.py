# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an answer to a write means: try again, look again, refused for good, failed, or nobody knows. Pure."""

from __future__ import annotations

import dataclasses
import re

from .._azure.arm import ArmError
from .._network.values import name_of
from .change_set import Refusal

# BUSY and STALE: Azure did nothing. UNSURE: it may have done it, so look before anything else.
BUSY, STALE, REFUSED, FAILED, UNSURE = "busy", "stale", "refused", "failed", "unsure"

# The writer's own word: it did not send what might remove a property that its API version does not know.
LATER_PROPERTY = "LaterProperty"
_BUSY_CODES = frozenset(
    (
        "AnotherOperationInProgress",
        "FirewallPolicyRuleCollectionGroupUpdateNotAllowed",
        "ReferencedResourceNotProvisioned",
        "RetryableError",
        "RetryableErrorDueToAnotherOperation",
    )
)
# Somebody took the prefix or priority between our look and our write.
_STALE_CODES = frozenset(("RouteConflict", "SecurityRuleConflict"))
# A later operation took the place of ours, which may have been done in part. Azure says so in the code or only in a detail of
# Canceled: https://github.com/iterative/terraform-provider-iterative/issues/341, https://github.com/Azure/azure-cli/issues/21156.
_SUPERSEDED = "Canceled"
_UNAUTHORIZED, _FORBIDDEN, _TIMEOUT, _PRECONDITION, _TOO_MANY, _SERVER = 401, 403, 408, 412, 429, 500


@dataclasses.dataclass(frozen=True)
class WriteVerdict:
    """`kind` with what a person must know; `pause` is what Azure asks to wait, None when it does not say."""

    kind: str
    message: str = ""
    pause: float | None = None
    refusal: Refusal | None = None


def judge(error: ArmError, resource_id: str, action: str) -> WriteVerdict:
    """Judge the error of a write to `resource_id` that needs the RBAC `action`."""
    refusal = _refusal(error, resource_id, action)
    if refusal is not None:
        return WriteVerdict(REFUSED, refusal.sentence(), refusal=refusal)
    message = f"{name_of(resource_id)}: {error}"
    if error.code.startswith(_SUPERSEDED) and error.status != _TOO_MANY:
        return WriteVerdict(UNSURE, message, error.retry_after)
    if error.status is None or error.status == _TIMEOUT or error.status >= _SERVER:
        return WriteVerdict(UNSURE, message, error.retry_after)
    if error.status == _TOO_MANY or error.code in _BUSY_CODES:
        return WriteVerdict(BUSY, message, error.retry_after)
    if error.status == _PRECONDITION or error.code in _STALE_CODES:
        return WriteVerdict(STALE, message)
    return WriteVerdict(FAILED, message)


def _refusal(error: ArmError, resource_id: str, action: str) -> Refusal | None:
    name = name_of(resource_id)
    if error.code == LATER_PROPERTY:
        return Refusal(
            "later-property",
            f"{name} is not written, as that might remove a property: {error.detail}",
            "Change it in the portal or with a newer tool",
        )
    if error.code == "ScopeLocked":
        scope = _quoted(error.detail, "are locked: ") or "this resource, its group or its subscription"
        return Refusal(
            "scope-locked", f"Azure refuses to change {name}: a lock protects it", f"Remove the lock on {scope} first"
        )
    if error.code == "MissingSubscriptionRegistration":
        return Refusal(
            "provider-not-registered",
            f"Azure refuses to change {name}: its resource provider is not registered in the subscription",
            "Register Microsoft.Network in the subscription yourself; this collection never does",
        )
    if error.code == "RequestDisallowedByAzure":
        return Refusal(
            "disallowed-by-azure",
            f"Azure itself does not allow this subscription to change {name} in its region: {error.detail[:200]}",
            "No role helps; use a region that the subscription may use, or ask Azure support to lift the restriction",
        )
    if error.status == _UNAUTHORIZED:
        return Refusal("sign-in-refused", f"Azure refuses the identity: {error}", "Sign in again or renew the secret")
    return _forbidden(error, resource_id, action) if error.status == _FORBIDDEN else None


def _forbidden(error: ArmError, resource_id: str, action: str) -> Refusal:
    name = name_of(resource_id)
    if error.code == "RequestDisallowedByPolicy":
        policy = re.search(r'"policyAssignment"\s*:\s*\{\s*"name"\s*:\s*"([^"]+)"', error.detail)
        named = f"policy assignment '{policy.group(1)}'" if policy else "an Azure Policy assignment"
        return Refusal("policy-denied", f"Azure Policy refuses to change {name}", f"It needs an exemption from {named}")
    if error.code == "DenyAssignmentAuthorizationFailed":
        named = _quoted(error.detail, "deny assignment with name ") or _quoted(error.detail, "deny assignment ")
        which = f"deny assignment '{named}'" if named else "a deny assignment"
        return Refusal(
            "deny-assignment",
            f"Azure refuses to change {name}: {which} outweighs every role",
            "Whoever owns it (a managed application or a deployment stack) must make the change or exclude the identity",
        )
    if error.code == "LinkedAuthorizationFailed":
        linked = _quoted(error.detail, "perform action(s) ") or "a join action"
        scope = _quoted(error.detail, "linked scope(s) ") or "what the request refers to"
        return Refusal(
            "linked-authorization-failed",
            f"The identity may change {name} but not use what it is to refer to",
            f"Grant it the RBAC action {linked} on {scope}",
        )
    return Refusal(
        "authorization-failed",
        f"The identity may not change {name} ({error.code})",
        f"Grant it the RBAC action {error.action or action} on {resource_id}",
    )


def _quoted(text: str, before: str) -> str:
    found = re.search(re.escape(before) + r"'([^']+)'", text)
    return found.group(1) if found else ""
