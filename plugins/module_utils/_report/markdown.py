# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as Markdown for tickets and chat: terse where all is well, a section for each root cause."""

from __future__ import annotations

import itertools
import re
import typing as t

from . import changes, counting, fixes, grouping
from .catalogue.catalogue import Catalogue
from .counting import ACTIVATED, UNKNOWN
from .model import Repairs, Report
from .terminal import news, tally
from .text import neutral
from .written import TOOL

# A ticket is read by people and has a limit; the JSON report has the rest.
MOST_NAMES = 60
MOST_FACTS = 4
LONGEST_VALUE = 200

# What starts a construct of Markdown anywhere, and what only does at the beginning of a line.
_SPECIAL = re.compile(r"([\\`*_{}\[\]|~!@#]|:(?=//)|^[-+=])")
_NUMBERED = re.compile(r"^(\d+)([.)])")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_TICKS = re.compile("`+")


def render(report: Report, catalogue: Catalogue) -> str:
    """Return the report as Markdown."""
    hosts = report.hosts
    lines = [f"# {catalogue.ui('page.title')}", "", f"**{prose(tally(report.summary, catalogue))}**", ""]
    lines += [f"{report.generated_at}, {TOOL} {report.version}", ""]
    if read_at := counting.azure_read(hosts):
        lines += [prose(catalogue.ui("note.azure_read", time=read_at)), ""]
    if report.unanswered:
        lines += [catalogue.ui("table.unanswered", names=_names(report.unanswered, catalogue)), ""]
    if report.history:
        lines += [prose(news(report.history, catalogue)), ""]
    if report.remediation:
        lines += _run(report, report.remediation, catalogue)
    causes = grouping.causes(hosts)
    if grouping.have_commands(causes):
        lines += [prose(catalogue.ui("note.shell")), ""]
    for cause in causes:
        lines += section(cause, catalogue)
    healthy = [host.name for host in hosts if host.state == ACTIVATED]
    if healthy:
        lines += [catalogue.ui("md.healthy", names=_names(healthy, catalogue)), ""]
    return "\n".join(lines)


def section(cause: grouping.Cause, catalogue: Catalogue) -> list[str]:
    """Return the lines on one cause: what was seen of it, on which VMs, and what is to be done."""
    label = catalogue.ui("tone.unknown" if cause.state == UNKNOWN else f"tone.{cause.severity}")
    heading = f"## {prose(label)}: {prose(catalogue.cause(cause.id, cause.state))} ({catalogue.vms(len(cause.hosts))})"
    lines = [heading, "", code(cause.id), ""]
    # Cases that differ in what was seen and not in what is to be done have their remedy once.
    for _key, group in itertools.groupby(cause.cases, key=lambda case: fixes.same(case.finding)):
        cases = list(group)
        for case in cases:
            lines += _case(case, catalogue)
        names = [name for case in cases for name in case.names]
        for fix in fixes.fixes(cases[0].finding, names, catalogue):
            lines += _fix(fix, catalogue)
    doc = cause.cases[0].finding.doc
    return [*lines, f"{prose(catalogue.ui('doc'))} {code(doc)}", ""] if doc else lines


def prose(text: str) -> str:
    """Return text that Markdown shows as it is."""
    plain = "".join(_ENTITIES.get(char, char) for char in text)
    return _NUMBERED.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", plain))


def code(text: str) -> str:
    """Return text as a code span, whatever backticks it holds."""
    longest = max((len(run) for run in _TICKS.findall(text)), default=0)
    fence = "`" * (longest + 1)
    blank = " " if text.startswith("`") or text.endswith("`") or not text.strip() else ""
    return f"{fence}{blank}{text}{blank}{fence}"


def _case(case: grouping.Case, catalogue: Catalogue) -> list[str]:
    names = case.names
    lines = [
        f"**{prose(catalogue.text(case.finding.title))}**",
        "",
        f"{catalogue.vms(len(names))}: {_names(names, catalogue)}",
        "",
    ]
    shared = case.facts.shared
    for fact in fixes.facts(shared[:MOST_FACTS], catalogue):
        observed = code(neutral(fact.observed.replace("\n", "; "), LONGEST_VALUE))
        expected = f" ({prose(catalogue.ui('table.expected', value=''))}{code(fact.expected)})" if fact.expected else ""
        lines.append(f"- {prose(fact.name)}: {observed}{expected}, {prose(fact.source)}")
    return [*lines, ""]


def _fix(fix: fixes.Fix, catalogue: Catalogue) -> list[str]:
    lines = [f"{prose(catalogue.ui('fix.by'))} **{prose(fix.who)}**", ""]
    for number, step in enumerate(fix.steps, 1):
        command = f": {code(step.command)}" if step.command else ""
        lines.append(f"{number}. {prose(step.says)}{command}")
    lines += [f"- Ansible: {code(fix.ansible)}"] if fix.ansible else []
    lines += [f"- Azure CLI: {code(line)}" for line in fix.az]
    lines += [f"- {prose(catalogue.ui('fix.portal'))}: {prose(fix.portal)}"] if fix.portal else []
    return [*lines, ""]


def _run(report: Report, run: Repairs, catalogue: Catalogue) -> list[str]:
    lines = [f"## {catalogue.ui('run.checked' if run.check_mode else 'run.title')}", ""]
    if run.worse:
        lines += [f"**{catalogue.ui('table.worse', names=_names(run.worse, catalogue))}**", ""]
    for change in changes.of_fleet(report, catalogue):
        where = f"{code(change.action)} {code(change.target)} ({_names(change.hosts, catalogue)})"
        lines.append(f"- **{prose(change.status_name)}** {where} {prose(change.message)}".rstrip())
    for step in changes.withheld_of_fleet(report, catalogue):
        where = f"{code(step.action)} {code(step.target)} ({_names(step.hosts, catalogue)})"
        allow = f" {catalogue.ui('change.allow')} {code(step.variable)}" if step.variable else ""
        why = f" {prose(catalogue.ui('change.obstacle'))} {prose(step.obstacle)}" if step.obstacle else ""
        lines.append(f"- **{catalogue.ui('change.withheld')}** {where} {prose(step.reason)}{why}{allow}".rstrip())
    for host in report.hosts:
        if host.before is not None and host.before.root_cause.id != host.root_cause.id:
            then, now = (prose(catalogue.cause(diagnosis.root_cause.id)) for diagnosis in (host.before, host))
            lines.append(f"- {code(host.name)}: {then} → {now}")
    return [*lines, ""]


def _names(names: t.Sequence[str], catalogue: Catalogue) -> str:
    shown = ", ".join(code(name) for name in names[:MOST_NAMES])
    surplus = len(names) - MOST_NAMES
    return catalogue.ui("table.and_more", names=shown, count=surplus) if surplus > 0 else shown
