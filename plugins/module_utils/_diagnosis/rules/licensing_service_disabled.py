# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The licensing service cannot start."""

from __future__ import annotations

from ..._text import texts
from .. import facts, sources, wording
from ..facts import SeenCode
from ..model import Fact, Finding
from ..rule import ACTIVATE, ACTIVATING, GUEST_ADMIN, Rule, finding, remedy, steps
from ..view import View

ID = "licensing-service-disabled"
TEXTS = texts(
    ID,
    {
        "disabled": "The licensing service (sppsvc) is disabled. Set it back to delayed automatic start and activate.",
        "absent": "The licensing service (sppsvc) is not installed. Repair Windows or redeploy the VM from a clean image.",
        "code": "The licensing service (sppsvc) cannot be started: {code}. Repair it and activate.",
    },
)
STEPS = steps(
    ID,
    {
        "set": ("Set the start type", "sc.exe config sppsvc start= delayed-auto"),
        "start": (
            "Start the service (it stops again by itself when idle; check RpcSs if it does not start)",
            "Start-Service sppsvc",
        ),
        "find": "Find what disabled it (a hardening baseline or a policy), or it will be disabled again",
    },
)
_DISABLED = 4


def check(view: View) -> Finding | None:
    """Look at the start type first; a code alone is weaker, since a dependency can cause it too."""
    service = (view.guest.services or {}).get("sppsvc")
    codes = view.codes_of("service")
    read = [code for code in view.section_codes("license") if code.cause_class == "service"]
    evidence = [
        *([facts.service("sppsvc", service)] if service is not None else []),
        *facts.codes([*codes, *(SeenCode(code, "license_read") for code in read)]),
    ]
    if service is not None and service.exists and service.start == _DISABLED:
        return _found("disabled", "certain", evidence)
    if service is not None and not service.exists:
        return _found("absent", "certain", [facts.service("sppsvc", service)])
    if codes or read:
        return _found("code", "likely", evidence, wording.code(codes[0].code if codes else read[0]))
    return None


def _found(key: str, confidence: str, evidence: list[Fact], code: str = "") -> Finding:
    return finding(
        ID,
        TEXTS[key].format(code=code),
        confidence=confidence,
        evidence=evidence,
        remedy=[
            remedy(
                GUEST_ADMIN,
                *STEPS.values(),
                ACTIVATE,
                action=RULE.action,
            )
        ],
    )


RULE = Rule(
    id=ID,
    name="Licensing service disabled",
    place=20,
    why="Without the service nothing else can be read, changed or activated.",
    subject="the licensing service",
    needs=("services",),
    check=check,
    texts=TEXTS,
    steps=STEPS | ACTIVATING,
    severities=("error",),
    alike=("licensing-rights-missing", "token-store-damaged"),
    sources=(sources.ERROR_CODES,),
    explains=("license-state-unreadable",),
    action="service",
    anywhere=True,
)
