# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guest's clock is more than four hours away from the KMS."""

from __future__ import annotations

import math

from ..._text import Text, texts
from .. import facts, sources, wording
from ..model import Fact, Finding
from ..rule import ACTIVATE, ACTIVATING, GUEST_ADMIN, Rule, finding, remedy, steps
from ..view import CLOCK_LIMIT_SECONDS, View

ID = "clock-skew"
_MANY_HOURS = 48
TEXTS = texts(
    ID,
    {
        "measured": "The guest's clock is {offset} {direction}, and KMS accepts at most 4 hours. Set the clock right and activate.",
        "code": "KMS refused the guest because of its clock: {code}. Set the clock right and activate.",
        "fast": "fast",
        "slow": "slow",
        "past": "KMS refused the guest because of its clock, which is right by now: {code}. Activate again.",
    },
)
STEPS = steps(
    ID,
    {
        "enable": ("Set the time service to start automatically", "Set-Service w32time -StartupType Automatic"),
        "start": ("Start the time service", "Start-Service w32time"),
        "source": (
            "Check its time source (a domain member has Type NT5DS; NtpClient must be enabled)",
            "w32tm /query /source",
        ),
        "synchronise": ("Synchronise the clock (a large offset may need Set-Date)", "w32tm /resync /rediscover"),
    },
)


def check(view: View) -> Finding | None:
    """Trust the measured offset as far as its uncertainty allows, then the code that only the clock causes."""
    clock = view.guest.clock
    offset = clock.offset_seconds if clock is not None else None
    doubt = abs((clock.uncertainty_seconds if clock is not None else None) or 0.0)
    codes = view.codes_of("clock")
    evidence = facts.codes(codes)
    if clock is not None and offset is not None:
        measured = {"offset_seconds": round(offset), "uncertainty_seconds": round(doubt)}
        evidence.insert(0, Fact("clock", measured, "clock", expected=CLOCK_LIMIT_SECONDS))
        source = {
            "type": clock.sync_type,
            "server": clock.ntp_server,
            "client": clock.ntp_client_enabled,
            "host": clock.host_sync_enabled,
        }
        evidence.append(Fact("time_source", source, "registry"))
    if offset is not None and abs(offset) > CLOCK_LIMIT_SECONDS:
        title = TEXTS["measured"].format(offset=_apart(abs(offset)), direction=TEXTS["fast" if offset > 0 else "slow"])
        certain = abs(offset) - doubt > CLOCK_LIMIT_SECONDS or bool(codes)
        return _found(title, "certain" if certain else "likely", evidence)
    if codes:
        right = offset is not None and abs(offset) + doubt < CLOCK_LIMIT_SECONDS
        title = TEXTS["past" if right else "code"].format(code=wording.code(codes[0].code))
        return _found(title, "likely" if right or codes[0].code.certainty != "doc" else "certain", evidence)
    return None


def _apart(seconds: float) -> Text:
    """Return hours rounded up to a tenth, so that what is over the limit never reads as the limit; days when there are many."""
    hours = math.ceil(seconds / 360) / 10
    return wording.TEXTS["hours"].format(count=f"{hours:g}") if hours < _MANY_HOURS else wording.duration(seconds / 60)


def _found(title: Text, confidence: str, evidence: list[Fact]) -> Finding:
    return finding(
        ID,
        title,
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
    name="Clock is off",
    place=210,
    why="KMS compares clocks only when a request arrives.",
    subject="the clock",
    needs=("clock",),
    check=check,
    texts=TEXTS,
    steps=STEPS | ACTIVATING,
    severities=("error",),
    alike=("activation-unexplained", "transient-failure"),
    sources=(
        sources.Source(
            "Error 0xC004F06C on Azure VMs",
            "https://github.com/MicrosoftDocs/SupportArticles-docs/tree/main/support/azure/virtual-machines/windows",
        ),
        sources.ERROR_CODES,
    ),
    explains=("azure-edition-attestation",),
    action="clock",
    anywhere=True,
)
