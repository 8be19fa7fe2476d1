# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP and SOAP that no proper client sends."""

from __future__ import annotations

import pathlib
import socket
import typing as t
import uuid
import xml.etree.ElementTree as ET

import pytest

from tests.lab.server import envelope
from tests.unit.lab import running
from tests.unit.lab.running import NTLM, Running

SHELL = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd"


def request(
    action: str = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Create", body: str = "", more: str = ""
) -> str:
    return (
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
        'xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
        'xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" '
        'xmlns:rsp="http://schemas.microsoft.com/wbem/wsman/1/windows/shell"><s:Header>'
        f"<a:Action>{action}</a:Action><a:MessageID>uuid:1&amp;2</a:MessageID><w:ResourceURI>{SHELL}</w:ResourceURI>"
        f"{more}</s:Header><s:Body>{body}</s:Body></s:Envelope>"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no element found"),
        ("<a/>", "not a SOAP envelope"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "document type"),
        (request().replace("uuid:1&amp;2", ""), "no message id"),
        (request("  "), "no action"),
        (request(body='<rsp:Send><rsp:Stream Name="stdin">%%%</rsp:Stream></rsp:Send>'), "not base64"),
    ],
)
def test_envelope_that_is_refused(text: str, said: str) -> None:
    with pytest.raises(envelope.FaultError, match=said):
        envelope.parse(text.encode())


def test_envelope_that_is_not_utf_8_is_refused() -> None:
    with pytest.raises(envelope.FaultError, match="UTF-8"):
        envelope.parse('<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a><a/>'.encode("utf-16"))


@pytest.mark.parametrize(
    ("duration", "seconds"),
    [("PT20S", 20), ("PT1M", 60), ("PT1.5S", 1.5), ("P1DT1H", 90000), ("P", 60), ("soon", 60), ("", 60)],
)
def test_operation_timeout(duration: str, seconds: float) -> None:
    more = f"<w:OperationTimeout>{duration}</w:OperationTimeout>"
    assert envelope.parse(request(more=more).encode()).timeout == seconds


def test_answer_relates_to_its_request() -> None:
    message = envelope.parse(request().encode())
    root = ET.fromstring(envelope.answer(message, envelope.created("X")))
    found = {node.tag.rpartition("}")[2]: node.text for node in root.iter()}
    assert found["RelatesTo"] == "uuid:1&2"
    assert found["Action"] == "http://schemas.xmlsoap.org/ws/2004/09/transfer/CreateResponse"
    assert uuid.UUID(str(found["MessageID"]).removeprefix("uuid:"))
    assert found["ShellId"] == "X"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Running]:
    found = running.start(tmp_path_factory.mktemp("server"), NTLM, {"web01": {}})
    yield found
    found.stop()


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"hello\r\n\r\n", 400),
        (b"POST /wsman/web01 HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"POST /wsman/web01 HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST /wsman/web01 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 411),
        (b"POST /wsman/web01 HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", 413),
        (b"POST /wsman/web01 HTTP/1.1\r\nX: " + b"x" * 70_000 + b"\r\n\r\n", 431),
        (b"GET /wsman/web01 HTTP/1.1\r\n\r\n", 405),
        (b"POST /other HTTP/1.1\r\n\r\n", 404),
        (b"POST /wsman/web01 HTTP/1.1\r\n\r\n", 401),
        (b"POST /wsman/web01 HTTP/1.1\r\nAuthorization: Negotiate %%%\r\n\r\n", 401),
        (b"POST /wsman/web01 HTTP/1.1\r\nAuthorization: Negotiate TlRMTVNTUAAJAAAA\r\n\r\n", 401),
    ],
)
def test_odd_http_gets_a_status(server: Running, data: bytes, status: int) -> None:
    with socket.create_connection(("127.0.0.1", server.port), 20) as client:
        client.sendall(data)
        assert client.recv(4096).startswith(f"HTTP/1.1 {status} ".encode())


def test_client_that_leaves_in_the_middle_harms_nobody(server: Running) -> None:
    for data in (b"", b"POST /wsman/web01", b"POST /wsman/web01 HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc"):
        with socket.create_connection(("127.0.0.1", server.port), 20) as client:
            client.sendall(data)
    assert running.run_module(server.protocol(), "win_ping", {})["ping"] == "pong"


def test_secrets_stay_out_of_the_journal(server: Running) -> None:
    key = "AAAAA-BBBBB-CCCCC-DDDDD-EEEEE"
    parameters = {"Key": key, "AdminPassword": "swordfish", "List": [{"note": f"key {key}"}]}
    running.run_module(server.protocol(), "win_powershell", {"script": running.SCRIPT, "parameters": parameters})
    text = (pathlib.Path(server.folder) / "requests.jsonl").read_text("utf-8")
    line = server.journal()[-1]
    assert (line["event"], line["script"], line["module"]) == ("script", "probe", "win_powershell")
    assert line["parameters"]["Key"] == "***-EEEEE"
    assert "swordfish" not in text
    assert "DDDDD" not in text
    assert running.ACCOUNT.password not in text
