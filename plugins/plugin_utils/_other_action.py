# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Running another action plugin from within one, on the same host and connection.

FOR INTERNAL COLLECTION USE ONLY.
"""

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase


def other(action: ActionBase, name: str, arguments: t.Mapping[str, t.Any]) -> t.Any:
    """Return the action plugin `name` with these arguments; check mode and diff are those of `action`."""
    task = action._task.copy()
    task.action = name
    task.args = dict(arguments)
    context = {
        "connection": action._connection,
        "play_context": action._play_context,
        "loader": action._loader,
        "templar": action._templar,
        "shared_loader_obj": action._shared_loader_obj,
    }
    return action._shared_loader_obj.action_loader.get(name, task=task, **context)
