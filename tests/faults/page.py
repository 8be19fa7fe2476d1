# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page docs/faults.md: every fault, what was answered, and what was left."""

from __future__ import annotations

import collections
import pathlib
import typing as t

from tests.faults.row import Row

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "faults.md"
_INTRODUCTION = """\
# Faults

What is disturbed, what is answered then, and what is left. `make faults` runs every line against the lab and writes this page; a line that
does not hold fails it. The quicker lines run in `make test` too. The lab stands for Windows and for Azure: no line was run on either.

Azure's answers go over real TLS sockets to the real Azure SDK, and the modules run whole, from their options to their answer. Where a wait on
the wire takes a minute in earnest, the lines on writing cut it to a second. What the faults of `kms_token_store` leave is on
[a page of its own](token_store_faults.md).
"""
_HEAD = ("what is disturbed", "what is answered", "what is left", "held")


def text(rows: t.Sequence[Row]) -> str:
    """Return the page."""
    areas: dict[str, list[Row]] = collections.defaultdict(list)
    for row in rows:
        areas[row.area].append(row)
    held = sum(row.held for row in rows)
    parts = [_INTRODUCTION, f"\n{held} of {len(rows)} lines held.\n"]
    for area, lines in areas.items():
        parts += [f"\n## {area[:1].upper()}{area[1:]} ({len(lines)})\n\n", _line(_HEAD), _line(["---"] * len(_HEAD))]
        parts += [_line(cells(row)) for row in lines]
    return "".join(parts)


def cells(row: Row) -> list[str]:
    """Return the cells of a row, as Markdown."""
    held = "yes" if row.held else f"**no**: {'; '.join(row.problems)}"
    return [_plain(cell) for cell in (row.disturbed, row.answered, row.left, held)]


def _plain(cell: str) -> str:
    """Return a cell in which nothing is markup; what is disturbed and answered holds brackets, stars and bars."""
    for char in "\\`|<>*_[]":
        cell = cell.replace(char, f"\\{char}")
    return cell.replace("\\*\\*no\\*\\*", "**no**")


def _line(found: t.Sequence[str]) -> str:
    return f"| {' | '.join(found)} |\n"
