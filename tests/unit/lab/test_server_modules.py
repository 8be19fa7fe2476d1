# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the simulated modules answer."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from tests.lab.server import modules, raw, scripts
from tests.lab.server.modules import Surroundings
from tests.lab.server.payload import Payload
from tests.lab.server.scripts import Script
from tests.unit.lab.running import MACHINE, SCRIPT, twin

KNOWN = {
    scripts.fingerprint(SCRIPT): Script("probe", twin),
    scripts.fingerprint("[CmdletBinding()]param()\nlater"): Script("later", None),
}
AROUND = Surroundings("web01", lambda: MACHINE, KNOWN)
PLAIN = "Write-Output hi"


def ask(name: str, check: bool = False, wrappers: tuple[str, ...] = (), **arguments: t.Any) -> dict[str, t.Any]:
    return modules.answer(Payload("module", name, arguments, {"check_mode": check}, wrappers), AROUND)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("win_copy", "lab: module win_copy is not simulated"),
        ("win_service", "lab: module win_service is not simulated"),
    ],
)
def test_what_is_not_simulated_says_so(name: str, message: str) -> None:
    answer = ask(name)
    assert (answer["failed"], answer["msg"]) == (True, message)


def test_asynchronous_task_is_refused() -> None:
    assert ask("win_ping", wrappers=("async",))["msg"] == "lab: asynchronous tasks are not simulated"


def test_ping_returns_its_data() -> None:
    assert ask("win_ping")["ping"] == "pong"
    assert ask("win_ping", data="x")["ping"] == "x"
    assert ask("win_ping", data="crash")["failed"]


def test_setup_describes_the_machine() -> None:
    facts = ask("setup")["ansible_facts"]
    expected = {
        "ansible_distribution": "Microsoft Windows Server 2022 Datacenter", "ansible_os_family": "Windows",
        "ansible_os_product_type": "server", "ansible_hostname": "web01", "ansible_fqdn": "web01.corp.example",
        "ansible_windows_domain_member": True, "ansible_powershell_version": 5,
    }  # fmt: skip
    assert {name: facts[name] for name in expected} == expected


def test_stat_knows_the_files_of_the_machine() -> None:
    found = ask("win_stat", path=r"c:\windows\TOKENS.DAT")["stat"]
    assert (found["exists"], found["size"], found["lastwritetime"]) == (True, 3612672, 1793491200.0)
    assert ask("win_stat", path=r"C:\nothing")["stat"] == {"exists": False}


@pytest.mark.parametrize(("script", "name"), [(PLAIN, ""), ("[CmdletBinding()]param()\nlater", " (later.ps1)")])
def test_script_that_is_not_simulated_fails_like_one_that_throws(script: str, name: str) -> None:
    answer = ask("win_powershell", script=script)
    assert answer["failed"]
    assert answer["error"][0]["exception"]["message"] == f"lab: this script is not simulated{name}"


@pytest.mark.parametrize(
    ("script", "skipped"),
    [
        (PLAIN, True),
        ("[CmdletBinding()] param()", True),
        ("[CmdletBinding(SupportsShouldProcess=$false)] param()", True),
        ("[CmdletBinding(SupportsShouldProcess = $true)] param()", False),
        ("[cmdletbinding(ConfirmImpact='High', SupportsShouldProcess)] param()", False),
        (SCRIPT, False),
    ],
)
def test_check_mode_skips_what_does_not_support_it(script: str, skipped: bool) -> None:
    answer = ask("win_powershell", check=True, script=script)
    assert (answer.get("msg") == "skipped, running in check mode") is skipped
    assert ask("win_powershell", script=script).get("msg") != "skipped, running in check mode"


@pytest.mark.parametrize("change", [lambda text: text.replace("\n", "\r\n"), lambda text: f"\ufeff{text}\n\n"])
def test_script_is_recognised_however_its_lines_end(change: t.Callable[[str], str]) -> None:
    assert not ask("win_powershell", script=change(SCRIPT))["failed"]


def test_script_with_one_other_character_is_another_script() -> None:
    assert ask("win_powershell", script=SCRIPT.replace("false", "true"))["failed"]


def test_scripts_of_a_folder_and_their_twins(tmp_path: pathlib.Path) -> None:
    (tmp_path / "nothing.ps1").write_text(PLAIN, encoding="utf-8")
    (tmp_path / "probe.ps1").write_text(SCRIPT, encoding="utf-8-sig")
    found = scripts.read(tmp_path)
    assert {script.name: script.twin is not None for script in found.values()} == {"nothing": False, "probe": True}
    assert found[scripts.fingerprint(SCRIPT)].name == "probe"


def test_every_script_of_the_collection_is_known() -> None:
    names = {path.stem for path in scripts.FOLDER.glob("[!_]*.ps1")}
    assert "probe" in names
    assert {script.name for script in scripts.read().values()} == names


@pytest.mark.parametrize(
    ("script", "stdout", "reboots"),
    [
        (r"C:\Windows\System32\shutdown.exe /r /t 2 /c 'x'", '{"stdout": "", "stderr": "", "rc": 0}\r\n', True),
        ("Get-Item 'HKLM:\\AutoLogonChecked' -ErrorAction Stop; 'success-12ab-34'", "success-12ab-34\r\n", False),
        ("Remove-Item 'C:\\x' -Force", "", False),
    ],
)
def test_raw_scripts_of_a_reboot(script: str, stdout: str, reboots: bool) -> None:
    output = raw.run(script, raw._FILETIME_EPOCH)
    assert (output.stdout, output.reboots, output.exit_code) == (stdout, reboots, 0)
