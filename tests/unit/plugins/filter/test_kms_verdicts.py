# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verdict of a host in a few values."""

from __future__ import annotations

import datetime
import typing as t

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.azure_windows.activation.plugins.filter.kms_verdicts import FilterModule
from tests.unit.plugins.module_utils._report.fleet import ACTIVATED, UNREACHABLE, WRONG_HOST, diagnosis, side

NOW = datetime.datetime.now(datetime.timezone.utc)
REPAIRABLE = {
    **WRONG_HOST,
    "remedy": [{"who": "network_team", "steps": []}, {"who": "guest_admin", "steps": [], "action": "host"}],
}


def verdicts(*diagnoses: t.Any) -> t.Any:
    return FilterModule().filters()["kms_verdicts"](list(diagnoses))


def ends(hours: int) -> str:
    return (NOW + datetime.timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_each_host_has_its_own() -> None:
    found = verdicts(
        diagnosis("web01", ACTIVATED, licensed=True, expires_at=ends(24 * 10 + 1)),
        diagnosis("app01", REPAIRABLE, expires_at=ends(-30)),
        diagnosis("off01", UNREACHABLE, licensed=None, guest=side("unreachable")),
    )
    assert {name: (item["id"], item["state"], item["days_left"], item["action"]) for name, item in found.items()} == {
        "web01": ("activated", "activated", 10, None),
        "app01": ("wrong-kms-host", "attention", -2, "host"),
        "off01": ("guest-unreachable", "unknown", None, None),
    }
    assert {key: found["app01"][key] for key in ("severity", "title", "confidence")} == {
        key: WRONG_HOST[key] for key in ("severity", "title", "confidence")
    }


@pytest.mark.parametrize("wrong", [{"name": "web01"}, {}, "web01", diagnosis("web01", {**WRONG_HOST, "title": 5})])
def test_what_is_no_diagnosis_is_said(wrong: t.Any) -> None:
    with pytest.raises(AnsibleFilterError, match="kms_verdicts: the input is no list of diagnoses of kms_diagnosis"):
        verdicts(wrong)
