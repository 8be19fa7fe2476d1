# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Careful readings of raw Resource Manager JSON: a wrong shape gives an empty value, never an exception."""

from __future__ import annotations

import typing as t

Body = t.Mapping[str, t.Any]
Match: t.TypeAlias = bool | None

UNREADABLE = "?"
_ENVELOPE = frozenset(
    (
        "id",
        "name",
        "type",
        "etag",
        "location",
        "resourcegroup",
        "tags",
        "properties",
        "kind",
        "sku",
        "zones",
        "identity",
    )
)
_DIGITS = 9


def low(resource_id: t.Any) -> str:
    """Return an id as a key, without case and trailing slash; empty when it is no text."""
    return resource_id.strip().rstrip("/").lower() if isinstance(resource_id, str) else ""


def mapping(value: t.Any) -> Body:
    """Return a mapping, empty for anything else."""
    return value if isinstance(value, t.Mapping) else {}


def props(body: t.Any) -> Body:
    """Return the properties of a body; a body without them is read as the flat form that `az ... show` prints."""
    found = mapping(body)
    return mapping(found.get("properties")) if "properties" in found else found


def is_stub(body: t.Any) -> bool:
    """Tell whether a body is a mere reference: it has an id and perhaps a name, but nothing was read of it."""
    found = mapping(body)
    if isinstance(found.get("properties"), t.Mapping):
        return False
    return not any(str(key).lower() not in _ENVELOPE for key in found)


def items(value: t.Any) -> list[Body]:
    """Return the mappings of a list, empty for anything else."""
    return [item for item in value if isinstance(item, t.Mapping)] if isinstance(value, (list, tuple)) else []


def broken(value: t.Any) -> bool:
    """Tell whether a value that should be a list of mappings (or missing) is something else."""
    if value is None:
        return False
    return not isinstance(value, (list, tuple)) or any(not isinstance(item, t.Mapping) for item in value)


def ref(value: t.Any) -> str:
    """Return the id of a `{"id": ...}` reference (or of a plain id) as it was written, empty when there is none."""
    found = mapping(value).get("id") if isinstance(value, t.Mapping) else value
    return found.strip() if isinstance(found, str) and "/" in found else ""


def refs(value: t.Any) -> list[str]:
    """Return the ids of a list of references."""
    return [found for found in map(ref, value) if found] if isinstance(value, (list, tuple)) else []


def strings(*values: t.Any) -> list[str]:
    """Return the non-empty texts of single strings and lists: Resource Manager has `xPrefix` beside `xPrefixes`.

    What is neither text nor number becomes UNREADABLE, so that nothing takes it for absent.
    """
    found: list[str] = []
    for value in values:
        for item in value if isinstance(value, (list, tuple)) else [] if value is None else [value]:
            if isinstance(item, (str, int)) and not isinstance(item, bool):
                found.append(str(item).strip())
            else:
                found.append(UNREADABLE)
    return [item for item in found if item]


def text(value: t.Any) -> str:
    """Return a text without surrounding space, empty for anything else."""
    return value.strip() if isinstance(value, str) else ""


def flag(value: t.Any) -> bool | None:
    """Return a Boolean, also when it is spelled out; None for anything else."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value.strip().lower()) if isinstance(value, str) else None


def number(value: t.Any) -> int | None:
    """Return a whole number, also when it is spelled out; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    return (
        int(value) if isinstance(value, str) and value.strip().isdecimal() and len(value.strip()) <= _DIGITS else None
    )


def name_of(value: t.Any) -> str:
    """Return the name of a body, or the last part of an id."""
    if isinstance(value, t.Mapping):
        return text(value.get("name")) or name_of(value.get("id"))
    return value.rstrip("/").rsplit("/", 1)[-1] if isinstance(value, str) else ""


def parent(resource_id: str, levels: int = 1) -> str:
    """Return the id of the resource that holds a child resource."""
    return resource_id.rstrip("/").rsplit("/", 2 * levels)[0]


def subscription(resource_id: t.Any) -> str:
    """Return the subscription of an id in lower case, empty when it has none."""
    head, _mark, tail = low(resource_id).partition("/subscriptions/")
    return tail.split("/", maxsplit=1)[0] if not head else ""


def type_of(resource_id: t.Any) -> str:
    """Return the resource type of an id in lower case, such as microsoft.network/virtualnetworks/subnets."""
    tail = low(resource_id).rpartition("/providers/")[2].split("/")
    return "/".join([tail[0], *tail[1::2]]) if len(tail) > 1 else ""


def any_of(matches: t.Iterable[Match]) -> Match:
    """Return True when one is true, else None when one is not known, else False."""
    answer: Match = False
    for match in matches:
        if match:
            return True
        if match is None:
            answer = None
    return answer


def all_of(matches: t.Iterable[Match]) -> Match:
    """Return False when one is false, else None when one is not known, else True."""
    answer: Match = True
    for match in matches:
        if match is False:
            return False
        if match is None:
            answer = None
    return answer
