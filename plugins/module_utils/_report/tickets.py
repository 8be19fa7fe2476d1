# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report handed to those who can act: a Markdown text for each owner, small enough for a ticket."""

from __future__ import annotations

import collections
import dataclasses
import typing as t

from .._diagnosis.model import Finding
from . import grouping, markdown
from .catalogue.catalogue import Catalogue
from .model import Report

# Jira's field of text holds 32,767 characters, the smallest of the common trackers:
# https://support.atlassian.com/jira/kb/the-maximum-length-of-the-custom-fields-in-jira/
LONGEST = 32_000
OWNERS = ("guest_admin", "network_team", "automation", "microsoft", "image_owner")
UNASSIGNED = "unassigned"


@dataclasses.dataclass(frozen=True)
class Ticket:
    """What one owner is to do: `subject` for a title, `text` as Markdown, the VMs and the root causes that it is about."""

    owner: str
    subject: str
    text: str
    hosts: tuple[str, ...]
    root_causes: tuple[str, ...]


def owner(finding: Finding) -> str:
    """Return who can act first, one of OWNERS; `unassigned` where nobody is known, as in a report from elsewhere."""
    who = finding.remedy[0].who if finding.remedy else ""
    return who if who in OWNERS else UNASSIGNED


def tickets(report: Report, catalogue: Catalogue) -> tuple[Ticket, ...]:
    """Return a ticket for each owner who has something to do. Each VM that is not activated is in exactly one of them."""
    by_owner: dict[str, list[grouping.Cause]] = collections.defaultdict(list)
    for cause in grouping.causes(report.hosts):
        for case in cause.cases:
            by_owner[owner(case.finding)].append(dataclasses.replace(cause, cases=(case,)))
    owners = (name for name in (*OWNERS, UNASSIGNED) if name in by_owner)
    return tuple(_ticket(name, by_owner[name], report, catalogue) for name in owners)


def _ticket(name: str, causes: t.Sequence[grouping.Cause], report: Report, catalogue: Catalogue) -> Ticket:
    hosts = tuple(host.name for cause in causes for host in cause.hosts)
    subject = catalogue.ui("ticket.subject", owner=catalogue.who(name), hosts=catalogue.vms(len(hosts)))
    lines = [f"# {markdown.prose(subject)}", "", report.generated_at, ""]
    if grouping.have_commands(causes):
        lines += [markdown.prose(catalogue.ui("note.shell")), ""]
    return Ticket(
        owner=name,
        subject=subject,
        text=_fitting("\n".join(lines), causes, catalogue),
        hosts=hosts,
        root_causes=tuple(dict.fromkeys(cause.id for cause in causes)),
    )


def _fitting(text: str, causes: t.Sequence[grouping.Cause], catalogue: Catalogue) -> str:
    """Add a section for each cause as long as they fit, and say how many did not."""
    for number, cause in enumerate(causes):
        section = "\n" + "\n".join(markdown.section(cause, catalogue))
        left = sum(len(other.hosts) for other in causes[number:])
        rest = "\n" + markdown.prose(catalogue.ui("ticket.rest", hosts=catalogue.vms(left))) + "\n"
        if len(text) + len(section) + len(rest) > LONGEST:
            return text + rest
        text += section
    return text
