# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guest's clock against the controller's."""

from __future__ import annotations

import datetime

from .evidence import Clock
from .fields import Fields, parse_time


def parse(fields: Fields, before: datetime.datetime | None, after: datetime.datetime | None) -> Clock:
    """Return the offset as guest time minus the middle of the run, with half the run as uncertainty, in seconds."""
    guest = fields.time("utc_now")
    offset = uncertainty = None
    moment = parse_time(guest) if guest is not None else None
    if moment is not None and before is not None and after is not None:
        half = (after - before) / 2
        offset = round((moment - (before + half)).total_seconds(), 3)
        uncertainty = round(abs(half.total_seconds()), 3)
    service = fields.part("w32time")
    return Clock(
        guest_utc=guest,
        offset_seconds=offset,
        uncertainty_seconds=uncertainty,
        sync_type=service.registry_text("Type") if service else None,
        ntp_server=service.registry_text("NtpServer") if service else None,
        host_sync_enabled=_enabled(service, "vmic_enabled"),
        ntp_client_enabled=_enabled(service, "ntpclient_enabled"),
    )


def _enabled(service: Fields | None, key: str) -> bool | None:
    number = service.registry_number(key) if service is not None else None
    return None if number is None else number == 1
