# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of the licensing numbers and channel tokens.

Source: slmgr.vbs (public copy) and Microsoft Learn sppwmi/softwarelicensingproduct, read 2026-11-23.
"""

from __future__ import annotations

WINDOWS_APPLICATION_ID = "55c92734-d682-4d71-983e-d6ec3f16059f"

# Not licensed, but without a sign to the user yet.
GRACE = frozenset({2, 3, 4, 6})
LICENSE_STATUS = {
    0: "unlicensed",
    1: "licensed",
    2: "oob_grace",
    3: "oot_grace",
    4: "non_genuine_grace",
    5: "notification",
    6: "extended_grace",
}

# 180 days: what a KMS client gets at each success.
KMS_FULL_PERIOD_MINUTES = 259200

# Substrings of Description in the order slmgr tests them; the first that occurs wins. They are not localised.
DESCRIPTION_CHANNELS = (
    ("VOLUME_KMSCLIENT", "kms_client"),
    ("VOLUME_KMS", "kms_host"),
    ("VOLUME_MAK", "mak"),
    ("TIMEBASED_", "evaluation"),
    ("VIRTUAL_MACHINE_ACTIVATION", "avma"),
    ("RETAIL", "retail"),
    ("OEM", "oem"),
)

# Prefixes of ProductKeyChannel, only for rows without a token above. The full list is unverified.
KEY_CHANNELS = (
    ("VOLUME:GVLK", "kms_client"),
    ("VOLUME:CSVLK", "kms_host"),
    ("VOLUME:MAK", "mak"),
    ("RETAIL:TB:EVAL", "evaluation"),
    ("RETAIL", "retail"),
    ("OEM", "oem"),
)

# Channels whose licence has no end once status is 1 and no minutes are left.
PERMANENT_CHANNELS = frozenset({"mak", "retail", "oem", "avma", "kms_host"})

SERVICE_START = {0: "boot", 1: "system", 2: "automatic", 3: "manual", 4: "disabled"}
