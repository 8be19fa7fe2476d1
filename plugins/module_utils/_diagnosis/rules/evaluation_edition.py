# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An evaluation edition: it has to be converted before any key fits."""

from __future__ import annotations

from ..._text import texts
from .. import facts, sources
from ..model import Fact, Finding
from ..rule import GUEST_ADMIN, IMAGE_OWNER, SETTING_HOST, Rule, always, finding, remedy, set_host_steps, steps
from ..view import View

ID = "evaluation-edition"
TEXTS = texts(
    ID,
    {
        "found": "This is an evaluation edition, which no KMS activates. Convert the edition first, and install no key before that.",
        "running": "This is an evaluation edition that runs until {end}, and no KMS activates it. Convert the edition before then.",
        "open_end": "its period ends",
    },
)
STEPS = steps(
    ID,
    {
        "role": "Check that the VM is not a domain controller, which cannot be converted",
        "editions": ("List the editions it can be converted to", "DISM /Online /Get-TargetEditions"),
        "convert": (
            "Convert the edition with the KMS client setup key of the new one",
            "DISM /Online /Set-Edition:<edition> /ProductKey:<key> /AcceptEula",
        ),
        "restart": "Restart the VM",
        "image": "Redeploy the VM instead, from an image that is not an evaluation edition",
    },
)


def check(view: View) -> Finding | None:
    """Report an evaluation, as a warning while it still runs."""
    if not view.evaluation:
        return None
    product, os = view.product, view.guest.os
    evidence = []
    if os is not None:
        evidence.append(facts.edition(os))
    if product is not None:
        evidence.append(facts.key_channel(product))
    end = product.evaluation_end if product is not None else None
    if end:
        evidence.append(Fact("evaluation_end", end, "license_row"))
    return finding(
        ID,
        TEXTS["running" if view.licensed else "found"].format(end=end or TEXTS["open_end"]),
        severity="warning" if view.licensed else "error",
        evidence=evidence,
        remedy=[
            remedy(
                GUEST_ADMIN,
                *(STEPS[key] for key in ("role", "editions", "convert", "restart")),
                *set_host_steps(view),
            ),
            remedy(IMAGE_OWNER, STEPS["image"]),
        ],
    )


RULE = Rule(
    id=ID,
    name="Evaluation edition",
    place=30,
    why="No key and no KMS helps before the edition is converted, and a key installed before that does harm.",
    subject="the edition",
    needs=("os", "license"),
    check=check,
    texts=TEXTS,
    steps=STEPS | SETTING_HOST,
    severities=("error", "warning"),
    alike=("not-kms-client", "license-state-unreadable"),
    sources=(
        sources.Source(
            "Upgrade and conversion options for Windows Server",
            "https://learn.microsoft.com/windows-server/get-started/upgrade-conversion-options",
        ),
        sources.CLIENT_KEYS,
    ),
    explains=("product-key-missing", "not-kms-client", "multi-session-edition"),
    root_severities=("error", "warning"),
    outlives_license=True,
    applies=always,
    anywhere=True,
)
