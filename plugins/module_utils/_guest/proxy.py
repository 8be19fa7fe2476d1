# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The WinHTTP proxy out of the registry's binary value.

Layout, little endian: version u32 (0x18 or 0x28), counter u32, flags u32 (1 direct, 2 proxy), then the proxy and the bypass
list, each as u32 length and ASCII text. The direct value is documented (SupportArticles-docs,
use-group-policy-apply-winhttp-proxy-settings); the rest is undocumented and read in public code: unverified.
"""

from __future__ import annotations

from . import text
from .evidence import Proxy
from .fields import Fields

_FLAGS_AT, _LENGTH_AT, _TEXT_AT = 8, 12, 16
_USES_PROXY = 2


def parse(fields: Fields) -> Proxy | None:
    """Return the proxy, whose `winhttp` is None for direct; None when the value cannot be understood."""
    data = fields.registry("winhttp_settings")
    if data is None:
        return Proxy(winhttp=None)
    try:
        raw = bytes.fromhex(data) if isinstance(data, str) else b""
    except ValueError:
        raw = b""
    length = int.from_bytes(raw[_LENGTH_AT:_TEXT_AT], "little")
    if len(raw) < _TEXT_AT or len(raw) < _TEXT_AT + length:
        fields.note("winhttp_settings", "the binary layout of WinHTTP")
        return None
    if not raw[_FLAGS_AT] & _USES_PROXY or not length:
        return Proxy(winhttp=None)
    name, rest = raw[_TEXT_AT : _TEXT_AT + length], raw[_TEXT_AT + length :]
    # The same again for what the proxy is not asked about.
    left_out = rest[4 : 4 + int.from_bytes(rest[:4], "little")].decode("ascii", errors="replace")
    bypass = tuple(text.message(item) for item in left_out.replace(";", " ").split())
    return Proxy(winhttp=text.message(name.decode("ascii", errors="replace")) or None, bypass=bypass)
