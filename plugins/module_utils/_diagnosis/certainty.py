# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a finding that is not certain does not exclude: `likely` leaves one other cause, `possible` several."""

from __future__ import annotations

import dataclasses
import typing as t

from .model import Finding
from .rule import Rule

# No finding, but what would make a cause in Azure none.
NOT_IN_AZURE = "not-in-azure"


def with_doubts(found: Finding, rule: Rule, others: t.Mapping[str, str], doubted: bool) -> Finding:
    """Return the finding with the causes that would look the same.

    `others` maps the ids of the other rules to the status of what they said. Those that found something too, or could not look, come
    before those that looked and found nothing. `doubted`: the machine may not be in Azure.
    """
    if found.confidence == "certain" or found.status == "skipped":
        return found
    seen = [name for name in rule.alike if others.get(name) in {"fail", "unknown", "skipped"}]
    named = [*seen, *(name for name in rule.alike if name not in seen)]
    if doubted:
        named.insert(0, NOT_IN_AZURE)
    count = 1 if found.confidence == "likely" else max(2, len(seen) + doubted)
    return dataclasses.replace(found, not_excluded=tuple(named[:count]))
