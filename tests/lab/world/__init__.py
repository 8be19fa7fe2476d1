# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""World files of the lab: `load(path)` returns a checked World or raises WorldError with one line."""

from tests.lab.world.loader import load
from tests.lab.world.model import World, WorldError

__all__ = ["World", "WorldError", "load"]
