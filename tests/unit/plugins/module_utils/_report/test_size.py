# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of 1,000 VMs can be mailed and opened, whatever is wrong with them."""

from __future__ import annotations

import functools
import typing as t

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._report import build, written
from ansible_collections.azure_windows.activation.plugins.module_utils._report.catalogue.catalogue import Catalogue
from ansible_collections.azure_windows.activation.plugins.plugin_utils import _html
from tests.bench import fleet
from tests.bench.report import most_bytes

VMS = 1000
NAMES = (
    "mixed",
    "all failing",
    "healthy",
    "healthy without Azure",
    "guests of the lab",
    "failing guests of the lab",
    fleet.EXTREME,
)


@functools.cache
def fleets() -> dict[str, list[dict[str, t.Any]]]:
    return fleet.fleets(VMS)


@pytest.mark.parametrize("name", NAMES)
def test_the_files_of_a_thousand_vms_are_small(name: str) -> None:
    report = build.report(fleets()[name], "2026-11-24T12:00:00Z", "1.0.0")
    # Where texts are the most of it, Japanese needs more bytes.
    language = "ja" if name in NAMES[:4] else "en"
    found = {"json": written.as_json(report), "html": _html.render(report, Catalogue(language))}
    most = most_bytes(name)
    assert {form: len(text.encode()) for form, text in found.items() if len(text.encode()) > most[form]} == {}
    assert all(found["html"].count(f">{host.name}</span>") == 1 for host in report.hosts[::100])


def test_every_fleet_is_measured() -> None:
    assert set(fleets()) == set(NAMES)
