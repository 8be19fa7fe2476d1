# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""WinHTTP's registry value without the users and passwords of its proxies, which never leave a guest."""

from __future__ import annotations

import io
import re

_HEADER = 12
# Proxies, what bypasses them, and the address of a script.
_TEXTS = 3
# [protocol=][scheme://][user[:password]@]host[:port], see WINHTTP_PROXY_INFO on learn.microsoft.com.
_USER = re.compile(r"^((?:\w+=)?(?:\w+://)?).*@")


def hidden(value: bytes) -> bytes:
    """Return the value with `***` for every user with password, up to where it has the form of one."""
    stream = io.BytesIO(value)
    shown = stream.read(_HEADER)
    for _text in range(_TEXTS):
        size = stream.read(4)
        text = stream.read(int.from_bytes(size, "little"))
        if len(size) < 4 or len(text) < int.from_bytes(size, "little"):
            break
        words = re.split(rb"([;\s]+)", text)
        masked = b"".join(_USER.sub(r"\1***@", word.decode("latin-1")).encode("latin-1") for word in words)
        shown += len(masked).to_bytes(4, "little") + masked
    return shown
