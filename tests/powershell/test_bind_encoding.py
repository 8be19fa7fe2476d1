# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The bind and its answers, written and read by an implementation of DCE/RPC that is not ours: impacket."""

from __future__ import annotations

import typing as t

import pytest
from impacket import uuid
from impacket.dcerpc.v5 import rpcrt

from ansible_collections.azure_windows.activation.plugins.module_utils._reference import rpc
from tests.lab import rpc as lab

KMS = ("51c82175-844e-4750-b0d8-ec255555bc06", "1.0")
SYNTAXES = (
    ("8a885d04-1ceb-11c9-9fe8-08002b104860", "2.0"),
    ("71710533-beba-4937-8319-b5dbef9ccc36", "1.0"),
    ("6cb71c2c-9812-4540-0300-000000000000", "1.0"),
)
UNKNOWN = ("367abb81-9844-35f1-ad32-98f038001003", "2.0")


def bind(interface: tuple[str, str] = KMS, syntaxes: t.Sequence[tuple[str, str]] = SYNTAXES) -> bytes:
    """Return impacket's bind that offers each syntax in a context of its own."""
    packet = rpcrt.MSRPCBind()
    packet["max_tfrag"] = packet["max_rfrag"] = 5840
    for number, syntax in enumerate(syntaxes):
        item = rpcrt.CtxItem()
        item["ContextID"], item["TransItems"], item["Pad"] = number, 1, 0
        item["AbstractSyntax"] = uuid.uuidtup_to_bin(interface)
        item["TransferSyntax"] = uuid.uuidtup_to_bin(syntax)
        packet.addCtxItem(item)
    header = rpcrt.MSRPCHeader()
    header["type"], header["flags"], header["call_id"] = rpcrt.MSRPC_BIND, 0x13, 2
    header["pduData"] = packet.getData()
    return bytes(header.get_packet())


def test_impacket_writes_the_same_bind() -> None:
    assert rpc.bind_request() == bind().hex()


@pytest.mark.parametrize(
    ("request_", "kind", "results"),
    [
        (bind(), "ack", [0, 2, 3]),
        (bind(syntaxes=SYNTAXES[:1]), "ack", [0]),
        (bind(syntaxes=SYNTAXES[1:]), "rejected", [2, 3]),
        (bind(interface=UNKNOWN), "rejected", [2, 2, 2]),
    ],
)
def test_both_read_the_same_in_an_acknowledgement(request_: bytes, kind: str, results: list[int]) -> None:
    answer = lab.answer(request_, 1688)
    header = rpcrt.MSRPCHeader(answer)
    acknowledged = rpcrt.MSRPCBindAck(answer)
    assert header["type"] == rpcrt.MSRPC_BINDACK
    assert [acknowledged.getCtxItem(number + 1)["Result"] for number in range(len(results))] == results
    assert rpc.parse_reply(answer).kind == kind


@pytest.mark.parametrize(("reason", "kind"), [(0, "nak"), (1, "nak"), (2, "nak"), (4, "nak"), (8, "nak")])
def test_a_refused_bind(reason: int, kind: str) -> None:
    refusal = rpcrt.MSRPCBindNak()
    refusal["RejectedReason"], refusal["SupportedVersions"] = reason, b""
    header = rpcrt.MSRPCHeader()
    header["type"], header["pduData"] = rpcrt.MSRPC_BINDNAK, refusal.getData()
    parsed = rpc.parse_reply(bytes(header.get_packet()))
    assert (parsed.kind, parsed.reason) == (kind, reason)


@pytest.mark.parametrize("status", [0x1C010003, 0x1C01000B, 5])
def test_a_fault(status: int) -> None:
    fault = rpcrt.MSRPCRespHeader()
    fault["type"], fault["alloc_hint"], fault["ctx_id"] = rpcrt.MSRPC_FAULT, 32, 0
    fault["pduData"] = status.to_bytes(4, "little") + bytes(4)
    parsed = rpc.parse_reply(bytes(fault.get_packet()))
    assert (parsed.kind, parsed.status) == ("fault", status)
