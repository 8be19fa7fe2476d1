# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a simulated guest's TCP connection and RPC bind run into: real sockets where the lab has them."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import socket
import time
import typing as t

from tests.lab import rpc

REFUSED, DENIED, RESET = 10061, 10013, 10054
_LIMIT = 256
_HEADER = 16
_RPC_VERSION = 5
# Windows tries a refused connection again before it gives up.
_REFUSED_AFTER = 2.0


@dataclasses.dataclass(frozen=True)
class Order:
    """One target of a guest: what stands behind it, the bytes to send, and the cap and pace in seconds."""

    state: str
    endpoint: str | None
    request: bytes
    cap: float
    pace: float


def run(orders: t.Sequence[Order]) -> list[dict[str, t.Any]]:
    """Try every target at once; return the fields `connected` to `reply_timed_out` of each, in order."""
    if not orders:
        return []
    with concurrent.futures.ThreadPoolExecutor(max_workers=len(orders), thread_name_prefix="lab-exchange") as pool:
        return list(pool.map(_try_one, orders))


def _outcome(**seen: t.Any) -> dict[str, t.Any]:
    return {
        "connected": False,
        "socket_error": None,
        "timed_out": False,
        "reply": None,
        "reply_error": None,
        "reply_timed_out": False,
        "waited": None,
        "cut": False,
        **seen,
    }


def _try_one(order: Order) -> dict[str, t.Any]:
    if order.state == "denied":
        return _outcome(socket_error=DENIED)
    if order.endpoint is None:
        return _derived(order)
    started = time.monotonic()
    host, _colon, port = order.endpoint.rpartition(":")
    try:
        link = socket.create_connection((host, int(port)), timeout=order.cap * order.pace)
    except TimeoutError:
        return _outcome(timed_out=True, waited=int(order.cap))
    except ConnectionResetError:
        return _outcome(socket_error=RESET)
    except OSError:
        return _refused(order, started)
    with link:
        return _converse(link, order)


def _refused(order: Order, started: float) -> dict[str, t.Any]:
    patience = min(_REFUSED_AFTER, order.cap) * order.pace
    time.sleep(max(0.0, started + patience - time.monotonic()))
    return (
        _outcome(timed_out=True, waited=int(order.cap))
        if order.cap < _REFUSED_AFTER
        else _outcome(socket_error=REFUSED)
    )


def _converse(link: socket.socket, order: Order) -> dict[str, t.Any]:
    """Send the bind and read one RPC packet, or whatever else comes first."""
    reply = b""
    seen: dict[str, t.Any] = {}
    try:
        link.sendall(order.request)
        while not _complete(reply):
            part = link.recv(_LIMIT - len(reply))
            if not part:
                break
            reply += part
    except TimeoutError:
        seen |= {"reply_timed_out": True, "waited": int(order.cap)}
    except OSError:
        seen["reply_error"] = RESET
    return _outcome(connected=True, reply=reply.hex(), **seen)


def _complete(reply: bytes) -> bool:
    if not reply:
        return False
    if reply[0] != _RPC_VERSION or len(reply) == _LIMIT:
        return True
    return len(reply) >= _HEADER and len(reply) >= int.from_bytes(reply[8:10], "little")


def _derived(order: Order) -> dict[str, t.Any]:
    """Say what the state would show, without a socket."""
    if order.state == "closed":
        return _refused(order, time.monotonic())
    if order.state == "filtered":
        time.sleep(order.cap * order.pace)
        return _outcome(timed_out=True, waited=int(order.cap))
    if order.state == "reset":
        return _outcome(connected=True, reply="", reply_error=RESET)
    if order.state == "kms":
        try:
            pdu = rpc.first_pdu(order.request)
            return _outcome(connected=True, reply=rpc.answer(pdu, 1688).hex()[: 2 * _LIMIT])
        except rpc.NotRpcError:
            return _outcome(connected=True, reply="")
    time.sleep(order.cap * order.pace)
    return _outcome(connected=True, reply="", reply_timed_out=True, waited=int(order.cap))
