# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a simulated guest does when the collection's script activate runs on it."""

from __future__ import annotations

import typing as t

from tests.lab.guest import licensing, messages, registry, services
from tests.lab.guest.computer import Computer, WindowsError
from tests.lab.guest.registry_keys import SERVICES
from tests.lab.guest.steps import Steps, failure
from tests.lab.world.model import Tree

_KEY = f"{SERVICES}\\{services.LICENSING}"


def change(steps: Steps, parameters: t.Mapping[str, t.Any]) -> Tree:
    """See to the service and the DNS cache, then try once to activate."""
    found: Tree = {"attempts": [], "enabled_by": None}
    if not steps.constrained:
        _run(steps, parameters, found)
    return steps.answer(**found)


def _run(steps: Steps, parameters: t.Mapping[str, t.Any], found: Tree) -> None:
    computer = steps.computer
    ready = (
        not parameters.get("EnableService")
        or steps.run("enable_service", services.LICENSING, lambda: found.update(enabled_by=_enable(computer)))
    ) and (
        not parameters.get("StartService")
        or steps.run("start_service", services.LICENSING, lambda: services.start(computer, services.LICENSING))
    )
    if not ready:
        return
    if parameters.get("FlushDns"):
        steps.run("flush_dns", "DNS client cache", lambda: None)
    product = str(parameters.get("ActivationId") or "")
    if not product or not steps.run(
        "activate", "SoftwareLicensingProduct", lambda: _activate(computer, product, found["attempts"])
    ):
        return
    steps.run("refresh", "SoftwareLicensingService", lambda: licensing.refresh(computer))


def _enable(computer: Computer) -> str:
    """Set the start type through the service control manager, or in the registry where that is denied."""
    by = "service"
    try:
        services.set_start(computer, services.LICENSING, services.AUTO)
    except WindowsError as error:
        if error.hresult != messages.ACCESS_DENIED:
            raise
        computer.require_elevation("set")
        registry.write(computer.machine, _KEY, "Start", services.AUTO)
        by = "registry"
    registry.write(computer.machine, _KEY, "DelayedAutostart", 1)
    return by


def _activate(computer: Computer, activation_id: str, attempts: list[Tree]) -> None:
    licensing.product(computer, activation_id)
    attempt: Tree = {"at": computer.machine["utc_now"], "error": None}
    attempts.append(attempt)
    try:
        licensing.activate(computer, activation_id)
    except WindowsError as error:
        attempt["error"] = failure(computer.machine, "Activate", error)
        raise
