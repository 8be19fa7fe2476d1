# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Show lines on the controller's terminal, past the JSON that results are printed as."""

from __future__ import annotations

import itertools
import typing as t

from ansible import constants as C  # noqa: N812
from ansible.utils.display import Display

from ..module_utils._report.terminal import Line

# What is readable on a common terminal; Display says 79 when the output is no terminal.
NARROWEST, WIDEST = 79, 119

_COLORS = {"error": "COLOR_ERROR", "warning": "COLOR_WARN", "unknown": "COLOR_UNREACHABLE", "ok": "COLOR_OK"}


def width() -> int:
    """Return how many columns a line may have."""
    columns: int = Display().columns or NARROWEST
    return min(max(columns, NARROWEST), WIDEST)


def show(lines: t.Iterable[Line]) -> None:
    """Print the lines, coloured by their tone."""
    for tone, run in itertools.groupby(lines, key=lambda line: line.tone):
        color = getattr(C, _COLORS[tone]) if tone in _COLORS else None
        Display().display("".join(f"{line.text}\n" for line in run), color=color)
