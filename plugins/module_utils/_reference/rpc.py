# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The RPC bind that tells a KMS from a device that merely accepts TCP, and what its answers mean.

The bind is the one of a real Windows client, byte for byte (log in github.com/ThunderEX/py-kms issue 27, read 2026-12-01):
three contexts, of which a server accepts one of the first two (NDR32, NDR64) and answers the third (features) with a
negotiation. Layout: [MS-RPCE] 2.2.2. A bind asks for no activation.
"""

from __future__ import annotations

import dataclasses
import struct
import uuid

from .._text import texts

KMS_INTERFACE = uuid.UUID("51c82175-844e-4750-b0d8-ec255555bc06")

# Transfer syntaxes with their versions, in the client's order: NDR32, NDR64, and the negotiation of features
# ([MS-RPCE] 3.3.1.5.3: 6cb71c2c-9812-4540, then the features as a number; 3 is security contexts and keeping orphans).
_SYNTAXES = (
    (uuid.UUID("8a885d04-1ceb-11c9-9fe8-08002b104860"), 2),
    (uuid.UUID("71710533-beba-4937-8319-b5dbef9ccc36"), 1),
    (uuid.UUID("6cb71c2c-9812-4540-0300-000000000000"), 1),
)
_BIND, _BIND_ACK, _BIND_NAK, _FAULT = 11, 12, 13, 3
# First and last fragment, and concurrent multiplexing.
_FLAGS = 0x13
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
_ACCEPTED = 0
_RESULTS = {_ACCEPTED: "accepted", 1: "refused by the user", 2: "refused by the provider", 3: "negotiated"}
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
    """Return the 160-byte bind to the KMS interface v1.0, as lower-case hex."""
    interface = KMS_INTERFACE.bytes_le + struct.pack("<HH", 1, 0)
    contexts = b"".join(
        struct.pack("<HBx", number, 1) + interface + syntax.bytes_le + struct.pack("<I", version)
        for number, (syntax, version) in enumerate(_SYNTAXES)
    )
    body = struct.pack("<HHIBxxx", _FRAGMENT, _FRAGMENT, 0, len(_SYNTAXES)) + contexts
    header = _HEADER.pack(5, 0, _BIND, _FLAGS, _LITTLE_ENDIAN, _HEADER.size + len(body), 0, _CALL_ID)
    return (header + body).hex()


def parse_reply(data: bytes) -> Reply:
    """Judge the first bytes of an answer (an acknowledgement has 108); never raises, whatever they are."""
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
    """Judge each context's result: a KMS accepts the interface in one transfer syntax and refuses it in the other."""
    length = _number(data, 24, 2)
    if length is None:
        return Reply("other", TEXTS["truncated"])
    at = (26 + length + 3) // 4 * 4
    count = _number(data, at, 1) or 0
    pairs = [(_number(data, at + 4 + 24 * n, 2), _number(data, at + 6 + 24 * n, 2)) for n in range(count)]
    results = [(result, reason) for result, reason in pairs if result is not None and reason is not None]
    # The third context only negotiates features.
    accepted = next((reason for result, reason in results[:2] if result == _ACCEPTED), None)
    if accepted is not None:
        return Reply("ack", TEXTS["ack"], result=_ACCEPTED, reason=accepted)
    if not results or len(results) < count:
        return Reply("other", TEXTS["truncated"])
    result, reason = results[0]
    text = f"RPC bind {_named(_RESULTS, result)}: {_named(_REJECT_REASONS, reason)}"
    return Reply("rejected", text, result=result, reason=reason)


def _number(data: bytes, offset: int, size: int) -> int | None:
    part = data[offset : offset + size]
    return int.from_bytes(part, "little") if len(part) == size else None


def _named(names: dict[int, str], number: int | None) -> str:
    return "nothing said" if number is None else names.get(number, f"code {number}")
