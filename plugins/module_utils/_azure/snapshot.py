# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was read of Azure for one run, as plain values, with everything that could not be read."""

from __future__ import annotations

import dataclasses
import threading
import typing as t

from .._network.state import EffectiveRoutes, NetworkState
from .._network.values import low, type_of
from .arm import DENY_ASSIGNMENT, ArmError

FORBIDDEN = 403


@dataclasses.dataclass
class Snapshot:
    """`resources` by lower-cased id; `routes` by subnet id; `power` by VM id; `admin_rules` by network id; `tags` by location.

    `rulesets`: network id -> ids of the DNS forwarding rulesets linked to it; `inbound`: address of a DNS private resolver -> its network.
    `unread` holds {what, scope, reason, action}: what is missing, where, why, and the RBAC action to grant.
    """

    resources: dict[str, dict[str, t.Any]] = dataclasses.field(default_factory=dict)
    routes: dict[str, EffectiveRoutes] = dataclasses.field(default_factory=dict)
    power: dict[str, str] = dataclasses.field(default_factory=dict)
    admin_rules: dict[str, list[t.Mapping[str, t.Any]]] = dataclasses.field(default_factory=dict)
    tags: dict[str, dict[str, list[str]]] = dataclasses.field(default_factory=dict)
    rulesets: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    inbound: dict[str, str] = dataclasses.field(default_factory=dict)
    listed: set[tuple[str, str]] = dataclasses.field(default_factory=set)
    unread: list[dict[str, t.Any]] = dataclasses.field(default_factory=list)
    lock: threading.Lock = dataclasses.field(default_factory=threading.Lock)

    def add(self, bodies: t.Iterable[dict[str, t.Any]]) -> None:
        """Keep resources that have an id; a body without one is of no use and is counted as unread."""
        for body in bodies:
            key = low(body.get("id"))
            if key:
                self.resources[key] = body
            else:
                self.missing("resource without id", "-", "the body names no id")

    def missing(self, what: str, scope: str, problem: ArmError | str, action: str | None = None) -> None:
        """Note something that could not be read, once; `action` is not what is missing where Azure gives another reason."""
        entry: dict[str, t.Any] = {"what": what, "scope": scope, "reason": str(problem), "action": None}
        if not isinstance(problem, ArmError):
            entry["action"] = action
        elif problem.status == FORBIDDEN and problem.code != DENY_ASSIGNMENT:
            entry["action"] = problem.action or action
        with self.lock:
            if entry not in self.unread:
                self.unread.append(entry)

    def forget(self, subscriptions: t.Collection[str]) -> None:
        """Drop what is missing of subscriptions that nobody but Microsoft can read."""
        places = {f"/subscriptions/{name}" for name in subscriptions}
        self.unread = [entry for entry in self.unread if low(entry["scope"]) not in places]

    def of_type(self, kind: str) -> list[dict[str, t.Any]]:
        """Return the resources of a type."""
        return [body for key, body in self.resources.items() if type_of(key) == kind.lower()]

    def state(self) -> NetworkState:
        """Return what was read as the evaluation takes it."""
        return NetworkState(
            self.resources.values(),
            effective_routes=self.routes,
            power=self.power,
            admin_rules=self.admin_rules,
            service_tags=self.tags,
            rulesets=self.rulesets,
            inbound=self.inbound,
            unread=self.unread,
            listed=self.listed,
        )
