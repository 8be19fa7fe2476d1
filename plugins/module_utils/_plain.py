# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plain-value round trip for frozen dataclasses: what travels between the modules is JSON, what the rooms use is typed."""

from __future__ import annotations

import collections.abc
import dataclasses
import functools
import types
import typing as t

from ._text import Text

T = t.TypeVar("T")


def to_plain(value: t.Any) -> t.Any:
    """Return dataclasses, tuples and mappings as JSON-plain dicts and lists."""
    if isinstance(value, str):
        return str(value)
    # Asking whether these are mappings takes longer than all the rest.
    if value is None or isinstance(value, (int, float)):
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, (list, tuple)):
        return [to_plain(item) for item in value]
    if isinstance(value, collections.abc.Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    return value


def from_plain(kind: type[T], value: t.Any) -> T:
    """Build the dataclass `kind` from plain values; unknown keys are ignored, missing ones take their defaults.

    Raises ValueError that names the field when a value has the wrong shape.
    """
    return t.cast(T, _build(kind, value, kind.__name__))


@functools.cache
def _fields(kind: t.Any) -> dict[str, t.Any]:
    """Return the types of a dataclass's fields; looking them up costs more than building the value."""
    return t.get_type_hints(kind)


def _build(kind: t.Any, value: t.Any, place: str) -> t.Any:
    origin = t.get_origin(kind)
    if origin in (t.Union, types.UnionType):
        if value is None:
            return None
        (inner,) = (item for item in t.get_args(kind) if item is not type(None))
        return _build(inner, value, place)
    if origin is tuple:
        if not isinstance(value, (list, tuple)):
            raise ValueError(f"{place}: expected a list, got {_name(value)}")
        inner = t.get_args(kind)[0]
        return tuple(_build(inner, item, f"{place}[{index}]") for index, item in enumerate(value))
    if origin is not None and issubclass(origin, t.Mapping):
        if not isinstance(value, collections.abc.Mapping):
            raise ValueError(f"{place}: expected a mapping, got {_name(value)}")
        inner = t.get_args(kind)[1]
        return {str(key): _build(inner, item, f"{place}.{key}") for key, item in value.items()}
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        if not isinstance(value, collections.abc.Mapping):
            raise ValueError(f"{place}: expected a mapping, got {_name(value)}")
        hints = _fields(kind)
        given = {k: _build(hints[k], v, f"{place}.{k}") for k, v in value.items() if k in hints}
        missing = [field.name for field in dataclasses.fields(kind) if _required(field) and field.name not in given]
        if missing:
            raise ValueError(f"{place}: {', '.join(missing)} missing")
        return t.cast(t.Any, kind)(**given)
    return _scalar(kind, value, place)


def _required(field: dataclasses.Field[t.Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _name(value: t.Any) -> str:
    """Return the name of a value's type, without what Ansible made of it."""
    return next(base.__name__ for base in type(value).__mro__ if base.__module__ == "builtins")


def _scalar(kind: t.Any, value: t.Any, place: str) -> t.Any:
    if kind is t.Any:
        return value
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if (kind is int and isinstance(value, bool)) or not isinstance(value, kind):
        raise ValueError(f"{place}: expected {kind.__name__}, got {_name(value)}")
    if kind is str:
        return value if isinstance(value, Text) else str(value)
    return value
