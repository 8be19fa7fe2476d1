# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON of a report: written, and read back without trust in its shape. Its shape is docs/kms_report.schema.json."""

from __future__ import annotations

import dataclasses
import json
import math
import re
import typing as t

from .._diagnosis.model import SEVERITIES
from .._plain import from_plain, to_plain
from .._text import messages, restored
from . import sharing, version1
from .model import Host, Repairs, Report
from .text import neutral_plain

SCHEMA_VERSION = 3
# Of version 2, whose hosts share nothing, everything is known here.
READABLE = (version1.SCHEMA_VERSION, 2, SCHEMA_VERSION)
TOOL = "azure_windows.activation"
TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", re.ASCII)
# The files of hosts lie in a folder beside the report, and nowhere else.
HOST_FILE = re.compile(r"kms-report-hosts-\d{8}T\d{6}Z/\d{4,6}\.json", re.ASCII)
# No report of ours is half as deep.
DEEPEST = 60
# What a host holds of a run of remediate.
_RUN = ("before", "after", "plan", "changes")

Plain = dict[str, t.Any]


def as_json(report: Report) -> str:
    """Return the report as JSON, which is the same in every language; each host has a line of its own, for grep and for diff."""
    head = plain(report)
    hosts = ",\n".join(map(_compact, head.pop("hosts")))
    return f'{_compact(head)[:-1]},"hosts":[\n{hosts}\n]}}\n'


def _compact(value: t.Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def plain(report: Report) -> Plain:
    """Return the report as JSON-plain values; what hosts share, it holds once."""
    # Those of a very large fleet are in files of their own.
    told = () if report.host_files else report.hosts
    hosts = [_plain_host(host) for host in told]
    return {
        "schema_version": SCHEMA_VERSION,
        "generated_at": report.generated_at,
        "tool": {"name": TOOL, "version": report.version},
        "summary": to_plain(report.summary),
        "unanswered": list(report.unanswered),
        "history": to_plain(report.history),
        "host_files": list(report.host_files),
        "remediation": to_plain(report.remediation),
        "messages": sharing.numbered(messages((report.remediation, told))),
        **sharing.share(hosts),
        "hosts": hosts,
    }


def _plain_host(host: Host) -> Plain:
    found = {"name": host.name, "state": host.state, "reported_at": host.reported_at, **to_plain(host)}
    for diagnosis in (found, found["before"], found["after"]):
        if diagnosis is not None:
            del diagnosis["messages"]
    return {key: value for key, value in found.items() if key not in _RUN or host.after is not None}


def parse(text: str) -> Report:
    """Return a written report; raises ValueError that says what is wrong."""
    try:
        found = json.loads(text, parse_constant=_finite, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"it is not JSON ({error})") from error
    if _deeper(found, DEEPEST):
        raise ValueError(f"it is nested deeper than {DEEPEST} levels")
    version = found.get("schema_version") if isinstance(found, dict) else None
    if version not in READABLE:
        raise ValueError(
            f"it is not a report of schema_version {', '.join(map(str, READABLE[:-1]))} or {SCHEMA_VERSION}"
        )
    generated_at = _time(found.get("generated_at"), "generated_at")
    table = sharing.by_text(neutral_plain(found.get("messages")))
    hosts, unanswered, run = (neutral_plain(found.get(key)) for key in ("hosts", "unanswered", "remediation"))
    tables = {name: restored(neutral_plain(found.get(name) or []), table) for name in sharing.TABLES.values()}
    if not isinstance(hosts, list) or not isinstance(unanswered or [], list):
        raise ValueError("hosts and unanswered must be lists")
    if not all(isinstance(items, list) for items in tables.values()):
        raise ValueError(f"{' and '.join(tables)} must be lists")
    hosts, run = restored([hosts, run], table)
    if version == version1.SCHEMA_VERSION:
        hosts = version1.upgraded(hosts)
    if version == SCHEMA_VERSION:
        hosts = list(sharing.expanded(hosts, tables))
    return Report(
        generated_at,
        tuple(_host(index, item, generated_at) for index, item in enumerate(hosts)),
        tuple(map(str, unanswered or ())),
        None if run is None else from_plain(Repairs, _journals(run)),
        host_files=_host_files(found.get("host_files") or []),
    )


def _host_files(value: t.Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) and HOST_FILE.fullmatch(name) for name in value):
        raise ValueError("host_files must be a list of names as kms-report-hosts-20261124T080000Z/0001.json")
    return tuple(value)


def _journals(run: t.Any) -> t.Any:
    """Return a run as it is written today; it had one journal before."""
    if not isinstance(run, dict) or "journal" not in run:
        return run
    return {**run, "journals": [run["journal"]] if run["journal"] else []}


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is no number")
    return value


def _deeper(value: t.Any, levels: int) -> bool:
    """Tell whether a value is nested deeper than that; what follows goes down by recursion."""
    for _level in range(levels):
        inner = [item for item in _parts(value) if isinstance(item, (dict, list))]
        if not inner:
            return False
        value = inner
    return True


def _parts(value: t.Any) -> t.Iterator[t.Any]:
    for item in value if isinstance(value, list) else [value]:
        yield from item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()


def _check_severities(host: Host) -> None:
    for place, diagnosis in (("", host), ("before.", host.before), ("after.", host.after)):
        for finding in (diagnosis.root_cause, *diagnosis.findings) if diagnosis else ():
            if finding.severity not in SEVERITIES:
                raise ValueError(f"{place}{finding.id}: severity is none of {', '.join(SEVERITIES)}")


def _host(index: int, item: t.Any, generated_at: str) -> Host:
    place = f"hosts[{index}]"
    try:
        host = from_plain(Host, item)
        _check_severities(host)
        return dataclasses.replace(host, reported_at=_time(host.reported_at or generated_at, "reported_at"))
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from error


def _time(value: t.Any, place: str) -> str:
    if not isinstance(value, str) or not TIME.fullmatch(value):
        raise ValueError(f"{place} must be a time as 2026-11-24T08:00:00Z")
    return value
