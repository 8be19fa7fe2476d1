# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An evaluation edition: it has to be converted before any key fits."""

from __future__ import annotations

from ..._text import texts
from ..model import Fact, Finding
from ..rule import GUEST_ADMIN, IMAGE_OWNER, Rule, finding, remedy, set_host_steps
from ..view import View

ID = "evaluation-edition"
TEXTS = texts(
    ID,
    {
        "found": "This is an evaluation edition, which no KMS activates: convert the edition first, never install a key before.",
        "running": "This is an evaluation edition that still runs until {end}, and no KMS activates it: convert the edition before then.",
        "open_end": "its period ends",
    },
)
STEPS = texts(
    f"{ID}.step",
    {
        "role": "Make sure that the VM is not a domain controller; those cannot be converted",
        "editions": "See which editions are possible: DISM /Online /Get-TargetEditions",
        "convert": "Convert: DISM /Online /Set-Edition:<edition> /ProductKey:<KMS client setup key of that edition> /AcceptEula",
        "restart": "Restart",
        "image": "Or deploy the VM anew from an image that is not an evaluation",
    },
)


def check(view: View) -> Finding | None:
    """Report an evaluation, as a warning while it still runs."""
    if not view.evaluation:
        return None
    product, os = view.product, view.guest.os
    facts = []
    if os is not None:
        facts.append(Fact("edition", f"{os.edition_id} (SKU {os.sku})", "registry EditionID, Win32_OperatingSystem"))
    if product is not None:
        facts.append(
            Fact("key channel", product.description or product.channel, "SoftwareLicensingProduct.Description")
        )
    end = product.evaluation_end if product is not None else None
    if end:
        facts.append(Fact("end of the evaluation", end, "SoftwareLicensingProduct.EvaluationEndDate"))
    return finding(
        ID,
        TEXTS["running" if view.licensed else "found"].format(end=end or TEXTS["open_end"]),
        severity="warning" if view.licensed else "error",
        evidence=facts,
        remedy=[
            remedy(
                GUEST_ADMIN,
                *(STEPS[key] for key in ("role", "editions", "convert", "restart")),
                *set_host_steps(view),
            ),
            remedy(IMAGE_OWNER, STEPS["image"]),
        ],
    )


RULE = Rule(ID, "the edition", ("os", "license"), check, lambda view: True)
