# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`kms_earlier`: what other batches of the play have found so far."""

from __future__ import annotations

import typing as t


def kms_earlier(
    names: t.Iterable[str], hostvars: t.Mapping[str, t.Any], judged: t.Sequence[t.Mapping[str, t.Any]], kept: str
) -> list[dict[str, t.Any]]:
    """Return {diagnoses, remediation} of each batch that judged hosts other than those of `judged`, as it lies in the variable `kept`."""
    known = {diagnosis["name"] for diagnosis in judged}
    batches = []
    for name in names:
        if name in known:
            continue
        batch = _batch(hostvars[name].get(kept) or {})
        found = {diagnosis["name"] for diagnosis in batch["diagnoses"]}
        # A host that a condition kept out has the result of its batch as well.
        if not found <= known:
            known |= found
            batches.append(batch)
    return batches


def _batch(found: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return a batch from a result of kms_diagnosis or of kms_remediation."""
    return {"diagnoses": found.get("after", found.get("diagnoses", [])), "remediation": found.get("remediation")}


class FilterModule:
    """Makes the filter known to Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters by name."""
        return {"kms_earlier": kms_earlier}
