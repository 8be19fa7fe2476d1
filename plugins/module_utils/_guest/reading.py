# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One run of the probe as plain values: what was asked, when, and what came back; enough to interpret it again at any time."""

from __future__ import annotations

import datetime
import typing as t

from .._reference import endpoints
from . import text
from .evidence import GuestEvidence
from .fields import iso
from .interpret import interpret

# {asked: {sections, cloud, kms_endpoints, probe_timeout, event_days}, controller: {before, after}, raw}
Reading: t.TypeAlias = dict[str, t.Any]


def reading(raw: t.Any, asked: t.Mapping[str, t.Any], before: datetime.datetime, after: datetime.datetime) -> Reading:
    """Return the reading of a run between two times of the controller."""
    return {"asked": dict(asked), "controller": {"before": iso(before), "after": iso(after)}, "raw": text.clean(raw)}


def understand(read: t.Mapping[str, t.Any]) -> GuestEvidence:
    """Return what a reading says, by today's code."""
    asked, controller = read["asked"], read["controller"]
    return interpret(
        read["raw"],
        controller_before=controller["before"],
        controller_after=controller["after"],
        cloud_option=asked["cloud"],
        subset=asked["sections"],
        given=endpoints.override(asked.get("kms_endpoints")),
    )
