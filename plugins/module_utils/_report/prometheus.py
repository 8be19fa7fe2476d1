# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report for the textfile collector of Prometheus' node_exporter."""

from __future__ import annotations

import typing as t

from . import timeline
from .counting import STATES
from .model import Host, Report

Sample = tuple[dict[str, str], "int | float"]

_HELP = {
    "kms_report_timestamp_seconds": "When the report was generated.",
    "kms_hosts": "VMs by state: activated, attention or unknown; those that did not answer are unknown.",
    "kms_licensed": "Whether Windows is licensed; no sample where that is not known.",
    "kms_grace_seconds": "Seconds from the report to the end of the licence; no sample where it does not end or is not licensed.",
    "kms_root_cause": "The root cause of each VM, always 1.",
    "kms_unanswered": "A VM that was expected and did not answer, always 1.",
}


def render(report: Report) -> str:
    """Return the report's samples in the text format of Prometheus."""
    lines: list[str] = []
    for name, samples in _families(report):
        lines += [f"# HELP {name} {_HELP[name]}", f"# TYPE {name} gauge"]
        lines += [f"{name}{_labels(labels)} {value}" for labels, value in samples]
    return "\n".join(lines) + "\n"


def _families(report: Report) -> t.Iterator[tuple[str, list[Sample]]]:
    hosts, now = report.hosts, report.generated_at
    moment = timeline.moment(now)
    yield "kms_report_timestamp_seconds", [({}, int(moment.timestamp()) if moment else 0)]
    yield "kms_hosts", [({"state": state}, getattr(report.summary, state)) for state in STATES]
    yield "kms_licensed", [({"host": host.name}, int(host.licensed)) for host in hosts if host.licensed is not None]
    left = [(host.name, timeline.seconds_left(host.expires_at, now)) for host in hosts]
    yield "kms_grace_seconds", [({"host": name}, seconds) for name, seconds in left if seconds is not None]
    yield "kms_root_cause", [(_cause(host), 1) for host in hosts]
    yield "kms_unanswered", [({"host": name}, 1) for name in report.unanswered]


def _cause(host: Host) -> dict[str, str]:
    cause = host.root_cause
    return {
        "host": host.name,
        "id": cause.id,
        "severity": cause.severity,
        "confidence": cause.confidence,
        "state": host.state,
    }


def _labels(labels: t.Mapping[str, str]) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items()) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
