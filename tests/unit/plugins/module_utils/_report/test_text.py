# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text from guests does no harm where it is shown."""

from __future__ import annotations

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._report.text import (
    LONGEST,
    neutral,
    neutral_plain,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Windows Server 2022", "Windows Server 2022"),
        ("ライセンス認証サーバー", "ライセンス認証サーバー"),
        ("Aktivierung läuft – später", "Aktivierung läuft – später"),
        ("two\r\nlines\tand a tab", "two  lines and a tab"),
        ("\x1b[31mred", "\ufffd[31mred"),
        ("\x9b31mred", "\ufffd31mred"),
        ("txt.\u202eexe", "txt.\ufffdexe"),
        ("bell\x07 null\x00", "bell\ufffd null\ufffd"),
        ("lone \udcff surrogate", "lone \ufffd surrogate"),
        ("paragraph\u2029separator", "paragraph separator"),
        ("key WX4NM-KYWYW-QJJR4-XV3QB-6VM33.", "key XXXXX-XXXXX-XXXXX-XXXXX-6VM33."),
        ("11111111-2222-4333-8444-555555555555", "11111111-2222-4333-8444-555555555555"),
    ],
)
def test_neutral(text: str, expected: str) -> None:
    assert neutral(text) == expected


@pytest.mark.parametrize(("length", "expected"), [(LONGEST, LONGEST), (LONGEST + 1, LONGEST), (10**6, LONGEST)])
def test_neutral_cuts_what_is_too_long(length: int, expected: int) -> None:
    assert len(neutral("x" * length)) == expected
    assert neutral("x" * length).endswith("…") == (length > LONGEST)


def test_a_key_that_is_cut_shows_no_more_of_itself() -> None:
    assert neutral("x" * (LONGEST - 20) + "WX4NM-KYWYW-QJJR4-XV3QB-6VM33")[LONGEST - 20 :] == "XXXXX-XXXXX-XXXXX-X…"


def test_neutral_plain_reaches_every_string() -> None:
    value = {"a\x1b": ["b\x1b", {"c": "d\x1b"}], "n": 1, "none": None, "yes": True}
    assert neutral_plain(value) == {"a\ufffd": ["b\ufffd", {"c": "d\ufffd"}], "n": 1, "none": None, "yes": True}
