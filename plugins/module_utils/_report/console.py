# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fleet table in full: a line for each healthy VM, a block with evidence and steps for each root cause, the answer last."""

from __future__ import annotations

import typing as t

from .._diagnosis.model import Fact, Remedy, Step
from . import columns, grouping
from .catalogue.catalogue import Catalogue
from .counting import ACTIVATED
from .model import Host, Report
from .terminal import LONGEST_VALUE, Line, Terminal
from .text import neutral

# Of one root cause: what fits on a screen; the JSON report has the rest.
MOST_CASES = 3
MOST_FACTS = 4
MOST_UNREAD = 6
# Of a healthy VM, which stays on one line even where the terminal is narrower.
LONGEST_LINE = 119
# Where the texts behind a word such as `next` begin.
INDENT = 10


def render(
    report: Report, path: str, width: int, also: t.Sequence[str] = (), catalogue: Catalogue | None = None
) -> list[Line]:
    """Return the table of `report`, at most `width` columns wide, with the `path` where it was written, and as what `also`."""
    return _Table(width, catalogue or Catalogue()).render(report, path, also)


class _Table(Terminal):
    def render(self, report: Report, path: str, also: t.Sequence[str]) -> list[Line]:
        lines = self._healthy(report.hosts)
        for cause in grouping.causes(report.hosts):
            lines += [Line(""), *self._cause(cause)]
        return [*lines, *self.answer(report, path, also)]

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
        lines = [self.label(cause)]
        for case in cause.cases[:MOST_CASES]:
            lines += self._case(case)
        rest = [host.name for case in cause.cases[MOST_CASES:] for host in case.hosts]
        if rest:
            lines += self.wrapped(self.catalogue.ui("table.otherwise", names=self.names(rest)), "  ", "  ")
        doc = cause.cases[0].finding.doc
        return [*lines, *(self._behind("table.more", doc) if doc else [])]

    def _case(self, case: grouping.Case) -> list[Line]:
        first = case.hosts[0]
        lines = self.wrapped(self.names(case.names), "  ", "  ")
        lines += self.wrapped(self.catalogue.text(case.finding.title), "    ", "    ")
        where = "" if len(case.hosts) == 1 else self.catalogue.ui("table.on", name=first.name) + " "
        for number, fact in enumerate(case.finding.evidence[:MOST_FACTS]):
            said = self._fact(fact)
            lines += self._behind("", said) if number else self._behind("table.seen", where + said)
        for remedy in case.finding.remedy:
            lines += self._remedy(remedy)
        unread = self._unread(first)
        return [*lines, *(self.wrapped(unread, "    ", "    ") if unread else [])]

    def _remedy(self, remedy: Remedy) -> list[Line]:
        who, steps = self.catalogue.who(remedy.who), [self._step(step) for step in remedy.steps]
        if len(steps) == 1:
            return self._behind("table.next", f"{who}: {steps[0]}")
        lines = self._behind("table.next", f"{who}:")
        lead = " " * INDENT
        for number, step in enumerate(steps, 1):
            lines += self.wrapped(step, f"{lead}{number}. ", f"{lead}   ")
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
        return self.catalogue.ui("table.not_read", parts=self.names(unread, MOST_UNREAD)) if unread else ""

    def _behind(self, key: str, text: str) -> list[Line]:
        """Return a paragraph behind a word such as `next`."""
        lead = f"    {self.catalogue.ui(key)}" if key else ""
        return self.wrapped(text, columns.pad(lead, INDENT), " " * INDENT)
