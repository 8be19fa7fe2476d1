# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fleet table at a glance: a line for each healthy verdict, a short block for each cause, the answer last."""

from __future__ import annotations

import itertools
import typing as t

from .._diagnosis.model import Step
from . import columns, grouping
from .catalogue.catalogue import Catalogue
from .model import Report
from .terminal import Line, Terminal

# A screen or two; what does not fit is told in one line.
MOST_LINES = 60
FEW_NAMES = 6
LONGEST_TEXT = 3
_LEAD = "  "


def render(
    report: Report, path: str, width: int, also: t.Sequence[str] = (), catalogue: Catalogue | None = None
) -> list[Line]:
    """Return the short table of `report` with the `path` where it was written, and as what `also`."""
    return _Terse(width, catalogue or Catalogue()).render(report, path, also)


class _Terse(Terminal):
    def render(self, report: Report, path: str, also: t.Sequence[str]) -> list[Line]:
        healthy = [self._healthy(group) for group in grouping.healthy(report.hosts)]
        causes = grouping.causes(report.hosts)
        hint = self.wrapped(self.catalogue.ui("table.more_output")) if causes else []
        closing = self.answer(report, path, also)
        closing = [*closing[:1], *hint, *closing[1:]]
        blocks = self._fitting(causes, MOST_LINES - len(healthy) - len(closing))
        return [*healthy, *itertools.chain.from_iterable(blocks), *closing]

    def _healthy(self, group: grouping.Cause) -> Line:
        partly = sum(bool(host.guest.unread) for host in group.hosts)
        said = f"ok  {group.id}: {self.catalogue.vms(len(group.hosts))}"
        return Line(f"{said}, {self.catalogue.ui('table.partly', count=partly)}" if partly else said, "ok")

    def _fitting(self, causes: t.Sequence[grouping.Cause], room: int) -> t.Iterator[list[Line]]:
        """Give a block for each cause, the worst ones in full as long as each of the others still has its two lines."""
        left = room
        for number, cause in enumerate(causes, 1):
            full = self._block(cause)
            rest = 2 * (len(causes) - number)
            block = full if len(full) + rest <= left else self._brief(cause)
            left -= len(block)
            yield block

    def _block(self, cause: grouping.Cause) -> list[Line]:
        """Return who has it, what is wrong, the first step of its largest case with who can do it, and its page."""
        case, doc = cause.cases[0], cause.cases[0].finding.doc
        title = self.wrapped(self.catalogue.text(case.finding.title), _LEAD, _LEAD)[:LONGEST_TEXT]
        first = self._first(case)
        step = self.wrapped(first, _LEAD, f"{_LEAD}  ") if first else []
        page = [Line(_LEAD + doc)] if doc else []
        return [self._head(cause), *title, *step, *page]

    def _brief(self, cause: grouping.Cause) -> list[Line]:
        finding = cause.cases[0].finding
        who = f"{self.catalogue.who(finding.remedy[0].who)}: " if finding.remedy else ""
        said = columns.cut(who + self.catalogue.text(finding.title), self.width - len(_LEAD))
        return [self._head(cause), Line(_LEAD + said)]

    def _head(self, cause: grouping.Cause) -> Line:
        label = self.label(cause)
        names = self.names([host.name for host in cause.hosts], FEW_NAMES)
        return Line(columns.cut(f"{label.text}: {names}", self.width), label.tone)

    def _first(self, case: grouping.Case) -> str:
        remedies = case.finding.remedy
        if not remedies or not remedies[0].steps:
            return ""
        return f"{self.catalogue.who(remedies[0].who)}: {self._step(remedies[0].steps[0])}"

    def _step(self, step: Step) -> str:
        return self.catalogue.text(step.says) + (f": {step.command}" if step.command else "")
