# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the lab reads out of the input that ansible-core sends; the recordings hold no script texts."""

from __future__ import annotations

import base64
import pathlib

import pytest

from tests.lab.server import payload

RECORDINGS = pathlib.Path(__file__).parent / "payloads"
VERSIONS = {"2.17": "2.17.14", "2.19": "2.19.14", "2.21": "2.21.5"}


def read(version: str, name: str) -> payload.Payload:
    return payload.decode((RECORDINGS / f"core-{version}-{name}.bin").read_bytes())


@pytest.mark.parametrize("version", VERSIONS)
def test_module_with_arguments_in_check_mode(version: str) -> None:
    found = read(version, "win_powershell-check")
    assert (found.kind, found.name, found.wrappers) == ("module", "win_powershell", ())
    assert found.check_mode
    assert found.internal["version"] == VERSIONS[version]
    assert found.arguments == {
        "script": "[CmdletBinding(SupportsShouldProcess)] param($Name)\n'ünï'\n",
        "parameters": {"Name": [1, "two", {"a": None}]},
    }


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("recording", "name", "wrappers"),
    [("setup", "setup", ()), ("win_ping-become", "win_ping", ("become",)), ("win_ping-async", "win_ping", ("async",))],
)
def test_name_and_wrappers(version: str, recording: str, name: str, wrappers: tuple[str, ...]) -> None:
    found = read(version, recording)
    assert (found.kind, found.name, found.wrappers) == ("module", name, wrappers)
    assert not found.check_mode


@pytest.mark.parametrize("version", ["2.19", "2.21"])
def test_helper_script(version: str) -> None:
    found = read(version, "helper-mkdtemp")
    assert (found.kind, found.name) == ("helper", "powershell_mkdtemp")
    assert found.arguments["Name"].startswith("ansible-tmp-")


@pytest.mark.parametrize("typed", ["ansible.legacy.ping", "ansible.windows.win_ping", "win_ping", "ping"])
def test_old_form_knows_a_module_by_the_typed_name(typed: str) -> None:
    data = b'wrapper\0\0\0\0{"module_args": {"_ansible_module_name": "%s"}, "actions": ["module_powershell_wrapper"]}'
    assert payload.decode(data % typed.encode()).name == "win_ping"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no separator"),
        (b"{}", "no separator"),
        (b"{}\0\0\0\0nothing", "not JSON"),
        (b"{}\0\0\0\0[]", "not a JSON object"),
        (b"{}\0\0\0\0{}", "no actions"),
        (b'{}\0\0\0\0{"actions": []}', "no actions"),
        (b'{}\0\0\0\0{"actions": ["x"]}', "no actions"),
        (
            b'{}\0\0\0\0{"actions": [{"name": "module_wrapper.ps1", "params": {"ForModule": true}}]}',
            "no module arguments",
        ),
        (b"wrapper\0\0\0\0{}", "no module arguments"),
        (b'wrapper\0\0\0\0{"module_args": {}, "actions": "x"}', "or no actions"),
        (b"wrapper\0\0\0\0" + b"[" * 100_000, "not JSON"),
    ],
)
def test_other_input_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(payload.PayloadError, match=said):
        payload.decode(data)


def encoded(script: str) -> str:
    return f"PowerShell -NoProfile -EncodedCommand {base64.b64encode(script.encode('utf-16-le')).decode()}"


@pytest.mark.parametrize("depth", [0, 1, 2])
def test_command_is_unwrapped_however_often_it_was_wrapped(depth: int) -> None:
    command = "Get-Item 'x'"
    for _number in range(depth):
        command = encoded(command)
    assert payload.decode_command(command) == "Get-Item 'x'"


def test_command_that_is_not_base64_stays_as_it_is() -> None:
    assert payload.decode_command("PowerShell -EncodedCommand AAA") == "PowerShell -EncodedCommand AAA"
