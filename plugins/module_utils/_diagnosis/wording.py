# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Words for values that several findings show: durations, codes, attempts, places, lists of targets."""

from __future__ import annotations

import typing as t

from .._guest.evidence import Code, Target
from .._reference import error_codes
from .._text import Message, Text, folded, texts

MINUTES_PER_DAY = 1440
_MINUTES_PER_HOUR = 60
_SHOWN = 4

TEXTS = texts(
    "wording",
    {
        "days": "{count} days",
        "hours": "{count} hours",
        "minutes": "{count} minutes",
        "minute": "1 minute",
        "code": "{code} ({meaning})",
        "code_unknown": "{code} (meaning not known)",
        "no_code": "no code",
        "list": "{first}, {rest}",
        "more": "{items} and {count} more",
        "target": "{address} {state}",
    },
)
TARGET_STATES = texts(
    "target",
    {
        "kms": "answers as a KMS",
        "open": "accepts the connection, but no KMS answers",
        "refused": "refuses the connection",
        "filtered": "does not answer",
        "reset": "resets the connection",
        "guest_blocked": "is forbidden by the guest's own firewall",
        "error": "cannot be connected to",
    },
)
LICENSE_STATES = texts(
    "license",
    {
        "unlicensed": "unlicensed",
        "licensed": "licensed",
        "oob_grace": "in the grace period after installation",
        "oot_grace": "in the grace period after its licence ended or the hardware changed",
        "non_genuine_grace": "in the grace period of a system that is not genuine",
        "notification": "in notification mode",
        "extended_grace": "in an extended grace period",
    },
)


def duration(minutes: float) -> Text:
    """Return minutes in the largest unit that fits: `95 days`, `3 hours`, `1 minute`."""
    whole = abs(int(minutes))
    for size, unit in ((MINUTES_PER_DAY, "days"), (_MINUTES_PER_HOUR, "hours")):
        if whole >= 2 * size:
            return TEXTS[unit].format(count=whole // size)
    return TEXTS["minute"] if whole == 1 else TEXTS["minutes"].format(count=whole)


def code(value: Code | None) -> Text:
    """Return a code with its meaning, as far as known."""
    if value is None:
        return TEXTS["no_code"]
    if not value.meaning:
        return TEXTS["code_unknown"].format(code=value.code)
    meaning = value.meaning.rstrip(".")
    if value.code in error_codes.CODES:
        meaning = Text(meaning, Message(f"meaning.{value.code}"))
    return TEXTS["code"].format(code=value.code, meaning=meaning)


def clause(sentence: str) -> str:
    """Return a sentence as a part of another one, without its full stop."""
    cut = sentence.strip().rstrip(".")
    return sentence if cut == sentence else cut


def listed(items: t.Iterable[str]) -> str:
    """Return distinct items joined by commas, the surplus as a count; nothing for none."""
    found = list(dict.fromkeys(items))
    if not found:
        return ""
    shown, surplus = found[:_SHOWN], len(found) - _SHOWN
    # Names read the same in every language; only sentences have to be joined as sentences are.
    sentences = any(isinstance(item, Text) for item in shown)
    joined = folded(TEXTS["list"], shown) if sentences else ", ".join(shown)
    return TEXTS["more"].format(items=joined, count=surplus) if surplus > 0 else joined


def target(value: Target) -> Text:
    """Return `20.118.99.224:1688 does not answer`."""
    state = TARGET_STATES.get(value.state, value.state)
    return TEXTS["target"].format(address=f"{value.address}:{value.port}", state=state)
