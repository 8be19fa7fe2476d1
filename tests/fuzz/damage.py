# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Damage to real-shaped JSON: a value replaced, removed, repeated, renamed, or put where another was."""

from __future__ import annotations

import typing as t

from hypothesis import strategies as st

Path = tuple[t.Any, ...]


class Damage(t.NamedTuple):
    """One damage: where (any number, taken as one of the document's places), what kind, and what is put there."""

    place: int
    kind: str
    junk: t.Any


def _nested(depth: int) -> t.Any:
    value: t.Any = "deep"
    for _level in range(depth):
        value = {"properties": [value]}
    return value


NASTY: tuple[t.Any, ...] = (
    *(None, True, False, 0, -1, 2**31, 2**63, 10**400, 1.5, float("nan"), float("inf"), -0.0),
    *("", " ", "x" * 70000, "\ud800", "\u202e\x00\x1b[31m", "null", "True", "1688", "٣", "-", "*", "/", "//", "{}"),
    *("0.0.0.0/0", "20.118.99.224/33", "999.1.1.1", "::/0", "10.0.0.4-10.0.0.1", "1-2-3", "AzureCloud.", "Internet"),
    *("2026-13-45T99:99:99Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0xZZ", "0x100000000000000000", "1e999"),
    *("/subscriptions/", "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/routeTables/rt/routes/a/b"),
    *("https://[::1", "http://h:99999/x", "Succeeded", "Updating", "Allow", "Deny", "VirtualAppliance"),
    *([], {}, [None], [[]], [{}], {"id": 5}, {"id": None}, {"": ""}, {"properties": None}, {"properties": "x"}),
    *(_nested(8), _nested(60), list(range(300)), ["x"] * 50, {"value": {"value": []}}, [["x"], 3, {"name": 7}]),
)
_JUNK = st.one_of(
    st.sampled_from(NASTY),
    st.text(max_size=12),
    st.integers(),
    st.floats(),
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=4),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=4), inner),
        max_leaves=6,
    ),
)
KINDS = ("replace", "replace", "replace", "remove", "repeat", "rename", "move")
DAMAGES: st.SearchStrategy[list[Damage]] = st.lists(
    st.builds(Damage, st.integers(0, 2**20), st.sampled_from(KINDS), _JUNK), min_size=1, max_size=4
)


def places(value: t.Any, at: Path = ()) -> t.Iterator[Path]:
    """Yield the way to every value inside a document."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in entries:
        yield (*at, key)
        yield from places(item, (*at, key))


class Seed:
    """A document to be damaged again and again; it stays as it is."""

    def __init__(self, document: t.Any) -> None:
        """Take a JSON-plain document."""
        self._document, self._places = document, list(places(document))

    def damaged(self, damages: t.Iterable[Damage]) -> t.Any:
        """Return the document with these damages; what an earlier one has removed is no place for a later one."""
        found = self._document
        for damage in damages:
            at = self._places[damage.place % len(self._places)]
            other = _value(self._document, self._places[damage.place * 7919 % len(self._places)])
            found = _changed(found, at, damage, other)
        return found


def _value(document: t.Any, at: Path) -> t.Any:
    for key in at:
        document = document[key]
    return document


def _changed(document: t.Any, at: Path, damage: Damage, other: t.Any) -> t.Any:
    """Return a copy along the way to the damage; everything beside it is shared."""
    key, *rest = at
    if not _has(document, key):
        return document
    copied = document.copy()
    if rest:
        copied[key] = _changed(document[key], tuple(rest), damage, other)
    elif damage.kind == "remove":
        del copied[key]
    elif damage.kind == "repeat" and isinstance(copied, list):
        copied.insert(key, copied[key])
    elif damage.kind == "rename" and isinstance(copied, dict):
        copied[str(damage.junk)[:40]] = copied.pop(key)
    else:
        copied[key] = other if damage.kind == "move" else damage.junk
    return copied


def _has(document: t.Any, key: t.Any) -> bool:
    if isinstance(document, dict):
        return key in document
    return isinstance(document, list) and isinstance(key, int) and key < len(document)
