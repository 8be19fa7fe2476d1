# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is not changed by default, because it may be right as it is: another machine than Azure's, a key that is worth something. Pure."""

from __future__ import annotations

import typing as t

from .._diagnosis import activator, machine
from .._diagnosis.model import Diagnosis
from .actions import OBSTACLES

# What the user opens: the options `outside_azure` and `convert_key` of kms_plan.
OUTSIDE_AZURE, CONVERT_KEY = NAMES = ("outside_azure", "convert_key")


def obstacle(action: str, diagnosis: Diagnosis, opened: t.Collection[str]) -> str | None:
    """Return why this action in the guest waits for the user's word, None where it does not."""
    found = diagnosis.machine
    if OUTSIDE_AZURE not in opened and (found is None or found.kind not in machine.IN_AZURE):
        return OBSTACLES["outside_azure"]
    who = diagnosis.activator
    if action == "key" and CONVERT_KEY not in opened and who is not None and who.kind == activator.SUBSCRIPTION:
        return OBSTACLES["subscription"]
    return None
