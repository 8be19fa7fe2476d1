# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`kms_vm_ids`: the Azure resource ids of a play's hosts."""

from __future__ import annotations

import typing as t

from ..plugin_utils import _vm_id


def kms_vm_ids(
    names: t.Sequence[str], hostvars: t.Mapping[str, t.Any], registered: str, names_in_doubt: bool = False
) -> list[str]:
    """Return the resource id of each host that has one, once; with `names_in_doubt` of those alone that resolve no KMS name well."""
    wanted = (name for name in names if not names_in_doubt or _vm_id.names_in_doubt(hostvars[name], registered))
    found = (_vm_id.find(hostvars[name], registered)[0] for name in wanted)
    return list({vm_id.lower(): vm_id for vm_id in found if vm_id}.values())


class FilterModule:
    """Makes the filter known to Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters by name."""
        return {"kms_vm_ids": kms_vm_ids}
