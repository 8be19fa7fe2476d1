# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reports from files as one: as a whole where that is small, else file by file, in memory that grows little with the fleet.

FOR INTERNAL COLLECTION USE ONLY.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
import pathlib
import re
import shutil
import typing as t

from ansible.errors import AnsibleActionFail

from ..module_utils import _whole_file
from ..module_utils._report import build, fleet_page, merge, written
from ..module_utils._report.catalogue.catalogue import Catalogue
from ..module_utils._report.condense import Condenser
from ..module_utils._report.fleet_page import HostFile
from ..module_utils._report.model import Host, Report
from ..module_utils._report.text import neutral
from ..module_utils._version import VERSION
from . import _files, _html, _report_files

# More VMs than these are on pages of their own, that many on each.
MOST_HOSTS = 4000
HOSTS_PER_FILE = 1000
_HOSTS_FOLDER = re.compile(r"kms-report-hosts-\d{8}T\d{6}Z", re.ASCII)
# As this collection writes a report: a line for each host.
_HOST_LINE = '{"name":'


@dataclasses.dataclass(frozen=True)
class Output:
    """Where files of hosts go, who may read them, in which formats and language."""

    folder: pathlib.Path
    mode: int
    formats: tuple[str, ...]
    catalogue: Catalogue


@dataclasses.dataclass(frozen=True)
class Joined:
    """The report, and the pages of its hosts where they are too many for one."""

    report: Report
    files: tuple[HostFile, ...] = ()


@dataclasses.dataclass(frozen=True)
class Entry:
    """What is known of a host that is not loaded: `place` is its number in the source `source`."""

    name: str
    resource_id: str | None
    reported_at: str
    source: int
    place: int


def previous(path: str | None) -> tuple[Report | None, list[str]]:
    """Return the earlier report; before the first run there is none, which is worth a warning but no failure."""
    if not path:
        return None, []
    if _whole_file.missing(path):
        return None, [f"kms_report: previous: {path} does not exist, so there is nothing to compare with."]
    first, *others = _sources("previous", [path])
    whole = _read("previous", first)
    if not others:
        return whole, []
    condenser = Condenser()
    for other in others:
        for host in _read("previous", other).hosts:
            condenser.add(host)
    return dataclasses.replace(whole, hosts=tuple(condenser.hosts())), []


def report(
    diagnoses: t.Sequence[t.Any], paths: t.Sequence[str], now: str, beside: build.Beside, output: Output
) -> Joined:
    """Return the report on plain `diagnoses`, `beside` and the reports at `paths`; writes files of hosts where there are too many.

    Raises AnsibleActionFail that names the option and what cannot be used.
    """
    sources = _sources("merge", paths)
    try:
        if len(diagnoses) + sum(map(_count, sources)) <= MOST_HOSTS:
            merged = (*(_read("merge", path) for path in sources), *beside.merged)
            return Joined(build.report(diagnoses, now, VERSION, dataclasses.replace(beside, merged=merged)))
        own = [*beside.merged, Report(now, tuple(build.judged(diagnoses, now, beside.remediation)))]
    except ValueError as error:
        raise AnsibleActionFail(f"kms_report: {error}") from None
    return _large(sources, own, now, beside, output)


def _large(sources: t.Sequence[str], own: t.Sequence[Report], now: str, beside: build.Beside, output: Output) -> Joined:
    chosen = _chosen(sources, own)
    heads: list[Report] = []
    condenser = Condenser()
    writer = _Writer(now, output)
    loaded: t.Iterator[Report] = itertools.chain((_read("merge", path) for path in sources), own)
    for number, source in enumerate(loaded):
        heads.append(dataclasses.replace(source, hosts=()))
        names = chosen.get(number, {})
        for place, host in enumerate(source.hosts):
            if place in names:
                kept = host if host.name == names[place] else dataclasses.replace(host, name=names[place])
                condenser.add(kept)
                writer.add(kept)
        writer.flush_whole()
    writer.flush()
    whole = build.assembled(condenser.hosts(), now, VERSION, dataclasses.replace(beside, merged=tuple(heads)))
    return Joined(dataclasses.replace(whole, host_files=tuple(writer.json_files)), tuple(writer.files))


def _chosen(sources: t.Sequence[str], own: t.Sequence[Report]) -> dict[int, dict[int, str]]:
    """Return by source the numbers of the hosts whose answer is the newest, with their names."""
    entries = [_entries(number, path) for number, path in enumerate(sources)]
    for number, source in enumerate(own, len(sources)):
        entries.append(
            [
                Entry(host.name, host.resource_id, host.reported_at, number, place)
                for place, host in enumerate(source.hosts)
            ]
        )
    found: dict[int, dict[int, str]] = {}
    for entry in merge.newest(entries):
        found.setdefault(entry.source, {})[entry.place] = entry.name
    return found


class _Writer:
    """Writes hosts, in the order of their causes, as files that are reports of their own."""

    def __init__(self, now: str, output: Output) -> None:
        self._now = now
        self._output = output
        self._folder = f"kms-report-hosts-{re.sub('[:-]', '', now)}"
        self._waiting: list[Host] = []
        self.files: list[HostFile] = []
        self.json_files: list[str] = []

    def add(self, host: Host) -> None:
        self._waiting.append(host)

    def flush_whole(self) -> None:
        """Write as many whole files as there are hosts for."""
        while len(self._waiting) >= HOSTS_PER_FILE:
            self._write(self._waiting[:HOSTS_PER_FILE])
            del self._waiting[:HOSTS_PER_FILE]

    def flush(self) -> None:
        """Write what is left."""
        if self._waiting:
            self._write(self._waiting)
            self._waiting = []

    def _write(self, some: t.Sequence[Host]) -> None:
        hosts = tuple(sorted(some, key=fleet_page.order))
        part = Report(self._now, hosts, version=VERSION)
        stem = f"{self._folder}/{len(self.files) + 1:04}"
        # They are read again when reports are joined or compared, in whatever formats the report is wanted.
        self._put(f"{stem}.json", written.as_json(part))
        self.json_files.append(f"{stem}.json")
        page = f"{stem}.json"
        if "html" in self._output.formats:
            page = f"{stem}.html"
            self._put(page, _html.render(part, self._output.catalogue))
        groups = itertools.groupby(hosts, key=lambda host: host.root_cause.id)
        self.files.append(HostFile(page, tuple((cause, tuple(host.name for host in same)) for cause, same in groups)))

    def _put(self, name: str, text: str) -> None:
        path = self._output.folder / name
        try:
            _files.write_atomically(path, text, self._output.mode)
        except OSError as error:
            raise AnsibleActionFail(f"kms_report: cannot write {path}: {error.strerror or error}") from None


def remove_older(folder: pathlib.Path, kept: t.Sequence[str]) -> None:
    """Remove the files of hosts that belong to an earlier report in this folder."""
    current = {name.partition("/")[0] for name in kept}
    for place in folder.iterdir():
        if (
            _HOSTS_FOLDER.fullmatch(place.name)
            and place.name not in current
            and place.is_dir()
            and not place.is_symlink()
        ):
            shutil.rmtree(place, ignore_errors=True)


def _sources(option: str, paths: t.Sequence[str]) -> list[str]:
    """Return the files to read, for the report of a very large fleet those of its hosts behind it."""
    found: list[str] = []
    for path in paths:
        found.append(path)
        head = _head(path)
        if head is not None and head.get("host_files"):
            names = _read(option, path).host_files
            found += [str(pathlib.Path(path).parent / name) for name in names]
    return found


def _lines(path: str) -> t.Iterator[str]:
    with pathlib.Path(path).open(encoding="utf-8") as stream:
        yield from stream


def _head(path: str) -> dict[str, t.Any] | None:
    """Return what stands before the hosts of a report that was written by this collection; None for another or none."""
    try:
        if not _whole_file.readable(path):
            return None
        line = next(_lines(path), "").rstrip("\n")
        found = json.loads(f"{line}]}}") if line.endswith('"hosts":[') else None
    except (OSError, ValueError, RecursionError):
        # What is wrong with it is said when it is read.
        return None
    return found if isinstance(found, dict) else None


def _count(path: str) -> int:
    """Return how many hosts a report has, which for one of another form is told by reading it."""
    if _head(path) is None:
        return len(_read("merge", path).hosts)
    return sum(line.startswith(_HOST_LINE) for line in _lines(path))


def _entries(number: int, path: str) -> list[Entry]:
    """Return the hosts of a report without keeping the rest of it."""
    head = _head(path)
    if head is None:
        hosts = _read("merge", path).hosts
        return [Entry(host.name, host.resource_id, host.reported_at, number, place) for place, host in enumerate(hosts)]
    found: list[Entry] = []
    try:
        for line in _lines(path):
            if line.startswith(_HOST_LINE):
                host = json.loads(line.rstrip().rstrip(","))
                at = host.get("reported_at") or head.get("generated_at")
                name, resource = neutral(str(host["name"])), host.get("resource_id")
                found.append(Entry(name, neutral(str(resource)) if resource else None, str(at), number, len(found)))
    except (ValueError, RecursionError) as error:
        raise AnsibleActionFail(f"kms_report: merge: {path} cannot be used: it is not JSON ({error})") from None
    return found


def _read(option: str, path: str) -> Report:
    return _report_files.read(f"kms_report: {option}", path)
