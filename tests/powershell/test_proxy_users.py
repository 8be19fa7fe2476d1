# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No user and no password of a proxy leaves the guest, whatever the place it is set in.

The forms of a list of proxies are those of WINHTTP_PROXY_INFO (learn.microsoft.com, windows/win32/api/winhttp); that a value
may hold a third text, the address of a script, is known from public code that reads the like-built DefaultConnectionSettings.
"""

from __future__ import annotations

import json

import pytest

from tests.lab.server.scripts import FOLDER
from tests.lab.sockets import Endpoints
from tests.powershell import machines
from tests.powershell.engine import Engine

CONNECTIONS = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion\Internet Settings\Connections"

PROXIES = [
    ("proxy.corp.example:8080", "proxy.corp.example:8080"),
    ("http=one:8080;https=two:8081 <local>", "http=one:8080;https=two:8081 <local>"),
    ("u:S3cret@h:8080", "***@h:8080"),
    ("http://u:S3cret@h:8080", "http://***@h:8080"),
    ("HTTP=U:S3cret@H;hTTpS=u:S3cret@h2:1", "HTTP=***@H;hTTpS=***@h2:1"),
    ("http=http://u:S3cret@h:1 https=https://u:S3cret@h2:2", "http=http://***@h:1 https=https://***@h2:2"),
    ("http=u:S3@cret@h:8080", "http=***@h:8080"),
    ("http://dom\\u:S3:/cret@h", "http://***@h"),
    ("u:S3;cret@h:8080", "***@h:8080"),
    ("u:S3 cret@h:8080;other:1", "***@h:8080;other:1"),
    ("u:S3cret@h1:8080;v:S3cret@h2:8080", "***@h1:8080;***@h2:8080"),
    ("u:S3;cret@h1 v:S3cret@h2", "***@h2"),
    ("socks=S3cret@h", "socks=***@h"),
    ("http://wpad/w.dat?token=S3cret&a=b", "http://wpad/w.dat?***"),
    ("http://u:S3?cret@wpad/w.dat", "http://***@wpad/w.dat"),
    ("p\u00e4ss:S3cret@h:1", "***@h:1"),
    ("x" * 5000 + "S3cret@h", "***"),
]


def blob(*texts: str, rest: bytes = bytes(32)) -> bytes:
    """Return a WinHttpSettings."""
    parts = b"".join(len(text).to_bytes(4, "little") + text.encode("latin-1") for text in texts)
    return b"\x28\0\0\0\x01\0\0\0\x03\0\0\0" + parts + rest


def hidden(engine: Engine, value: bytes) -> bytes:
    """Return what the script makes of a WinHttpSettings."""
    script = f"{(FOLDER / '_probe_windows.ps1').read_text('utf-8')}\n$shown = Hide-ProxyUser $Value; $shown -join ' '"
    answer = engine.run(script=script, variables={"Value": list(value)})
    assert answer["error"] == []
    return bytes(map(int, answer["output"][0].split()))


@pytest.mark.parametrize(("given", "shown"), PROXIES, ids=range(len(PROXIES)))
def test_users_of_proxies_stay_in_the_guest(engine: Engine, given: str, shown: str) -> None:
    for place in range(3):
        texts, expected = ["", "<local>", "http://wpad/w.dat"], ["", "<local>", "http://wpad/w.dat"]
        texts[place], expected[place] = given, shown
        assert hidden(engine, blob(*texts)) == blob(*expected, rest=b"")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (blob("u:S3cret@h:8080"), blob("***@h:8080", "", "", rest=b"")),
        # Neither what is no text, nor a text that is longer than the value.
        (blob("h", "", "", rest=b"u:S3cret@h"), blob("h", "", "", rest=b"")),
        (blob("h", rest=b"\xff\xff\xff\xffu:S3cret@h"), blob("h", rest=b"")),
        (blob("h", rest=b"u:S3cret@h"), blob("h", rest=b"")),
        (blob("u:S3cret@h:8080")[:30], blob(rest=b"")),
        (b"\x28\0\0\0\1", b"\x28\0\0\0\1"),
    ],
)
def test_what_has_another_form_is_not_sent(engine: Engine, value: bytes, shown: bytes) -> None:
    assert hidden(engine, value) == shown


def settings(engine: Engine, endpoints: Endpoints, mode: str, value: dict[str, str]) -> dict[str, str]:
    """Return what the whole probe says of a WinHttpSettings."""
    machine = machines.healthy(endpoints, language_mode=mode)
    machine["registry"][CONNECTIONS] = {"values": {"WinHttpSettings": value}}
    output = engine.run_script("probe", machine, machines.parameters(Sections=["proxy"])).output
    told: dict[str, str] = output["sections"]["proxy"]["data"]["winhttp_settings"]
    return told


@pytest.mark.parametrize("mode", ["FullLanguage", "ConstrainedLanguage"])
def test_the_whole_probe(engine: Engine, endpoints: Endpoints, mode: str) -> None:
    value = blob("http=u:S3@cret@h:1;https=u:S3cret@h2:2", "u:S3cret@h", "http://u:S3cret@wpad/w.dat?a=b")
    shown = blob("http=***@h:1;https=***@h2:2", "***@h", "http://***@wpad/w.dat?***", rest=b"")
    told = settings(engine, endpoints, mode, {"type": "Binary", "data": value.hex()})
    assert told == {"type": "Binary", "data": shown.hex()}


def test_a_value_that_is_text(engine: Engine, endpoints: Endpoints) -> None:
    told = settings(engine, endpoints, "FullLanguage", {"type": "String", "data": "http=u:S3cret@h"})
    assert told == {"type": "String", "data": "http=***@h"}


def test_other_proxies_are_not_read(engine: Engine, endpoints: Endpoints, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment and the settings of a user do not matter to KMS; nothing of them is in the answer."""
    machine = machines.healthy(endpoints)
    machine["registry"][CONNECTIONS.removesuffix(r"\Connections")] = {
        "values": {
            name: {"type": "String", "data": "http://u:S3cret@h/w.dat"} for name in ("AutoConfigURL", "ProxyServer")
        }
    }
    machine["registry"][CONNECTIONS]["values"]["DefaultConnectionSettings"] = {
        "type": "Binary", "data": blob("http=u:S3cret@h").hex(),
    }  # fmt: skip
    names = ("HTTP_PROXY", "https_proxy", "ALL_PROXY")
    for name in names:
        engine.run(script=f"$env:{name} = 'http://u:S3cret@h:8080'")
    try:
        output = engine.run_script("probe", machine, machines.parameters(Sections=["proxy", "imds", "os"])).output
    finally:
        for name in names:
            engine.run(script=f"$env:{name} = $null")
    assert output["sections"]["proxy"]["data"]["winhttp_settings"] is not None
    assert "S3cret" not in json.dumps(output)
    assert blob("http=u:S3cret@h").hex() not in json.dumps(output)


def test_an_error_that_names_a_proxy(engine: Engine, endpoints: Endpoints) -> None:
    error = {"code": "0x80041010", "message": "no answer from http://u:S3@cret@h:8080/ in time"}
    machine = machines.healthy(endpoints, cmdlet_errors={"Get-NetRoute": error})
    output = engine.run_script("probe", machine, machines.parameters(Sections=["routes"])).output
    messages = [item["message"] for item in output["sections"]["routes"]["errors"]]
    assert messages == ["no answer from http://***@h:8080/ in time"]
