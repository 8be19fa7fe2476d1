# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The marker that a run leaves on the guest before its first change, and what it may hold when it is read again.

It says what was about to happen and how everything was before; how far the run came is told by the files alone.
"""

from __future__ import annotations

import dataclasses
import json

from ..._plain import from_plain, to_plain
from ..preconditions import RefusedError
from .disk import MARKER_FILE, RUNNING, STORE, Disk, StoreFile

SCHEMA = 1
REBUILD, RESTORE = "rebuild", "restore"


@dataclasses.dataclass(frozen=True)
class Marker:
    """`backup`: where the store goes, None when there was none. `source`: the older store that takes its place (restore)."""

    operation: str
    path: str
    backup: str | None
    source: str | None
    started_at: str
    service_status: str | None = None
    service_start: int | None = None
    service_delayed: bool | None = None
    dependents: tuple[str, ...] = ()
    schema: int = SCHEMA

    @property
    def was_running(self) -> bool:
        """Whether the licensing service ran before everything."""
        return self.service_status == RUNNING

    @property
    def text(self) -> str:
        """The text that is written to the guest; ASCII."""
        return json.dumps(to_plain(self), sort_keys=True)


def create(operation: str, disk: Disk, backup: str | None, source: StoreFile | None, now: str) -> Marker:
    """Return the marker of a run that is about to start."""
    service = disk.service
    return Marker(
        operation=operation,
        path=disk.path,
        backup=backup,
        source=source.path if source is not None else None,
        started_at=now,
        service_status=service.status if service is not None else None,
        service_start=service.start if service is not None else None,
        service_delayed=service.delayed if service is not None else None,
        dependents=service.running if service is not None else (),
    )


def read(disk: Disk) -> Marker | None:
    """Return the marker of a run that was cut off, None when there is none. Raises RefusedError.

    Nothing outside of the folders of the token store is ever touched, whatever the marker says.
    """
    if disk.marker is None:
        return None
    try:
        marker = from_plain(Marker, json.loads(disk.marker))
    except (ValueError, RecursionError):
        raise _refused("is damaged") from None
    if marker.schema != SCHEMA or marker.operation not in {REBUILD, RESTORE}:
        raise _refused("was written by another version of this collection")
    folders = {folder.casefold() for folder in disk.folders}
    path = StoreFile(marker.path)
    if path.name.casefold() != STORE or path.folder.casefold() not in folders:
        raise _refused("names another file than tokens.dat")
    for beside in (marker.backup, marker.source):
        if beside is not None and not _belongs(StoreFile(beside), path):
            raise _refused("names a file outside of the folder of tokens.dat")
    if marker.operation == RESTORE and marker.source is None:
        raise _refused("does not name the store to bring back")
    known = {name.casefold() for name in (disk.service.dependents if disk.service is not None else ())}
    dependents = tuple(name for name in marker.dependents if name.casefold() in known)
    return dataclasses.replace(marker, dependents=dependents)


def _belongs(file: StoreFile, path: StoreFile) -> bool:
    name = file.name.casefold()
    return file.folder.casefold() == path.folder.casefold() and name.startswith("tokens") and name != STORE


def _refused(why: str) -> RefusedError:
    return RefusedError(
        "marker-unreadable",
        f"the marker {MARKER_FILE} of a run that was cut off {why}; next: compare tokens.dat with the backups beside it by hand, "
        "start sppsvc, remove the marker, and run this again",
    )
