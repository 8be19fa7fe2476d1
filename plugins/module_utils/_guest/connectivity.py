# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What answered on the KMS port: a KMS, something else, or nothing."""

from __future__ import annotations

from .._reference import endpoints, rpc
from .._text import texts
from . import codes
from .evidence import Code, Connectivity, NotRead, Target
from .fields import Fields, parse_address

_SOCKET_LIMIT = 65535
TEXTS = texts(
    "connection",
    {
        "forbidden": "the guest's own firewall forbids the connection",
        "broken_off": "the guest's network software broke the connection off",
        "reset": "the connection was reset",
        "silent": "nothing answered in time",
        "refused": "the connection was refused",
        "time_limit": "nothing answered within the probe's time limit",
        "no_reason": "the connection was not made and the guest did not say why",
        "accepted_reset": "the connection was accepted and then reset",
        "accepted_silent": "accepted the connection and did not answer the RPC bind in time",
    },
)
_SOCKET_STATES = {
    10013: ("guest_blocked", TEXTS["forbidden"]),
    10053: ("reset", TEXTS["broken_off"]),
    10054: ("reset", TEXTS["reset"]),
    10060: ("filtered", TEXTS["silent"]),
    10061: ("refused", TEXTS["refused"]),
}
_RESETS = frozenset({10053, 10054})
# Windows takes some 2 seconds to tell a refused connection: silence for less than this is none.
_LEAST_WAIT = 3.0


def parse(fields: Fields) -> Connectivity | None:
    """Return one target per address and port; None when the probe tried none at all."""
    parts = fields.parts("targets")
    if parts is None:
        return None
    found = [target for target in map(_target, parts) if target is not None]
    return Connectivity(
        targets=tuple(item for item in found if isinstance(item, Target)),
        untested=tuple(item for item in found if isinstance(item, NotRead)),
    )


def _target(part: Fields) -> Target | NotRead | None:
    address, port = parse_address(part.raw("address")), part.integer("port", 1, endpoints.PORT_LIMIT)
    if address is None or port is None:
        part.note("", "a target with an IP address and a port")
        return None
    waited = part.number("waited")
    silent = part.boolean("timed_out") and waited is not None and waited < _LEAST_WAIT
    if silent or part.boolean("cut"):
        return NotRead(f"{address}:{port}", waited)
    connected = part.boolean("connected")
    state, detail, code = _reply(part) if connected else _failure(part)
    data = _bytes(part) if connected else None
    kind = None if data is None else rpc.parse_reply(data).kind
    return Target(address, port, part.texts("reasons"), state, code, detail, data.hex() if data else None, kind, waited)


def _failure(part: Fields) -> tuple[str, str, Code | None]:
    number = part.integer("socket_error", high=_SOCKET_LIMIT)
    code = codes.from_win32(number) if number else None
    if number in _SOCKET_STATES:
        return (*_SOCKET_STATES[number], code)
    if number:
        return "error", f"the connection failed with socket error {number}", code
    if part.boolean("timed_out"):
        return "filtered", TEXTS["time_limit"], None
    return "error", TEXTS["no_reason"], None


def _reply(part: Fields) -> tuple[str, str, Code | None]:
    number = part.integer("reply_error", high=_SOCKET_LIMIT)
    code = codes.from_win32(number) if number else None
    data = _bytes(part)
    answer = rpc.parse_reply(data or b"")
    if answer.kind == "ack":
        return "kms", answer.detail, None
    if data:
        return "open", answer.detail, code
    if number in _RESETS:
        return "reset", TEXTS["accepted_reset"], code
    if number:
        return "open", f"accepted the connection, then failed with socket error {number}", code
    if part.boolean("reply_timed_out"):
        return "open", TEXTS["accepted_silent"], None
    return "open", answer.detail, None


def _bytes(part: Fields) -> bytes | None:
    reply = part.text("reply", 1000)
    if reply is None:
        return None
    try:
        return bytes.fromhex(reply)
    except ValueError:
        part.note("reply", "hexadecimal digits")
        return None
