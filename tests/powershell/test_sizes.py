# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What travels stays small: the scripts as they are sent, and each section of the probe's answer at its worst."""

from __future__ import annotations

import pytest

from tests.lab.sockets import Endpoints
from tests.powershell.engine import Engine
from tests.powershell.sizes import LIMIT, WORST, answer_size, script_sizes

# WinRM's MaxEnvelopeSizekb is 500 as shipped: https://learn.microsoft.com/windows/win32/winrm/installation-and-configuration-for-windows-remote-management
_SCRIPT_LIMIT = 64_000


@pytest.mark.parametrize("worst", WORST)
def test_an_answer_at_its_worst(engine: Engine, endpoints: Endpoints, worst: str) -> None:
    assert answer_size(engine, endpoints, worst) < LIMIT


def test_every_script_is_small() -> None:
    sizes = script_sizes()
    assert "probe" in sizes
    assert {name: size for name, size in sizes.items() if size > _SCRIPT_LIMIT} == {}
