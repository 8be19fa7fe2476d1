# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A hash of a guest's state that leaves out what only time or the network around it changes."""

from __future__ import annotations

import hashlib
import json
import typing as t

from tests.lab.world.model import Tree

_PASSING = frozenset({"utc_now", "dns", "tcp", "booted", "attempts", "event_log_oldest"})
_STAMPS = frozenset({"time", "modified"})


def of(machine: t.Mapping[str, t.Any]) -> str:
    """Return the SHA-256 of a machine's lasting state."""
    lasting = {name: value for name, value in machine.items() if name not in _PASSING}
    lasting["events"] = [_unstamped(event) for event in machine["events"]]
    lasting["files"] = {path: _unstamped(file) for path, file in machine["files"].items()}
    text = json.dumps(lasting, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _unstamped(item: Tree) -> Tree:
    return {name: value for name, value in item.items() if name not in _STAMPS}
