# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Words for values that several findings show: durations, codes, lists of targets."""

from __future__ import annotations

import typing as t

from ansible_collections.azure_windows.activation.plugins.module_utils._guest.evidence import Code, Target

MINUTES_PER_DAY = 1440
_MINUTES_PER_HOUR = 60
_SHOWN = 4

TARGET_STATES = {
    "kms": "answers as a KMS",
    "open": "accepts the connection, but no KMS answers",
    "refused": "refuses the connection",
    "filtered": "does not answer",
    "reset": "resets the connection",
    "guest_blocked": "is forbidden by the guest's own firewall",
    "error": "cannot be connected to",
}

LICENSE_STATES = {
    "unlicensed": "unlicensed",
    "licensed": "licensed",
    "oob_grace": "in the grace period after installation",
    "oot_grace": "in the grace period after its licence ended or the hardware changed",
    "non_genuine_grace": "in the grace period of a system that is not genuine",
    "notification": "in notification mode",
    "extended_grace": "in an extended grace period",
}


def duration(minutes: float) -> str:
    """Return minutes in the largest unit that fits: `95 days`, `3 hours`, `1 minute`."""
    whole = abs(int(minutes))
    for size, unit in ((MINUTES_PER_DAY, "day"), (_MINUTES_PER_HOUR, "hour")):
        if whole >= 2 * size:
            return f"{whole // size} {unit}s"
    return f"{whole} minute{'' if whole == 1 else 's'}"


def code(value: Code | None) -> str:
    """Return a code with its meaning, as far as known."""
    if value is None:
        return "no code"
    return f"{value.code} ({value.meaning.rstrip('.')})" if value.meaning else f"{value.code} (meaning not known)"


def listed(items: t.Iterable[str]) -> str:
    """Return distinct items joined by commas, the surplus as a count."""
    found = list(dict.fromkeys(items))
    surplus = len(found) - _SHOWN
    return ", ".join(found[:_SHOWN]) + (f" and {surplus} more" if surplus > 0 else "")


def target(value: Target) -> str:
    """Return `20.118.99.224:1688 does not answer`."""
    return f"{value.address}:{value.port} {TARGET_STATES.get(value.state, value.state)}"
