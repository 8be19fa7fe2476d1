# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which tests run in the sessions of both generations of ansible.windows, and which in the newest alone.

What a generation can change is which command a name means, and how a script is started: what is loaded before it, what is
loaded in mid-run, and where a constrained session takes it from. One run of a script that reaches its functions meets all of that,
whatever the data is. So each script runs in both with a guest that leads it through, with one where everything fails, and
in a constrained session; every further row varies what Windows answers and runs in the newest, the stricter of the two.
"""

from __future__ import annotations

import pytest

from tests.powershell.engine import NEW, OLD

both_generations = pytest.mark.parametrize("engine", [OLD, NEW], indirect=True)
