# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`kms_facts`: one PowerShell run on the guest, interpreted on the controller."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.azure_windows.activation.plugins.module_utils._guest import subset
from ansible_collections.azure_windows.activation.plugins.module_utils._guest.fields import parse_address
from ansible_collections.azure_windows.activation.plugins.module_utils._guest.interpret import interpret
from ansible_collections.azure_windows.activation.plugins.module_utils._plain import to_plain
from ansible_collections.azure_windows.activation.plugins.module_utils._reference import endpoints, rpc
from ansible_collections.azure_windows.activation.plugins.plugin_utils._guest_script import (
    GuestScriptError,
    run_guest_script,
)

ARGUMENT_SPEC: dict[str, dict[str, t.Any]] = {
    "gather_subset": {"type": "list", "elements": "str", "default": ["all"]},
    "probe_timeout": {"type": "int", "default": 5},
    "event_days": {"type": "int", "default": 45},
    "cloud": {
        "type": "str",
        "default": "auto",
        "choices": ["auto", "AzureCloud", "AzureUSGovernment", "AzureChinaCloud"],
    },
    "kms_endpoints": {
        "type": "dict",
        "options": {
            "names": {"type": "list", "elements": "str"},
            "addresses": {"type": "list", "elements": "str"},
            "port": {"type": "int"},
        },
    },
}
_LIMITS = {"probe_timeout": (1, 30), "event_days": (1, 365)}
_PORTS = (1, 65535)
_EVENTS = 200


class ActionModule(ActionBase):
    """Gathers `ansible_facts.kms`."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        _validation, options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)
        for name, (low, high) in _LIMITS.items():
            _check_number(name, options[name], low, high)
        given = _override(options["kms_endpoints"])
        try:
            sections = subset.resolve(options["gather_subset"])
            run = run_guest_script(self, "probe", probe_parameters(options, sections, given), task_vars)
        except (subset.SubsetError, GuestScriptError) as error:
            return {**result, "failed": True, "changed": False, "msg": str(error)}
        evidence = interpret(
            run.answer,
            controller_before=run.before,
            controller_after=run.after,
            cloud_option=options["cloud"],
            subset=sections,
            given=given,
        )
        return {**result, "changed": False, "ansible_facts": {"kms": to_plain(evidence)}}


def probe_parameters(
    options: dict[str, t.Any], sections: tuple[str, ...], given: endpoints.Override | None
) -> dict[str, t.Any]:
    """Return the parameters of probe.ps1: plain values only."""
    clouds = {name: endpoints.overridden(cloud, given) for name, cloud in endpoints.CLOUDS.items()}
    return {
        "Sections": list(sections),
        "TimeoutSeconds": options["probe_timeout"],
        "Port": clouds[endpoints.DEFAULT_CLOUD].port,
        "Clouds": {
            name: {"Names": list(cloud.names), "Addresses": list(cloud.addresses)} for name, cloud in clouds.items()
        },
        "Cloud": endpoints.cloud_key(options["cloud"]) or "",
        "BindRequest": rpc.bind_request(),
        "EventDays": options["event_days"],
        "EventMax": _EVENTS,
    }


def _override(option: dict[str, t.Any] | None) -> endpoints.Override | None:
    if not option:
        return None
    names, addresses = option["names"] or [], option["addresses"] or []
    for name in names:
        if not name.strip() or parse_address(name):
            raise AnsibleActionFail(f"kms_endpoints.names: '{name}' is not a host name")
    for address in addresses:
        if parse_address(address) is None:
            raise AnsibleActionFail(f"kms_endpoints.addresses: '{address}' is not an IP address")
    if option["port"] is not None:
        _check_number("kms_endpoints.port", option["port"], *_PORTS)
    return endpoints.Override(tuple(names), tuple(addresses), option["port"])


def _check_number(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise AnsibleActionFail(f"{name}: {value} is out of range, it must be from {low} to {high}")
