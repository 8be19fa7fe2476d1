# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What both forms of the fleet table share: their lines, and the answer that comes last."""

from __future__ import annotations

import dataclasses
import shlex
import typing as t

from . import columns, counting, grouping
from .catalogue.catalogue import Catalogue
from .counting import Summary
from .history import KINDS
from .model import Comparison, Repairs, Report
from .text import neutral

# What fits on a screen; the JSON report has the rest.
MOST_NAMES = 60
MOST_AZURE = 3
MOST_CAUSES = 3
LONGEST_VALUE = 160
ROLLBACK = "azure_windows.activation.rollback"


@dataclasses.dataclass(frozen=True)
class Line:
    """One line of the table. `tone`: error, warning, unknown or ok asks for a colour, empty for none."""

    text: str
    tone: str = ""


def tally(summary: Summary, catalogue: Catalogue | None = None) -> str:
    """Return the closing line, in which every VM is counted once."""
    catalogue = catalogue or Catalogue()
    key = "table.tally.one" if summary.attention == 1 else "table.tally"
    counts = {state: getattr(summary, state) for state in counting.STATES}
    return catalogue.ui(key, hosts=catalogue.vms(summary.hosts), **counts)


def news(history: Comparison, catalogue: Catalogue) -> str:
    """Return one line on what changed since an earlier report."""
    kinds = {kind: getattr(history, kind) for kind in KINDS}
    words = [f"{len(names)} {catalogue.ui(f'since.{kind}')}" for kind, names in kinds.items() if names]
    said = ", ".join(words) or catalogue.ui("history.none")
    return catalogue.ui("table.history", time=history.generated_at, news=said)


@dataclasses.dataclass(frozen=True)
class Terminal:
    """Words and lines for a terminal of `width` columns."""

    width: int
    catalogue: Catalogue

    def label(self, cause: grouping.Cause) -> Line:
        """Return the head of a cause: how bad, which, how many VMs."""
        tone = "unknown" if cause.state == counting.UNKNOWN else cause.severity
        word = self.catalogue.ui(f"tone.{tone}").upper()
        return Line(f"{word}  {self.name(cause)}: {self.catalogue.vms(len(cause.hosts))}", tone)

    def name(self, cause: grouping.Cause) -> str:
        """Return the id of a cause, which its page is called by; a licence that will not last is told in words."""
        at_risk = cause.id == counting.ACTIVATED and cause.state != counting.ACTIVATED
        return self.catalogue.ui("cause.at_risk") if at_risk else cause.id

    def answer(self, report: Report, path: str, also: t.Sequence[str]) -> list[Line]:
        """Return what is read first, as it is printed last: what to know, the tally, the worst causes, where the rest is."""
        hosts, lines = report.hosts, [Line("")]
        causes = grouping.causes(hosts)
        if grouping.have_commands(causes):
            lines += self.wrapped(self.catalogue.ui("note.shell"))
        if causes and all(host.azure.status == "not_asked" for host in hosts):
            lines += self.wrapped(self.catalogue.ui("note.guests_only"))
        if read_at := counting.azure_read(hosts):
            lines += self.wrapped(self.catalogue.ui("note.azure_read", time=read_at))
        if report.remediation and report.remediation.worse:
            names = self.names(report.remediation.worse)
            lines += self.wrapped(self.catalogue.ui("table.worse", names=names), tone="error")
        if report.history:
            lines += self.wrapped(news(report.history, self.catalogue))
        if report.unanswered:
            names = self.names(report.unanswered)
            lines += self.wrapped(self.catalogue.ui("table.unanswered", names=names), tone="unknown")
        azure = counting.unread(hosts)
        if azure:
            parts = self.names([neutral(self.catalogue.text(text), LONGEST_VALUE) for text in azure], MOST_AZURE)
            lines += self.wrapped(self.catalogue.ui("table.unread", count=len(azure), parts=parts), tone="unknown")
        lines.append(Line(tally(report.summary, self.catalogue)))
        if causes:
            worst = [f"{self.name(cause)} ({len(cause.hosts)})" for cause in causes[:MOST_CAUSES]]
            lines += self.wrapped(self.catalogue.ui("table.first", causes=", ".join(worst)))
        key = "table.report_also" if also else "table.report"
        lines.append(Line(self.catalogue.ui(key, path=neutral(path), others=", ".join(also))))
        for command in undo(report.remediation) if report.remediation else ():
            lines.append(Line(self.catalogue.ui("table.rollback", command=neutral(command))))
        return lines

    def names(self, names: t.Sequence[str], most: int = MOST_NAMES) -> str:
        """Return names by commas, the surplus as a count."""
        shown, surplus = ", ".join(names[:most]), len(names) - most
        return self.catalogue.ui("table.and_more", names=shown, count=surplus) if surplus > 0 else shown

    def wrapped(self, text: str, first: str = "", rest: str = "", tone: str = "") -> list[Line]:
        """Return the lines of a paragraph."""
        return [Line(line, tone) for line in columns.wrap(text, self.width, first, rest)]


def undo(run: Repairs) -> list[str]:
    """Return the commands that take back what a run changed in Azure, the last batch first; none where it changed nothing there."""
    changed = any(change.status == "changed" and change.target != "guest" for change in run.changes)
    if run.check_mode or not changed:
        return []
    command = f"ansible-playbook {ROLLBACK} -e remediate_journal="
    return [command + shlex.quote(journal) for journal in reversed(run.journals)]
