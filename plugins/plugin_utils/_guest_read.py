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
from ..module_utils._guest.interpret import AUTO
from ..module_utils._guest.reading import Reading, reading, understand
from ..module_utils._reference import endpoints, rpc
from ._guest_script import run_guest_script

DEFAULTS: t.Mapping[str, t.Any] = {"cloud": AUTO, "probe_timeout": 5, "event_days": 45, "kms_endpoints": None}
_EVENTS = 200


def read_guest(
    action: ActionBase,
    sections: tuple[str, ...],
    options: t.Mapping[str, t.Any],
    task_vars: dict[str, t.Any] | None,
) -> GuestEvidence:
    """Run the probe once and return what it says; `options` as in DEFAULTS. Raises as `run_guest_script` does."""
    return understand(ask_guest(action, sections, options, task_vars))


def ask_guest(
    action: ActionBase, sections: tuple[str, ...], options: t.Mapping[str, t.Any], task_vars: dict[str, t.Any] | None
) -> Reading:
    """Run the probe once and return its answer as it came. Raises as `run_guest_script` does."""
    asked = {name: options.get(name, default) for name, default in DEFAULTS.items()}
    run = run_guest_script(action, "probe", parameters(asked, sections), task_vars)
    return reading(run.answer, {"sections": list(sections), **asked}, run.before, run.after)


def parameters(options: t.Mapping[str, t.Any], sections: tuple[str, ...]) -> dict[str, t.Any]:
    """Return the parameters of probe.ps1: plain values only."""
    given = endpoints.override(options["kms_endpoints"])
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
