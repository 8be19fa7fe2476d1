# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Continuous integration must not pass without having run the scripts."""

from __future__ import annotations

import os

from tests.powershell.engine import PWSH


def test_ci_has_a_powershell_engine() -> None:
    assert PWSH is not None or os.environ.get("CI", "").lower() not in {"1", "true"}, (
        "CI=true, but no pwsh is on PATH: no script of the collection was run"
    )
