# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading a guest with the probe, from an action plugin.

FOR INTERNAL COLLECTION USE ONLY.
"""

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase

from ..module_utils._guest.evidence import GuestEvidence
from ..module_utils._guest.interpret import AUTO, interpret
from ..module_utils._reference import endpoints, rpc
from ._guest_script import run_guest_script

DEFAULTS: t.Mapping[str, t.Any] = {"cloud": AUTO, "probe_timeout": 5, "event_days": 45}
_EVENTS = 200


def read_guest(
    action: ActionBase,
    sections: tuple[str, ...],
    options: t.Mapping[str, t.Any],
    task_vars: dict[str, t.Any] | None,
    given: endpoints.Override | None = None,
) -> GuestEvidence:
    """Run the probe once and return what it says; `options` as in DEFAULTS. Raises as `run_guest_script` does."""
    chosen = {**DEFAULTS, **options}
    run = run_guest_script(action, "probe", _parameters(chosen, sections, given), task_vars)
    return interpret(
        run.answer,
        controller_before=run.before,
        controller_after=run.after,
        cloud_option=chosen["cloud"],
        subset=sections,
        given=given,
    )


def _parameters(
    options: t.Mapping[str, t.Any], sections: tuple[str, ...], given: endpoints.Override | None
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
