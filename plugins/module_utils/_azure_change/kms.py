# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The addresses that route tables may still name although the KMS left them, or never was there."""

from __future__ import annotations

from .._reference import endpoints


def stale(cloud_name: str) -> tuple[str, ...]:
    """Return the old, misprinted and retired KMS addresses of a cloud."""
    key = endpoints.cloud_key(cloud_name) or endpoints.DEFAULT_CLOUD
    return (*endpoints.CLOUDS[key].legacy_addresses, *endpoints.MISPRINTS, *endpoints.RETIRED_ADDRESSES)
