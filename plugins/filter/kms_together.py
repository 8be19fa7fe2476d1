# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`kms_together`: the hosts of a play that are judged in one go."""

from __future__ import annotations

import typing as t

LEADER = "__diagnose_leader"
ASKED = "__diagnose_facts"


def kms_together(
    names: t.Iterable[str], hostvars: t.Mapping[str, t.Any], leader: str, remaining: t.Collection[str]
) -> list[str]:
    """Return the hosts that were asked under this leader, and those that were lost before anybody asked them.

    A batch has one leader. Where each host runs on its own, as with the strategy free, each leads itself.
    """
    alive = frozenset(remaining)
    return [name for name in names if _belongs(hostvars[name], leader, lost=name not in alive)]


def _belongs(variables: t.Mapping[str, t.Any], leader: str, *, lost: bool) -> bool:
    if variables.get(LEADER, leader) != leader:
        return False
    return bool(variables.get(ASKED)) or lost


class FilterModule:
    """Makes the filter known to Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters by name."""
        return {"kms_together": kms_together}
