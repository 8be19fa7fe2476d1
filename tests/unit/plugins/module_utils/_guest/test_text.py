# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nothing a guest says leaves with a full product key in it."""

from __future__ import annotations

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._guest import text

KEY = "AAAAA-BBBBB-CCCCC-DDDDD-E1E2E"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (KEY, "*****-E1E2E"),
        (f"key={KEY.lower()};x", "key=*****-e1e2e;x"),
        (KEY.replace("-", "\u2013"), "*****-E1E2E"),
        (f"{KEY} {KEY}", "*****-E1E2E *****-E1E2E"),
        ("55c92734-d682-4d71-983e-d6ec3f16059f", "55c92734-d682-4d71-983e-d6ec3f16059f"),
        ("06401-00206-471-111111-03-1033-9600.0000", "06401-00206-471-111111-03-1033-9600.0000"),
    ],
)
def test_a_product_key_is_cut_down(given: str, kept: str) -> None:
    assert text.scrub(given) == kept


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("no answer from http://u:S3@/cret@proxy:8080/ in time", "no answer from http://***@proxy:8080/ in time"),
        ("https://a.example/x and HTTPS://u@b.example", "https://a.example/x and HTTPS://***@b.example"),
        (
            "'https://a.blob.example/l?sv=1&SIG=S3%2Bcret%3D&se=2' failed",
            "'https://a.blob.example/l?sv=1&SIG=***&se=2' failed",
        ),
        ("user@corp.example in https://a.example", "user@corp.example in https://a.example"),
        ("design=x&a=b", "design=x&a=b"),
    ],
)
def test_passwords_in_addresses_are_cut_out(given: str, kept: str) -> None:
    assert text.scrub(given) == kept


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  a\r\n b\t", "a b"),
        ("a\x00\x1bb\ud800", "ab"),
        ("\u202eevil", "evil"),
        ("x" * 400, "x" * 299 + "\u2026"),
        ("無効なクラス", "無効なクラス"),
    ],
)
def test_a_message_is_one_short_line(given: str, kept: str) -> None:
    assert text.message(given) == kept


def test_a_key_is_cut_before_the_message_is() -> None:
    assert "AAAAA" not in text.message("x" * 285 + " " + KEY)


def test_cleaning_reaches_keys_lists_and_depths() -> None:
    nested: object = KEY
    for _level in range(40):
        nested = [nested]
    cleaned = text.clean({KEY: [1, None, True, {"a": (KEY, 2.5)}], "deep": nested})
    assert "AAAAA" not in repr(cleaned)
    assert cleaned["*****-E1E2E"] == [1, None, True, {"a": ["*****-E1E2E", 2.5]}]
