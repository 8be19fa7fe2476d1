# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module's documentation as ansible-doc shows it: with the parts that this collection's fragments add."""

from __future__ import annotations

import importlib
import typing as t

import yaml

PLUGINS = "ansible_collections.azure_windows.activation.plugins"
OWN = "azure_windows.activation."


def options(module: str) -> dict[str, t.Any]:
    """Return the documented options of a module."""
    found = yaml.safe_load(importlib.import_module(f"{PLUGINS}.modules.{module}").DOCUMENTATION)
    merged = dict(found.get("options", {}))
    for fragment in found["extends_documentation_fragment"]:
        if fragment.startswith(OWN):
            for name, option in _part(fragment.removeprefix(OWN)).get("options", {}).items():
                assert name not in merged, f"{module}: {name} is documented twice"
                merged[name] = option
    return merged


def _part(fragment: str) -> dict[str, t.Any]:
    """Return one fragment, named `_file` or `_file.part`."""
    file, _dot, part = fragment.partition(".")
    room = importlib.import_module(f"{PLUGINS}.doc_fragments.{file}").ModuleDocFragment
    return t.cast("dict[str, t.Any]", yaml.safe_load(getattr(room, (part or "documentation").upper())))
