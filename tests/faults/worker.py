# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One case in a process of its own, which ends."""

from __future__ import annotations

import pathlib
import signal
import tempfile
import typing as t

from tests.tools import importable

importable.install()

from tests.faults import catalog
from tests.faults.row import Row

# Seconds after which a case counts as one that hangs.
_LONGEST = 600


class HangingError(Exception):
    """A case did not end."""


def _hangs(_number: int, _frame: t.Any) -> t.NoReturn:
    raise HangingError(f"it did not end within {_LONGEST} s")


def run(name: str) -> list[Row]:
    """Run the case of that name in a new folder."""
    signal.signal(signal.SIGALRM, _hangs)
    signal.alarm(_LONGEST)
    try:
        with tempfile.TemporaryDirectory(prefix="kms-faults-", ignore_cleanup_errors=True) as folder:
            return catalog.run(catalog.cases()[name], pathlib.Path(folder))
    finally:
        signal.alarm(0)
