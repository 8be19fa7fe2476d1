# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From machines to paths: read Azure once, judge each machine."""

from __future__ import annotations

import dataclasses
import typing as t

from .._network.judgement import KmsTargets, join_unread
from .._network.path import evaluate
from .._network.wording import say
from .._plain import to_plain
from .._reference import endpoints
from .._text import messages
from . import scope
from .exchanges import Source
from .reader import Reader


def targets(cloud_name: str, given: endpoints.Override | None) -> KmsTargets:
    """Return the KMS of a cloud; a cloud that the dated data does not know has the public cloud's."""
    key = endpoints.cloud_key(cloud_name) or endpoints.DEFAULT_CLOUD
    cloud = endpoints.overridden(endpoints.CLOUDS[key], given)
    return KmsTargets(
        names=cloud.names,
        addresses=cloud.addresses,
        legacy_addresses=cloud.legacy_addresses,
        mistyped=endpoints.MISPRINTS,
        port=cloud.port,
        foreign_addresses=tuple(
            address for name, other in endpoints.CLOUDS.items() if name != key for address in other.addresses
        ),
    )


@dataclasses.dataclass(frozen=True)
class Asked:
    """The machines (VM ids, or private addresses in `subscription`); `in_doubt`: those that do not resolve the names of the KMS."""

    machines: t.Sequence[str]
    subscription: str | None = None
    in_doubt: t.Collection[str] = ()


def read_paths(
    source: Source, cloud_name: str, asked: Asked, given: endpoints.Override | None
) -> tuple[list[dict[str, t.Any]], list[dict[str, t.Any]]]:
    """Return (one path per machine in the given order, everything that could not be read)."""
    reader = Reader(source)
    found = reader.read(asked.machines, [asked.subscription] if asked.subscription else [], asked.in_doubt)
    state = reader.snapshot.state()
    wanted = targets(cloud_name, given)
    paths = [evaluate(state, vm_id or machine, wanted) for machine, vm_id in zip(asked.machines, found, strict=True)]
    for path, more in zip(paths, scope.unread_near(reader.snapshot, paths), strict=True):
        path["readable"] = bool(reader.snapshot.resources) or not reader.snapshot.unread
        path["unread"] = join_unread(path["unread"], more)
    if endpoints.cloud_key(cloud_name) is None and not (given and given.addresses):
        note = say("cloud_note", cloud=cloud_name, default=endpoints.DEFAULT_CLOUD)
        told = to_plain(messages([note]))
        paths = [
            {**path, "notes": [*path["notes"], str(note)], "messages": {**path["messages"], **told}} for path in paths
        ]
    return paths, reader.snapshot.unread
