# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which lines of a hosts file pin the KMS names, and what they become. Pure."""

from __future__ import annotations

import dataclasses
import datetime
import re
import typing as t

from .._reference import endpoints
from .answer import Answer, explain
from .preconditions import RefusedError

ABSENT, RESTORED = "absent", "restored"
FLUSH = "flush_dns"
NOTHING_PINNED = (
    "The hosts file gives no KMS name an address. Look for the name in the name resolution policy (Get-DnsClientNrptPolicy) and in "
    "DNS filters on the guest"
)
# The bytes of a UTF-8 signature, as ISO 8859-1 reads them.
_SIGNATURE = "\u00ef\u00bb\u00bf"
_LINE_LIMIT = 100_000
_PARTS = re.compile(r"([^#]*)(#.*)?", re.DOTALL)


@dataclasses.dataclass(frozen=True)
class Entry:
    """One line of the hosts file that names a KMS: `number` from 1, `text` without its end."""

    number: int
    text: str


@dataclasses.dataclass(frozen=True)
class HostsFile:
    """What a read of the guest's hosts file says; `path` None where the script may not look."""

    path: str | None
    entries: tuple[Entry, ...]
    backups: tuple[str, ...]

    @property
    def lines(self) -> list[str]:
        """The entries as the diff shows them."""
        return [entry.text for entry in self.entries]


def kms_names() -> list[str]:
    """Return every name of Azure's KMS, of all clouds and of the retired one."""
    found = [name for cloud in endpoints.CLOUDS.values() for name in (*cloud.names, *cloud.legacy_names)]
    return list(dict.fromkeys([*found, *endpoints.RETIRED_NAMES]))


def parse(answer: Answer) -> HostsFile:
    """Return what the script read. Raises ValueError."""
    entries = []
    for item in answer.more.parts("entries") or []:
        # In hexadecimal, since a tab must come back as it is.
        line = bytes.fromhex(item.text("line", _LINE_LIMIT) or "").decode("latin-1")
        entries.append(Entry(item.integer("number") or 0, line))
    backups = tuple(str(item) for item in answer.more.raw("backups") or ())
    return HostsFile(answer.more.text("path"), tuple(entries), backups)


def without(text: str, names: t.Collection[str]) -> str:
    """Return a line that no longer names any of `names`: commented out, or without them where it names others as well."""
    start = _SIGNATURE if text.startswith(_SIGNATURE) else ""
    match = t.cast("re.Match[str]", _PARTS.fullmatch(text.removeprefix(start)))
    words = match[1].split()
    others = [word for word in words[1:] if word.rstrip(".").casefold() not in names]
    if not others:
        return f"{start}# {match[0]}"
    return start + " ".join([words[0], *others, *([match[2]] if match[2] else [])])


def backup_path(found: HostsFile, now: datetime.datetime) -> str:
    """Return a free path where the file as it is now is kept."""
    taken = {item.casefold() for item in found.backups}
    while (path := f"{found.path}.kms-{now:%Y%m%dT%H%M%SZ}").casefold() in taken:
        now += datetime.timedelta(seconds=1)
    return path


def removal(found: HostsFile, names: t.Collection[str], now: datetime.datetime) -> dict[str, t.Any]:
    """Return the parameters of hosts_file.ps1 that take the names out."""
    folded = {name.casefold() for name in names}
    return {
        "Numbers": [entry.number for entry in found.entries],
        "Old": found.lines,
        "New": [without(entry.text, folded) for entry in found.entries],
        "Backup": backup_path(found, now),
    }


def restoration(found: HostsFile, backup: str | None, now: datetime.datetime) -> dict[str, t.Any]:
    """Return the parameters that bring a backup back, the newest one without a name. Raises RefusedError."""
    if backup is None and not found.backups:
        raise RefusedError("no-backup", f"there is no backup beside {found.path}; next: give its path as backup")
    source = backup if backup is not None else found.backups[-1]
    if source.casefold() not in {item.casefold() for item in found.backups}:
        raise RefusedError(
            "no-backup",
            f"{source} is no backup of {found.path}; next: take one of {', '.join(found.backups) or 'none'}",
        )
    return {"Source": source, "Backup": backup_path(found, now)}


def judge(answer: Answer, after: HostsFile, state: str) -> str | None:
    """Return why the change is not proved, None when it is; `after` is the file read again."""
    failed = answer.failed
    if failed is not None and failed.name != FLUSH:
        undone = "".join(f"; {explain(step)}" for step in answer.left_undone)
        return explain(failed) + undone
    if state == ABSENT and after.entries:
        return f"the hosts file was written, but still holds {after.entries[0].text}; next: look for a program that writes it"
    return None
