# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the probe's own clock ended is told as not read, and is no fault of the machine."""

from __future__ import annotations

import copy
import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.model import Finding
from tests.honesty import is_honest
from tests.lab.guest import probe
from tests.unit.plugins.module_utils._diagnosis import build, worlds

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


# Sections whose readers hang: each alone, those that one reader of the probe works off in turn, and all.
_TOGETHER = (
    *((name,) for name in probe.SECTIONS),
    ("kms_settings", "os", "proxy", "clock"),
    ("dns", "routes", "firewall"),
    ("services", "token_store", "os"),
    ("imds", "attestation"),
    ("dns", "connectivity"),
    ("kms_settings", "license"),
    probe.SECTIONS,
)


def unread(raw: dict[str, t.Any], sections: t.Iterable[str]) -> dict[str, t.Any]:
    """Return an answer of the probe whose readers of these sections were cut off."""
    changed = copy.deepcopy(raw)
    for name in sections:
        failure = {"source": name, "code": None, "type": None, "id": "NotReadInTime", "message": "not read in time"}
        changed["sections"][name] = {"data": None, "errors": [{**failure, "waited": 14.0}], "seconds": 14.0}
    return changed


@pytest.mark.parametrize("sections", _TOGETHER, ids="-".join)
@pytest.mark.parametrize("world", ["contoso", "fabrikam", "northwind", "tailspin"])
def test_what_was_not_read_in_time_makes_no_false_cause(world: str, sections: tuple[str, ...]) -> None:
    wrong = {}
    for guest, (_expected, raw) in worlds.answers(world).items():
        part = worlds.judge(guest, unread(raw, sections))
        if not is_honest(worlds.judged(world)[guest][1], part):
            wrong[guest] = (
                worlds.judged(world)[guest][1].root_cause.id,
                part.root_cause.id,
                str(part.root_cause.title),
            )
        if "license" in sections:
            assert part.licensed is None
    assert wrong == {}


def test_a_host_of_another_cloud_is_wrong_only_where_the_cloud_was_read() -> None:
    raw = worlds.answers("fabrikam")["erp-tr"][1]
    found = worlds.judge("erp-tr", unread(raw, ["imds"]))
    assert "wrong-kms-host" not in {item.id for item in (found.root_cause, *found.findings) if item.status == "fail"}
    [told_so] = [item for item in found.findings if item.id == "wrong-kms-host"]
    assert "could not be read. Set cloud" in str(told_so.title)
