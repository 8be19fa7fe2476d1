# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plain diagnoses to report on."""

from __future__ import annotations

import typing as t

Plain = dict[str, t.Any]

WRONG_HOST: Plain = {
    "id": "wrong-kms-host",
    "severity": "error",
    "status": "fail",
    "confidence": "certain",
    "title": "The guest asks kms.corp.example instead of Azure's KMS.",
    "evidence": [
        {
            "fact": "KMS host",
            "observed": "kms.corp.example",
            "source": "SoftwareLicensingService",
            "expected": ["azkms.core.windows.net", "kms.core.windows.net"],
        }
    ],
    "remedy": [{"who": "guest_admin", "steps": ["Clear the KMS host.", "Activate."], "variable": None}],
    "explains": [],
    "doc": "docs/findings/wrong-kms-host.md",
}
ACTIVATED: Plain = {
    **WRONG_HOST,
    "id": "activated",
    "severity": "info",
    "status": "ok",
    "title": "Licensed by KMS until 2027-05-20.",
    "evidence": [],
    "remedy": [],
}
UNREACHABLE: Plain = {
    **WRONG_HOST,
    "id": "guest-unreachable",
    "status": "unknown",
    "title": "The guest could not be asked: connection refused.",
    "evidence": [],
    "remedy": [],
}


def diagnosis(name: str, root_cause: Plain, licensed: bool | None = False, **changes: t.Any) -> Plain:
    """Return a plain diagnosis."""
    return {
        "name": name,
        "root_cause": root_cause,
        "chain": [root_cause["title"]],
        "findings": [root_cause],
        "guest": {"status": "ok", "detail": None, "unread": []},
        "azure": {"status": "not_asked", "detail": None, "unread": []},
        "licensed": licensed,
        **changes,
    }


def side(status: str, *unread: str) -> Plain:
    """Return how much of one side was seen."""
    return {"status": status, "detail": None, "unread": list(unread)}
