# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The RPC bind that tells a KMS from a device that merely accepts TCP, and what its answers mean.

Layout: [MS-RPCE] 2.2.2 and public KMS protocol code (py-kms), read 2026-11-24. A bind asks for no activation.
"""

from __future__ import annotations

import dataclasses
import struct
import uuid

from .._text import texts

KMS_INTERFACE = uuid.UUID("51c82175-844e-4750-b0d8-ec255555bc06")
NDR_SYNTAX = uuid.UUID("8a885d04-1ceb-11c9-9fe8-08002b104860")

_BIND, _BIND_ACK, _BIND_NAK, _FAULT = 11, 12, 13, 3
_FIRST_AND_LAST = 3
_LITTLE_ENDIAN = 0x10
_CALL_ID = 2
_FRAGMENT = 5840
_HEADER = struct.Struct("<BBBBIHHI")

_NAK_REASONS = {
    0: "no reason given",
    1: "temporary congestion",
    2: "local limit exceeded",
    4: "protocol version not supported",
    8: "authentication type not recognised",
}
TEXTS = texts(
    "rpc",
    {
        "ack": "acknowledged the bind to the KMS interface",
        "nothing": "accepted the connection and sent nothing",
        "truncated": "sent a truncated bind acknowledgement",
    },
)
_RESULTS = {0: "accepted", 1: "refused by the user", 2: "refused by the provider", 3: "negotiated"}
_REJECT_REASONS = {
    0: "no reason given",
    1: "interface unknown",
    2: "transfer syntax unknown",
    3: "local limit exceeded",
}


@dataclasses.dataclass(frozen=True)
class Reply:
    """What came back on a bind. `kind`: ack, rejected, nak, fault, other or nothing. `detail` says it in words."""

    kind: str
    detail: str
    result: int | None = None
    reason: int | None = None
    status: int | None = None


def bind_request() -> str:
    """Return the 72-byte bind to the KMS interface v1.0 with NDR, as lower-case hex."""
    context = struct.pack("<BxxxHBx", 1, 0, 1)
    syntaxes = KMS_INTERFACE.bytes_le + struct.pack("<HH", 1, 0) + NDR_SYNTAX.bytes_le + struct.pack("<I", 2)
    body = struct.pack("<HHI", _FRAGMENT, _FRAGMENT, 0) + context + syntaxes
    header = _HEADER.pack(5, 0, _BIND, _FIRST_AND_LAST, _LITTLE_ENDIAN, _HEADER.size + len(body), 0, _CALL_ID)
    return (header + body).hex()


def parse_reply(data: bytes) -> Reply:
    """Judge the first bytes of an answer (120 are enough); never raises, whatever they are."""
    if not data:
        return Reply("nothing", TEXTS["nothing"])
    if len(data) < _HEADER.size or data[0] != 5:  # noqa: PLR2004
        return Reply("other", f"answered {len(data)} bytes that are not RPC")
    kind = data[2]
    if kind == _BIND_ACK:
        return _parse_ack(data)
    if kind == _BIND_NAK:
        reason = _number(data, 16, 2)
        return Reply("nak", f"refused the RPC bind: {_named(_NAK_REASONS, reason)}", reason=reason)
    if kind == _FAULT:
        status = _number(data, 24, 4)
        shown = "without a status" if status is None else f"0x{status:08X}"
        return Reply("fault", f"answered with an RPC fault {shown}", status=status)
    return Reply("other", f"answered with RPC packet type {kind}")


def _parse_ack(data: bytes) -> Reply:
    length = _number(data, 24, 2)
    if length is None:
        return Reply("other", TEXTS["truncated"])
    results = (26 + length + 3) // 4 * 4
    count, result, reason = _number(data, results, 1), _number(data, results + 4, 2), _number(data, results + 6, 2)
    if not count or result is None:
        return Reply("other", TEXTS["truncated"])
    if result == 0:
        return Reply("ack", TEXTS["ack"], result=0, reason=reason)
    text = f"RPC bind {_named(_RESULTS, result)}: {_named(_REJECT_REASONS, reason)}"
    return Reply("rejected", text, result=result, reason=reason)


def _number(data: bytes, offset: int, size: int) -> int | None:
    part = data[offset : offset + size]
    return int.from_bytes(part, "little") if len(part) == size else None


def _named(names: dict[int, str], number: int | None) -> str:
    return "nothing said" if number is None else names.get(number, f"code {number}")
