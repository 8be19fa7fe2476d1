# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as a table for spreadsheets: a row for each VM."""

from __future__ import annotations

import csv
import io
import typing as t

from . import timeline
from .catalogue.catalogue import Catalogue
from .model import Host, Report
from .tickets import owner

COLUMNS = (
    "name",
    "state",
    "root_cause",
    "severity",
    "confidence",
    "title",
    "owner",
    "first_step",
    "expires_at",
    "days_left",
    "resource_id",
    "reported_at",
)
# What a spreadsheet takes for the start of a formula: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
SECONDS_PER_DAY = 86400


def render(report: Report, catalogue: Catalogue) -> str:
    """Return the report as CSV; a VM that was expected and did not answer has its name and its state alone."""
    stream = io.StringIO()
    table = csv.writer(stream, lineterminator="\r\n")
    table.writerow(COLUMNS)
    table.writerows(_row(host, report, catalogue) for host in report.hosts)
    table.writerows([_safe(name), "unanswered", *[""] * (len(COLUMNS) - 2)] for name in report.unanswered)
    return stream.getvalue()


def _row(host: Host, report: Report, catalogue: Catalogue) -> list[str | int]:
    cause = host.root_cause
    seconds = timeline.seconds_left(host.expires_at, report.generated_at)
    texts = (
        host.name,
        host.state,
        cause.id,
        cause.severity,
        cause.confidence,
        catalogue.text(cause.title),
        owner(cause),
        _first_step(host, catalogue),
        host.expires_at or "",
    )
    days: str | int = "" if seconds is None else seconds // SECONDS_PER_DAY
    return [*map(_safe, texts), days, _safe(host.resource_id or ""), _safe(host.reported_at)]


def _first_step(host: Host, catalogue: Catalogue) -> str:
    steps: t.Iterator[str] = (
        catalogue.text(step.says) + (f": {step.command}" if step.command else "")
        for remedy in host.root_cause.remedy
        for step in remedy.steps
    )
    return next(steps, "")


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
