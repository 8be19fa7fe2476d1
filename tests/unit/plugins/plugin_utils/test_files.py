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


def test_permissions_follow_the_umask(tmp_path: pathlib.Path) -> None:
    before = os.umask(0o027)
    try:
        _files.write_atomically(tmp_path / "report.json", "x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "report.json").stat().st_mode) == 0o640


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
