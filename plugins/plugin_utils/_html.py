# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as one HTML file that asks for nothing: its style, script and pictures are inside."""

from __future__ import annotations

import base64
import functools
import hashlib
import pathlib
import typing as t

import jinja2
from markupsafe import Markup

from ..module_utils._report import fleet_page, page
from ..module_utils._report.catalogue.catalogue import Catalogue
from ..module_utils._report.model import Report
from ..module_utils._report.written import TOOL
from . import _pages

ASSETS = pathlib.Path(__file__).with_name("_report_assets")


def render(report: Report, catalogue: Catalogue) -> str:
    """Return the page of a report; every text is escaped by the template engine."""
    view = {**page.build(report, catalogue), "generated_at": report.generated_at}
    compared = [row for row in view["vms"] if row.before and (row.before != row.cause or row.changes)]
    pages = _explained(view, catalogue)
    return _rendered(
        "page", report, catalogue, page=view, compared=compared, pages=pages, remediation=report.remediation
    )


def fleet(report: Report, files: t.Sequence[fleet_page.HostFile], catalogue: Catalogue) -> str:
    """Return the page of a very large fleet whose VMs are on pages of their own."""
    view = fleet_page.build(report, files, catalogue)
    pages = _explained(view, catalogue)
    return _rendered("fleet", report, catalogue, page=view, generated_at=report.generated_at, pages=pages)


def _explained(view: dict[str, t.Any], catalogue: Catalogue) -> dict[str, str]:
    """Return the page on each cause in the report, by its id."""
    ids = dict.fromkeys(cause.id for cause in (*view["causes"], *view["healthy"]))
    return {name: "\n".join(_pages.explained(name, catalogue)) for name in ids}


def _rendered(name: str, report: Report, catalogue: Catalogue, **values: t.Any) -> str:
    style, script = _asset("page.css"), _asset("shared.js") + _asset(f"{name}.js")
    environment = _environment(catalogue)
    environment.globals["page"] = values.pop("page")
    return environment.get_template(f"{name}.html.j2").render(
        **values,
        history=report.history,
        policy=_policy(style, script),
        # Files of this collection, which are no text from anywhere.
        script=Markup(script),  # nosec B704
        style=Markup(style),  # nosec B704
        tool=f"{TOOL} {report.version}",
        unanswered=report.unanswered,
    )


# A very large fleet has a hundred pages.
@functools.lru_cache(maxsize=1)
def _environment(catalogue: Catalogue) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(ASSETS, encoding="utf-8"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters.update(clock=_clock, inert=_inert)
    environment.globals.update(ui=catalogue.ui, vms=catalogue.vms, who=catalogue.who, language=catalogue.language)
    return environment


def _inert(json_text: str) -> Markup:
    """Return JSON as it may stand in a script element: nothing in it ends the element or starts another."""
    return Markup(json_text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))  # nosec B704


def _asset(name: str) -> str:
    return (ASSETS / name).read_text("utf-8")


def _policy(style: str, script: str) -> str:
    """Return a policy that lets nothing run or load but what is in the page itself."""
    return f"default-src 'none'; img-src data:; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'; form-action 'none'"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _clock(time: str) -> str:
    """Return a time of the report as people write it."""
    return time.replace("T", " ").replace("Z", " UTC")
