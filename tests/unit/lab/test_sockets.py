# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The loopback endpoints, met with real sockets."""

from __future__ import annotations

import socket
import struct
import typing as t
import uuid

import pytest

from tests.lab.sockets import STATES, Endpoints

KMS = "51c82175-844e-4750-b0d8-ec255555bc06"
NDR = "8a885d04-1ceb-11c9-9fe8-08002b104860"
NDR64 = "71710533-beba-4937-8319-b5dbef9ccc36"
PATIENCE = 20
SHORT = 0.3


def syntax(name: str, version: int) -> bytes:
    return uuid.UUID(name).bytes_le + struct.pack("<I", version)


def pdu(kind: int, body: bytes, minor: int = 0, call: int = 7) -> bytes:
    return struct.pack("<BBBB4sHHI", 5, minor, kind, 3, b"\x10\0\0\0", 16 + len(body), 0, call) + body


def bind(interface: bytes, transfer: bytes, minor: int = 0) -> bytes:
    return pdu(11, struct.pack("<HHIB3xHBx", 5840, 5840, 0, 1, 0, 1) + interface + transfer, minor)


ACCEPTED = bind(syntax(KMS, 1), syntax(NDR, 2))


@pytest.fixture(scope="module")
def endpoints() -> t.Iterator[Endpoints]:
    with Endpoints() as found:
        yield found


def connect(endpoints: Endpoints, state: str, timeout: float = PATIENCE) -> socket.socket:
    host, _colon, port = endpoints.endpoint(state).partition(":")
    return socket.create_connection((host, int(port)), timeout)


def ask(endpoints: Endpoints, request: bytes) -> bytes:
    with connect(endpoints, "kms") as client:
        client.sendall(request)
        return client.recv(4096)


def test_kms_acknowledges_a_bind_to_its_interface(endpoints: Endpoints) -> None:
    reply = ask(endpoints, ACCEPTED)
    version, minor, kind, flags, drep, length, auth, call = struct.unpack_from("<BBBB4sHHI", reply)
    assert (version, minor, kind, flags, drep, auth, call) == (5, 0, 12, 3, b"\x10\0\0\0", 0, 7)
    assert length == len(reply)
    send, receive, _group, address_length = struct.unpack_from("<HHIH", reply, 16)
    port = endpoints.endpoint("kms").rpartition(":")[2]
    assert (send, receive) == (5840, 5840)
    assert reply[26 : 26 + address_length] == port.encode() + b"\0"
    results = reply[26 + address_length + -(26 + address_length) % 4 :]
    assert results == struct.pack("<BxxxHH", 1, 0, 0) + syntax(NDR, 2)


@pytest.mark.parametrize(
    ("request_", "kind", "result"),
    [
        (bind(syntax(KMS, 2), syntax(NDR, 2)), 12, (2, 1)),
        (bind(syntax(NDR64, 1), syntax(NDR, 2)), 12, (2, 1)),
        (bind(syntax(KMS, 1), syntax(NDR64, 1)), 12, (2, 2)),
    ],
)
def test_kms_refuses_the_context_of_another_interface(
    endpoints: Endpoints, request_: bytes, kind: int, result: tuple[int, int]
) -> None:
    reply = ask(endpoints, request_)
    assert reply[2] == kind
    assert struct.unpack("<HH", reply[-24:-20]) == result


def test_kms_answers_another_protocol_version_with_bind_nak(endpoints: Endpoints) -> None:
    assert ask(endpoints, bind(syntax(KMS, 1), syntax(NDR, 2), minor=9))[2] == 13


def test_kms_answers_a_call_without_bind_with_a_fault(endpoints: Endpoints) -> None:
    assert ask(endpoints, pdu(0, bytes(8)))[2] == 3


def test_kms_answers_a_bind_that_comes_in_pieces_and_a_second_one(endpoints: Endpoints) -> None:
    once = ask(endpoints, ACCEPTED)
    with connect(endpoints, "kms") as client:
        client.sendall(ACCEPTED[:10])
        client.sendall(ACCEPTED[10:] + ACCEPTED)
        replies = b""
        # A socket with a time-out does not wait for everything at once.
        while len(replies) < 2 * len(once) and (part := client.recv(4096)):
            replies += part
    assert replies == once + once


@pytest.mark.parametrize("data", [b"GET / HTTP/1.1\r\n\r\n", ACCEPTED[:8] + b"\x05\0" + ACCEPTED[10:], b"x"])
def test_kms_hangs_up_on_what_is_not_rpc(endpoints: Endpoints, data: bytes) -> None:
    assert ask(endpoints, data) == b""


def test_open_accepts_and_stays_silent(endpoints: Endpoints) -> None:
    with connect(endpoints, "open") as client:
        client.sendall(ACCEPTED)
        client.settimeout(SHORT)
        with pytest.raises(TimeoutError):
            client.recv(1)


def test_closed_refuses(endpoints: Endpoints) -> None:
    with pytest.raises(ConnectionRefusedError):
        connect(endpoints, "closed")


def test_closed_port_stays_reserved(endpoints: Endpoints) -> None:
    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.1", int(endpoints.endpoint("closed").rpartition(":")[2])))


def test_filtered_never_connects_however_many_try(endpoints: Endpoints) -> None:
    for _number in range(3):
        with pytest.raises(TimeoutError):
            connect(endpoints, "filtered", SHORT)


@pytest.mark.parametrize("said", [b"", ACCEPTED])
def test_reset_accepts_and_resets(endpoints: Endpoints, said: bytes) -> None:
    with connect(endpoints, "reset") as client:
        client.sendall(said)
        with pytest.raises(ConnectionResetError):
            client.recv(1)


def test_every_state_has_an_address_of_its_own(endpoints: Endpoints) -> None:
    assert len({endpoints.endpoint(state) for state in STATES}) == len(STATES)


def test_nothing_is_left_after_stop() -> None:
    found = Endpoints()
    found.start()
    with connect(found, "kms") as client:
        client.sendall(ACCEPTED)
        assert client.recv(4096)
        found.stop()
        assert client.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        connect(found, "kms")
