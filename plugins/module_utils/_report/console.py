# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fleet table: a line for each healthy VM, a block for each root cause, a tally."""

from __future__ import annotations

import dataclasses
import typing as t

from .._diagnosis.model import Fact, Remedy, Step
from . import columns, counting, grouping
from .catalogue.catalogue import Catalogue
from .counting import ACTIVATED, UNKNOWN, Summary
from .model import Comparison, Host, Report
from .text import neutral

# Of one root cause: what fits on a screen; the JSON report has the rest.
MOST_NAMES = 60
MOST_CASES = 3
MOST_FACTS = 4
MOST_UNREAD = 6
MOST_AZURE = 3
LONGEST_VALUE = 160
# Of a healthy VM, which stays on one line even where the terminal is narrower.
LONGEST_LINE = 119
# Where the texts behind a word such as `next` begin.
INDENT = 10


@dataclasses.dataclass(frozen=True)
class Line:
    """One line of the table. `tone`: error, warning, unknown or ok asks for a colour, empty for none."""

    text: str
    tone: str = ""


def render(
    report: Report, path: str, width: int, also: t.Sequence[str] = (), catalogue: Catalogue | None = None
) -> list[Line]:
    """Return the table of `report`, at most `width` columns wide, with the `path` where it was written, and as what `also`."""
    return _Table(width, catalogue or Catalogue()).render(report, path, also)


def tally(summary: Summary, catalogue: Catalogue | None = None) -> str:
    """Return the closing line, in which every VM is counted once."""
    catalogue = catalogue or Catalogue()
    key = "table.tally.one" if summary.attention == 1 else "table.tally"
    counts = {state: getattr(summary, state) for state in counting.STATES}
    return catalogue.ui(key, hosts=catalogue.vms(summary.hosts), **counts)


def news(history: Comparison, catalogue: Catalogue) -> str:
    """Return one line on what changed since an earlier report."""
    kinds = {kind: getattr(history, kind) for kind in ("new", "worse", "changed", "fixed", "gone")}
    words = [f"{len(names)} {catalogue.ui(f'since.{kind}')}" for kind, names in kinds.items() if names]
    said = ", ".join(words) or catalogue.ui("history.none")
    return catalogue.ui("table.history", time=history.generated_at, news=said)


@dataclasses.dataclass(frozen=True)
class _Table:
    width: int
    catalogue: Catalogue

    def render(self, report: Report, path: str, also: t.Sequence[str]) -> list[Line]:
        hosts = report.hosts
        causes = grouping.causes(hosts)
        lines = self._healthy(hosts)
        for cause in causes:
            lines += [Line(""), *self._cause(cause)]
        lines.append(Line(""))
        if grouping.have_commands(causes):
            lines += self._wrapped(self.catalogue.ui("note.shell"))
        if causes and all(host.azure.status == "not_asked" for host in hosts):
            lines += self._wrapped(self.catalogue.ui("note.guests_only"))
        if report.remediation and report.remediation.worse:
            names = self._names(report.remediation.worse)
            lines += self._wrapped(self.catalogue.ui("table.worse", names=names), tone="error")
        if report.history:
            lines += self._wrapped(news(report.history, self.catalogue))
        if report.unanswered:
            names = self._names(report.unanswered)
            lines += self._wrapped(self.catalogue.ui("table.unanswered", names=names), tone="unknown")
        azure = counting.unread(hosts)
        if azure:
            parts = self._names([neutral(self.catalogue.text(text), LONGEST_VALUE) for text in azure], MOST_AZURE)
            lines += self._wrapped(self.catalogue.ui("table.unread", count=len(azure), parts=parts), tone="unknown")
        lines.append(Line(tally(report.summary, self.catalogue)))
        key = "table.report_also" if also else "table.report"
        lines.append(Line(self.catalogue.ui(key, path=neutral(path), others=", ".join(also))))
        return lines

    def _healthy(self, hosts: t.Sequence[Host]) -> list[Line]:
        healthy = [host for host in hosts if host.state == ACTIVATED]
        column = min(max((columns.width(host.name) for host in healthy), default=0), self.width // 3)
        lines = []
        for host in healthy:
            unread = self._unread(host)
            title = self.catalogue.text(host.root_cause.title) + (f" ({unread})" if unread else "")
            text = f"ok  {columns.pad(host.name, column)}  {title}"
            lines.append(Line(columns.cut(neutral(text), LONGEST_LINE), "ok"))
        return lines

    def _cause(self, cause: grouping.Cause) -> list[Line]:
        tone = "unknown" if cause.state == UNKNOWN else cause.severity
        label = self.catalogue.ui(f"tone.{tone}").upper()
        lines = [Line(f"{label}  {cause.id}: {self.catalogue.vms(len(cause.hosts))}", tone)]
        for case in cause.cases[:MOST_CASES]:
            lines += self._case(case)
        rest = [host.name for case in cause.cases[MOST_CASES:] for host in case.hosts]
        if rest:
            lines += self._wrapped(self.catalogue.ui("table.otherwise", names=self._names(rest)), "  ", "  ")
        doc = cause.cases[0].finding.doc
        return [*lines, *(self._behind("table.more", doc) if doc else [])]

    def _case(self, case: grouping.Case) -> list[Line]:
        first = case.hosts[0]
        lines = self._wrapped(self._names(case.names), "  ", "  ")
        lines += self._wrapped(self.catalogue.text(case.finding.title), "    ", "    ")
        where = "" if len(case.hosts) == 1 else self.catalogue.ui("table.on", name=first.name) + " "
        for number, fact in enumerate(case.finding.evidence[:MOST_FACTS]):
            said = self._fact(fact)
            lines += self._behind("", said) if number else self._behind("table.seen", where + said)
        for remedy in case.finding.remedy:
            lines += self._remedy(remedy)
        unread = self._unread(first)
        return [*lines, *(self._wrapped(unread, "    ", "    ") if unread else [])]

    def _remedy(self, remedy: Remedy) -> list[Line]:
        who, steps = self.catalogue.who(remedy.who), [self._step(step) for step in remedy.steps]
        if len(steps) == 1:
            return self._behind("table.next", f"{who}: {steps[0]}")
        lines = self._behind("table.next", f"{who}:")
        lead = " " * INDENT
        for number, step in enumerate(steps, 1):
            lines += self._wrapped(step, f"{lead}{number}. ", f"{lead}   ")
        return lines

    def _step(self, step: Step) -> str:
        return self.catalogue.text(step.says) + (f": {step.command}" if step.command else "")

    def _fact(self, fact: Fact) -> str:
        healthy = neutral(self.catalogue.expected(fact), LONGEST_VALUE)
        expected = ", " + self.catalogue.ui("table.expected", value=healthy) if healthy else ""
        observed = neutral("; ".join(self.catalogue.observed(fact)), LONGEST_VALUE)
        return f"{self.catalogue.fact(fact)}: {observed}{expected} [{self.catalogue.source(fact)}]"

    def _unread(self, host: Host) -> str:
        unread = [self.catalogue.text(part) for part in host.guest.unread]
        return self.catalogue.ui("table.not_read", parts=self._names(unread, MOST_UNREAD)) if unread else ""

    def _names(self, names: t.Sequence[str], most: int = MOST_NAMES) -> str:
        shown, surplus = ", ".join(names[:most]), len(names) - most
        return self.catalogue.ui("table.and_more", names=shown, count=surplus) if surplus > 0 else shown

    def _behind(self, key: str, text: str) -> list[Line]:
        """Return a paragraph behind a word such as `next`."""
        lead = f"    {self.catalogue.ui(key)}" if key else ""
        return self._wrapped(text, columns.pad(lead, INDENT), " " * INDENT)

    def _wrapped(self, text: str, first: str = "", rest: str = "", tone: str = "") -> list[Line]:
        return [Line(line, tone) for line in columns.wrap(text, self.width, first, rest)]
