# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a run of token_store.ps1 ended, and how to say it."""

from __future__ import annotations

import dataclasses
import typing as t

from ..activation import NOT_ATTEMPTED
from ..answer import Answer, Failure, ScriptStep, next_step
from ..attempt import Attempt
from .disk import MARKER_FILE, Disk
from .marker import REBUILD
from .plan import ACTIVATE, MARK, UNMARK, StorePlan

# Microsoft's procedure restarts before it activates; these are the codes that a restart may help against.
_RESTART_CLASSES = frozenset({"reboot_needed", "token_store", "service", "service_busy", "state"})
_NEXT = {
    "stop_service": "find out what keeps sppsvc from stopping (a security product, a program that uses it), or restart the VM",
    "rename": "see that no program holds tokens.dat open, and that administrators may change System32\\spp\\store",
    "install_licenses": "repair the system files of Windows (sfc /scannow, DISM /Online /Cleanup-Image /RestoreHealth)",
}


@dataclasses.dataclass(frozen=True)
class Activation:
    """How the licence fared. `outcome`: activated, already_activated, failed or not_attempted."""

    attempts: tuple[Attempt, ...] = ()
    outcome: str = NOT_ATTEMPTED
    license_before: t.Mapping[str, t.Any] | None = None
    license_after: t.Mapping[str, t.Any] | None = None


@dataclasses.dataclass(frozen=True)
class TokenStore:
    """What `kms_token_store` returns. `backup`: where the store that was there is now; None when it is in place."""

    path: str
    backup: str | None = None
    recovered: str | None = None
    steps: tuple[ScriptStep, ...] = ()
    activation: Activation = Activation()
    reboot_required: bool = False


def compared(disk: Disk, license_status: str | None) -> dict[str, t.Any]:
    """Return what the diff holds of a guest."""
    service = disk.service
    return {
        "path": disk.path,
        "store": disk.stores[0] if disk.stores else None,
        "beside": [file.name for file in disk.beside],
        "marker": disk.marker is not None,
        "service": service.status if service is not None else None,
        "license_status": license_status,
    }


def restart_may_help(step: ScriptStep | None) -> bool:
    """Say whether a rebuild that did not activate may do so after a restart."""
    if step is None or step.name != ACTIVATE or step.failure is None or step.failure.code is None:
        return False
    return step.failure.code.cause_class in _RESTART_CLASSES


def whole(answer: Answer) -> bool:
    """Say whether everything that was asked for was done."""
    return answer.failed is None and not answer.left_undone


def unchanged(answer: Answer) -> bool:
    """Say whether a run that failed left everything as it was before."""
    failed = answer.failed
    return failed is not None and (failed.name == MARK or answer.did("rollback_unmark"))


def explain(plan: StorePlan, answer: Answer, restart_would_help: bool = False) -> str:
    """Say in one line what failed, how the guest is now, and what to do."""
    failed = answer.failed or answer.left_undone[0]
    found = failed.failure or Failure(None, None)
    advice = _NEXT.get(failed.name) or next_step(found.code)
    if restart_would_help:
        advice = "allow a restart with reboot: if_needed, which may help here"
    return f"the step {failed.name} failed: {found.reason}; {_aftermath(plan, answer)}; next: {advice}"


def _aftermath(plan: StorePlan, answer: Answer) -> str:
    failed = answer.failed
    marker = plan.marker
    if failed is not None and failed.name == MARK:
        return "nothing was changed"
    if failed is not None and failed.name == UNMARK:
        done = "the store is rebuilt and activated" if marker.operation == REBUILD else "the backup is back"
        return f"{done}, and the next run removes the marker {MARKER_FILE}"
    if unchanged(answer):
        return "the old store and the services are as before"
    undone = ", ".join(step.name for step in answer.left_undone) or "nothing"
    return (
        f"going back did not succeed ({undone}), the old store is {marker.backup or marker.path}, "
        "and the next run finishes or goes back"
    )
