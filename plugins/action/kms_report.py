# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the fleet report and show its table."""

from __future__ import annotations

import datetime
import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ..module_utils._plain import to_plain
from ..module_utils._report import (
    build,
    console,
    junit,
    markdown,
    prometheus,
    spreadsheet,
    terse,
    tickets,
    written,
)
from ..module_utils._report.catalogue.catalogue import LANGUAGES, Catalogue
from ..module_utils._report.model import Remediation, Report
from ..module_utils._version import VERSION
from ..plugin_utils import _display, _files, _html, _join, _options, _report_files

# Format -> what writes it; JSON and samples are the same in every language.
RENDERERS: dict[str, t.Callable[[Report, Catalogue], str]] = {
    "json": lambda report, _catalogue: written.as_json(report),
    "html": _html.render,
    "md": markdown.render,
    "prom": lambda report, _catalogue: prometheus.render(report),
    "csv": spreadsheet.render,
    "xml": junit.render,
}
USUAL = ("json", "html", "md", "prom")
# One file for each owner, so its own way to be written.
TICKETS = "tickets"
TABLES = {"terse": terse.render, "full": console.render}
ARGUMENT_SPEC: dict[str, t.Any] = {
    "diagnoses": {"type": "list", "elements": "dict"},
    "remediation": {"type": "dict"},
    "earlier": {"type": "list", "elements": "dict", "default": []},
    "merge": {"type": "list", "elements": "path", "default": []},
    "expected_hosts": {"type": "list", "elements": "str", "default": []},
    "known_hosts": {"type": "list", "elements": "str", "default": []},
    "previous": {"type": "path"},
    "formats": {"type": "list", "elements": "str", "choices": [*RENDERERS, TICKETS], "default": list(USUAL)},
    "language": {"type": "str", "choices": list(LANGUAGES), "default": "en"},
    "report_dir": {"type": "path", "default": "kms-report"},
    "per_job": {"type": "bool", "default": True},
    "report_mode": {"type": "str", "default": f"{_files.MODE:04o}"},
    "display": {"type": "bool", "default": True},
    "output": {"type": "str", "choices": list(TABLES), "default": "terse"},
}


class ActionModule(ActionBase):
    """Runs on the controller only; the guests are never contacted."""

    TRANSFERS_FILES = False
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        _validation, options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)
        if options["diagnoses"] is None and not options["merge"]:
            raise AnsibleActionFail("kms_report: one of diagnoses and merge is needed")
        if not set(options["formats"]) & RENDERERS.keys():
            raise AnsibleActionFail("kms_report: formats: name at least one of " + ", ".join(RENDERERS))
        if not _options.MODE.fullmatch(options["report_mode"]):
            raise AnsibleActionFail(f"kms_report: report_mode: {_options.MODE_RULE}")
        folder = _report_files.folder(options["report_dir"], task_vars or {} if options["per_job"] else {})
        previous, warnings = _join.previous(options["previous"])
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        merged = [_batch(f"earlier[{index}]", batch, now) for index, batch in enumerate(options["earlier"])]
        beside = build.Beside(
            merged=tuple(merged),
            expected=tuple(options["expected_hosts"]),
            known=tuple(options["known_hosts"]),
            previous=previous,
            remediation=_remediation("remediation", options["remediation"]),
        )
        catalogue = Catalogue(options["language"])
        mode = int(options["report_mode"], 8)
        output = _join.Output(folder, mode, tuple(options["formats"]), catalogue)
        files = _report_files.named(options["merge"], folder)
        joined = _join.report(options["diagnoses"] or [], files, now, beside, output)
        report, renderers = joined.report, RENDERERS
        if joined.files:
            renderers = {**RENDERERS, "html": lambda report, catalogue: _html.fleet(report, joined.files, catalogue)}
        rendered = {form: renderers[form](report, catalogue) for form in options["formats"] if form != TICKETS}
        handed = tickets.tickets(report, catalogue) if TICKETS in options["formats"] else ()
        rendered |= {f"{ticket.owner}.md": ticket.text for ticket in handed}
        paths = _report_files.write(rendered, folder, mode)
        owned = {f"{name}.md" for name in (*tickets.OWNERS, tickets.UNASSIGNED)}
        _report_files.remove_stale(folder, {*RENDERERS, *owned} - set(rendered))
        _join.remove_older(folder, report.host_files)
        # People open the page; the other files are named beside it.
        first = paths.get("html") or next(iter(paths.values()))
        if options["display"]:
            also = [f".{form}" for form, path in paths.items() if path != first]
            # In full, a very large fleet has a line for each of its VMs.
            full = self._display.verbosity or options["output"] == "full"
            table = TABLES["full" if full and not joined.files else "terse"]
            _display.show(table(report, first, _display.width(), also, catalogue))
        main = paths.get("json", first)
        result.update(
            changed=False,
            report={
                "path": main,
                "paths": paths,
                "summary": to_plain(report.summary),
                "tickets": [_handed(ticket, paths) for ticket in handed],
            },
        )
        if warnings:
            result["warnings"] = warnings
        return result


def _handed(ticket: tickets.Ticket, paths: dict[str, str]) -> dict[str, t.Any]:
    """Return what a play needs to hand a ticket on; its text is in the file."""
    return {
        **{key: value for key, value in to_plain(ticket).items() if key != "text"},
        "path": paths[f"{ticket.owner}.md"],
    }


def _batch(option: str, batch: dict[str, t.Any], now: str) -> Report:
    """Return the report on another batch of the play."""
    beside = build.Beside(remediation=_remediation(option, batch.get("remediation")))
    try:
        return build.report(batch.get("diagnoses") or [], now, VERSION, beside)
    except ValueError as error:
        raise AnsibleActionFail(f"kms_report: {option}: {error}") from None


def _remediation(option: str, plain: dict[str, t.Any] | None) -> Remediation | None:
    try:
        return None if plain is None else build.remediation(plain)
    except ValueError as error:
        raise AnsibleActionFail(f"kms_report: {option}: {error}") from None
