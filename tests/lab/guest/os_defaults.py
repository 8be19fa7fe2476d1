# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a healthy Azure VM of each Windows looks like: releases, editions, client setup keys, licensing messages.

Partial keys are the last five characters of the public KMS client setup keys (Microsoft, "Key Management Services (KMS)
client activation and product keys", 2024-10-01). Activation ids, SKU numbers and revisions are data of the lab.
"""

from __future__ import annotations

import dataclasses
import locale
import re
import typing as t
import uuid

from tests.lab.world.model import Tree

NAMESPACE = uuid.UUID("6f1c1c3e-5a0b-4f0e-9d53-2a6a1f1f5a77")
WINDOWS_APP = "55c92734-d682-4d71-983e-d6ec3f16059f"
OFFICE_APP = "0ff1ce15-a989-479d-af46-f275c6370663"
SERVER_2022 = "10.0.20348"


@dataclasses.dataclass(frozen=True)
class Release:
    """One Windows release: its name, how current it is, its PowerShell and the format of its firewall rules."""

    name: str
    ubr: int
    powershell: str
    display_version: str | None
    firewall: str


SERVERS: t.Mapping[int, Release] = {
    9600: Release("Windows Server 2012 R2", 22175, "5.1.14409.1029", None, "v2.22"),
    14393: Release("Windows Server 2016", 7428, "5.1.14393.7426", None, "v2.26"),
    17763: Release("Windows Server 2019", 6414, "5.1.17763.6414", None, "v2.29"),
    20348: Release("Windows Server 2022", 2402, "5.1.20348.2400", "21H2", "v2.31"),
    26100: Release("Windows Server 2025", 2033, "5.1.26100.2033", "24H2", "v2.33"),
}
CLIENTS: t.Mapping[int, Release] = {
    19045: Release("Windows 10", 4957, "5.1.19041.4894", "22H2", "v2.30"),
    22631: Release("Windows 11", 4317, "5.1.22621.4249", "23H2", "v2.32"),
    26100: Release("Windows 11", 2033, "5.1.26100.2033", "24H2", "v2.33"),
}
# EditionID -> (OperatingSystemSKU, edition words of the caption)
EDITIONS: t.Mapping[str, tuple[int, str]] = {
    "ServerStandard": (7, "Standard"),
    "ServerDatacenter": (8, "Datacenter"),
    "ServerTurbine": (407, "Datacenter Azure Edition"),
    "ServerTurbineCor": (407, "Datacenter Azure Edition"),
    "ServerStandardEval": (79, "Standard Evaluation"),
    "ServerDatacenterEval": (80, "Datacenter Evaluation"),
    "ServerSolution": (50, "Essentials"),
    "ServerStandardACor": (146, "Standard"),
    "ServerDatacenterACor": (145, "Datacenter"),
    "ServerRdsh": (175, "Enterprise multi-session"),
    "Enterprise": (4, "Enterprise"),
    "EnterpriseN": (27, "Enterprise N"),
    "EnterpriseEval": (72, "Enterprise Evaluation"),
    "EnterpriseS": (125, "Enterprise LTSC"),
    "Education": (121, "Education"),
    "Professional": (48, "Pro"),
    "ProfessionalN": (49, "Pro N"),
}
_CLIENT_KEYS = {
    ("Windows Server 2012 R2", "ServerStandard"): "MDVJX",
    ("Windows Server 2012 R2", "ServerDatacenter"): "Q3VJ9",
    ("Windows Server 2016", "ServerStandard"): "KHKQY",
    ("Windows Server 2016", "ServerDatacenter"): "8XDDG",
    ("Windows Server 2019", "ServerStandard"): "J464C",
    ("Windows Server 2019", "ServerDatacenter"): "63DFG",
    ("Windows Server 2022", "ServerStandard"): "VMK7H",
    ("Windows Server 2022", "ServerDatacenter"): "6VM33",
    ("Windows Server 2022", "ServerTurbine"): "KHMXV",
    ("Windows Server 2025", "ServerStandard"): "MY832",
    ("Windows Server 2025", "ServerDatacenter"): "YP6DF",
    ("Windows Server 2025", "ServerTurbine"): "8MCRC",
    ("client", "Enterprise"): "2YT43",
    ("client", "EnterpriseN"): "KHJW4",
    ("client", "EnterpriseS"): "J462D",
    ("client", "Education"): "VCFB2",
    ("client", "Professional"): "T83GX",
    ("client", "ProfessionalN"): "GCQG9",
}
_ACTIVATION_IDS = {
    ("Windows Server 2022", "ServerDatacenter"): "ef6cfc9f-8c5d-44ac-9aad-de6a2ea0ae03",
    ("Windows Server 2019", "ServerDatacenter"): "34e1ae55-27f8-4950-8877-7a03be5fb181",
}
_YEAR = re.compile(r"\b(2012 R2|2016|2019|2022|2025)\b", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class System:
    """An operating system with everything filled in."""

    caption: str
    edition_id: str
    sku: int
    product_type: int
    version: str
    ubr: int
    locale: str
    time_zone: str
    powershell: str
    product_name: str
    installation_type: str
    release: Release

    @property
    def build(self) -> int:
        """Return the build number."""
        return int(self.version.split(".")[2])

    @property
    def client(self) -> bool:
        """Say whether this is a Windows 10 or 11, multi-session included."""
        return not self.edition_id.startswith("Server") or self.edition_id == "ServerRdsh"

    @property
    def language(self) -> int:
        """Return the language number (LCID) of the system."""
        wanted = self.locale.replace("-", "_").casefold()
        return next((code for code, name in locale.windows_locale.items() if name.casefold() == wanted), 1033)

    @property
    def partial_key(self) -> str:
        """Return the end of the client setup key; one of the lab's own where none is published."""
        line = "client" if self.client else self.release.name
        edition = "ServerTurbine" if self.edition_id == "ServerTurbineCor" else self.edition_id
        digits = uuid.uuid5(NAMESPACE, f"key {line} {edition}").hex
        made_up = "".join("BCDFGHJKMPQRTVWX"[int(digit, 16)] for digit in digits[:5])
        return _CLIENT_KEYS.get((line, edition), made_up)

    @property
    def activation_id(self) -> str:
        """Return the id of the KMS client product of this edition."""
        known = _ACTIVATION_IDS.get((self.release.name, self.edition_id))
        return known or str(uuid.uuid5(NAMESPACE, f"sku {self.release.name} {self.edition_id}"))


def complete(given: Tree) -> System:
    """Fill in what a world leaves out of `os`, from whatever it does say."""
    caption = given.get("caption") or ""
    edition = given.get("edition_id") or _edition_of(given.get("sku"), caption)
    client = not edition.startswith("Server") or edition == "ServerRdsh"
    version = _version(given.get("version"), caption, client)
    build = int(version.split(".")[2])
    releases = CLIENTS if client else SERVERS
    release = (
        releases.get(build) or releases[max((known for known in releases if known <= build), default=min(releases))]
    )
    sku, words = EDITIONS.get(edition, (0, edition))
    caption = caption or f"Microsoft {release.name} {words}"
    # Windows 11 still calls itself Windows 10 in this one value.
    product = caption.removeprefix("Microsoft ").replace("Windows 11", "Windows 10")
    return System(
        caption=caption,
        edition_id=edition,
        sku=given.get("sku", sku),
        product_type=given.get("product_type", 3 if edition.startswith("Server") else 1),
        version=version,
        ubr=given.get("ubr", release.ubr),
        locale=given.get("locale", "en-US"),
        time_zone=given.get("time_zone", "UTC"),
        powershell=given.get("powershell", release.powershell),
        product_name=given.get("product_name", product),
        installation_type=given.get("installation_type", "Client" if client else "Server"),
        release=release,
    )


def _edition_of(sku: int | None, caption: str) -> str:
    by_sku = {number: edition for edition, (number, _words) in reversed(EDITIONS.items())}
    if sku in by_sku:
        return by_sku[sku]
    matches = [edition for edition, (_number, words) in EDITIONS.items() if words.casefold() in caption.casefold()]
    server = "server" in caption.casefold()
    kept = [edition for edition in matches if edition.startswith("Server") == server or edition == "ServerRdsh"]
    longest = max(kept, key=lambda edition: len(EDITIONS[edition][1]), default=None)
    return longest or ("ServerDatacenter" if server or not caption else "Enterprise")


def _version(given: str | None, caption: str, client: bool) -> str:
    if given and given.count(".") >= 2:
        return ".".join(given.split(".")[:3])
    if given and given.isdigit():
        return f"10.0.{given}"
    if client:
        return "10.0.19045" if "Windows 10" in caption else "10.0.22631"
    year = _YEAR.search(caption)
    name = f"Windows Server {year[1].upper()}" if year else ""
    build = next((number for number, release in SERVERS.items() if release.name == name), None)
    return SERVER_2022 if build is None else "6.3.9600" if build == 9600 else f"10.0.{build}"
