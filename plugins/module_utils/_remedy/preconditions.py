# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every change of a guest asks for first. A refusal says why and what to do; nothing was changed then."""

from __future__ import annotations

import re

from .._diagnosis.model import Evidence
from .._diagnosis.view import View
from .._guest import codes
from .._guest.evidence import GuestEvidence, License, Product
from .answer import FULL_LANGUAGE, Failure, next_step

_ACCESS_DENIED = "0x80070005"
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class RefusedError(Exception):
    """A change that is not made; `id` names the reason for machines, the text is for people."""

    def __init__(self, id_: str, message: str) -> None:
        """Keep both."""
        super().__init__(message)
        self.id = id_


def view_of(guest: GuestEvidence) -> View:
    """Return the guest with the questions that diagnosis asks of it as well."""
    return View(Evidence("guest", guest=guest))


def require_full_language(mode: str | None) -> None:
    """Refuse where PowerShell may not do what the scripts need; a mode that is not known passes."""
    if mode not in (None, FULL_LANGUAGE):
        raise RefusedError(
            "constrained-language",
            f"PowerShell runs in {mode} on this guest (application control), where nothing is changed; next: allow the "
            "collection's scripts in the policy (AppLocker, App Control for Business), or make the change by hand",
        )


def require_rights(guest: GuestEvidence) -> None:
    """Refuse in a constrained language and without administrator rights, before anything is tried."""
    system = guest.os
    require_full_language(system.language_mode if system is not None else None)
    if system is not None and system.elevated is False:
        denied = codes.lookup(_ACCESS_DENIED)
        raise RefusedError(
            "not-elevated",
            f"the account has no administrator rights in this session: {Failure(denied, None).reason}; "
            f"next: {next_step(denied)}",
        )


def require_license(guest: GuestEvidence) -> License:
    """Return the licence; refuse when Windows did not say it."""
    if guest.license is not None and guest.license.readable:
        return guest.license
    errors = guest.sections["license"].errors
    found = next((Failure(error.code, error.message) for error in errors if error.code is not None), None)
    found = found or Failure(None, errors[0].message if errors else None)
    raise RefusedError(
        "license-unreadable", f"Windows does not say its licence: {found.reason}; next: {next_step(found.code)}"
    )


def activation_id(product: Product) -> str:
    """Return the ID of a product row, which goes into a query; refuse what is none."""
    if product.activation_id is None or not _ID.fullmatch(product.activation_id):
        raise RefusedError(
            "product-id-unknown",
            "Windows gives its licence row no usable ID; next: find the cause with kms_facts and kms_diagnosis",
        )
    return product.activation_id
