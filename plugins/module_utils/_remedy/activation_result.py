# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What `kms_activation` tells about a run: before, after, and every attempt between."""

from __future__ import annotations

import dataclasses
import typing as t

from .._guest.evidence import GuestEvidence
from . import activation
from .activation import Verdict
from .answer import Answer
from .attempt import attempts

_LICENSE = ("channel", "partial_product_key", "status", "status_name", "grace_minutes", "renewal_age_minutes")


@dataclasses.dataclass(frozen=True)
class Run:
    """The guest as first and last read, what the script answered in order, and how it ended."""

    first: GuestEvidence
    last: GuestEvidence
    answers: tuple[Answer, ...]
    verdict: Verdict

    @property
    def changed(self) -> bool:
        """Whether the service was enabled or Windows activated."""
        return any(answer.did("enable_service") or answer.did("activate") for answer in self.answers)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What failed without deciding the outcome."""
        return tuple(told for answer in self.answers for told in answer.complaints(*activation.QUIET_STEPS))

    def value(self) -> dict[str, t.Any]:
        """Return the module's result."""
        return {
            "outcome": self.verdict.outcome,
            "attempts": list(attempts(self.answers)),
            "license_before": license_state(self.first),
            "license_after": license_state(self.last),
            "service": {
                "before": activation.service_of(self.first),
                "after": activation.service_of(self.last),
                "enabled_by": next((by for answer in self.answers if (by := answer.more.text("enabled_by"))), None),
            },
            "dns_flushed": any(answer.did("flush_dns") for answer in self.answers),
            "restart_needed": self.verdict.restart_needed,
        }


def license_state(guest: GuestEvidence) -> dict[str, t.Any] | None:
    """Return the licence as results show it, None when Windows did not say it."""
    license_ = guest.license
    if license_ is None or not license_.readable:
        return None
    product = license_.product
    return {name: getattr(product, name) if product is not None else None for name in _LICENSE}


def compared(guest: GuestEvidence) -> dict[str, t.Any]:
    """Return what the diff holds of a guest."""
    license_, service = license_state(guest), activation.service_of(guest)
    return {
        "license_status": license_["status_name"] if license_ is not None else None,
        "renewal_age_minutes": license_["renewal_age_minutes"] if license_ is not None else None,
        "service_start": service.start_name if service is not None else None,
    }


def preview(guest: GuestEvidence, enable: bool, activate: bool) -> dict[str, t.Any]:
    """Return what the diff holds of a guest on which these things succeed."""
    told = compared(guest)
    told |= {"service_start": "automatic"} if enable else {}
    return told | ({"license_status": "licensed", "renewal_age_minutes": None} if activate else {})
