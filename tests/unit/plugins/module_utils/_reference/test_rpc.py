# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The RPC bind and its answers."""

from __future__ import annotations

import random

import pytest

from ansible_collections.azure_windows.activation.plugins.module_utils._reference import rpc

HEADER = "0500{kind}03100000003c00000002000000"
ACK = HEADER.format(kind="0c") + "d016d0165a2d0000" + "05003136383800" + "00" + "01000000"
NDR = "045d888aeb1cc9119fe808002b10486002000000"


# A real client's bind, as a server logged it (github.com/ThunderEX/py-kms issue 27).
CLIENT = (
    "05000b1310000000a000000002000000d016d0160000000003000000"
    "000001007521c8514e845047b0d8ec255555bc0601000000045d888aeb1cc9119fe808002b10486002000000"
    "010001007521c8514e845047b0d8ec255555bc060100000033057171babe37498319b5dbef9ccc3601000000"
    "020001007521c8514e845047b0d8ec255555bc06010000002c1cb76c12984045030000000000000001000000"
)
NONE = "00" * 20
THREE = HEADER.format(kind="0c") + "d016d0165a2d0000" + "05003136383800" + "00" + "03000000"
NDR64 = "33057171babe37498319b5dbef9ccc3601000000"


def test_the_request_is_a_real_clients_bind() -> None:
    assert rpc.bind_request() == CLIENT


@pytest.mark.parametrize(
    ("reply", "kind", "result", "reason", "status"),
    [
        ("", "nothing", None, None, None),
        (ACK + "00000000" + NDR, "ack", 0, 0, None),
        (ACK + "02000100" + NDR, "rejected", 2, 1, None),
        (ACK + "02000200" + NDR, "rejected", 2, 2, None),
        (ACK + "03000300" + NDR, "rejected", 3, 3, None),
        (THREE + "00000000" + NDR + "02000200" + NONE + "03000300" + NONE, "ack", 0, 0, None),
        (THREE + "02000200" + NONE + "00000000" + NDR64 + "03000300" + NONE, "ack", 0, 0, None),
        (THREE + "02000100" + NONE + "02000100" + NONE + "03000300" + NONE, "rejected", 2, 1, None),
        # Accepting the features is not accepting the interface.
        (THREE + "02000100" + NONE + "02000100" + NONE + "00000000" + NONE, "rejected", 2, 1, None),
        (THREE + "02000100" + NONE + "02000100" + NONE, "other", None, None, None),
        (ACK, "other", None, None, None),
        (ACK[:48], "other", None, None, None),
        (HEADER.format(kind="0d") + "0100", "nak", None, 1, None),
        (HEADER.format(kind="0d") + "04000105", "nak", None, 4, None),
        (HEADER.format(kind="0d"), "nak", None, None, None),
        (HEADER.format(kind="03") + "20000000" + "00000000" + "0300011c" + "00000000", "fault", None, None, 0x1C010003),
        (HEADER.format(kind="03"), "fault", None, None, None),
        (HEADER.format(kind="02"), "other", None, None, None),
        ("485454502f312e31203430302042616420", "other", None, None, None),
        ("0500", "other", None, None, None),
    ],
)
def test_an_answer_is_told_apart(
    reply: str, kind: str, result: int | None, reason: int | None, status: int | None
) -> None:
    parsed = rpc.parse_reply(bytes.fromhex(reply))
    assert (parsed.kind, parsed.result, parsed.reason, parsed.status) == (kind, result, reason, status)
    assert parsed.detail


def test_only_a_complete_acknowledgement_counts_whatever_the_bytes_are() -> None:
    whole = bytes.fromhex(ACK + "00000000" + NDR)
    assert [rpc.parse_reply(whole[:length]).kind for length in range(38)].count("ack") == 0
    chance = random.Random(1688)
    for _round in range(2000):
        rpc.parse_reply(b"\x05\x00" + bytes([chance.choice([3, 12, 13, 99])]) + chance.randbytes(chance.randrange(60)))
