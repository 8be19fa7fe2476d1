# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sentences that lead from a root cause to what the user sees."""

from __future__ import annotations

import typing as t

from .._guest.evidence import Product
from .._text import Text, texts
from . import wording
from .model import Finding
from .view import LICENSED, View

TEXTS = texts(
    "chain",
    {
        "reach": "From the guest, {targets}.",
        "attempt": "The last attempt, at {time} with {host}, {outcome}: {code}.",
        "no_host": "no host named",
        "next": "Also fix: {title}",
        "azure": "On the Azure side: {reason}",
        "unasked": "Whether Windows is activated is not known, since the guest gave no answer.",
        "unknown": "Whether Windows is activated is not known, since its licence state could not be read.",
        "no_key": "Windows has no product key and is not activated.",
        "permanent": "Windows is permanently activated.",
        "licensed": "Windows is licensed for {left} more.",
        "licensed_open": "Windows is licensed; until when is not known.",
        "grace": "Windows is not activated: it is {state} (LicenseStatus {status}) with {left} left{reason}.",
        "expired": "Windows is not activated: it is {state} (LicenseStatus {status}){reason}.",
        "strange": "Windows reports LicenseStatus {status}, which has no known meaning.",
        "reason": ", reason {code}",
        "unknown_machine": "This may not be a VM in Azure: its metadata service does not answer and no resource id is known.",
        "other_machine": "This may not be a VM in Azure but {machine}.",
    },
)
MACHINES = texts(
    "machine",
    {
        "azure_local": "a VM on Azure Local or another Hyper-V host",
        "arc": "a machine that Azure Arc manages",
        "other_cloud": "a VM in another cloud",
        "not_azure": "a machine elsewhere",
    },
)
OUTCOMES = texts(
    "outcome",
    {
        "refused": "was answered and refused",
        "unanswered": "got no answer",
        "send_failed": "could not be sent",
        "success": "succeeded",
    },
)


def build(view: View, root: Finding, others: t.Sequence[Finding]) -> tuple[str, ...]:
    """Return the chain; its first sentence is the root cause's title, its last one the state of the licence."""
    sentences = [root.title]
    if view.asked_guest:
        sentences += _guest(view, root)
        sentences += _machine(view, root)
    sentences += [TEXTS["next"].format(title=item.title) for item in others if item.severity == "error"]
    if view.path is not None and not view.asked_guest:
        sentences.append(TEXTS["azure"].format(reason=view.path.reason or view.path.verdict))
    sentences.append(state(view))
    return tuple(dict.fromkeys(sentences))


def state(view: View) -> Text:
    """Return one sentence on the licence."""
    if not view.asked_guest:
        return TEXTS["unasked"]
    product = view.product
    if product is None:
        return TEXTS["unknown" if view.licensed is None else "no_key"]
    if view.permanent:
        return TEXTS["permanent"]
    left = wording.duration(product.grace_minutes) if product.grace_minutes else None
    if view.licensed:
        return TEXTS["licensed"].format(left=left) if left else TEXTS["licensed_open"]
    if view.licensed is None:
        return TEXTS["unknown"] if product.status is None else TEXTS["strange"].format(status=product.status)
    return _unlicensed(product, left)


def _unlicensed(product: Product, left: Text | None) -> Text:
    reason = TEXTS["reason"].format(code=wording.code(product.status_reason)) if product.status_reason else ""
    state_name = wording.LICENSE_STATES.get(product.status_name, product.status_name)
    key = "grace" if left and product.status != LICENSED else "expired"
    return TEXTS[key].format(state=state_name, status=product.status, left=left, reason=reason)


def _guest(view: View, root: Finding) -> list[Text]:
    sentences = []
    if view.needs_azure and view.reach.dead and root.status != "ok":
        sentences.append(
            TEXTS["reach"].format(targets=wording.listed(wording.target(item) for item in view.reach.dead))
        )
    attempt = view.newest_failure
    if attempt is not None and view.needs_kms:
        outcome = OUTCOMES.get(attempt.outcome, attempt.outcome)
        host = attempt.host or TEXTS["no_host"]
        sentences.append(
            TEXTS["attempt"].format(time=attempt.time, host=host, outcome=outcome, code=wording.code(attempt.code))
        )
    return sentences


def _machine(view: View, root: Finding) -> list[Text]:
    """Return what a cause that holds only in Azure has to be read with."""
    if not view.doubted or root.status == "ok":
        return []
    name = MACHINES.get(view.machine.kind)
    return [TEXTS["other_machine"].format(machine=name) if name else TEXTS["unknown_machine"]]
