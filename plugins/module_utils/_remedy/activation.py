# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a guest has to be activated, and how the attempts went."""

from __future__ import annotations

import dataclasses
import typing as t

from .._diagnosis.keys import CHANNEL_NAMES
from .._diagnosis.reach import targets_of
from .._guest.evidence import Code, GuestEvidence, Service
from .answer import Answer, Failure, explain
from .attempt import EQUAL_FAILURES, Attempt
from .preconditions import RefusedError, activation_id, require_license, require_rights, view_of

ACTIVATED, ALREADY, BUSY, FAILED, NOT_ATTEMPTED = "activated", "already_activated", "busy", "failed", "not_attempted"
SERVICE = "sppsvc"
SERVICE_DISABLED = "0x80070422"
_DISABLED = 4
_TOKEN_ONLY = 3
_BUSY_CLASSES = frozenset({"network_transient", "service_busy"})
# Steps whose failure does not keep Windows from being activated.
QUIET_STEPS = ("flush_dns", "refresh")
# Codes that only say that no KMS gave a usable answer: whether one can be reached tells busy from blocked.
_UNANSWERED_CLASSES = frozenset({"network"})

REFUSALS = {
    "service-missing": "the licensing service (sppsvc) is not installed; "
    "next: repair Windows or deploy the VM from an intact image",
    "service-disabled": "the licensing service (sppsvc) is disabled; next: allow start_service, or enable it by hand",
    "no-product-key": "Windows has no product key to activate; next: install the KMS client setup key (kms_key)",
    "evaluation": "an evaluation edition is not activated through KMS; next: convert the edition first, then kms_key",
    "not-kms-client": "the installed key is {channel}, which KMS does not activate; "
    "next: install the KMS client setup key (kms_key)",
    "token-only": "Windows is set to token-based activation only (VLActivationTypeEnabled 3), which rules KMS out; "
    "next: clear that setting (slmgr /act-type)",
}


@dataclasses.dataclass(frozen=True)
class Verdict:
    """How it ended; `failed` says why and what to do, None when Windows is activated."""

    outcome: str
    failed: str | None = None
    restart_needed: bool = False


AWAITS_RESTART = Verdict(
    FAILED,
    "the licensing service (sppsvc) is set to start, but Windows holds it for disabled until it starts anew; "
    "next: restart Windows, then run this again",
    restart_needed=True,
)


def must_enable(guest: GuestEvidence, start_service: bool) -> bool:
    """Say whether the licensing service has to be enabled first. Raises RefusedError when that cannot be done."""
    require_rights(guest)
    service = service_of(guest)
    if service is None:
        return False
    if not service.exists:
        _refuse("service-missing")
    if service.start != _DISABLED:
        return False
    if not start_service:
        _refuse("service-disabled")
    return True


def awaits_restart(guest: GuestEvidence) -> bool:
    """Say whether the service counts as disabled although its start type says otherwise: Windows has yet to take that over."""
    service, section = service_of(guest), guest.sections["license"]
    codes = {error.code.code for error in section.errors if error.code is not None}
    enabled = service is not None and service.start not in (None, _DISABLED)
    return enabled and section.status == "error" and SERVICE_DISABLED in codes


def product_to_activate(guest: GuestEvidence, force: bool) -> str | None:
    """Return the ID of the product row to activate, None when it is activated and fresh. Raises RefusedError."""
    license_ = require_license(guest)
    view = view_of(guest)
    if view.healthy and not (force and not view.permanent):
        return None
    if view.evaluation:
        _refuse("evaluation")
    product = license_.product
    if product is None:
        _refuse("no-product-key")
    if product.channel in CHANNEL_NAMES:
        _refuse("not-kms-client", CHANNEL_NAMES[product.channel])
    if license_.activation_type_enabled == _TOKEN_ONLY:
        _refuse("token-only")
    return activation_id(product)


def untried(wanted: int) -> Verdict:
    """Return the verdict of a run without an attempt; `wanted` is how many there might have been."""
    return Verdict(ALREADY if wanted else NOT_ATTEMPTED)


def asks_for_reach(tried: t.Sequence[Attempt]) -> bool:
    """Say whether the way to KMS decides what the failed attempts mean."""
    last = tried[-1] if tried else None
    return last is not None and not last.succeeded and _cause(last.code) in _UNANSWERED_CLASSES


def is_futile(tried: t.Sequence[Attempt], guest: GuestEvidence) -> bool:
    """Say whether failures that are alike will go on; `guest` was read again with the way to KMS, which is open when it is busy."""
    return tried[-1].failure.timed_out or not kms_answers(guest, any)


def judge(answer: Answer, tried: t.Sequence[Attempt], after: GuestEvidence, stopped: bool = False) -> Verdict:
    """Return how it ended by the last run's answer and every attempt; `after` is the guest read again.

    `after` holds the way to KMS when that was asked for; `stopped`: further attempts were left out as futile.
    """
    if tried and tried[-1].succeeded:
        return _proved(after)
    failed = [step for step in answer.steps if step.ok is False]
    step = next((step for step in failed if step.name not in QUIET_STEPS), failed[0] if failed else None)
    if step is None:
        return Verdict(NOT_ATTEMPTED)
    code = step.failure.code if step.failure is not None else None
    if step.name == "start_service" and code is not None and code.code == SERVICE_DISABLED:
        return AWAITS_RESTART
    if step.name != "activate" or not tried:
        return Verdict(FAILED, explain(step))
    times = f"{len(tried)} attempt{'' if len(tried) == 1 else 's'}"
    if _cause(code) in _BUSY_CLASSES or (_cause(code) in _UNANSWERED_CLASSES and kms_answers(after, all)):
        reason = (step.failure or Failure(code, None)).reason
        return Verdict(
            BUSY, f"{times} failed although KMS answers: {reason}; next: try again later, KMS or the guest is busy"
        )
    how = f"stopped after {EQUAL_FAILURES} equal failures" if stopped else f"{times} failed"
    return Verdict(FAILED, f"{how}, {explain(step)}")


def service_of(guest: GuestEvidence) -> Service | None:
    """Return the licensing service, None when it could not be read."""
    return (guest.services or {}).get(SERVICE)


def _proved(after: GuestEvidence) -> Verdict:
    view = view_of(after)
    if view.licensed is None:
        return Verdict(FAILED, "Windows reported success, but does not say its licence afterwards")
    if not view.licensed:
        name = view.product.status_name if view.product is not None else "without a product key"
        return Verdict(FAILED, f"Windows reported success, but its licence is still {name}")
    if view.renewal_age is not None and not view.healthy:
        return Verdict(FAILED, "Windows reported success, but its licence was not renewed")
    return Verdict(ACTIVATED)


def kms_answers(guest: GuestEvidence, enough: t.Callable[[t.Iterable[bool]], bool]) -> bool:
    """Say whether KMS answers at `enough` addresses (any or all) of the host in use, and nothing keeps only sppsvc from it."""
    setting = view_of(guest).host
    if setting is None or (guest.firewall is not None and guest.firewall.blocking):
        return False
    targets = targets_of(setting, guest.dns, guest.connectivity)
    return bool(targets) and enough(target.state == "kms" for target in targets)


def _cause(code: Code | None) -> str | None:
    return code.cause_class if code is not None else None


def _refuse(reason: str, channel: str = "") -> t.NoReturn:
    raise RefusedError(reason, REFUSALS[reason].format(channel=channel))
