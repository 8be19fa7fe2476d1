# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Active Directory gave the licence, so that KMS does not matter."""

from __future__ import annotations

from ..._text import texts
from .. import facts, sources
from ..model import Fact, Finding
from ..rule import Rule, always, finding
from ..view import View

ID = "adba"
TEXTS = texts(
    ID,
    {
        "found": "Windows is activated through the object {name} in Active Directory, so KMS is not needed. Keep a domain controller reachable.",
        "unnamed": "Windows is activated through Active Directory, so KMS is not needed. Keep a domain controller reachable.",
    },
)


def check(view: View) -> Finding | None:
    """Report a licence that the domain gave; whether the next renewal reaches a domain controller was not tested."""
    product = view.product
    if product is None or not view.directory:
        return None
    name = product.directory_object
    seen = {"name": name, "dn": product.directory_dn}
    return finding(
        ID,
        TEXTS["found" if name else "unnamed"].format(name=name),
        severity="info",
        status="ok",
        confidence="certain" if product.activation_type is not None else "likely",
        evidence=[facts.licence(product), Fact("active_directory", seen, "license_row")],
    )


RULE = Rule(
    id=ID,
    name="Activated through Active Directory",
    place=245,
    why="Says who activates; it stops nothing.",
    subject="who activates",
    check=check,
    texts=TEXTS,
    severities=("info",),
    alike=("activated", "license-state-unreadable"),
    sources=(
        sources.Source(
            "Get-ADLicenseInfo", "https://learn.microsoft.com/powershell/module/oslicense/get-adlicenseinfo"
        ),
        sources.PRODUCT_CLASS,
    ),
    applies=always,
)
