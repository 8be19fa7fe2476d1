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
from tests.powershell.engine import PWSH

SCRIPTS = sorted(FOLDER.glob("[!_]*.ps1"))
SHARED = sorted(FOLDER.glob("_*.ps1"))
_FUNCTION = re.compile(r"^function ([\w-]+)", re.MULTILINE)


def complaints(path: pathlib.Path, *known: str) -> str:
    """Return what is wrong with a script."""
    more = ("-Known", ",".join(known)) if known else ()
    command = [PWSH or "pwsh", "-CheckCompat", "-RequireWhatIf", str(path), *more]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_as_it_is_sent(path: pathlib.Path, tmp_path: pathlib.Path) -> None:
    sent = tmp_path / path.name
    sent.write_text(whole(path), encoding="utf-8")
    assert complaints(sent) == ""


@pytest.mark.parametrize("path", [*SCRIPTS, *SHARED], ids=lambda path: path.stem)
def test_a_file_as_it_lies_there(path: pathlib.Path) -> None:
    shared = [name for file in SHARED for name in _FUNCTION.findall(file.read_text(encoding="utf-8"))]
    assert complaints(path, *shared) == ""


@pytest.mark.parametrize("path", [*SCRIPTS, *SHARED], ids=lambda path: path.stem)
def test_no_function_is_written_twice(path: pathlib.Path) -> None:
    others = [file for file in SHARED if file != path]
    shared = {name for file in others for name in _FUNCTION.findall(file.read_text(encoding="utf-8"))}
    assert shared.isdisjoint(_FUNCTION.findall(path.read_text(encoding="utf-8")))
