# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where what the lab says and what a script says differ."""

from __future__ import annotations

import typing as t


def differences(expected: t.Any, actual: t.Any, place: str = "") -> list[str]:
    """Return every place where two answers differ."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        keys = sorted({*expected, *actual})
        missing = object()
        return [
            line
            for key in keys
            for line in differences(expected.get(key, missing), actual.get(key, missing), f"{place}.{key}")
        ]
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        pairs = enumerate(zip(expected, actual, strict=True))
        return [line for index, (one, two) in pairs for line in differences(one, two, f"{place}[{index}]")]
    if type(expected) is type(actual) and _same(expected, actual, place):
        return []
    return [f"{place}: the lab says {expected!r}, the script {actual!r}"]


def _same(expected: t.Any, actual: t.Any, place: str) -> bool:
    """Tell whether two values are the same; DNS knows no case, and which spelling of a name is asked first is a matter of time."""
    if place.startswith(".sections.dns.") and place.endswith(".error.message"):
        return str(expected).casefold() == str(actual).casefold()
    return bool(expected == actual)
