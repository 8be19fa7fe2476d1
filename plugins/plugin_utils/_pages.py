# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pages on findings, which lie beside the plugins of the installed collection.

FOR INTERNAL COLLECTION USE ONLY.
"""

from __future__ import annotations

import pathlib

from ..module_utils._report import explain
from ..module_utils._report.catalogue.catalogue import Catalogue

FOLDER = pathlib.Path(__file__).parents[2] / "docs" / "findings"


def explained(finding_id: str, catalogue: Catalogue) -> list[str]:
    """Return the lines on a finding; none for an id that this release does not know, as an older report may have it."""
    rule = explain.BY_ID.get(finding_id)
    if rule is None:
        return []
    path = FOLDER / f"{finding_id}.md"
    # A tree without its documentation still has what the rule says.
    return explain.lines(rule, path.read_text("utf-8") if path.is_file() else "", catalogue)
