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
    known: dict[str, Text] = {}
    for text, entry in (table if isinstance(table, t.Mapping) else {}).items():
        params = entry.get("params") if isinstance(entry, t.Mapping) else None
        if isinstance(params, t.Mapping) and isinstance(text, str):
            given = {str(name): known.get(str(param), str(param)) for name, param in params.items()}
            known[text] = Text(text, Message(str(entry.get("id")), given))
    return _restored(value, known) if known else value


def _restored(value: t.Any, known: t.Mapping[str, Text]) -> t.Any:
    if isinstance(value, str):
        return known.get(value, value)
    if isinstance(value, t.Mapping):
        return {key: _restored(item, known) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_restored(item, known) for item in value]
    return value
