# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text from elsewhere made safe to keep: no product keys, no passwords, no control characters, no endless strings."""

from __future__ import annotations

import re
import typing as t

MESSAGE_LIMIT = 300
# Event 1003 lists every SKU of the machine in one string.
_STRING_LIMIT = 65536
_DEPTH_LIMIT = 20
_DEEPEST = 100

_KEY = re.compile(r"(?<![A-Z0-9])(?:[A-Z0-9]{5}[-\u2010-\u2015]){4}([A-Z0-9]{5})(?![A-Z0-9])", re.IGNORECASE)
# Users and passwords in addresses, and the signature of a shared access signature (learn.microsoft.com, storage-sas-overview).
_USER = re.compile(r"(?<=://)[^\s\"'<>]*@")
_SIGNATURE = re.compile(r"(?<=[?&;]sig=)[^\s&;\"'<>]+", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200e\u200f\u202a-\u202e\ud800-\udfff]")


def scrub(text: str) -> str:
    """Return the text with every product key cut down to its last five characters, and without passwords in addresses."""
    text = _KEY.sub(lambda match: "*****-" + match.group(1), text)
    if "://" in text:
        text = _USER.sub("***@", text)
    return _SIGNATURE.sub("***", text) if "sig=" in text.lower() else text


def message(text: str, limit: int = MESSAGE_LIMIT) -> str:
    """Return a one-line text without keys and control characters, at most `limit` characters long."""
    line = " ".join(scrub(_CONTROL.sub("", text[:_STRING_LIMIT])).split())
    return line if len(line) <= limit else line[: limit - 1] + "\u2026"


def scrubbed(value: t.Any, depth: int = 0) -> t.Any:
    """Return a JSON value with every text in it scrubbed, at full length; what lies a hundred levels deep becomes None."""
    if isinstance(value, str):
        return scrub(value)
    if depth > _DEEPEST:
        return None
    if isinstance(value, t.Mapping):
        return {scrub(str(key)): scrubbed(item, depth + 1) for key, item in value.items()}
    return [scrubbed(item, depth + 1) for item in value] if isinstance(value, (list, tuple)) else value


def clean(value: t.Any, depth: int = 0) -> t.Any:
    """Return a JSON value with every text in it (keys of mappings too) scrubbed and cut; too deep parts become None."""
    if depth > _DEPTH_LIMIT:
        return None
    if isinstance(value, str):
        return scrub(_CONTROL.sub("", value[:_STRING_LIMIT]))
    # Most of an answer are numbers and nothing, and asking whether these are mappings takes longer than all the rest.
    if value is None or isinstance(value, (int, float)):
        return value
    if isinstance(value, t.Mapping):
        return {clean(str(key)): clean(item, depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [clean(item, depth + 1) for item in value]
    return value
