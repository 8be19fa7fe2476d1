# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a verdict may say when a part of the evidence was not read: what the whole evidence shows, or that the cause is open."""

from __future__ import annotations

from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.model import Diagnosis

# Verdicts that say that a cause is not known.
OPEN = frozenset({"license-state-unreadable", "activation-unexplained", "kms-unreachable-unexplained"})


def is_honest(whole: Diagnosis, part: Diagnosis) -> bool:
    """Say whether a verdict on a part of the evidence names nothing but what the whole evidence shows, or leaves it open."""
    found = part.root_cause
    faults = {whole.root_cause.id, *(item.id for item in whole.findings if item.status == "fail")}
    if found.id in OPEN | faults:
        return True
    if found.id in {"activated", "adba"}:
        return whole.licensed is True
    # No host is set, which is true; whether DNS names one is what was not read.
    return found.id == "kms-host-not-set" and "was not read" in str(found.title)
