# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is around the object that a module changes, read once per run."""

from __future__ import annotations

import typing as t

from .._azure.reader import Reader
from .._network.state import NetworkState
from .._network.values import subscription
from .job import Job


def read(job: Job, ids: t.Iterable[str], machines: t.Sequence[str] = ()) -> NetworkState:
    """Read the subscriptions of resource ids, and what the paths of `machines` need; what is missing is noted in it."""
    reader = Reader(job.session.client)
    reader.read(machines, {subscription(resource_id) for resource_id in ids})
    return reader.snapshot.state()
