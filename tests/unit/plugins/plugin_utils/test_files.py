# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report is there as a whole or not at all."""

from __future__ import annotations

import os
import pathlib
import stat

import pytest

from ansible_collections.azure_windows.activation.plugins.plugin_utils import _files


def test_writes_and_replaces(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "new" / "folder" / "report.json"
    _files.write_atomically(path, "first")
    _files.write_atomically(path, "zweiter Bericht: ü")
    assert path.read_text("utf-8") == "zweiter Bericht: ü"
    assert os.listdir(path.parent) == ["report.json"]


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_permissions_are_those_asked_for_whatever_the_umask(tmp_path: pathlib.Path, umask: int) -> None:
    path = tmp_path / "report.json"
    path.touch(0o666)
    before = os.umask(umask)
    try:
        _files.write_atomically(path, "x")
        usual = stat.S_IMODE(path.stat().st_mode)
        _files.write_atomically(path, "x", 0o600)
    finally:
        os.umask(before)
    assert (usual, stat.S_IMODE(path.stat().st_mode)) == (0o640, 0o600)


def test_an_interrupted_write_keeps_the_old_file(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.json"
    path.write_text("old", "utf-8")

    def interrupted(_source: str, _target: pathlib.Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(_files.os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        _files.write_atomically(path, "new")
    assert path.read_text("utf-8") == "old"
    assert os.listdir(tmp_path) == ["report.json"]
