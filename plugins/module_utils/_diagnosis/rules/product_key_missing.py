# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Windows has no product key."""

from __future__ import annotations

from ..._text import texts
from .. import keys, sources
from ..keys import install_key
from ..model import Fact, Finding
from ..rule import Rule, finding
from ..view import View

ID = "product-key-missing"
TEXTS = texts(
    ID,
    {
        "found": "Windows has no product key. Install the KMS client setup key of its edition and activate.",
    },
)


def check(view: View) -> Finding | None:
    """Report a licence that was read and holds no Windows product with a key."""
    license_ = view.guest.license
    if license_ is None or not license_.readable or license_.product is not None:
        return None
    return finding(
        ID,
        TEXTS["found"],
        evidence=[
            Fact("product", None, "license_row"),
            *(Fact("other_product", item.name, "license_row") for item in license_.others),
        ],
        remedy=install_key(view),
    )


RULE = Rule(
    id=ID,
    name="No product key",
    place=50,
    why="Without a key no request is made.",
    subject="the product key",
    needs=("license",),
    check=check,
    texts=TEXTS,
    steps=keys.STEPS,
    severities=("error",),
    alike=("token-store-damaged", "license-state-unreadable"),
    sources=(sources.CLIENT_KEYS, sources.PRODUCT_CLASS),
    action="key",
)
