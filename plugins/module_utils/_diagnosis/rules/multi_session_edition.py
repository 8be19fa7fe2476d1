# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Enterprise multi-session with the wrong KMS or a foreign key: its own key must never be touched."""

from __future__ import annotations

from ..._text import texts
from .. import facts, sources
from ..model import Finding
from ..rule import ACTIVATE, GUEST_ADMIN, IMAGE_OWNER, SETTING_HOST, Rule, finding, remedy, set_host_steps, steps
from ..view import View
from . import not_kms_client, product_key_missing, wrong_kms_host

ID = "multi-session-edition"
TEXTS = texts(
    ID,
    {
        "host": "Windows Enterprise multi-session asks a KMS that cannot serve it. Set the KMS host to {target} and leave the product key as it is.",
        "key": "Windows Enterprise multi-session has lost the key of its image. Redeploy the VM from a clean image and install no key.",
    },
)
STEPS = steps(
    ID,
    {
        "redeploy": "Redeploy the VM from a clean multi-session image",
        "never": "Never install a key with slmgr /ipk",
    },
)


def check(view: View) -> Finding | None:
    """Report multi-session only where its KMS or its key is wrong; other causes keep their own names."""
    if not view.multi_session or view.healthy:
        return None
    key = not_kms_client.check(view) or product_key_missing.check(view)
    host = wrong_kms_host.check(view)
    if host is not None and host.severity != "error":
        host = None
    symptom = key or host
    if symptom is None:
        return None
    os = view.guest.os
    edition = [facts.edition(os)] if os is not None else []
    first = (
        remedy(IMAGE_OWNER, STEPS["redeploy"], STEPS["never"])
        if key
        else remedy(GUEST_ADMIN, *set_host_steps(view), STEPS["never"], action=RULE.action)
    )
    more = [remedy(GUEST_ADMIN, *set_host_steps(view)[:1], ACTIVATE, action=RULE.action)] if key and host else []
    return finding(
        ID,
        TEXTS["key" if key else "host"].format(target=view.target_name),
        confidence=symptom.confidence,
        evidence=[*edition, *symptom.evidence],
        remedy=[first, *more],
    )


RULE = Rule(
    id=ID,
    name="Multi-session edition",
    place=40,
    why="Comes before all advice on keys and hosts, because its key must never be touched.",
    subject="the edition",
    needs=("os",),
    check=check,
    texts=TEXTS,
    steps=STEPS | SETTING_HOST,
    severities=("error",),
    alike=("wrong-kms-host", "kms-unreachable-unexplained"),
    sources=(
        sources.Source(
            "Azure Virtual Desktop FAQ on multi-session (azure-docs, 2023-10-20)",
            "https://github.com/MicrosoftDocs/azure-docs",
        ),
        sources.TROUBLESHOOT,
    ),
    explains=("product-key-missing", "not-kms-client", "wrong-kms-host"),
    action="host",
)
