# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Not licensed, and the key is none that Azure's KMS can activate."""

from __future__ import annotations

from ..._text import texts
from .. import wording
from ..history import SeenCode
from ..keys import CHANNEL_NAMES, install_key
from ..model import Fact, Finding
from ..rule import Rule, code_facts, finding
from ..view import View

ID = "not-kms-client"
TEXTS = texts(
    ID,
    {
        "channel": "Windows is not licensed and its key is {channel}, which Azure's KMS cannot activate: install the KMS client setup key and activate.",
        "published": "published key of {title}",
        "code": "Windows is not licensed and says that its key does not fit, install the KMS client setup key of its edition and activate: {code}.",
    },
)


def check(view: View) -> Finding | None:
    """Judge by the channel; for a KMS client key, or one of an unknown channel, by codes that only a wrong key causes."""
    product = view.product
    if product is None or view.licensed or view.evaluation:
        return None
    codes = view.codes_of("wrong_key", "mak")
    facts = [
        Fact(
            "key channel",
            product.description or product.channel_raw or product.channel,
            "SoftwareLicensingProduct.Description",
            "VOLUME_KMSCLIENT",
        ),
        Fact("installed key ends in", product.partial_product_key, "SoftwareLicensingProduct.PartialProductKey"),
        *code_facts(codes),
    ]
    key = view.guest.client_key
    if key is not None and key.matches is not None:
        facts.append(Fact("key of this edition ends in", key.partial, TEXTS["published"].format(title=key.title)))
    if product.channel in CHANNEL_NAMES:
        title = TEXTS["channel"].format(channel=CHANNEL_NAMES[product.channel])
        return finding(ID, title, evidence=facts, remedy=install_key(view))
    if codes:
        title = TEXTS["code"].format(code=wording.code(codes[0].code))
        return finding(ID, title, confidence=_confidence(view, codes), evidence=facts, remedy=install_key(view))
    return None


def _confidence(view: View, codes: tuple[SeenCode, ...]) -> str:
    key = view.guest.client_key
    if key is not None and key.matches:
        return "possible"
    return "likely" if any(seen.code.certainty == "doc" for seen in codes) else "possible"


RULE = Rule(ID, "the key's channel", ("license",), check)
