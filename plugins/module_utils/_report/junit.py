# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as JUnit XML for pipelines: a test case for each VM.

The form is that of https://github.com/testmoapp/junitxml, which Jenkins, GitLab and Azure DevOps read.
"""

from __future__ import annotations

import re
import typing as t
import xml.etree.ElementTree as ET

from .catalogue.catalogue import Catalogue
from .counting import ACTIVATED, UNKNOWN
from .model import Host, Report

# What XML 1.0 has no way to write: https://www.w3.org/TR/xml/#charsets
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
SUITE = "kms-activation"


def render(report: Report, catalogue: Catalogue) -> str:
    """Return the report as JUnit XML: a VM that needs attention fails, one that nobody could judge is an error, never skipped."""
    summary = report.summary
    counts = {
        "tests": summary.hosts,
        "failures": summary.attention,
        "errors": summary.unknown,
        "skipped": 0,
    }
    numbers = {name: str(count) for name, count in counts.items()}
    root = ET.Element("testsuites", {"name": SUITE, **numbers})
    suite = ET.SubElement(root, "testsuite", {"name": SUITE, "timestamp": report.generated_at.rstrip("Z"), **numbers})
    for host in report.hosts:
        _case(suite, host, catalogue)
    for name in report.unanswered:
        case = ET.SubElement(suite, "testcase", classname=f"{SUITE}.unanswered", name=_legal(name))
        ET.SubElement(case, "error", type="unanswered", message=catalogue.ui("state.unanswered"))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _case(suite: ET.Element, host: Host, catalogue: Catalogue) -> None:
    cause = host.root_cause
    case = ET.SubElement(suite, "testcase", classname=f"{SUITE}.{cause.id}", name=_legal(host.name))
    title = _legal(catalogue.text(cause.title))
    if host.state == ACTIVATED:
        ET.SubElement(case, "system-out").text = title
        return
    kind = "error" if host.state == UNKNOWN else "failure"
    said = ET.SubElement(case, kind, type=cause.severity, message=title)
    said.text = _legal("\n".join(_steps(host, catalogue)))


def _steps(host: Host, catalogue: Catalogue) -> t.Iterator[str]:
    for remedy in host.root_cause.remedy:
        yield f"{catalogue.ui('fix.by')} {catalogue.who(remedy.who)}"
        for number, step in enumerate(remedy.steps, 1):
            yield f"{number}. {catalogue.text(step.says)}" + (f": {step.command}" if step.command else "")
    if host.root_cause.doc:
        yield host.root_cause.doc


def _legal(text: str) -> str:
    return _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", text)
