# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nothing of a diagnosis changes unseen."""

from __future__ import annotations

from tests.approved import changed
from tests.unit.plugins.module_utils._diagnosis import approved


def test_every_diagnosis_is_the_one_that_was_approved() -> None:
    assert not changed(approved.FILE, approved.lines()), (
        f"python -m {approved.__name__} writes them anew, once you have read what changed"
    )
