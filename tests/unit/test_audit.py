# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What pip-audit could not look at is never passed in silence."""

from __future__ import annotations

import json
import typing as t

import pytest

from tests.tools import audit

SOUND: dict[str, t.Any] = {"name": "a", "version": "1", "vulns": []}
BAD = {"name": "b", "version": "1", "vulns": [{"id": "PYSEC-1", "fix_versions": []}]}
UNKNOWN = {"name": "c", "skip_reason": "Dependency not found on PyPI and could not be audited: c (1)"}


@pytest.mark.parametrize(
    ("dependencies", "status", "said"),
    [
        ([SOUND], 0, "1 packages looked at"),
        ([SOUND, BAD], 1, "known vulnerabilities in b"),
        ([BAD, UNKNOWN], 1, "known vulnerabilities in b"),
        ([SOUND, UNKNOWN], 0, "NOT RUN  pip-audit: nothing is known about 1 of 2 packages"),
        ([], 0, "NOT RUN"),
    ],
)
def test_what_pip_audit_says(dependencies: list[dict[str, t.Any]], status: int, said: str) -> None:
    found, line = audit.judged(json.dumps({"dependencies": dependencies, "fixes": []}))
    assert found == status
    assert line.startswith(said)


@pytest.mark.parametrize("text", ["", "Traceback", "[]", "{}", "null"])
def test_without_an_answer_it_was_not_run(text: str) -> None:
    assert audit.judged(text)[1].startswith("NOT RUN")
