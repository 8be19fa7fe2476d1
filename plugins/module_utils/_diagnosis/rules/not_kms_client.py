# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Not licensed, and the key is none that Azure's KMS can activate."""

from __future__ import annotations

from ..._text import texts
from .. import facts, keys, sources, wording
from ..activator import may_be_subscription
from ..facts import SeenCode
from ..keys import CHANNEL_NAMES, install_key
from ..model import Finding
from ..rule import GUEST_ADMIN, Rule, finding, remedy, steps
from ..view import View

ID = "not-kms-client"
TEXTS = texts(
    ID,
    {
        "channel": "Windows is not licensed and its key is {channel}, which Azure's KMS cannot activate. Install the KMS client setup key and activate.",
        "avma": (
            "Windows is not licensed, and its key lets only an activated Hyper-V host activate it (AVMA). Let the host activate it on Azure Local "
            "or another Hyper-V host, and install the KMS client setup key in Azure."
        ),
        "subscription": (
            "Windows is not licensed and its retail key may belong to a subscription. Let a user with the subscription sign in, or install the "
            "KMS client setup key and activate."
        ),
        "code": "Windows is not licensed and reports that its key does not fit: {code}. Install the KMS client setup key of its edition and activate.",
    },
)
STEPS = steps(
    ID,
    {
        "keep": "Leave the key as it is on Azure Local or another Hyper-V host, where it is the right one",
        "host": "Check that this host is activated and that its version of Windows may activate the guest's",
        "user": "Let a user with a subscription that covers Windows sign in, if this VM is activated by subscription",
    },
)


def check(view: View) -> Finding | None:
    """Judge by the channel; for a KMS client key, or one of an unknown channel, by codes that only a wrong key causes."""
    product = view.product
    if product is None or view.licensed or view.evaluation:
        return None
    codes = view.codes_of("wrong_key", "mak")
    key = view.guest.client_key
    evidence = [
        facts.key_channel(product, "VOLUME_KMSCLIENT"),
        facts.installed_key(product, key),
        *facts.codes(codes),
    ]
    if key is not None and key.matches is not None:
        evidence.append(facts.edition_key(key))
    if product.channel == "avma" and view.doubted:
        host = remedy(GUEST_ADMIN, STEPS["keep"], STEPS["host"])
        return finding(ID, TEXTS["avma"], evidence=evidence, remedy=(host, *install_key(view)))
    if product.channel == "retail" and may_be_subscription(view.guest.os):
        user = remedy(GUEST_ADMIN, STEPS["user"])
        return finding(
            ID, TEXTS["subscription"], confidence="likely", evidence=evidence, remedy=(user, *install_key(view))
        )
    if product.channel in CHANNEL_NAMES:
        title = TEXTS["channel"].format(channel=CHANNEL_NAMES[product.channel])
        return finding(ID, title, evidence=evidence, remedy=install_key(view))
    # The published key is there, or KMS is not allowed: another key would change nothing.
    # Where the edition was not read, that cannot be told.
    done = view.missing("os") is not None if key is None else key.matches
    if codes and not done and view.other_type is None:
        title = TEXTS["code"].format(code=wording.code(codes[0].code))
        return finding(ID, title, confidence=_confidence(codes), evidence=evidence, remedy=install_key(view))
    return None


def _confidence(codes: tuple[SeenCode, ...]) -> str:
    return "likely" if any(seen.code.certainty == "doc" for seen in codes) else "possible"


RULE = Rule(
    id=ID,
    name="Key of the wrong kind",
    place=60,
    why="With another kind of key no request goes to KMS.",
    subject="the key's channel",
    needs=("license",),
    check=check,
    texts=TEXTS,
    steps=STEPS | keys.STEPS,
    severities=("error",),
    alike=("token-store-damaged", "activation-unexplained"),
    sources=(
        sources.CLIENT_KEYS,
        sources.ERROR_CODES,
        sources.Source(
            "Automatic virtual machine activation",
            "https://learn.microsoft.com/windows-server/get-started/automatic-vm-activation",
        ),
        sources.Source(
            "Windows subscription activation",
            "https://learn.microsoft.com/windows/deployment/windows-subscription-activation",
        ),
    ),
    action="key",
)
