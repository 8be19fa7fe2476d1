# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How one recorded write is undone: only while the object still is as the write left it."""

from __future__ import annotations

from .._network import values
from .._network.values import Body, name_of
from . import bodies, change_set
from .change_set import CREATE, DELETE, ChangeSet, Write, refuse

# A journal is a file that somebody may have edited: nothing else is ever written from one.
TYPES = frozenset(
    f"microsoft.network/{name}"
    for name in (
        "azurefirewalls",
        "firewallpolicies/rulecollectiongroups",
        "natgateways",
        "networksecuritygroups/securityrules",
        "publicipaddresses",
        "routetables",
        "routetables/routes",
        "virtualnetworks/subnets",
    )
)


def plan(write: Write, current: Body | None, *, sure: bool) -> ChangeSet:
    """Return what undoes `write` (its `body` is what it left behind); `sure` is False when nobody saw its end."""
    name = name_of(write.id)
    if values.type_of(write.id) not in TYPES or write.operation not in (CREATE, change_set.UPDATE, DELETE):
        return refuse(
            "not-of-this-collection",
            f"The journal names a {write.operation} of {write.id}, which no module of this collection writes",
            "Use the journal as it was written",
        )
    if bodies.same(write.id, current, write.before):
        return ChangeSet()
    left = bodies.same if sure else bodies.holds
    if not left(write.id, current, write.body):
        is_now = "gone" if current is None else "not as it was left"
        return refuse(
            "changed-since",
            f"{name} was changed by somebody else since: it is {is_now}",
            f"Compare {write.id} with the journal and decide by hand",
        )
    if write.before is None:
        return ChangeSet((change_set.delete(write.id, current or {}),))
    if current is None:
        return ChangeSet((change_set.create(write.id, write.before),))
    return ChangeSet((change_set.update(write.id, current, write.before),))
