# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When licences end."""

from __future__ import annotations

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._plain import from_plain
from ansible_collections.azure_windows.activation.plugins.module_utils._report import timeline
from ansible_collections.azure_windows.activation.plugins.module_utils._report.model import Host
from tests.unit.plugins.module_utils._report.fleet import ACTIVATED, diagnosis

NOW = "2026-11-24T08:00:00Z"


def host(name: str, expires_at: str | None, licensed: bool | None = True) -> Host:
    return from_plain(Host, diagnosis(name, ACTIVATED, licensed, expires_at=expires_at))


def test_the_fleet_by_weeks() -> None:
    line = timeline.build(
        [
            host("over", "2026-11-20T08:00:00Z", licensed=False),
            host("soon", "2026-12-02T08:00:00Z"),
            host("near", "2027-01-10T08:00:00Z"),
            host("fresh", "2027-05-22T08:00:00Z"),
            host("far", "2028-01-01T00:00:00Z"),
            host("mak", None),
            host("bad", None, licensed=False),
            host("lost", None, licensed=None),
        ],
        NOW,
    )
    assert [(end.name, end.days, end.tone) for end in line.endings] == [
        ("over", -4, "soon"),
        ("soon", 8, "soon"),
        ("near", 47, "near"),
        ("fresh", 179, "later"),
        ("far", 402, "later"),
    ]
    assert {number: week.count for number, week in enumerate(line.weeks) if week.count} == {0: 1, 1: 1, 6: 1, 25: 1}
    assert (line.later, line.endless, line.unlicensed, line.unknown) == (1, 1, 1, 1)
    assert line.weeks[1].starts == "2026-12-01"


@pytest.mark.parametrize("text", ["", "soon", "2026-13-01T00:00:00Z", None])
def test_what_is_no_time_is_not_known(text: str | None) -> None:
    assert timeline.build([host("web01", text)], NOW).endings == ()
    assert timeline.seconds_left(text, NOW) is None


def test_seconds_left() -> None:
    assert timeline.seconds_left("2026-11-24T08:01:00Z", NOW) == 60
    assert timeline.seconds_left("2026-11-24T07:59:00Z", NOW) == -60
