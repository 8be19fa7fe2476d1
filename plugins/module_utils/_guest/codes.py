# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Codes of a guest in one form, `0xC004F074`, with what the reference data says about them."""

from __future__ import annotations

import dataclasses
import re

from .._reference import error_codes
from .evidence import Code

_HEX = re.compile(r"0x([0-9a-f]{1,8})(?![0-9a-f])", re.IGNORECASE)
_WIN32_LIMIT = 0xFFFF
_LOW, _HIGH = -(2**31), 2**32


def from_number(number: int) -> Code | None:
    """Return the code of a signed or unsigned 32-bit number; None when it is out of that range."""
    return lookup(error_codes.hex_code(number)) if _LOW <= number < _HIGH else None


def from_win32(number: int) -> Code | None:
    """Return the code of a Win32, DNS or socket number; None when it is none."""
    return lookup(error_codes.hresult_from_win32(number)) if 0 <= number <= _WIN32_LIMIT else None


def find_all(text: str) -> tuple[str, ...]:
    """Return every hexadecimal code in a text, padded to eight upper-case digits, in order."""
    return tuple(f"0x{match.upper().zfill(8)}" for match in _HEX.findall(text))


def from_text(text: str) -> Code | None:
    """Return the first code in a text such as `hr=0x8007139F`; None without one."""
    found = find_all(text)
    return lookup(found[0]) if found else None


def lookup(code: str) -> Code:
    """Return a code in the form `0xC004F074` with its reference data, which is None for an unknown one."""
    fact = error_codes.describe(code)
    return Code(code, fact.symbol, fact.meaning, fact.cause_class, fact.certainty)


def for_dns(code: Code | None, error_id: str | None) -> Code | None:
    """Return the code of a failed DNS query from its error id, else from its code; it always counts as a DNS cause."""
    number = error_codes.DNS_ERROR_IDS.get((error_id or "").strip().upper())
    if number is None and code is not None and int(code.code, 16) <= _WIN32_LIMIT:
        number = int(code.code, 16)
    found = from_win32(number) if number is not None else code
    return dataclasses.replace(found, cause_class="dns") if found is not None else None
