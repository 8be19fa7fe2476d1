# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`kms_verdicts`: diagnoses in a few values each, for plays that branch on them."""

from __future__ import annotations

import datetime
import typing as t

from ansible.errors import AnsibleFilterError

from ..module_utils._report.verdict import verdict


def kms_verdicts(diagnoses: t.Sequence[t.Mapping[str, t.Any]]) -> dict[str, dict[str, t.Any]]:
    """Return the verdict of each diagnosis by the name of its host."""
    now = datetime.datetime.now(datetime.timezone.utc)
    try:
        return {item["name"]: verdict(item, now) for item in diagnoses}
    except (ValueError, KeyError, TypeError) as error:
        raise AnsibleFilterError(
            f"kms_verdicts: the input is no list of diagnoses of kms_diagnosis: {error}"
        ) from error


class FilterModule:
    """Makes the filter known to Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters by name."""
        return {"kms_verdicts": kms_verdicts}
