# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`kms_explain`: the page of a finding as text, on the controller."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ..module_utils._report import columns, explain
from ..module_utils._report.catalogue.catalogue import LANGUAGES, Catalogue
from ..module_utils._report.terminal import Line
from ..module_utils._report.text import neutral
from ..plugin_utils import _display, _pages

ARGUMENT_SPEC: dict[str, dict[str, t.Any]] = {
    "finding": {"type": "str", "default": ""},
    "language": {"type": "str", "choices": list(LANGUAGES), "default": "en"},
    "display": {"type": "bool", "default": True},
}


class ActionModule(ActionBase):
    """Reads the collection's own pages; the hosts are never contacted."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        _validation, options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)
        catalogue = Catalogue(options["language"])
        name = options["finding"].strip().removesuffix(".md")
        if name and name not in explain.BY_ID:
            close = explain.near(name)
            meant = f"Did you mean {' or '.join(close)}? " if close else ""
            raise AnsibleActionFail(f"finding: {neutral(name)} is no finding. {meant}Name none to list them all")
        lines = _pages.explained(name, catalogue) if name else explain.listed(catalogue)
        if options["display"]:
            width = _display.width()
            _display.show([Line(part) for line in lines for part in columns.wrap(line, width, "", "  ") or [""]])
        return {**result, "changed": False, "text": "\n".join(lines), "findings": list(explain.BY_ID)}
