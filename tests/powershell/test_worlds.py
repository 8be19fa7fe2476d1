# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Guests of a world: the probe, run by the engine, says of each what the lab's own answer says."""

from __future__ import annotations

import datetime

import pytest

from tests.lab.guest.machine import GuestMachine
from tests.lab.sockets import Endpoints
from tests.lab.world import load
from tests.powershell.engine import Engine
from tests.powershell.test_probe import compare
from tests.tools import tree

FABRIKAM = load(tree.ROOT / "tests" / "lab" / "worlds" / "fabrikam.yml")
# Those whose answers differ most in form.
GUESTS = ("erp-tr", "desk-ja", "v6-ru", "quiet-ja", "bare-it", "start-fi", "azure-tr", "blind-de")
# Long enough for a busy machine, short enough to wait for.
_SHORT = 4


@pytest.mark.parametrize("name", GUESTS)
def test_a_guest_of_fabrikam(engine: Engine, endpoints: Endpoints, name: str) -> None:
    now = datetime.datetime.now(datetime.timezone.utc)
    machine = GuestMachine(FABRIKAM, name, now, endpoints=endpoints).snapshot(now)
    compare(engine, machine, TimeoutSeconds=_SHORT)
