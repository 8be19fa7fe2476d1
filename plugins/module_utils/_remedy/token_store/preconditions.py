# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the token store of a guest may be rebuilt: what forbids it always, and what `force` passes over.

A rebuilt store starts without a licence and only a KMS client setup key brings one back, so nothing else may lose its store.
Source: https://learn.microsoft.com/troubleshoot/windows-server/licensing-and-activation/rebuild-tokens-dotdat-file (2024-06-17).
"""

from __future__ import annotations

from ..._diagnosis import wording
from ..._diagnosis.keys import CHANNEL_NAMES
from ..._diagnosis.reach import targets_of
from ..._diagnosis.rules import token_store_damaged
from ..._diagnosis.view import View
from ..._reference.client_keys import SetupKey
from ..answer import Failure
from ..preconditions import RefusedError
from .disk import Disk

# Codes that prove a damaged store.
TOKEN_CODES = frozenset({"0xC004E015", "0xC004D301", "0xC004E002"})
KMS_CLIENT = "kms_client"
_DISABLED = 4
_NO_SERVICE = "NoServiceFoundForGivenName"


def healthy(view: View) -> bool:
    """Say whether KMS has activated this guest and keeps it activated."""
    return view.healthy and view.channel == KMS_CLIENT


def require_state(disk: Disk) -> None:
    """Refuse when the files or the service could not be read, and beside another run."""
    if disk.busy:
        raise RefusedError(
            "still-running",
            "another run is still at work on the token store, perhaps one whose connection was lost; next: wait and run this again",
        )
    error = disk.errors[0] if disk.errors else None
    if error is not None and error.id != _NO_SERVICE:
        raise RefusedError(
            "store-unreadable",
            f"{error.source} could not be read: {Failure(error.code, error.message).reason}; "
            "next: compare the access rights of System32\\spp\\store with those of a healthy VM of the same build",
        )
    if disk.service is None or disk.service.status is None:
        raise RefusedError(
            "service-missing", "there is no licensing service (sppsvc); next: repair Windows or deploy the VM anew"
        )


def require_service(disk: Disk) -> None:
    """Refuse when the service could be stopped, but not started again."""
    if disk.service is not None and disk.service.start == _DISABLED:
        raise RefusedError(
            "service-disabled", "the licensing service (sppsvc) is disabled; next: kms_activation enables it"
        )


def require_kms_client(view: View) -> SetupKey:
    """Return the key that brings the licence back; refuse what must keep its store, and what is not known to be a KMS client."""
    if view.evaluation:
        raise RefusedError(
            "evaluation-edition",
            "the store of an evaluation is never rebuilt; next: convert the edition (DISM /Online /Set-Edition)",
        )
    if view.multi_session:
        raise RefusedError(
            "multi-session-edition",
            "the store of Windows Enterprise multi-session is never rebuilt, since its key cannot be entered again; "
            "next: deploy the VM anew",
        )
    license_ = view.guest.license
    rows = (license_.product, *license_.others) if license_ is not None else ()
    foreign = next((row for row in rows if row is not None and not row.addon and row.channel != KMS_CLIENT), None)
    if foreign is not None:
        raise RefusedError(
            "not-kms-client",
            f"the guest has {CHANNEL_NAMES.get(foreign.channel, 'a key of an unknown channel')}, whose licence a KMS client setup key "
            "cannot bring back, so that its store is never rebuilt; next: restore the VM from a backup, or make it a KMS client "
            "first (kms_key with convert: true)",
        )
    if (license_ is None or not license_.readable) and not _asked_kms(view):
        raise RefusedError(
            "license-unreadable",
            "Windows does not say its licence, and the log holds no request to KMS, so that this may be no KMS client; "
            "next: repair WMI (winmgmt /verifyrepository), or find out by hand which key the VM has",
        )
    choice = view.client_key
    if choice.key is None:
        why = (choice.refusal or "").replace("_", " ") if view.guest.os is not None else "the edition could not be read"
        raise RefusedError(
            "no-client-key",
            f"the store may lose its key, and no KMS client setup key is known for this edition ({why}); "
            "next: rebuild it by hand, with the right key at hand",
        )
    return choice.key


def require_proof(view: View) -> None:
    """Refuse unless an error code proves the damage, or the file itself shows it: absent, empty, closed to administrators."""
    codes = [*(seen.code for seen in view.codes), *view.section_codes("license")]
    by_code = any(code.cause_class == "token_store" for code in codes)
    by_file = not by_code and token_store_damaged.check(view) is not None
    if by_file or any(code.code in TOKEN_CODES for code in codes):
        return
    raise RefusedError(
        "no-token-error",
        f"no error code proves that the store is damaged (it takes one of {', '.join(sorted(TOKEN_CODES))}; seen: "
        f"{wording.listed(code.code for code in codes) or 'none'}); next: rule out the other causes with kms_facts and kms_diagnosis, or set force: true",
    )


def require_kms(view: View) -> None:
    """Refuse when the KMS host in use did not answer as a KMS just now: a rebuilt store would stay without a licence."""
    host = view.host
    if host is None:
        raise RefusedError(
            "kms-unreachable",
            "no KMS host is set, and a rebuilt store starts without a licence; next: kms_host sets it",
        )
    targets = targets_of(host, view.guest.dns, view.guest.connectivity)
    if any(target.state == "kms" for target in targets):
        return
    seen = wording.listed(f"{target.address} {wording.TARGET_STATES[target.state]}" for target in targets)
    raise RefusedError(
        "kms-unreachable",
        f"no KMS answers at {host.host}:{host.port} ({seen or 'none of its addresses could be tried'}), and a rebuilt store "
        "starts without a licence; next: open the way to KMS, which kms_facts and kms_diagnosis show",
    )


def _asked_kms(view: View) -> bool:
    """Say whether the log holds an attempt, which only KMS clients write."""
    events = view.guest.events
    return events is not None and bool(events.attempts)
