# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a VM is counted, and the tally."""

from __future__ import annotations

import collections
import typing as t

from .._diagnosis.model import SEVERITIES, Diagnosis

ACTIVATED = "activated"
ATTENTION = "attention"
UNKNOWN = "unknown"
STATES = (ACTIVATED, ATTENTION, UNKNOWN)


def state_of(diagnosis: Diagnosis) -> str:
    """Return `activated`, `attention` or `unknown`.

    Activated needs a guest that was read, a licensed product and a root cause that is no more than information.
    """
    unseen = diagnosis.guest.status in ("unreachable", "unreadable", "not_asked")
    if unseen or diagnosis.root_cause.status in ("unknown", "skipped"):
        return UNKNOWN
    if diagnosis.licensed and diagnosis.root_cause.severity == "info":
        return ACTIVATED
    return ATTENTION


def rank(severity: str) -> int:
    """Return the place of a severity, the most severe first; one that is not known comes before all."""
    return SEVERITIES.index(severity) if severity in SEVERITIES else -1


def unread(hosts: t.Sequence[t.Mapping[str, t.Any]]) -> tuple[list[str], int]:
    """Return what could not be read of Azure, each once, and how many sections of guests could not be read."""
    azure = [
        text
        for host in hosts
        for text in (*host["azure"]["unread"], host["azure"]["status"] == "unreadable" and host["azure"]["detail"])
        if text
    ]
    return list(dict.fromkeys(azure)), sum(len(host["guest"]["unread"]) for host in hosts)


def summary(hosts: t.Sequence[t.Mapping[str, t.Any]], unanswered: int) -> dict[str, t.Any]:
    """Return the tally; whoever was expected and did not answer is unknown."""
    states = collections.Counter(host["state"] for host in hosts)
    causes = collections.Counter(host["root_cause"]["id"] for host in hosts)
    azure, sections = unread(hosts)
    return {
        "hosts": len(hosts) + unanswered,
        ACTIVATED: states[ACTIVATED],
        ATTENTION: states[ATTENTION],
        UNKNOWN: states[UNKNOWN] + unanswered,
        "unanswered": unanswered,
        "unread": len(azure) + sections,
        "root_causes": dict(sorted(causes.items())),
    }
