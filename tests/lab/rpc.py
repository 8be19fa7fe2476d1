# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The server half of a connection-oriented DCE/RPC bind, as far as a KMS host answers it."""

from __future__ import annotations

import struct
import uuid

KMS_INTERFACE = uuid.UUID("51c82175-844e-4750-b0d8-ec255555bc06")
KMS_VERSION = 1
_NDR32 = (uuid.UUID("8a885d04-1ceb-11c9-9fe8-08002b104860"), 2)
# [MS-RPCE] 3.3.1.5.3: the last eight bytes of this transfer syntax are the features that the client has.
_FEATURES = uuid.UUID("6cb71c2c-9812-4540-0000-000000000000").bytes_le[:8]
_NEGOTIATED = 3
_HEADER = struct.Struct("<BBBB4sHHI")
_LITTLE_ENDIAN = b"\x10\0\0\0"
_FIRST_AND_LAST = 3
_FAULT, _BIND, _BIND_ACK, _BIND_NAK = 3, 11, 12, 13
_LARGEST_FRAGMENT = 5840
_ASSOCIATION_GROUP = 0x4B4D
_ACCEPTED = (0, 0)
_NO_SUCH_INTERFACE = (2, 1)
_NO_SUCH_TRANSFER_SYNTAX = (2, 2)
_VERSION_NOT_SUPPORTED = 4
_UNKNOWN_INTERFACE = 0x1C010003


class NotRpcError(Exception):
    """What came in is not an RPC request; a server closes the connection."""


def first_pdu(data: bytes) -> bytes:
    """Return the first whole request of `data`, empty while it is not complete. Raises NotRpcError."""
    if len(data) < _HEADER.size:
        if data and data[0] != 5:
            raise NotRpcError
        return b""
    version, _minor, _kind, _flags, drep, length, _auth, _call = _HEADER.unpack_from(data)
    if version != 5 or drep != _LITTLE_ENDIAN or length < _HEADER.size:
        raise NotRpcError
    return data[:length] if len(data) >= length else b""


def answer(pdu: bytes, port: int) -> bytes:
    """Return what a KMS host that listens on `port` answers to one request. Raises NotRpcError."""
    _version, minor, kind, _flags, _drep, _length, _auth, call = _HEADER.unpack_from(pdu)
    if kind != _BIND:
        return _pdu(_FAULT, call, struct.pack("<IHBxI4x", 0, 0, 0, _UNKNOWN_INTERFACE))
    if minor > 1:
        return _pdu(_BIND_NAK, call, struct.pack("<HBBB", _VERSION_NOT_SUPPORTED, 1, 5, 0))
    try:
        results = _one_syntax([_judge(*context) for context in _contexts(pdu)])
    except struct.error:
        raise NotRpcError from None
    address = f"{port}\0".encode()
    body = struct.pack("<HHIH", _LARGEST_FRAGMENT, _LARGEST_FRAGMENT, _ASSOCIATION_GROUP, len(address)) + address
    body += b"\0" * (-(_HEADER.size + len(body)) % 4) + struct.pack("<Bxxx", len(results))
    for result in results:
        syntax = _NDR32[0].bytes_le + struct.pack("<I", _NDR32[1]) if result == _ACCEPTED else bytes(20)
        body += struct.pack("<HH", *result) + syntax
    return _pdu(_BIND_ACK, call, body)


def _judge(interface: tuple[uuid.UUID, int], syntaxes: list[tuple[uuid.UUID, int]]) -> tuple[int, int]:
    if interface != (KMS_INTERFACE, KMS_VERSION):
        return _NO_SUCH_INTERFACE
    for name, _version in syntaxes:
        if name.bytes_le[:8] == _FEATURES:
            return _NEGOTIATED, int.from_bytes(name.bytes_le[8:], "little") & 0xFFFF
    return _ACCEPTED if _NDR32 in syntaxes else _NO_SUCH_TRANSFER_SYNTAX


def _one_syntax(results: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Let a host accept the interface once; what else offers it again is refused."""
    first = results.index(_ACCEPTED) if _ACCEPTED in results else -1
    return [
        _NO_SUCH_TRANSFER_SYNTAX if result == _ACCEPTED and number != first else result
        for number, result in enumerate(results)
    ]


def _contexts(pdu: bytes) -> list[tuple[tuple[uuid.UUID, int], list[tuple[uuid.UUID, int]]]]:
    """Return the presentation contexts of a bind: interface and offered transfer syntaxes, each with its version."""
    offset = _HEADER.size + 8
    (count,) = struct.unpack_from("<B", pdu, offset)
    offset += 4
    contexts = []
    for _number in range(count):
        _context_id, offered = struct.unpack_from("<HBx", pdu, offset)
        syntaxes = [_syntax(pdu, offset + 4 + 20 * index) for index in range(1 + offered)]
        contexts.append((syntaxes[0], syntaxes[1:]))
        offset += 4 + 20 * (1 + offered)
    return contexts


def _syntax(pdu: bytes, offset: int) -> tuple[uuid.UUID, int]:
    name, version = struct.unpack_from("<16sI", pdu, offset)
    return uuid.UUID(bytes_le=name), version & 0xFFFF


def _pdu(kind: int, call: int, body: bytes) -> bytes:
    length = _HEADER.size + len(body)
    return _HEADER.pack(5, 0, kind, _FIRST_AND_LAST, _LITTLE_ENDIAN, length, 0, call) + body
