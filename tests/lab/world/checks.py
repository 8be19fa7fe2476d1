# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The building blocks of the schema: each checks one value and returns it in its one form."""

from __future__ import annotations

import dataclasses
import datetime
import difflib
import ipaddress
import typing as t

from tests.lab.world import times
from tests.lab.world.model import Tree, WorldError
from tests.lab.world.source import Path, Source


@dataclasses.dataclass(frozen=True)
class At:
    """A value's place in the file."""

    source: Source
    path: Path = ()

    def __truediv__(self, part: str | int) -> At:
        """Return a place inside this one."""
        return At(self.source, (*self.path, part))

    def error(self, message: str) -> WorldError:
        """Return the error for this place."""
        return self.source.error(self.path, message)


Check = t.Callable[[t.Any, At], t.Any]
_TYPO = 0.9


def unknown(name: str, known: t.Iterable[str], at: At, what: str = "key") -> WorldError:
    """Return the error for a key that nobody knows, with the nearest one that is known."""
    names = [str(item) for item in known]
    folded = {item.casefold(): item for item in reversed(names)}
    near = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.5)
    hint = f"did you mean '{folded[near[0]]}'?" if near else f"known here: {', '.join(names)}"
    return at.error(f"unknown {what}; {hint}")


def spelled(name: str, names: t.Iterable[str], at: At) -> str:
    """Return a name in its own spelling; any other one is let through unless it looks like a known one mistyped."""
    folded = {item.casefold(): item for item in names}
    if name.casefold() in folded:
        return folded[name.casefold()]
    near = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=_TYPO)
    if near:
        raise at.error(f"unknown key; did you mean '{folded[near[0]]}'?")
    return name


def mapping(fields: t.Mapping[str, Check], required: t.Collection[str] = (), nothing: t.Any = None) -> Check:
    """Check a mapping with known keys; an empty value is `nothing`, an ellipsis of the page is passed over."""

    def check(value: t.Any, at: At) -> t.Any:
        if value is None:
            return {} if nothing is None else nothing
        found = {}
        for name, item in table_of(value, at).items():
            if name == "..." and item is None:
                continue
            if name not in fields:
                raise unknown(name, fields, at / name)
            found[name] = fields[name](item, at / name)
        for name in required:
            if name not in found:
                raise at.error(f"has no '{name}'")
        return found

    return check


def table(item: Check, key: t.Callable[[str, At], str] | None = None) -> Check:
    """Check a mapping whose keys are free; `key` checks and normalises them."""

    def check(value: t.Any, at: At) -> Tree:
        found: Tree = {}
        for name, inner in (table_of(value, at) if value is not None else {}).items():
            known = key(name, at / name) if key else name
            if known in found:
                raise (at / name).error(f"'{known}' is given twice")
            found[known] = item(inner, at / name)
        return found

    return check


def table_of(value: t.Any, at: At) -> Tree:
    """Return a mapping, or say that there is none."""
    if not isinstance(value, dict):
        raise at.error(f"must be a mapping, not {_kind(value)}")
    return value


def several(item: Check) -> Check:
    """Check a list; a single value that is no list counts as a list of one, nothing as an empty one."""

    def check(value: t.Any, at: At) -> list[t.Any]:
        if value is None:
            return []
        if not isinstance(value, list):
            return [item(value, at)]
        return [item(inner, at / index) for index, inner in enumerate(value)]

    return check


def optional(item: Check) -> Check:
    """Let null through."""
    return lambda value, at: None if value is None else item(value, at)


def choice(*values: str) -> Check:
    """Check one of several words; case does not matter."""

    def check(value: t.Any, at: At) -> str:
        word = text(value, at)
        found = next((item for item in values if item.casefold() == word.casefold()), None)
        if found is None:
            raise at.error(f"'{word}' is not one of {', '.join(values)}")
        return found

    return check


def text(value: t.Any, at: At) -> str:
    """Check a text; a number is taken as it was typed."""
    if isinstance(value, str):
        return value
    if isinstance(value, (bool, int, float)):
        return at.source.text(at.path) or str(value)
    raise at.error(f"must be a text, not {_kind(value)}")


def integer(value: t.Any, at: At) -> int:
    """Check a whole number, decimal or hexadecimal."""
    if isinstance(value, str):
        try:
            return int(value, 0)
        except ValueError:
            raise at.error(f"must be a whole number, not '{value}'") from None
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise at.error(f"must be a whole number, not {_kind(value)}")


def number(value: t.Any, at: At) -> float:
    """Check a number that is not negative."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            raise at.error(f"must be a number, not '{value}'") from None
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0:
        return float(value)
    raise at.error(f"must be a number of 0 or more, not {_kind(value)}")


def boolean(value: t.Any, at: At) -> bool:
    """Check a truth value; YAML 1.1's yes, no, on and off are understood."""
    words = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.casefold() in words:
        return words[value.casefold()]
    raise at.error(f"must be true or false, not {_kind(value)}")


def code(value: t.Any, at: At) -> int:
    """Check an HRESULT or Win32 code; a negative number is the same code as signed."""
    return integer(value, at) & 0xFFFFFFFF


def duration(value: t.Any, at: At) -> datetime.timedelta:
    """Check an ISO 8601 duration."""
    found = times.duration(value) if isinstance(value, str) else None
    if found is None:
        raise at.error(f"must be an ISO 8601 duration such as PT5H10M, not {_kind(value)}")
    return found


def moment(value: t.Any, at: At) -> datetime.timedelta | datetime.datetime:
    """Check a time: a duration relative to the world's now, or an absolute time."""
    found: datetime.timedelta | datetime.datetime | None = None
    if isinstance(value, str):
        length = times.duration(value)
        found = times.absolute(value) if length is None else length
    if found is None:
        raise at.error(f"must be a time such as -PT2H or 2026-11-20T08:00:00Z, not {_kind(value)}")
    return found


def absolute(value: t.Any, at: At) -> datetime.datetime:
    """Check an absolute time."""
    found = times.absolute(value) if isinstance(value, str) else None
    if found is None:
        raise at.error(f"must be a time such as 2026-11-20T08:00:00Z, not {_kind(value)}")
    return found


def address(value: t.Any, at: At) -> str:
    """Check an IP address."""
    try:
        return str(ipaddress.ip_address(text(value, at).strip("[] ")))
    except ValueError:
        raise at.error(f"'{value}' is not an IP address") from None


def anything(value: t.Any, _at: At) -> t.Any:
    """Take a value as it stands."""
    return value


def _kind(value: t.Any) -> str:
    if isinstance(value, str):
        return f"'{value}'"
    if isinstance(value, bool):
        return "true" if value else "false"
    names = {dict: "a mapping", list: "a list", type(None): "nothing"}
    return names.get(type(value), str(value))
