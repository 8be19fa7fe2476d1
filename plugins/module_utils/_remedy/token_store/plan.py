# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What to do with the token store: which steps, in which order, with which file. Pure: it is decided from what was read."""

from __future__ import annotations

import dataclasses
import datetime
import typing as t

from ..._diagnosis.view import View
from ..._guest.fields import iso
from ..preconditions import RefusedError
from . import marker, preconditions
from .disk import RUNNING, Disk, StoreFile
from .marker import Marker

REBUILT, RESTORED = "rebuilt", "restored"
FINISHED, ROLLED_BACK = "finished", "rolled_back"
ACTIVATE, MARK, UNMARK = "activate", "mark", "unmark"
ROLL_BACK = ("rollback_stop", "rollback_rename", "rollback_start", "rollback_unmark")
_SET_ASIDE = (MARK, "stop_service", "rename")
_NEW_STORE = ("start_service", "install_licenses", "install_key", ACTIVATE, UNMARK)
_END = ("start_service", UNMARK)
AFTER_RESTART = ("start_service", "install_key", ACTIVATE, UNMARK)


@dataclasses.dataclass(frozen=True)
class StorePlan:
    """One run of the script. `recovers`: what becomes of a run that was cut off, None for a run of its own."""

    marker: Marker
    steps: tuple[str, ...] = ()
    roll_back: bool = False
    recovers: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The steps as far as they are foreseen."""
        return (*self.steps, *(ROLL_BACK if self.roll_back else ()))

    def parameters(self, keep_for_restart: bool) -> dict[str, t.Any]:
        """Return the parameters of token_store.ps1 that the plan decides.

        `keep_for_restart`: a rebuild that does not activate is left as it is, for a restart may help.
        """
        return {
            "Steps": list(self.steps),
            "RollBack": self.roll_back,
            "NoRollBack": [MARK, UNMARK, *((ACTIVATE,) if keep_for_restart else ())],
            "Path": self.marker.path,
            "Backup": self.marker.backup or "",
            "Source": self.marker.source or "",
            "WasRunning": self.marker.was_running,
            "Dependents": list(self.marker.dependents),
            "Marker": self.marker.text if MARK in self.steps else "",
        }


def recover(view: View, disk: Disk, found: Marker, prefer_old: bool = False) -> StorePlan:
    """Return how a run that was cut off ends: the files say how far it came. `prefer_old`: the old store is what is wanted."""
    if found.operation == marker.RESTORE:
        brought_back = disk.find(found.source) is None and disk.find(found.path) is not None
        return _finish(found, _END) if brought_back else roll_back(found)
    if prefer_old or (found.backup is not None and disk.find(found.backup) is None):
        return roll_back(found)
    if view.healthy:
        return _finish(found, _END)
    try:
        preconditions.require_kms_client(view)
        preconditions.require_service(disk)
        preconditions.require_kms(view)
    except RefusedError:
        return roll_back(found)
    return _finish(found, _NEW_STORE)


def roll_back(found: Marker) -> StorePlan:
    """Return the plan that brings back the old store and the services."""
    return StorePlan(found, roll_back=True, recovers=ROLLED_BACK)


def fulfils(plan: StorePlan, disk: Disk, state: str, wanted: str | None) -> bool:
    """Say whether the end of a run that was cut off is all that was asked for; `disk` as it was before that."""
    found, finished = plan.marker, plan.recovers == FINISHED
    if state == REBUILT:
        return finished and found.operation == marker.REBUILD
    came_back = found.source if finished and found.operation == marker.RESTORE else None
    if not finished and found.operation == marker.REBUILD and disk.find(found.backup) is not None:
        came_back = found.backup
    return came_back is not None and (wanted is None or wanted.casefold() in _names(StoreFile(came_back)))


def predict(plan: StorePlan, disk: Disk) -> Disk:
    """Return what is there when everything goes well."""
    found = plan.marker
    files = {file.path: file for file in disk.files}

    def move(start: str | None, end: str | None) -> None:
        file = disk.find(start)
        if file is not None and end is not None:
            files.pop(file.path, None)
            files[end] = dataclasses.replace(file, path=end)

    if plan.roll_back and disk.find(found.backup) is not None:
        if found.source is not None and disk.find(found.source) is None:
            move(found.path, found.source)
        move(found.backup, found.path)
    if MARK in plan.steps:
        move(found.path, found.backup)
        move(found.source, found.path)
    if found.path not in files:
        files[found.path] = StoreFile(found.path)
    service = disk.service
    if service is not None and ("start_service" in plan.steps or found.was_running):
        service = dataclasses.replace(service, status=RUNNING)
    return dataclasses.replace(disk, files=tuple(files.values()), service=service, marker=None)


def after_restart(plan: StorePlan) -> StorePlan:
    """Return what is left of a rebuild once Windows has started again."""
    return dataclasses.replace(plan, steps=AFTER_RESTART)


def rebuild(view: View, disk: Disk, now: datetime.datetime, force: bool) -> StorePlan | None:
    """Return the rebuild, None when the store does its work already. Raises RefusedError."""
    if preconditions.healthy(view) and not force:
        return None
    preconditions.require_kms_client(view)
    if not force:
        preconditions.require_proof(view)
    preconditions.require_service(disk)
    preconditions.require_kms(view)
    backup = disk.backup_path(now) if disk.stores else None
    return StorePlan(marker.create(marker.REBUILD, disk, backup, None, iso(now)), (*_SET_ASIDE, *_NEW_STORE))


def restore(disk: Disk, now: datetime.datetime, wanted: str | None) -> StorePlan | None:
    """Return how a backup comes back, None when the last thing done was just that. Raises RefusedError.

    `wanted` is the path or the name of a file beside the store; without it the newest backup comes back.
    """
    newest = disk.backups[0] if disk.backups else None
    replaced = newest.before if newest is not None else None
    source = newest if wanted is None else _chosen(disk, wanted)
    if replaced is not None and (wanted is None or (source is None and replaced == StoreFile(wanted).mark)):
        return None
    if source is None:
        raise _no_backup(disk, wanted)
    preconditions.require_service(disk)
    backup = disk.backup_path(now, before=source) if disk.stores else None
    return StorePlan(marker.create(marker.RESTORE, disk, backup, source, iso(now)), (*_SET_ASIDE, "bring_back", *_END))


def _finish(found: Marker, steps: tuple[str, ...]) -> StorePlan:
    return StorePlan(found, steps, recovers=FINISHED)


def _chosen(disk: Disk, wanted: str) -> StoreFile | None:
    return next((file for file in disk.beside if wanted.casefold() in _names(file)), None)


def _names(file: StoreFile) -> set[str]:
    return {file.path.casefold(), file.name.casefold()}


def _no_backup(disk: Disk, wanted: str | None) -> RefusedError:
    there = ", ".join(file.name for file in disk.beside[:5]) or "nothing"
    name = StoreFile(wanted).name if wanted else "backup"
    return RefusedError(
        "no-backup", f"there is no {name} beside {disk.path}; next: name what is there with backup: ({there})"
    )
