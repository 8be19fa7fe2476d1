# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`kms_evidence`: what a play knows about its hosts, as `kms_diagnosis` takes it."""

from __future__ import annotations

import typing as t

DROPPED = "It failed or became unreachable in an earlier task, before it was asked."
SKIPPED = "The task that asks the guest was skipped for this host."


def kms_evidence(
    names: t.Sequence[str], hostvars: t.Mapping[str, t.Any], registered: str, remaining: t.Sequence[str]
) -> list[dict[str, t.Any]]:
    """Return one item for each host that was asked or can no longer be; a host whose turn is still to come is left out."""
    alive = frozenset(remaining)
    evidence = []
    for name in names:
        variables = hostvars[name]
        if registered in variables:
            evidence.append(_item(name, variables[registered]))
        elif name not in alive:
            evidence.append(_without_guest(name, "not_asked", DROPPED))
    return evidence


def _item(name: str, result: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    facts = result.get("ansible_facts") or {}
    if result.get("unreachable", False):
        return _without_guest(name, "unreachable", _message(result))
    if result.get("failed", False):
        return _without_guest(name, "failed", _message(result))
    if result.get("skipped", False):
        return _without_guest(name, "not_asked", SKIPPED)
    if "kms" not in facts:
        return _without_guest(name, "failed", "The task returned no evidence.")
    return {"name": name, "guest": facts["kms"], "guest_error": None}


def _message(result: t.Mapping[str, t.Any]) -> str:
    return str(result.get("msg") or "No reason was given.")


def _without_guest(name: str, kind: str, message: str) -> dict[str, t.Any]:
    return {"name": name, "guest": None, "guest_error": {"kind": kind, "message": message}}


class FilterModule:
    """Makes the filter known to Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters by name."""
        return {"kms_evidence": kms_evidence}
