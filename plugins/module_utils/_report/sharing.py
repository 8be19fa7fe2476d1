# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What VMs share stands once in the file of a report: a fact, a remedy or a message that is used again is told by its number."""

from __future__ import annotations

import collections
import json
import typing as t

from .._text import Message

Plain = dict[str, t.Any]

# The lists that hold what may be shared, by the table where it then stands.
TABLES = {"evidence": "facts", "remedy": "remedies"}
# Where a host has them; what lies elsewhere under such a name is none of them.
_HOLDERS = ("root_cause", "findings", "machine", "before", "after")
# A smaller report has everything in place, which is easier to read and small all the same.
LARGE = 100


def share(hosts: t.Sequence[Plain]) -> dict[str, list[t.Any]]:
    """Return the tables of what many plain hosts use more than once, and put its numbers in its place in them."""
    tables: dict[str, list[t.Any]] = {table: [] for table in TABLES.values()}
    if len(hosts) < LARGE:
        return tables
    uses = [
        (items, place, TABLES[name], _key(items[place])) for name, items in _lists(hosts) for place in range(len(items))
    ]
    counts = collections.Counter((table, key) for _items, _place, table, key in uses)
    numbers: dict[tuple[str, str], int] = {}
    for items, place, table, key in uses:
        if counts[table, key] > 1:
            if (table, key) not in numbers:
                numbers[table, key] = len(tables[table])
                tables[table].append(items[place])
            items[place] = numbers[table, key]
    return tables


def expanded(hosts: t.Sequence[t.Any], tables: t.Mapping[str, t.Sequence[t.Any]]) -> t.Iterator[t.Any]:
    """Give plain hosts in which every number is again what it stands for; raises ValueError for one that stands for nothing."""
    for index, host in enumerate(hosts):
        for name, items in _lists(host):
            table = TABLES[name]
            for place, item in enumerate(items):
                if isinstance(item, int) and not isinstance(item, bool):
                    if not 0 <= item < len(tables[table]):
                        raise ValueError(f"hosts[{index}]: there is no {table}[{item}]")
                    items[place] = tables[table][item]
        yield host


def numbered(messages: t.Mapping[str, Message]) -> list[Plain]:
    """Return the messages of a report as a list; a parameter that is a message before it is told by its number."""
    places = {text: number for number, text in enumerate(messages)}
    return [
        {
            "text": text,
            "id": message.id,
            "params": {key: places.get(item, str(item)) for key, item in message.params.items()},
        }
        for text, message in messages.items()
    ]


def by_text(messages: t.Any) -> t.Any:
    """Return the messages of a file by their texts, as versions before have them already; what has another shape is left out."""
    if not isinstance(messages, list):
        return messages
    given = [item for item in messages if isinstance(item, dict) and isinstance(item.get("params"), dict)]
    texts = [item.get("text") if isinstance(item, dict) else None for item in messages]
    return {
        str(item.get("text")): {
            "id": item.get("id"),
            "params": {key: _text(param, texts) for key, param in item["params"].items()},
        }
        for item in given
    }


def _text(param: t.Any, texts: t.Sequence[t.Any]) -> t.Any:
    return texts[param] if isinstance(param, int) and not isinstance(param, bool) and 0 <= param < len(texts) else param


def _lists(value: t.Any) -> t.Iterator[tuple[str, list[t.Any]]]:
    """Give the lists of a plain host whose items may be shared, with their names."""
    if isinstance(value, list):
        for item in value:
            yield from _lists(item)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key in TABLES and isinstance(inner, list):
                yield key, inner
            elif key in _HOLDERS:
                yield from _lists(inner)


def _key(item: t.Any) -> str:
    return json.dumps(item, sort_keys=True)
