# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the JSON of an earlier report, without trust in its shape."""

from __future__ import annotations

import dataclasses
import json
import re
import typing as t

from .._diagnosis.model import Diagnosis
from .._plain import from_plain, to_plain
from .._text import Message
from . import remediation
from .counting import state_of
from .text import neutral, neutral_plain

SCHEMA_VERSION = 1
TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", re.ASCII)

Plain = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class _Texts:
    """The part of a written report that tells which messages its English texts are."""

    messages: t.Mapping[str, Message] = dataclasses.field(default_factory=dict)


def parse(text: str) -> Plain:
    """Return generated_at, hosts, unanswered, remediation and messages of a report; raises ValueError that says what is wrong."""
    try:
        report = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"it is not JSON ({error})") from error
    if not isinstance(report, dict) or report.get("schema_version") != SCHEMA_VERSION:
        raise ValueError(f"it is not a report of schema_version {SCHEMA_VERSION}")
    generated_at = _time(report.get("generated_at"), "generated_at")
    hosts = report.get("hosts")
    unanswered = report.get("unanswered") or []
    if not isinstance(hosts, list) or not isinstance(unanswered, list):
        raise ValueError("hosts and unanswered must be lists")
    return {
        "generated_at": generated_at,
        "hosts": [_host(index, plain, generated_at) for index, plain in enumerate(hosts)],
        "unanswered": [neutral(str(name)) for name in unanswered],
        "remediation": neutral_plain(remediation.joined([report.get("remediation")])),
        "messages": neutral_plain(to_plain(from_plain(_Texts, report).messages)),
    }


def _host(index: int, plain: t.Any, generated_at: str) -> Plain:
    place = f"hosts[{index}]"
    try:
        diagnosis = from_plain(Diagnosis, plain)
        more = remediation.of_written(plain)
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from error
    reported = _time(plain.get("reported_at", generated_at), f"{place}.reported_at")
    host = host_of(diagnosis, reported, more)
    messages_out_of(host)
    return host


def host_of(diagnosis: Diagnosis, reported_at: str, more: Plain) -> Plain:
    """Return a host's entry: its diagnosis, how it is counted, when it was given, and what a run did to it."""
    host = {
        "name": diagnosis.name,
        "state": state_of(diagnosis),
        "reported_at": reported_at,
        **to_plain(diagnosis),
        **more,
    }
    return t.cast("Plain", neutral_plain(host))


def messages_out_of(host: Plain) -> Plain:
    """Take the messages out of a host's entry and of its diagnoses before and after: hosts share them, the report holds each once."""
    found: Plain = {}
    for diagnosis in (host, host.get("before"), host.get("after")):
        if diagnosis is not None:
            found.update(diagnosis.pop("messages", {}))
    return found


def _time(value: t.Any, place: str) -> str:
    if not isinstance(value, str) or not TIME.fullmatch(value):
        raise ValueError(f"{place} must be a time as 2026-11-24T08:00:00Z")
    return value
