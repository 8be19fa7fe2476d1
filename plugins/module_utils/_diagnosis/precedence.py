# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which cause is to be fixed first: the order in which a request for activation meets the obstacles.

An obstacle hides everything behind it, so the first one found is the root cause. The verdicts come last; they hold when nothing
above them is found. Every module of the package `rules` is a rule, which says its place and the reason for it.
"""

from __future__ import annotations

import importlib
import pkgutil
import typing as t

from . import rules
from .rule import Rule


def _found() -> t.Iterator[Rule]:
    for item in pkgutil.iter_modules(rules.__path__):
        yield importlib.import_module(f"{rules.__name__}.{item.name}").RULE


RULES: tuple[Rule, ...] = tuple(sorted(_found(), key=lambda rule: rule.place))
IDS = tuple(rule.id for rule in RULES)
