# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the options of several actions have in common.

FOR INTERNAL COLLECTION USE ONLY.
"""

from __future__ import annotations

import re
import typing as t

from ansible.errors import AnsibleActionFail

from ..module_utils._guest.fields import parse_address
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
PROBE: Limits = {"probe_timeout": (1, 30), "event_days": (1, 365)}
TRIES: Limits = {"attempts": (0, 100), "interval": (0, 600)}
# Octal permissions of a file that its owner may write again.
MODE = re.compile(r"0?[67][0-7]{2}", re.ASCII)
MODE_RULE = "it must be permissions in octal that let the owner write, as '0640'"


def check_ranges(options: t.Mapping[str, t.Any], limits: Limits, within: str = "") -> None:
    """Raise AnsibleActionFail for the first number that is out of range; `within` is the dictionary that the options are in."""
    for name, (low, high) in limits.items():
        value = options[name]
        if value is not None and not low <= value <= high:
            raise AnsibleActionFail(f"{within}{name}: {value} is out of range, it must be from {low} to {high}")


def check_endpoints(option: dict[str, t.Any] | None, within: str = "kms_endpoints") -> None:
    """Raise AnsibleActionFail for the first name, address or port of a KMS that is none; `within` is the dictionary's name."""
    try:
        given = endpoints.override(option)
    except ValueError as error:
        raise AnsibleActionFail(str(error)) from None
    if given is None:
        return
    for name in given.names:
        if not name.strip() or parse_address(name):
            raise AnsibleActionFail(f"{within}.names: '{name}' is not a host name")
    for address in given.addresses:
        if parse_address(address) is None:
            raise AnsibleActionFail(f"{within}.addresses: '{address}' is not an IP address")
    check_ranges({"port": given.port}, PORT, within=f"{within}.")
