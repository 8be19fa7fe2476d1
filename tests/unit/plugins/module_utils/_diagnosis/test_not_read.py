# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the probe's own clock ended is told as not read, and is no fault of the machine."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.model import Finding
from tests.unit.plugins.module_utils._diagnosis import build

_LATE = {
    "source": "SoftwareLicensingProduct",
    "id": "NotReadInTime",
    "message": "not read in time",
    "waited_seconds": 14.0,
}
_BROKEN = {"source": "SoftwareLicensingService", "message": "class not registered"}


def finding(*errors: t.Any) -> Finding:
    """Return what is said of a licence section that gave nothing but these errors."""
    part = {"license": None, "sections": {"license": {"status": "error", "errors": list(errors)}}}
    found = build.verdict(part).root_cause
    assert found.id == "license-state-unreadable"
    return found


def told(item: Finding) -> str:
    """Return every command and text of the remedy as one text."""
    return str(item.remedy)


def test_a_query_that_was_cut_off_asks_for_patience_and_repairs_nothing() -> None:
    found = finding(_LATE)
    assert "not read in time (waited 14 s)" in str(found.title)
    assert "probe_timeout" in told(found)
    assert "repository" not in told(found)


@pytest.mark.parametrize("errors", [[_BROKEN], [_BROKEN, _LATE], [_LATE, _BROKEN]])
def test_a_fault_that_windows_tells_is_told_first(errors: list[t.Any]) -> None:
    found = finding(*errors)
    assert "class not registered" in str(found.title)
    assert "salvagerepository" in told(found)
