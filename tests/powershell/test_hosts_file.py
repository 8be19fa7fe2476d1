# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""hosts_file.ps1, run by the engine on a real file: bytes, backups, and what a failure leaves."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from tests.lab.sockets import Endpoints
from tests.powershell import machines
from tests.powershell.engine import Change, Engine
from tests.powershell.generations import both_generations
from tests.powershell.machines import Machine

KEY = rf"{machines.SERVICES}\Tcpip\Parameters"
# A tab, a UTF-8 umlaut, a lone byte of a code page, line ends of both kinds, none at the end.
BYTES = b"# \xc3\xbc \xe4\r\n192.0.2.77\tAzKms.core.windows.net.\t# x\n10.0.0.1 a\r\n192.0.2.78 kms.core.windows.net"
NAMES = ["azkms.core.windows.net", "kms.core.windows.net"]
OLD = ["192.0.2.77\tAzKms.core.windows.net.\t# x", "192.0.2.78 kms.core.windows.net"]


@pytest.fixture
def machine(endpoints: Endpoints, tmp_path: pathlib.Path) -> Machine:
    found = machines.healthy(endpoints)
    found["registry"][KEY] = {"values": {"DataBasePath": {"type": "ExpandString", "data": str(tmp_path)}}}
    (tmp_path / "hosts").write_bytes(BYTES)
    return found


def work(folder: pathlib.Path, **more: t.Any) -> dict[str, t.Any]:
    given = {
        "Names": NAMES,
        "Numbers": [2, 4],
        "Old": OLD,
        "New": ["# 1", "# 2"],
        "Backup": str(folder / "hosts.kms-1"),
    }
    return given | more


def done(output: Machine) -> list[tuple[str, bool]]:
    return [(step["name"], step["ok"]) for step in output["steps"]]


def test_a_read_names_the_lines(engine: Engine, machine: Machine, tmp_path: pathlib.Path) -> None:
    (tmp_path / "hosts.kms-0").write_bytes(b"")
    output = engine.run_script("hosts_file", machine, {"Names": NAMES}, Change()).output
    assert output["path"] == str(tmp_path / "hosts")
    assert [(item["number"], bytes.fromhex(item["line"]).decode()) for item in output["entries"]] == [
        (2, OLD[0]),
        (4, OLD[1]),
    ]
    assert (output["steps"], output["backups"]) == ([], [str(tmp_path / "hosts.kms-0")])


@both_generations
def test_only_those_lines_change(engine: Engine, machine: Machine, tmp_path: pathlib.Path) -> None:
    output = engine.run_script("hosts_file", machine, work(tmp_path), Change()).output
    assert done(output) == [("backup", True), ("write", True), ("flush_dns", True)]
    assert (tmp_path / "hosts").read_bytes() == b"# \xc3\xbc \xe4\r\n# 1\n10.0.0.1 a\r\n# 2"
    assert (tmp_path / "hosts.kms-1").read_bytes() == BYTES
    back = {"Source": str(tmp_path / "hosts.kms-1"), "Backup": str(tmp_path / "hosts.kms-2")}
    engine.run_script("hosts_file", machine, back, Change())
    assert (tmp_path / "hosts").read_bytes() == BYTES


def test_check_mode_writes_nothing(engine: Engine, machine: Machine, tmp_path: pathlib.Path) -> None:
    output = engine.run_script("hosts_file", machine, work(tmp_path), Change(what_if=True)).output
    assert {step["ok"] for step in output["steps"]} == {None}
    assert ([item.name for item in tmp_path.iterdir()], (tmp_path / "hosts").read_bytes()) == (["hosts"], BYTES)


@both_generations
def test_a_line_that_changed_meanwhile(engine: Engine, machine: Machine, tmp_path: pathlib.Path) -> None:
    output = engine.run_script("hosts_file", machine, work(tmp_path, Old=[OLD[0], "other"]), Change()).output
    assert done(output) == [("backup", True), ("write", False)]
    assert "line 4 of the hosts file was changed meanwhile" in output["steps"][1]["error"]["message"]
    assert (tmp_path / "hosts").read_bytes() == BYTES


def test_a_backup_is_never_overwritten(engine: Engine, machine: Machine, tmp_path: pathlib.Path) -> None:
    (tmp_path / "hosts.kms-1").write_bytes(b"older")
    output = engine.run_script("hosts_file", machine, work(tmp_path), Change()).output
    assert done(output) == [("backup", False)]
    assert ((tmp_path / "hosts").read_bytes(), (tmp_path / "hosts.kms-1").read_bytes()) == (BYTES, b"older")


def test_no_file(engine: Engine, machine: Machine, tmp_path: pathlib.Path) -> None:
    (tmp_path / "hosts").unlink()
    output = engine.run_script("hosts_file", machine, work(tmp_path), Change()).output
    assert (output["entries"], output["steps"]) == ([], [])


@both_generations
def test_constrained_language_changes_nothing(engine: Engine, machine: Machine, tmp_path: pathlib.Path) -> None:
    machine["language_mode"] = "ConstrainedLanguage"
    output = engine.run_script("hosts_file", machine, work(tmp_path), Change()).output
    assert (output["language_mode"], output["steps"], output["path"]) == ("ConstrainedLanguage", [], None)
