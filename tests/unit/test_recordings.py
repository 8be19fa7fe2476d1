# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every file in tests/recordings is judged by today's code as its `verdict` says."""

from __future__ import annotations

import pathlib

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._recording import recording
from tests.tools import tree

FILES = sorted((tree.ROOT / "tests" / "recordings").glob("*.json"))


def test_there_are_recordings() -> None:
    assert FILES


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_recording_is_judged_as_expected(file: pathlib.Path) -> None:
    found = recording.read(file.read_text("utf-8"))
    assert recording.verdict(recording.replay(found, file.stem)) == found["verdict"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_recording_is_masked(file: pathlib.Path) -> None:
    assert recording.read(file.read_text("utf-8"))["masked"] is True


def test_a_recording_of_an_older_version_leaves_open_what_that_version_does_not_show() -> None:
    """Version 2024-05-01 does not show NAT gateways that serve a whole network."""
    text = next(file for file in FILES if "firewall" in file.stem).read_text("utf-8")
    old = recording.read(text.replace('"api_version": "2024-07-01"', '"api_version": "2024-05-01"'))
    assert recording.verdict(recording.replay(old, "old"))["azure"] == "partial"
