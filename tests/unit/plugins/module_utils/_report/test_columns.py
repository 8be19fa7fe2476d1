# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text as wide as a terminal shows it."""

from __future__ import annotations

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._report import columns


@pytest.mark.parametrize(("text", "width"), [("", 0), ("abc", 3), ("認証", 4), ("a認b", 4), ("e\u0301", 1)])
def test_width(text: str, width: int) -> None:
    assert columns.width(text) == width


@pytest.mark.parametrize(
    ("text", "longest", "expected"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("認証済み", 8, "認証済み"),
        ("認証済み", 6, "認証…"),
        ("認証済み", 5, "認証…"),
    ],
)
def test_cut(text: str, longest: int, expected: str) -> None:
    assert columns.cut(text, longest) == expected


@pytest.mark.parametrize("width", [10, 11, 40])
@pytest.mark.parametrize(
    "text", ["one two three four", "x" * 100, "認証" * 30, "KMS の 認証" * 9, "a " * 50, "set 認証サーバー"]
)
def test_wrap_loses_nothing_and_stays_narrow(text: str, width: int) -> None:
    lines = columns.wrap(text, width, "- ", "  ")
    assert max(map(columns.width, lines)) <= width
    assert "".join("".join(line[2:].split()) for line in lines) == "".join(text.split())
    assert lines[0].startswith("- ")
    assert all(line.startswith("  ") for line in lines[1:])


def test_wrap_nothing() -> None:
    assert columns.wrap("", 10, "- ", "  ") == []
