# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`kms_evidence`: what a play knows about its hosts, as `kms_diagnosis` takes it."""

from __future__ import annotations

import typing as t

from ..plugin_utils import _vm_id

DROPPED = "It failed or became unreachable in an earlier task, before it was asked."
NOT_READ = "Azure was not read for this VM."
SKIPPED = "The task that asks the guest was skipped for this host."


def kms_evidence(  # noqa: PLR0913, PLR0917 (what a template hands over)
    names: t.Sequence[str],
    hostvars: t.Mapping[str, t.Any],
    registered: str,
    remaining: t.Sequence[str],
    azure: t.Mapping[str, t.Any] | None = None,
    repaired: t.Collection[str] = (),
) -> list[dict[str, t.Any]]:
    """Return one item for each host that was asked or can no longer be; a host whose turn is still to come is left out.

    `azure` is the registered result of azure_kms_path_info, None when Azure was not to be asked. `repaired` names hosts that were repaired
    just now.
    """
    alive = frozenset(remaining)
    found = {str(path.get("vm_id") or "").lower(): path for path in (azure or {}).get("paths") or ()}
    evidence = []
    for name in names:
        variables = hostvars[name]
        if registered in variables:
            item = _item(name, variables[registered])
        elif name not in alive:
            item = _without_guest(name, "not_asked", DROPPED)
        else:
            continue
        evidence.append({**item, **_azure_side(variables, registered, azure, found), "repaired": name in repaired})
    return evidence


def _azure_side(
    variables: t.Mapping[str, t.Any],
    registered: str,
    azure: t.Mapping[str, t.Any] | None,
    found: t.Mapping[str, t.Mapping[str, t.Any]],
) -> dict[str, t.Any]:
    if azure is None:
        return {"path": None, "azure_error": None}
    vm_id, problem = _vm_id.find(variables, registered)
    path = found.get(vm_id.lower()) if vm_id else None
    if path is None and vm_id:
        problem = str(azure.get("problem") or azure.get("msg") or NOT_READ)
    return {"path": path, "azure_error": None if path else problem}


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
