# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a VM is counted, and the tally."""

from __future__ import annotations

import collections
import dataclasses
import typing as t

from .._diagnosis.model import SEVERITIES, Diagnosis

ACTIVATED = "activated"
ATTENTION = "attention"
UNKNOWN = "unknown"
STATES = (ACTIVATED, ATTENTION, UNKNOWN)


@dataclasses.dataclass(frozen=True)
class Summary:
    """How many hosts there are by their state; `unread` counts what could not be read of Azure and sections of guests."""

    hosts: int
    activated: int
    attention: int
    unknown: int
    unanswered: int
    unread: int
    root_causes: t.Mapping[str, int]


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


def level(diagnosis: Diagnosis) -> tuple[int, bool]:
    """Return how bad a host stands, the healthy ones lowest; what is not known is worse than a warning."""
    state = state_of(diagnosis)
    if state == ACTIVATED:
        return (0, False)
    place = LEVELS[UNKNOWN] if state == UNKNOWN else LEVELS.get(diagnosis.root_cause.severity, LEVELS["error"])
    return (place, diagnosis.licensed is not True)


LEVELS = {"info": 1, "warning": 2, UNKNOWN: 3, "error": 4}


def unread(diagnoses: t.Iterable[Diagnosis]) -> tuple[str, ...]:
    """Return what could not be read of Azure, each once."""
    return tuple(
        dict.fromkeys(
            text
            for diagnosis in diagnoses
            for text in (*diagnosis.azure.unread, diagnosis.azure.status == "unreadable" and diagnosis.azure.detail)
            if text
        )
    )


def azure_read(diagnoses: t.Iterable[Diagnosis]) -> str:
    """Return when the oldest reading of Azure that was kept in a file was made; empty where none was."""
    return min((diagnosis.azure.read_at for diagnosis in diagnoses if diagnosis.azure.read_at), default="")


def summary(diagnoses: t.Sequence[Diagnosis], unanswered: int) -> Summary:
    """Return the tally; whoever was expected and did not answer is unknown."""
    states = collections.Counter(map(state_of, diagnoses))
    causes = collections.Counter(diagnosis.root_cause.id for diagnosis in diagnoses)
    return Summary(
        hosts=len(diagnoses) + unanswered,
        activated=states[ACTIVATED],
        attention=states[ATTENTION],
        unknown=states[UNKNOWN] + unanswered,
        unanswered=unanswered,
        unread=len(unread(diagnoses)) + sum(len(diagnosis.guest.unread) for diagnosis in diagnoses),
        root_causes=dict(sorted(causes.items())),
    )
