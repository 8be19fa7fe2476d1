# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every script, as it is sent and as it lies there, is one that Windows PowerShell 5.1 takes, in check mode too."""

from __future__ import annotations

import pathlib
import re
import subprocess

import pytest

from tests.lab.server.scripts import FOLDER, whole
from tests.powershell.engine import PWSH, Engine

SCRIPTS = sorted(FOLDER.glob("[!_]*.ps1"))
SHARED = sorted(FOLDER.glob("_*.ps1"))
# A function with a body; one with an empty body only declares what is taken from an included file.
_FUNCTION = re.compile(r"^\s*(?:function|filter)\s+(?:\w+:)?(?![\w-]+ \{ \}$)([\w-]+)", re.MULTILINE | re.IGNORECASE)
_DECLARED = re.compile(r"^function ([\w-]+) \{ \}$", re.MULTILINE)
_INCLUDED = re.compile(r"^# include: (\w+\.ps1)\n((?:function [\w-]+ \{ \}\n)*)", re.MULTILINE)
_NAMES = pathlib.Path(__file__).parent / "windows_powershell_commands.txt"
WINDOWS = {line.casefold() for line in _NAMES.read_text(encoding="utf-8").splitlines() if not line.startswith("#")}


# Types of 5.1's own that the engine cannot look up: the one that -WebSession of Invoke-RestMethod takes since 3.0,
# https://learn.microsoft.com/powershell/module/microsoft.powershell.utility/invoke-restmethod?view=powershell-5.1
_TYPES = ("[Microsoft.PowerShell.Commands.WebRequestSession] could not be found",)


def complaints(path: pathlib.Path) -> str:
    """Return what is wrong with a script, warnings included."""
    command = [PWSH or "pwsh", "-CheckCompat", "-RequireWhatIf", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if not any(known in line for known in _TYPES)]
    return "\n".join(lines) if done.returncode == 0 else done.stdout + done.stderr


def functions(path: pathlib.Path) -> set[str]:
    """Return the names of the functions whose body stands in a file."""
    return set(_FUNCTION.findall(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_as_it_is_sent(path: pathlib.Path, tmp_path: pathlib.Path) -> None:
    sent = tmp_path / path.name
    sent.write_text(whole(path), encoding="utf-8")
    assert complaints(sent) == ""


@pytest.mark.parametrize("path", [*SCRIPTS, *SHARED], ids=lambda path: path.stem)
def test_a_file_as_it_lies_there(path: pathlib.Path) -> None:
    assert complaints(path) == ""


@pytest.mark.parametrize("path", [*SCRIPTS, *SHARED], ids=lambda path: path.stem)
def test_no_function_is_written_twice(path: pathlib.Path) -> None:
    others = [functions(file) for file in SHARED if file != path]
    assert functions(path).isdisjoint(set().union(*others))


@pytest.mark.parametrize("path", [*SCRIPTS, *SHARED], ids=lambda path: path.stem)
def test_what_is_declared_is_in_the_included_file_and_used(path: pathlib.Path) -> None:
    text = path.read_text(encoding="utf-8")
    for file, block in _INCLUDED.findall(text):
        declared = set(_DECLARED.findall(block))
        assert declared <= functions(FOLDER / file)
        rest = text.replace(block, "")
        assert {name for name in declared if name not in rest} == set()
    assert set(_DECLARED.findall(_INCLUDED.sub("", text))) == set()


@pytest.mark.parametrize("path", [*SCRIPTS, *SHARED], ids=lambda path: path.stem)
def test_no_function_is_named_like_a_command_of_windows(path: pathlib.Path) -> None:
    """Windows PowerShell loads a module at the first use of one of its commands; the module's functions then replace ours."""
    assert {"format-hex", "get-filehash"} <= WINDOWS
    assert {name for name in functions(path) if name.casefold() in WINDOWS} == set()


@pytest.mark.parametrize(
    "line",
    [
        "function Format-Hex { 1 }",
        "  function get-filehash($x) { }",
        "filter New-Guid { 1 }",
        "function global:Format-Hex { 1 }",
    ],
)
def test_a_name_is_seen_however_it_is_written(line: str, tmp_path: pathlib.Path) -> None:
    script = tmp_path / "x.ps1"
    script.write_text(f"{line}\n", encoding="utf-8")
    assert {name.casefold() for name in functions(script)} & WINDOWS


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_leaves_nothing_in_the_session(engine: Engine, path: pathlib.Path) -> None:
    """win_powershell runs scripts in global scope: what they leave there is met by others, and meets them."""
    shown = "\ntrap { continue }\n@(Get-ChildItem -Path function:).Name; $ErrorActionPreference"
    given = {"Sections": ["proxy"]} if path.stem == "probe" else {"WhatIf": True}
    quiet = "$ErrorActionPreference = 'SilentlyContinue'"
    left = engine.run(script=whole(path) + shown, prelude=[quiet], parameters=given)["output"]
    assert left[-1] == "SilentlyContinue"
    assert set().union(*map(functions, [*SCRIPTS, *SHARED])).isdisjoint(left)
    assert "prompt" in left
