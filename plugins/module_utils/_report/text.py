# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make text from guests and inventories harmless for terminals, logs and files."""

from __future__ import annotations

import re
import typing as t
import unicodedata

# Longer than any message of Windows, short enough that one hostile guest cannot fill the report.
LONGEST = 2000

# Control and format characters (escape sequences, bidirectional overrides, zero-width marks), surrogates.
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs"})
_SPACES = frozenset("\t\n\r\v\f\u2028\u2029")
# A whole product key, which nobody puts here on purpose: its last five characters may stay.
_KEY_LENGTH = 29
_PRODUCT_KEY = re.compile(r"(?:[A-Z0-9]{5}-){4}([A-Z0-9]{5})", re.IGNORECASE | re.ASCII)


def neutral(text: str, longest: int = LONGEST) -> str:
    """Return `text` on one line without control or format characters and whole product keys, cut to `longest` characters."""
    head = text[: longest + _KEY_LENGTH]
    if "-" in head:
        head = _PRODUCT_KEY.sub(r"XXXXX-XXXXX-XXXXX-XXXXX-\1", head)
    if not head.isprintable():
        head = "".join(map(_harmless, head))
    return head if len(head) <= longest else head[: longest - 1] + "…"


def _harmless(char: str) -> str:
    if char in _SPACES:
        return " "
    return "\N{REPLACEMENT CHARACTER}" if unicodedata.category(char) in _UNPRINTABLE else char


def neutral_plain(value: t.Any) -> t.Any:
    """Return a copy of JSON-plain `value` in which every string, keys included, is neutral."""
    if isinstance(value, str):
        return neutral(value)
    if isinstance(value, dict):
        return {neutral(str(key)): neutral_plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [neutral_plain(item) for item in value]
    return value
