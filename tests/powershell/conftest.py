# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Scripts need a PowerShell engine: without `pwsh` on PATH this folder says loudly what did not run."""

from __future__ import annotations

import contextlib
import functools
import typing as t

import pytest

from tests.lab.sockets import Endpoints
from tests.powershell.engine import NEW, PWSH, Engine

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


@pytest.fixture(scope="session")
def engines() -> t.Iterator[t.Callable[[str], Engine]]:
    """Return what gives the engine of a generation of ansible.windows, one process for all its tests."""
    with contextlib.ExitStack() as stack:

        @functools.cache
        def of(generation: str) -> Engine:
            return stack.enter_context(contextlib.closing(Engine(generation)))

        yield of


@pytest.fixture
def engine(request: pytest.FixtureRequest, engines: t.Callable[[str], Engine]) -> Engine:
    """Return the engine of the newest generation, or of the one that a test asks for: generations.py says which."""
    return engines(getattr(request, "param", NEW))


@pytest.fixture(scope="session")
def endpoints() -> t.Iterator[Endpoints]:
    """Return real sockets for every state of a target."""
    with Endpoints() as sockets:
        yield sockets
