# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fleet report: diagnoses in a fixed order with their tally, as JSON-plain values.

Every renderer reads this and nothing else. Its shape is docs/kms_report.schema.json.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .._diagnosis.model import Diagnosis
from .._plain import from_plain, to_plain
from . import counting, history, merge, remediation, written
from .counting import ACTIVATED, ATTENTION, UNKNOWN, rank, state_of
from .text import neutral, neutral_plain

__all__ = ["ACTIVATED", "ATTENTION", "SCHEMA_VERSION", "UNKNOWN", "Beside", "build", "rank", "state_of"]

SCHEMA_VERSION = written.SCHEMA_VERSION
TOOL = "azure_windows.activation"

Plain = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Beside:
    """What a report may hold beside this run's diagnoses; the reports are those that `written.parse` returned."""

    merged: tuple[Plain, ...] = ()
    expected: tuple[str, ...] = ()
    previous: Plain | None = None
    remediation: remediation.Remediation | None = None


def build(diagnoses: t.Sequence[t.Any], generated_at: str, version: str, beside: Beside | None = None) -> Plain:
    """Return the report on plain `diagnoses`, the most severe first, then by name.

    Raises ValueError that names the diagnosis and the field when one has another shape than `Diagnosis`.
    """
    beside = beside or Beside()
    own = [_host(index, diagnosis, generated_at, beside.remediation) for index, diagnosis in enumerate(diagnoses)]
    hosts = merge.newest([*(report["hosts"] for report in beside.merged), own])
    hosts.sort(key=lambda host: (rank(host["root_cause"]["severity"]), host["name"]))
    unanswered = _unanswered(hosts, beside)
    return {
        "schema_version": SCHEMA_VERSION,
        "generated_at": generated_at,
        "tool": {"name": TOOL, "version": version},
        "summary": counting.summary(hosts, len(unanswered)),
        "unanswered": unanswered,
        "history": None if beside.previous is None else history.compare(hosts, unanswered, beside.previous),
        "remediation": _remediation(hosts, beside),
        "messages": _messages(hosts, beside),
        "hosts": hosts,
    }


def _host(index: int, plain: t.Any, generated_at: str, run: remediation.Remediation | None) -> Plain:
    try:
        diagnosis = from_plain(Diagnosis, plain)
    except ValueError as error:
        raise ValueError(f"diagnoses[{index}]: {error}") from error
    more = {} if run is None else remediation.of_host(run, diagnosis)
    return written.host_of(diagnosis, generated_at, more)


def _unanswered(hosts: t.Sequence[Plain], beside: Beside) -> list[str]:
    """Return who was expected, here, by a merged report or before the run, and is not among the hosts."""
    expected = {neutral(name) for name in beside.expected}
    expected.update(name for report in beside.merged for name in report["unanswered"])
    if beside.remediation is not None:
        expected.update(neutral(diagnosis.name) for diagnosis in beside.remediation.before)
    return sorted(expected - {host["name"] for host in hosts})


def _remediation(hosts: t.Sequence[Plain], beside: Beside) -> Plain | None:
    blocks = [report["remediation"] for report in beside.merged]
    if beside.remediation is not None:
        worse = [host["name"] for host in hosts if _worse(host)]
        blocks.append(neutral_plain(remediation.block(beside.remediation, worse)))
    return remediation.joined(blocks)


def _messages(hosts: t.Sequence[Plain], beside: Beside) -> Plain:
    """Return the messages of the merged reports and of the hosts by their English texts."""
    found: Plain = {}
    run = [neutral_plain(to_plain(beside.remediation.messages))] if beside.remediation is not None else []
    for messages in (*(report["messages"] for report in beside.merged), *run, *map(written.messages_out_of, hosts)):
        found.update(messages)
    return dict(sorted(found.items()))


def _worse(host: Plain) -> bool:
    """Tell whether a run left the host worse than it was."""
    before = host.get("before")
    if before is None:
        return False
    state = state_of(from_plain(Diagnosis, before))
    return history.level_of(host) > history.level(state, before["root_cause"]["severity"], before["licensed"])
