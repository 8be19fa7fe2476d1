# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What token_store.ps1 tells about the guest: the files of the token store, the licensing service and the marker."""

from __future__ import annotations

import dataclasses
import datetime
import re
import typing as t

from ..._guest import text
from ..._guest.evidence import SectionError
from ..._guest.fields import Fields

STORE = "tokens.dat"
MARKER_FILE = r"%ProgramData%\azure_windows.activation\token_store.json"
RUNNING = "Running"
_SIZE_LIMIT = 2**48
_STAMP = "%Y%m%dT%H%M%SZ"
# The store that another one replaced bears the other's stamp or name, so that a later run sees what was done.
_BACKUP = re.compile(
    r"tokens\.dat\.(?P<stamp>\d{8}T\d{6}Z)(\.before-(?P<before>[a-z0-9._-]{1,60}))?\.bak", re.IGNORECASE
)


@dataclasses.dataclass(frozen=True)
class StoreFile:
    """A file beside the store, or the store itself."""

    path: str
    size: int | None = None
    modified: str | None = None

    @property
    def folder(self) -> str:
        """The folder without a final backslash."""
        return self.path.rpartition("\\")[0]

    @property
    def name(self) -> str:
        """The name without the folder."""
        return self.path.rpartition("\\")[2]

    @property
    def stamp(self) -> str | None:
        """When this collection set the file aside; None for a file that it did not."""
        match = _BACKUP.fullmatch(self.name)
        return match["stamp"].upper() if match else None

    @property
    def before(self) -> str | None:
        """The mark of the older store that took this one's place; None when none did."""
        match = _BACKUP.fullmatch(self.name)
        return match["before"] if match else None

    @property
    def mark(self) -> str:
        """What the name of a store that this file replaces says about it."""
        return self.stamp or re.sub(r"[^A-Za-z0-9._-]", "_", self.name)[:60]


@dataclasses.dataclass(frozen=True)
class LicensingService:
    """The service sppsvc; `running` are the dependents that run, `dependents` all of them."""

    status: str | None = None
    start: int | None = None
    delayed: bool | None = None
    running: tuple[str, ...] = ()
    dependents: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Disk:
    """The guest as the script found it. `folders` in the order in which they are looked into; `busy`: another run is at work."""

    folders: tuple[str, ...] = ()
    files: tuple[StoreFile, ...] = ()
    service: LicensingService | None = None
    marker: str | None = None
    errors: tuple[SectionError, ...] = ()
    busy: bool = False

    @property
    def stores(self) -> tuple[StoreFile, ...]:
        """Every tokens.dat, the one that counts first."""
        found = (file for file in self.files if file.name.casefold() == STORE)
        return tuple(sorted(found, key=lambda file: self.folders.index(file.folder)))

    @property
    def path(self) -> str:
        """Where tokens.dat is, or belongs when there is none."""
        return self.stores[0].path if self.stores else f"{self.folders[0]}\\{STORE}"

    @property
    def beside(self) -> tuple[StoreFile, ...]:
        """The other files in the folder of the store."""
        folder = self.path.rpartition("\\")[0]
        return tuple(file for file in self.files if file.folder == folder and file.name.casefold() != STORE)

    @property
    def backups(self) -> tuple[StoreFile, ...]:
        """What this collection set aside there, the newest first."""
        ours = [file for file in self.beside if file.stamp is not None]
        return tuple(sorted(ours, key=lambda file: (file.stamp, file.name), reverse=True))

    def find(self, path: str | None) -> StoreFile | None:
        """Return the file at a path, None when there is none."""
        wanted = (path or "").casefold()
        return next((file for file in self.files if file.path.casefold() == wanted), None)

    def backup_path(self, now: datetime.datetime, before: StoreFile | None = None) -> str:
        """Return a free path that the store can be set aside at."""
        while True:
            name = f"{STORE}.{now.strftime(_STAMP)}" + (f".before-{before.mark}" if before is not None else "")
            path = f"{self.path.rpartition(chr(92))[0]}\\{name}.bak"
            if self.find(path) is None:
                return path
            now += datetime.timedelta(seconds=1)


def parse(answer: t.Mapping[str, t.Any]) -> Disk:
    """Return the state in an answer of token_store.ps1; what makes no sense is left out or an error."""
    issues: dict[str, None] = {}
    state = Fields(text.clean(answer.get("state")), "state", issues)
    folders = [(part.text("path"), part.parts("files") or []) for part in state.parts("folders") or []]
    kept = [(path, files) for path, files in folders if path]
    marker = state.raw("marker")
    service = state.part("service")
    found = Disk(
        folders=tuple(path for path, _files in kept),
        files=tuple(file for path, files in kept for part in files if (file := _file(path, part)) is not None),
        service=_service(service) if service is not None else None,
        marker=marker if isinstance(marker, str) else None,
        busy=state.boolean("busy") is True,
    )
    errors = [
        SectionError(part.text("source") or "token store", part.code("code"), part.text("id"), part.text("message"))
        for part in state.parts("errors") or []
    ]
    if not kept and not errors:
        errors = [SectionError("token store", message="the answer tells nothing about the folders of the token store")]
    return dataclasses.replace(found, errors=(*errors, *(SectionError("state", message=issue) for issue in issues)))


def _file(folder: str, part: Fields) -> StoreFile | None:
    name = part.text("name")
    if name is None:
        return None
    return StoreFile(f"{folder}\\{name}", part.integer("size", high=_SIZE_LIMIT), part.time("modified"))


def _service(part: Fields) -> LicensingService:
    dependents = [(item.text("name"), item.text("status")) for item in part.parts("dependents") or []]
    delayed = part.integer("delayed_autostart")
    return LicensingService(
        status=part.text("status"),
        start=part.integer("start"),
        delayed=None if delayed is None else delayed == 1,
        running=tuple(name for name, status in dependents if name and status == RUNNING),
        dependents=tuple(name for name, _status in dependents if name),
    )
