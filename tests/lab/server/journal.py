# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab's log of what was asked of it: one JSON line per event, without secrets."""

from __future__ import annotations

import datetime
import json
import pathlib
import re
import threading
import typing as t

_PRODUCT_KEY = re.compile(r"\b(?:[0-9A-Z]{5}-){4}([0-9A-Z]{5})\b", re.IGNORECASE)
_SECRET = re.compile(r"passw|secret|credential|token", re.IGNORECASE)


class Journal:
    """Writes a new file; safe to use from several threads."""

    def __init__(self, path: pathlib.Path) -> None:
        self._lock = threading.Lock()
        self._file = path.open("w", encoding="utf-8")

    def write(self, guest: str, event: str, **details: t.Any) -> None:
        """Write one line; a product key keeps only its last five characters, a secret nothing."""
        now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds")
        line = json.dumps({"t": now, "guest": guest, "event": event, **_clean(details)}, ensure_ascii=False)
        with self._lock:
            if not self._file.closed:
                self._file.write(f"{line}\n")
                self._file.flush()

    def close(self) -> None:
        """Close the file; later lines are lost."""
        with self._lock:
            self._file.close()


def hidden(value: t.Any) -> str:
    """Return what may be kept of a secret: the end of a product key, of anything else nothing."""
    found = _PRODUCT_KEY.fullmatch(str(value).strip())
    return f"***-{found[1]}" if found else "***"


def _clean(value: t.Any, name: str = "") -> t.Any:
    if isinstance(value, dict):
        return {key: _clean(item, str(key)) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_clean(item, name) for item in value]
    if isinstance(value, str):
        return "***" if value and _SECRET.search(name) else _PRODUCT_KEY.sub(r"***-\1", value)
    return value
