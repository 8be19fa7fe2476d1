# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the options of several actions have in common.

FOR INTERNAL COLLECTION USE ONLY.
"""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail

from ..module_utils._guest.interpret import AUTO
from ..module_utils._reference import endpoints

CLOUD: dict[str, t.Any] = {
    "type": "str",
    "default": AUTO,
    "choices": [AUTO, *(cloud.cli_name for cloud in endpoints.CLOUDS.values())],
}
# Option -> smallest and largest value.
Limits = t.Mapping[str, tuple[int, int]]
PORT: Limits = {"port": (1, endpoints.PORT_LIMIT)}


def check_ranges(options: t.Mapping[str, t.Any], limits: Limits, within: str = "") -> None:
    """Raise AnsibleActionFail for the first number that is out of range; `within` is the dictionary that the options are in."""
    for name, (low, high) in limits.items():
        value = options[name]
        if value is not None and not low <= value <= high:
            raise AnsibleActionFail(f"{within}{name}: {value} is out of range, it must be from {low} to {high}")
