# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is publicly known about the codes of Windows activation, DNS and sockets, read on 2026-11-23.

Certainty: `doc` Microsoft text, `header` symbol or text of slerror.h or slmgr.vbs, `unverified` as it says,
`derived` worked out here from the Win32 number inside an HRESULT.
"""

from __future__ import annotations

import dataclasses

from . import _code_remedies, _codes_license, _codes_path, _codes_system

SOURCES = {
    "EC": "https://learn.microsoft.com/troubleshoot/windows-server/licensing-and-activation/troubleshoot-activation-error-codes (2025-01-15)",
    "AZ": "https://github.com/MicrosoftDocs/SupportArticles-docs support/azure/virtual-machines/windows (activation articles)",
    "SA26": "https://github.com/MicrosoftDocs/SupportArticles-docs support/windows-server/licensing-and-activation (2026-05)",
    "SL": "slerror.h message texts (public copy)",
    "VBS": "slmgr.vbs string table (public copy)",
    "W32": "https://learn.microsoft.com/windows/win32/debug/system-error-codes",
    "WH": "https://learn.microsoft.com/windows/win32/winhttp/error-messages",
    "SEED": "https://jpaztech.github.io/blog/vm/kms-troubleshooting/",
    "ASS": "https://github.com/Azure/azure-support-scripts Windows_Activation_Validation.ps1",
    "NT": "https://learn.microsoft.com/openspecs/windows_protocols/ms-erref/596a1078-e883-4972-9bbc-49e60bebca55",
    "PS": "https://github.com/PowerShell/PowerShell and public issue logs (socket and DNS errors on Windows)",
}

_WIN32_FACILITY = 0x80070000
# HRESULT_FROM_NT sets this bit in an NTSTATUS ([MS-ERREF] 2.1).
_NT_BIT = 0x10000000

# fmt: off
# Win32, DNS and socket numbers that have no row of their own above, or whose bare name is wanted.
_WIN32: tuple[tuple[int, str, str | None, str], ...] = (
    (2, "ERROR_FILE_NOT_FOUND", None, "The file or registry key does not exist."),
    (32, "ERROR_SHARING_VIOLATION", None, "The file is open in another process."),
    (1051, "ERROR_DEPENDENT_SERVICES_RUNNING", "service", "Services that depend on this one are running."),
    (1060, "ERROR_SERVICE_DOES_NOT_EXIST", "service", "The service is not installed."),
    (9005, "DNS_ERROR_RCODE_REFUSED", "dns", "The DNS server refused the query."),
    (9505, "DNS_ERROR_UNSECURE_PACKET", "dns", "The DNS answer was not signed as required."),
    (9701, "DNS_ERROR_RECORD_DOES_NOT_EXIST", "dns", "The name has no record of that type."),
    (10013, "WSAEACCES", "guest_firewall", "The guest itself forbids the connection: its outbound firewall."),
    (10051, "WSAENETUNREACH", "network", "The guest has no route to the network."),
    (10053, "WSAECONNABORTED", "network", "The guest's own network software broke the connection off."),
    (10054, "WSAECONNRESET", "network", "The other side, or a device between, reset the connection."),
    (10060, "WSAETIMEDOUT", "network", "The connection attempt got no answer in time."),
    (10061, "WSAECONNREFUSED", "network", "The other side refused the connection: nothing listens there."),
    (10065, "WSAEHOSTUNREACH", "network", "The host cannot be reached."),
    (11001, "WSAHOST_NOT_FOUND", "dns", "The host name does not exist."),
    (11002, "WSATRY_AGAIN", "dns", "The name could not be resolved for now: the DNS server did not answer."),
    (11004, "WSANO_DATA", "dns", "The name exists without an address of that kind."),
)
# fmt: on

# Names before the comma of FullyQualifiedErrorId, as Resolve-DnsName prints them.
DNS_ERROR_IDS = {
    "DNS_ERROR_RCODE_NAME_ERROR": 9003,
    "RCODE_NAME_ERROR": 9003,
    "DNS_ERROR_RCODE_SERVER_FAILURE": 9002,
    "RCODE_SERVER_FAILURE": 9002,
    "DNS_ERROR_RCODE_REFUSED": 9005,
    "RCODE_REFUSED": 9005,
    "ERROR_TIMEOUT": 1460,
    "DNS_ERROR_INVALID_NAME_CHAR": 9560,
    "DNS_ERROR_UNSECURE_PACKET": 9505,
    "DNS_INFO_NO_RECORDS": 9501,
    "DNS_ERROR_NO_DNS_SERVERS": 9852,
    "DNS_ERROR_RECORD_DOES_NOT_EXIST": 9701,
}

# Status flags of events 12288 and 12289 (Volume Activation 2.0 guide).
STATUS_FLAGS = {
    0x00000008: "other_pc",
    0x01000000: "no_binding_server_registration",
    0x02000000: "invalid_registration_type",
    0x04000000: "not_enough_count",
    0x08000000: "base_not_windows_slp",
}

# Codes that the sources describe together with another one.
ALIKE = {
    "0xC004F058": "0xC004F057",
    "0xC004F059": "0xC004F057",
    "0xC004F065": "0xC004F064",
    "0xC004E01E": "0xC004E01D",
    "0xC004D402": "0xC004D401",
    **{f"0x8004E1{number:02X}": "0x8004E101" for number in range(0x02, 0x0F)},
}

# Codes that only a KMS host that answered can cause, so the request did arrive.
HOST_ANSWERED = frozenset({"0xC004F038", "0xC004F041", "0xC004F042", "0xC004F06C"})

# Event 1003 prints this for every SKU that is not in use.
NO_KEY_FOR_SKU = "0xC004F014"


@dataclasses.dataclass(frozen=True)
class CodeFact:
    """What the sources say about one code; `sources` are keys of SOURCES."""

    symbol: str | None
    meaning: str | None
    cause_class: str | None
    certainty: str | None
    sources: tuple[str, ...]


def _load() -> dict[str, CodeFact]:
    rows = _codes_path.ROWS + _codes_license.ROWS + _codes_system.ROWS
    facts = {
        code: CodeFact(symbol, meaning, cause, certainty, tuple(sources.split()))
        for code, symbol, cause, certainty, sources, meaning in rows
    }
    facts.update((code, dataclasses.replace(facts[like], symbol=None)) for code, like in ALIKE.items())
    for number, symbol, cause, meaning in _WIN32:
        facts.setdefault(hresult_from_win32(number), CodeFact(symbol, meaning, cause, "doc", ("W32", "PS")))
    return facts


def hex_code(number: int) -> str:
    """Return a signed or unsigned 32-bit number as `0xC004F074`."""
    return f"0x{number & 0xFFFFFFFF:08X}"


def hresult_from_win32(number: int) -> str:
    """Return the HRESULT of a Win32, DNS or socket number (0 to 65535): 10061 gives `0x8007274D`."""
    return hex_code(_WIN32_FACILITY | number)


CODES = _load()

# Names of the documented steps against a code, in order.
REMEDIES = {code: tuple(steps.split()) for code, _sources, steps in _code_remedies.ROWS}
REMEDIES.update((code, REMEDIES[like]) for code, like in ALIKE.items() if like in REMEDIES)


def describe(code: str) -> CodeFact:
    """Return what is known about a code in the form `0xC004F074`; everything is None for a code nobody described.

    An HRESULT of Win32 without a row of its own says at least its Win32 number; one of an NTSTATUS says what that means.
    """
    fact = CODES.get(code)
    if fact is None and code.startswith("0xD"):
        fact = CODES.get(hex_code(int(code, 16) & ~_NT_BIT))
    if fact is not None:
        return fact
    if code.startswith("0x8007"):
        return CodeFact(None, f"Win32 error {int(code, 16) & 0xFFFF}.", None, "derived", ())
    return CodeFact(None, None, None, None, ())
