# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which virtual machine in Azure a host is."""

from __future__ import annotations

import re
import typing as t

UNKNOWN = (
    "The VM's Azure resource id is not known: its metadata service did not tell it, and neither the inventory's 'id' "
    "nor diagnose_azure_resource_id is set."
)
# A virtual machine, an instance of a uniform scale set included; those of a flexible one are virtual machines like any other.
_VM = re.compile(
    r"/subscriptions/[0-9a-f-]{1,64}/resourceGroups/[^/?#]{1,90}/providers/Microsoft\.Compute/"
    r"(virtualMachineScaleSets/[^/?#]{1,64}/)?virtualMachines/[^/?#]{1,64}",
    re.IGNORECASE,
)

_RESOURCE = re.compile(r"/subscriptions/[^/]+/resourceGroups/", re.IGNORECASE)


def find(variables: t.Mapping[str, t.Any], registered: str) -> tuple[str | None, str]:
    """Return (resource id, "") or (None, why not): the user's word first, then the guest's, then the inventory's."""
    facts = _facts(variables, registered)
    places = (
        ("diagnose_azure_resource_id", variables.get("diagnose_azure_resource_id")),
        ("the guest's metadata service", (facts.get("imds") or {}).get("resource_id")),
        ("the inventory's 'id'", variables.get("id")),
    )
    for place, value in places:
        if isinstance(value, str) and _VM.fullmatch(value.strip()):
            return value.strip(), ""
        if str(value or "").strip() and place == "diagnose_azure_resource_id":
            return None, f"{place} is not the resource id of a virtual machine: {str(value)[:200]}"
    return None, UNKNOWN


def names_in_doubt(variables: t.Mapping[str, t.Any], registered: str) -> bool:
    """Tell whether the guest was asked for the addresses of KMS names and got another answer than Azure's for one of them."""
    answers = (_facts(variables, registered).get("dns") or {}).get("answers") or ()
    return any(answer.get("verdict") != "expected" for answer in answers)


def _facts(variables: t.Mapping[str, t.Any], registered: str) -> t.Mapping[str, t.Any]:
    result = variables.get(registered) or {}
    facts: t.Mapping[str, t.Any] = (result.get("ansible_facts") or {}).get("kms") or {}
    return facts


def given(variables: t.Mapping[str, t.Any]) -> str | None:
    """Return the resource id, of whatever kind, that the user or the inventory gives the host; None without one."""
    values = (str(variables.get(name) or "").strip() for name in ("diagnose_azure_resource_id", "id"))
    return next((value for value in values if _RESOURCE.match(value)), None)
