# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text as wide as a terminal or a box of a drawing shows it: a character of East Asia takes two columns."""

from __future__ import annotations

import unicodedata


def width(text: str) -> int:
    """Return how many columns a text takes."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def cut(text: str, longest: int) -> str:
    """Return `text`, its end replaced by an ellipsis where it takes more than `longest` columns."""
    if width(text) <= longest:
        return text
    return _head(text, longest - 1) + "…"


def pad(text: str, columns: int) -> str:
    """Return `text` with blanks behind it up to a column."""
    return text + " " * (columns - width(text))


def wrap(text: str, columns: int, first: str, rest: str) -> list[str]:
    """Return the lines of a paragraph; a line breaks at blanks, inside a word only where it is wider than a line."""
    lines: list[str] = []
    lead, line = first, ""
    for word in text.split():
        joined = f"{line} {word}" if line else word
        if width(lead + joined) <= columns:
            line = joined
            continue
        if line and (word.isascii() or width(rest + word) <= columns):
            lines.append(lead + line)
            lead, line = rest, word
        else:
            line = joined
        while width(lead + line) > columns:
            head = _head(line, columns - width(lead))
            lines.append(lead + head.rstrip())
            lead, line = rest, line[len(head) :].lstrip()
    return [*lines, lead + line] if line else lines


def _head(text: str, columns: int) -> str:
    """Return the longest beginning that fits, at least one character."""
    taken = 0
    for place, char in enumerate(text):
        taken += _columns(char)
        if taken > columns:
            return text[: max(place, 1)]
    return text


def _columns(char: str) -> int:
    return 2 if unicodedata.east_asian_width(char) in "WF" else 0 if unicodedata.combining(char) else 1
