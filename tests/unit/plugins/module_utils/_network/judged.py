# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the random comparisons run: the same examples on every machine, so that a failure comes back."""

from __future__ import annotations

import typing as t

import hypothesis


def settings(examples: int) -> t.Callable[[t.Callable[..., None]], t.Callable[..., None]]:
    """Return the settings of a comparison with that many random networks."""
    return hypothesis.settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
