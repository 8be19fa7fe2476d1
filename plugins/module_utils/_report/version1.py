# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports of schema version 1, whose facts were labels and whose steps held their commands, as of today."""

from __future__ import annotations

import typing as t

from .._plain import to_plain

SCHEMA_VERSION = 1
LEGACY = "legacy"


def upgraded(value: t.Any) -> t.Any:
    """Return plain hosts whose facts have a kind and whose steps are more than a text; what has another shape stays as it is."""
    if isinstance(value, list):
        return [upgraded(item) for item in value]
    return {key: _PARTS.get(key, _same)(item) for key, item in value.items()} if isinstance(value, dict) else value


def _same(value: t.Any) -> t.Any:
    return value


def _each(change: t.Callable[[t.Any], t.Any]) -> t.Callable[[t.Any], t.Any]:
    return lambda value: [change(item) for item in value] if isinstance(value, list) else value


def _fact(value: t.Any) -> t.Any:
    if not isinstance(value, dict) or not {"fact", "observed", "source"} <= value.keys():
        return value
    named = {
        "object": value["fact"],
        "value": value["observed"],
        "source": value["source"],
        "expected": value.get("expected"),
    }
    # The words of then are no messages of today.
    return {"kind": LEGACY, **to_plain(named)}


def _step(value: t.Any) -> t.Any:
    return {"says": str(value)} if isinstance(value, str) else value


_PARTS: dict[str, t.Callable[[t.Any], t.Any]] = {
    **dict.fromkeys(("root_cause", "findings", "before", "after", "remedy"), upgraded),
    "evidence": _each(_fact),
    "steps": _each(_step),
}
