# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a client setup key is advised, and when it must not be."""

from __future__ import annotations

from .._text import texts
from .model import Remedy
from .rule import ACTIVATE, ACTIVATING, GUEST_ADMIN, IMAGE_OWNER, remedy, steps
from .sources import CLIENT_KEYS
from .view import View

KEY_LIST = CLIENT_KEYS.url
CHANNEL_NAMES = texts(
    "channel",
    {
        "mak": "a multiple activation key (MAK)",
        "retail": "a retail key",
        "oem": "a manufacturer's (OEM) key",
        "avma": "a key for virtual machines on Hyper-V (AVMA)",
        "kms_host": "a KMS host's key",
    },
)
STEPS = ACTIVATING | steps(
    "key",
    {
        "no_key_here": "Do not install a key, as this is an evaluation or multi-session edition",
        "redeploy": "Redeploy the VM from a clean image",
        "known": (
            "Install the KMS client setup key of {title}, which ends in {partial} (list: {url})",
            "cscript //nologo $env:windir\\system32\\slmgr.vbs /ipk <key>",
        ),
        "unknown": (
            "Find the edition (registry value EditionID) and its KMS client setup key ({url}), but install none on "
            "an evaluation or multi-session edition"
        ),
        "unpublished": "Use an edition that Azure's KMS can activate, as no KMS client setup key is published for this edition and build",
    },
)


def install_key(view: View) -> tuple[Remedy, ...]:
    """Return who installs which key, named by its last five characters only."""
    choice = view.client_key
    if choice.refusal in {"evaluation", "multi_session"}:
        return (remedy(IMAGE_OWNER, STEPS["no_key_here"], STEPS["redeploy"]),)
    if choice.refusal == "not_published":
        return (remedy(IMAGE_OWNER, STEPS["unpublished"]),)
    if choice.key is None:
        return (remedy(GUEST_ADMIN, STEPS["unknown"].format(url=KEY_LIST), ACTIVATE),)
    step = STEPS["known"].format(title=choice.key.title, partial=choice.key.partial, url=KEY_LIST)
    return (remedy(GUEST_ADMIN, step, ACTIVATE, action="key"),)
