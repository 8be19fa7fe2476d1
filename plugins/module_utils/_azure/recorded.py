# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A reading of Azure to be judged again: made beside the reading, and judged without Azure."""

from __future__ import annotations

import typing as t

from .._guest import text
from .._reference import endpoints
from . import dns_forwarding
from .excerpt import excerpt
from .exchanges import Call, Player
from .paths import Asked, read_paths

# {cloud, vm_id, subscription, kms_endpoints, calls}
Recorded: t.TypeAlias = dict[str, t.Any]


def record(
    calls: t.Sequence[Call],
    path: t.Mapping[str, t.Any],
    *,
    cloud: str,
    subscription: str | None,
    kms_endpoints: t.Mapping[str, t.Any] | None,
) -> Recorded:
    """Return what `path` was judged from: an excerpt when it gives the same path again, else everything that was read.

    No password and no product key in it, whatever somebody wrote into tags, descriptions or addresses.
    """
    about: Recorded = {
        "cloud": cloud,
        "vm_id": path["vm_id"],
        "subscription": subscription,
        "kms_endpoints": kms_endpoints,
    }
    short: Recorded = {**about, "calls": excerpt(calls, str(path["vm_id"]))}
    kept = short if judge(short) == path else {**about, "calls": list(calls)}
    return t.cast(Recorded, text.scrubbed(kept))


def judge(recorded: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the path of the machine as today's code sees it in a recorded reading."""
    given = endpoints.override(recorded.get("kms_endpoints"))
    machines, subscription = [str(recorded["vm_id"])], recorded.get("subscription")
    calls = recorded["calls"]
    # Names were in doubt where it was asked what a network does with them.
    doubted = any(str(call["path"]).lower().endswith(dns_forwarding.QUESTIONS) for call in calls)
    asked = Asked(machines, subscription, machines if doubted else ())
    (path,), _unread = read_paths(Player(calls), str(recorded["cloud"]), asked, given)
    return path
