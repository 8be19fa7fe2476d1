# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Scripts need a PowerShell engine: without `pwsh` on PATH this folder says loudly what did not run."""

from __future__ import annotations

import typing as t

import pytest

from tests.lab.sockets import Endpoints
from tests.powershell.engine import NEW, OLD, PWSH, Engine

_FREE = "test_presence.py"
_left_out: list[str] = []


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs the engine when there is none."""
    if PWSH is not None:
        return
    here = [item for item in items if "tests/powershell/" in item.nodeid and _FREE not in item.nodeid]
    _left_out.extend(item.nodeid for item in here)
    items[:] = [item for item in items if item not in here]
    config.hook.pytest_deselected(items=here)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what did not run."""
    if _left_out:
        terminalreporter.section("POWERSHELL TESTS DID NOT RUN: no pwsh on PATH", sep="!", red=True, bold=True)
        for name in _left_out:
            terminalreporter.write_line(f"not run: {name}", red=True)


@pytest.fixture(scope="session", params=[OLD, NEW])
def engine(request: pytest.FixtureRequest) -> t.Iterator[Engine]:
    """Return the engine, one process for all tests of a generation of ansible.windows."""
    server = Engine(request.param)
    yield server
    server.close()


@pytest.fixture(scope="session")
def endpoints() -> t.Iterator[Endpoints]:
    """Return real sockets for every state of a target."""
    with Endpoints() as sockets:
        yield sockets
