# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Nothing of a diagnosis changes unseen."""

from __future__ import annotations

import difflib

from tests.unit.plugins.module_utils._diagnosis import approved


def test_every_diagnosis_is_the_one_that_was_approved() -> None:
    before, now = approved.FILE.read_text("utf-8").splitlines(), approved.lines()
    changed = list(difflib.unified_diff(before, now, "approved", "now", n=0, lineterm=""))[:20] if before != now else []
    assert not changed, f"python -m {approved.__name__} writes them anew, once you have read what changed"
