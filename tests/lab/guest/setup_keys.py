# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Product keys as InstallProductKey takes them: shape, the public KMS client setup keys, and everything else.

Client setup keys: Microsoft, "Key Management Services (KMS) client activation and product keys" (2024-10-01),
https://learn.microsoft.com/windows-server/get-started/kms-client-activation-keys. They are published and no secret.
EditionIDs of Azure Edition and of Windows client editions come from public source code, not from Microsoft.
"""

from __future__ import annotations

import re

CLIENT = "client"
# What one release calls (Windows client editions share their keys over many releases): EditionID -> key.
CLIENT_KEYS = {
    "Windows Server 2025": {
        "ServerStandard": "TVRH6-WHNXV-R9WG3-9XRFY-MY832",
        "ServerDatacenter": "D764K-2NDRG-47T6Q-P8T8W-YP6DF",
        "ServerTurbine": "XGN3F-F394H-FD2MY-PP6FD-8MCRC",
    },
    "Windows Server 2022": {
        "ServerStandard": "VDYBN-27WPP-V4HQT-9VMD4-VMK7H",
        "ServerDatacenter": "WX4NM-KYWYW-QJJR4-XV3QB-6VM33",
        "ServerTurbine": "NTBV8-9K7Q8-V27C6-M2BTV-KHMXV",
    },
    "Windows Server 2019": {
        "ServerStandard": "N69G4-B89J2-4G8F4-WWYCC-J464C",
        "ServerDatacenter": "WMDGN-G9PQG-XVVXX-R3X43-63DFG",
        "ServerSolution": "WVDHN-86M7X-466P6-VHXV7-YY726",
    },
    "Windows Server 2016": {
        "ServerStandard": "WC2BQ-8NRM3-FDDYY-2BFGV-KHKQY",
        "ServerDatacenter": "CB7KF-BWN84-R7R2Y-793K2-8XDDG",
        "ServerSolution": "JCKRF-N37P4-C2D82-9YXRT-4M63B",
    },
    "Windows Server 2012 R2": {
        "ServerStandard": "D2N9P-3P6X9-2R39C-7RTCD-MDVJX",
        "ServerDatacenter": "W3GGN-FT8W3-Y4M27-J84CP-Q3VJ9",
        "ServerSolution": "KNC87-3J2TX-XB4WP-VCPJV-M4FWM",
    },
    CLIENT: {
        "Professional": "W269N-WFGWX-YVC9B-4J6C9-T83GX",
        "ProfessionalN": "MH37W-N47XK-V7XM9-C7227-GCQG9",
        "ProfessionalWorkstation": "NRG8B-VKK3Q-CXVCJ-9G2XF-6Q84J",
        "ProfessionalWorkstationN": "9FNHH-K3HBT-3W4TD-6383H-6XYWF",
        "ProfessionalEducation": "6TP4R-GNPTD-KYYHQ-7B7DP-J447Y",
        "ProfessionalEducationN": "YVWGF-BXNMC-HTQYQ-CPQ99-66QFC",
        "Education": "NW6C2-QMPVW-D7KKK-3GKT6-VCFB2",
        "EducationN": "2WH4N-8QGBV-H22JP-CT43Q-MDWWJ",
        "Enterprise": "NPPR9-FWDCX-D2C8J-H872K-2YT43",
        "EnterpriseN": "DPH2V-TTNVB-4X9Q3-TJR4H-KHJW4",
        "EnterpriseG": "YYVX9-NTFWV-6MDM3-9PT4T-4M68B",
        "EnterpriseGN": "44RPN-FTY23-9VTTB-MP9BX-T84FV",
        "EnterpriseS": "M7XTQ-FN8P6-TTKYV-9D4CC-J462D",
        "EnterpriseSN": "92NFX-8DJQP-P6BBQ-THF9C-7CG2H",
    },
}
_SHAPE = re.compile(r"(?:[0-9A-Z]{5}-){4}[0-9A-Z]{5}")
# The characters that the published keys are made of.
_ALPHABET = frozenset("".join(key for keys in CLIENT_KEYS.values() for key in keys.values()))


def is_key(text: str) -> bool:
    """Say whether a text has the shape of a product key."""
    return _SHAPE.fullmatch(text) is not None


def can_exist(key: str) -> bool:
    """Say whether a key has only characters that keys are made of."""
    return set(key) <= _ALPHABET


def setup_key(line: str, edition: str) -> str | None:
    """Return the client setup key of an edition, None when none is published. Core variants share it."""
    return CLIENT_KEYS.get(line, {}).get("ServerTurbine" if edition == "ServerTurbineCor" else edition)


def is_setup_key(key: str) -> bool:
    """Say whether a key is the client setup key of some edition."""
    return any(key in keys.values() for keys in CLIENT_KEYS.values())
