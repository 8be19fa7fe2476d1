# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Times of a world: ISO 8601 durations relative to its `now`, and absolute times."""

from __future__ import annotations

import datetime
import re

_DURATION = re.compile(
    r"(?P<sign>[-+]?)P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+(?:\.\d+)?)D)?"
    r"(?:T(?:(?P<hours>\d+(?:\.\d+)?)H)?(?:(?P<minutes>\d+(?:\.\d+)?)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?",
    re.IGNORECASE,
)
_CIM = re.compile(r"(\d{14})\.(\d{6})([-+]\d{3})")
_DAYS = {"years": 365, "months": 30}


def duration(text: str) -> datetime.timedelta | None:
    """Return an ISO 8601 duration (a year is 365 days, a month 30), None when the text is none."""
    match = _DURATION.fullmatch(text.strip())
    if match is None or not any(match[name] for name in match.groupdict() if name != "sign"):
        return None
    parts = {name: float(match[name] or 0) for name in match.groupdict() if name != "sign"}
    parts["days"] += sum(parts.pop(name) * days for name, days in _DAYS.items())
    length = datetime.timedelta(**parts)
    return -length if match["sign"] == "-" else length


def absolute(text: str) -> datetime.datetime | None:
    """Return an ISO 8601 or CIM time as UTC (no zone means UTC), None when the text is none."""
    match = _CIM.fullmatch(text.strip())
    try:
        if match is not None:
            local = datetime.datetime.strptime(f"{match[1]}{match[2]} +0000", "%Y%m%d%H%M%S%f %z")
            return local - datetime.timedelta(minutes=int(match[3]))
        if not re.match(r"\d{4}-\d\d-\d\d", text.strip()):
            return None
        moment = datetime.datetime.fromisoformat(re.sub(r"[zZ]$", "+00:00", re.sub(r"\.\d+", "", text.strip())))
    except (ValueError, OverflowError):
        return None
    return moment.replace(tzinfo=moment.tzinfo or datetime.timezone.utc).astimezone(datetime.timezone.utc)


def zulu(moment: datetime.datetime) -> str:
    """Return a time as Windows' answers carry it: UTC, whole seconds."""
    return moment.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
