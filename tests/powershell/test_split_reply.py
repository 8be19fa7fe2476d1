# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A KMS may send its reply to a bind in pieces; TCP promises no more than their order."""

from __future__ import annotations

import socket
import threading

import pytest

from tests.lab import rpc
from tests.lab.sockets import Endpoints
from tests.powershell import machines
from tests.powershell.engine import Engine

_PAUSE = 0.2


def _send_in_pieces(listener: socket.socket, cuts: tuple[int, ...], sent: list[str], pause: threading.Event) -> None:
    client = listener.accept()[0]
    with client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        waiting = b""
        while not (pdu := rpc.first_pdu(waiting)):
            waiting += client.recv(4096)
        reply = rpc.answer(pdu, listener.getsockname()[1])
        sent.append(reply.hex())
        for start, end in zip((0, *cuts), (*cuts, len(reply)), strict=True):
            client.sendall(reply[start:end])
            pause.wait(_PAUSE)
        client.recv(1)


# The header of an RPC packet takes 16 bytes, the length stands at byte 8.
@pytest.mark.parametrize("cuts", [(1,), (9,), (15,), (16,), (30,), (5, 12, 40)])
def test_a_reply_in_pieces_is_read_whole(engine: Engine, endpoints: Endpoints, cuts: tuple[int, ...]) -> None:
    machine, sent = machines.healthy(endpoints), list[str]()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        place = f"127.0.0.1:{listener.getsockname()[1]}"
        machine["tcp"][f"{machines.ADDRESSES[0]}:1688"] = {"state": "kms", "endpoint": place}
        server = threading.Thread(target=_send_in_pieces, args=(listener, cuts, sent, threading.Event()), daemon=True)
        server.start()
        run = engine.run_script("probe", machine, machines.parameters(Sections=["connectivity"]))
        server.join(10)
    targets = run.output["sections"]["connectivity"]["data"]["targets"]
    [target] = [target for target in targets if target["address"] == machines.ADDRESSES[0]]
    assert [target["reply"].lower()] == sent
    assert (target["reply_timed_out"], target["reply_error"]) == (False, None)
