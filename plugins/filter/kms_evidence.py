# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`kms_evidence`: what a play knows about its hosts, as `kms_diagnosis` takes it."""

from __future__ import annotations

import typing as t

from ..plugin_utils import _evidence, _vm_id


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
        if variables.get(registered):
            item = _item(name, variables[registered])
        elif name not in alive:
            item = {"name": name, "guest": None, "guest_error": _evidence.dropped()}
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
    known = {"resource_id": _vm_id.given(variables)}
    if azure is None:
        return {**known, "path": None, "azure_error": None}
    vm_id, problem = _vm_id.find(variables, registered)
    path = found.get(vm_id.lower()) if vm_id else None
    if path is None and vm_id:
        problem = _evidence.azure_problem(azure)
    return {**known, "path": path, "azure_error": None if path else problem}


def _item(name: str, result: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    error = _evidence.guest_error(result)
    return {"name": name, "guest": None if error else result["ansible_facts"]["kms"], "guest_error": error}


class FilterModule:
    """Makes the filter known to Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters by name."""
        return {"kms_evidence": kms_evidence}
