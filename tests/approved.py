# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers that somebody has read and approved, kept as lines: single tests say what must be so and why, these hold all the rest."""

from __future__ import annotations

import difflib
import json
import pathlib
import typing as t

from tests.tools import importable

importable.install()

from ansible_collections.azure_windows.activation.plugins.module_utils._text import Text


def said(text: str) -> str:
    """Return which message a text is, with what fills it in; the words themselves are held elsewhere."""
    if not isinstance(text, Text):
        return repr(text)
    params = {key: said(value) if isinstance(value, Text) else value for key, value in text.message.params.items()}
    return text.message.id + (json.dumps(params, sort_keys=True) if params else "")


def plain(value: t.Any) -> t.Any:
    """Return plain data with messages in place of words."""
    if isinstance(value, Text):
        return said(value)
    if isinstance(value, t.Mapping):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, (list, tuple)) else value


def changed(file: pathlib.Path, now: t.Sequence[str]) -> list[str]:
    """Return the first lines that are not those of the file, as a difference."""
    before = file.read_text("utf-8").splitlines()
    return [] if before == now else list(difflib.unified_diff(before, now, file.name, "now", n=0, lineterm=""))[:20]


def keep(file: pathlib.Path, now: t.Sequence[str]) -> None:
    """Write the lines, for whoever approves them."""
    file.write_text("\n".join(now) + "\n", "utf-8")
