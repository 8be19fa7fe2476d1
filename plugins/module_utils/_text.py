# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""English texts that know which message they are, so that a catalogue can say them in another language.

Everybody who judges writes English and needs not care. What travels as JSON is the English text, with a table of messages beside it.
"""

from __future__ import annotations

import dataclasses
import string
import typing as t

# Deeper than any reason in a reason.
_DEEPEST = 20


@dataclasses.dataclass(frozen=True)
class Message:
    """Which text of a catalogue, filled in with what. A parameter may be a text with a message of its own."""

    id: str
    params: t.Mapping[str, str] = dataclasses.field(default_factory=dict)


class Text(str):
    """An English text with its message. Whatever is made of it by cutting and adding is a string like any other."""

    message: Message

    def __new__(cls, text: str, message: Message) -> Text:
        self = super().__new__(cls, text)
        self.message = message
        return self

    def __getnewargs__(self) -> tuple[str, Message]:  # type: ignore[override]
        return str(self), self.message

    def format(self, *_none: object, **params: object) -> Text:
        """Return the text with its named parameters filled in."""
        used = {name for _before, name, _form, _conversion in string.Formatter().parse(self) if name}
        given = {key: item if isinstance(item, str) else str(item) for key, item in params.items() if key in used}
        return Text(super().format(**given), Message(self.message.id, given))


def texts(prefix: str, templates: t.Mapping[str, str]) -> dict[str, Text]:
    """Return templates by their keys as the messages `prefix.key`."""
    return {key: Text(template, Message(f"{prefix}.{key}")) for key, template in templates.items()}


def folded(pair: Text, parts: t.Sequence[str]) -> str:
    """Return parts, at least one, joined by `pair`, which has {first} and {rest}."""
    *before, joined = parts
    for part in reversed(before):
        joined = pair.format(first=part, rest=joined)
    return joined


def messages(value: t.Any) -> dict[str, Message]:
    """Return the messages of all texts in dataclasses, mappings and lists, by their English; parameters before what they fill in."""
    found: dict[str, Message] = {}
    _collect(value, found)
    return found


def _collect(value: t.Any, found: dict[str, Message]) -> None:
    if isinstance(value, Text):
        if value not in found:
            _collect(value.message.params, found)
            found[str(value)] = value.message
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            _collect(getattr(value, field.name), found)
    elif isinstance(value, t.Mapping):
        for item in value.values():
            _collect(item, found)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _collect(item, found)


def restored(value: t.Any, table: t.Any) -> t.Any:
    """Return a copy of plain `value` in which the texts that `table` knows have their messages again."""
    known = _known(table if isinstance(table, t.Mapping) else {})
    return _restored(value, known) if known else value


def _known(table: t.Mapping[str, t.Any]) -> dict[str, Text]:
    """Return the texts of a table, which from elsewhere may be in any order, and hold texts that hold each other."""
    given = {text: entry["params"] for text, entry in table.items() if _is_entry(text, entry)}
    known: dict[str, Text] = {}
    depths: dict[str, int] = {}
    for _pass in range(_DEEPEST):
        whole = True
        for text, params in given.items():
            parts = {
                str(key): known[item] if depths.get(item, _DEEPEST) < _DEEPEST else str(item)
                for key, item in params.items()
            }
            whole = whole and all(isinstance(parts[str(key)], Text) for key, item in params.items() if item in given)
            known[text] = Text(text, Message(str(table[text].get("id")), parts))
            depths[text] = 1 + max((depths[item] for item in parts.values() if isinstance(item, Text)), default=0)
        if whole:
            break
    return known


def _is_entry(text: t.Any, entry: t.Any) -> bool:
    params = entry.get("params") if isinstance(entry, t.Mapping) else None
    return (
        isinstance(text, str)
        and isinstance(params, t.Mapping)
        and all(isinstance(item, str) for item in params.values())
    )


def _restored(value: t.Any, known: t.Mapping[str, Text]) -> t.Any:
    if isinstance(value, str):
        return known.get(value, value)
    if isinstance(value, t.Mapping):
        return {key: _restored(item, known) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_restored(item, known) for item in value]
    return value
