# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading raw values that may be of any type: the right ones come out typed, the others as None with an issue noted."""

from __future__ import annotations

import datetime
import ipaddress
import re
import typing as t

from . import codes, text
from .evidence import Code

UINT32 = 0xFFFFFFFF
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?")


def parse_time(value: str) -> datetime.datetime | None:
    """Return an ISO 8601 time as UTC (a time without zone is UTC already); None when it is none."""
    if not _TIME.fullmatch(value):
        return None
    try:
        moment = datetime.datetime.fromisoformat(re.sub(r"\.\d+", "", value).replace("Z", "+00:00"))
        return moment.replace(tzinfo=moment.tzinfo or datetime.timezone.utc).astimezone(datetime.timezone.utc)
    except (ValueError, OverflowError):
        return None


def iso(moment: datetime.datetime) -> str:
    """Return a UTC time as `2026-11-24T08:00:00Z`."""
    return f"{moment.astimezone(datetime.timezone.utc):%Y-%m-%dT%H:%M:%SZ}"


def parse_address(value: t.Any) -> str | None:
    """Return an IP address in its usual form, None when the value is none."""
    if not isinstance(value, str):
        return None
    try:
        return str(ipaddress.ip_address(value.strip()))
    except ValueError:
        return None


class Fields:
    """One raw mapping. Every reader returns None for null and absent, and for a wrong type after noting an issue.

    `issues` is shared by all parts of a section, so that a whole section is read before anybody looks at it.
    """

    def __init__(self, value: t.Any, place: str, issues: dict[str, None]) -> None:
        """Wrap a raw value; anything but a mapping reads as an empty one."""
        self._values: t.Mapping[str, t.Any] = value if isinstance(value, t.Mapping) else {}
        self.place = place
        self.issues = issues
        if not isinstance(value, t.Mapping):
            self.note("", "a mapping")

    def note(self, key: str, expected: str) -> None:
        """Note that a value is not what it should be; the value itself is not repeated."""
        self.issues[f"{self.place}{'.' if key else ''}{text.message(key, 60)}: expected {expected}"] = None

    def names(self) -> list[str]:
        """Return the names that hold a value."""
        return [key for key, value in self._values.items() if value is not None]

    def raw(self, key: str) -> t.Any:
        """Return the value as it came."""
        return self._values.get(key)

    def text(self, key: str, limit: int = text.MESSAGE_LIMIT) -> str | None:
        """Return a text of one line; a blank one counts as not set."""
        value = self._values.get(key)
        if value is None:
            return None
        if not isinstance(value, str):
            self.note(key, "a text")
            return None
        return text.message(value, limit) or None

    def integer(self, key: str, low: int = 0, high: int = UINT32) -> int | None:
        """Return a whole number within the limits."""
        value = self._values.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.note(key, f"a whole number from {low} to {high}")
            return None
        return value

    def number(self, key: str) -> float | None:
        """Return a number of at least 0, such as seconds."""
        value = self._values.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= UINT32:
            self.note(key, "a number")
            return None
        return float(value)

    def boolean(self, key: str) -> bool | None:
        """Return a truth value; 0 and 1 count as such."""
        value = self._values.get(key)
        if value is None:
            return None
        if not isinstance(value, (bool, int)) or value not in (0, 1):
            self.note(key, "true or false")
            return None
        return bool(value)

    def time(self, key: str) -> str | None:
        """Return a time as ISO 8601 UTC."""
        value = self._values.get(key)
        if value is None:
            return None
        moment = parse_time(value) if isinstance(value, str) else None
        if moment is None:
            self.note(key, "an ISO 8601 time")
            return None
        return iso(moment)

    def code(self, key: str) -> Code | None:
        """Return the code in a number or in a text such as `0x80041010`."""
        value = self._values.get(key)
        if value is None:
            return None
        found = None
        if isinstance(value, str):
            found = codes.from_text(value)
        elif isinstance(value, int) and not isinstance(value, bool):
            found = codes.from_number(value)
        if found is None:
            self.note(key, "an error code")
        return found

    def registry(self, key: str) -> t.Any:
        """Return the data of a registry value `{type, data}`, None when it is not set."""
        value = self._values.get(key)
        if value is None or isinstance(value, (str, int)):
            return value
        if not isinstance(value, t.Mapping) or "data" not in value:
            self.note(key, "a registry value")
            return None
        return value["data"]

    def registry_text(self, key: str) -> str | None:
        """Return a registry text, or a number as text; blank counts as not set."""
        value = self.registry(key)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if value is None:
            return None
        return Fields({key: value}, self.place, self.issues).text(key)

    def registry_number(self, key: str, high: int = UINT32) -> int | None:
        """Return a registry number, also when it is kept as text."""
        value = self.registry(key)
        if isinstance(value, str):
            value = value.strip()
            if not value:
                return None
            if value.isascii() and value.isdigit() and len(value) <= len(str(UINT32)):
                value = int(value)
        return Fields({key: value}, self.place, self.issues).integer(key, 0, high)

    def part(self, key: str) -> Fields | None:
        """Return a mapping inside this one."""
        value = self._values.get(key)
        return None if value is None else Fields(value, f"{self.place}.{text.message(key, 60)}", self.issues)

    def items(self, key: str) -> list[t.Any] | None:
        """Return a list."""
        value = self._values.get(key)
        if value is None:
            return None
        if not isinstance(value, list):
            self.note(key, "a list")
            return None
        return value

    def parts(self, key: str) -> list[Fields] | None:
        """Return a list of mappings; items of another type are noted and left out."""
        values = self.items(key)
        if values is None:
            return None
        parts = [Fields(value, f"{self.place}.{key}[{index}]", self.issues) for index, value in enumerate(values)]
        return [part for part, value in zip(parts, values, strict=True) if isinstance(value, t.Mapping)]

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts; items of another type are noted and left out."""
        values = self.items(key) or []
        if not all(isinstance(value, str) for value in values):
            self.note(key, "a list of texts")
        return tuple(text.message(value) for value in values if isinstance(value, str) and value.strip())

    def addresses(self, key: str) -> tuple[str, ...]:
        """Return a list of IP addresses; other items are noted and left out."""
        values = self.items(key) or []
        found = [parse_address(value) for value in values]
        if None in found:
            self.note(key, "a list of IP addresses")
        return tuple(dict.fromkeys(address for address in found if address is not None))
