# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`kms_activation`: activate now, and prove it."""

from __future__ import annotations

import dataclasses
import time
import typing as t

from ..module_utils._guest.evidence import GuestEvidence
from ..module_utils._remedy import activation
from ..module_utils._remedy.activation_result import Run, compared, preview
from ..module_utils._remedy.answer import Answer
from ..module_utils._remedy.attempt import alike, attempts, is_over, progress
from ..plugin_utils._guest_change import GuestChangeAction, Outcome
from ..plugin_utils._options import TRIES, check_ranges

ARGUMENT_SPEC: dict[str, dict[str, t.Any]] = {
    "attempts": {"type": "int", "default": 12},
    "interval": {"type": "int", "default": 5},
    "insist": {"type": "bool", "default": False},
    "force": {"type": "bool", "default": False},
    "start_service": {"type": "bool", "default": True},
    "flush_dns": {"type": "bool", "default": False},
}
_SECTIONS = ("os", "license", "services")
# How the way to KMS is told: by names, addresses, an RPC bind and the guest's own firewall.
_REACH = ("connectivity", "firewall")


class ActionModule(GuestChangeAction):
    """Sees to the licensing service, then activates until it works."""

    SPEC = ARGUMENT_SPEC
    KEY = "activation"

    def change(self, options: dict[str, t.Any]) -> Outcome:
        """Enable the service when it must be, decide by the licence, activate, prove by reading again."""
        check_ranges(options, TRIES)
        guest = self.read(*_SECTIONS)
        enable = activation.must_enable(guest, options["start_service"])
        return _preview(guest, enable, options) if self.check_mode else self._activate(guest, enable, options)

    def _activate(self, first: GuestEvidence, enable: bool, options: dict[str, t.Any]) -> Outcome:
        answers: tuple[Answer, ...] = ()
        last = first
        if enable:
            answers = (self.apply("activate", _parameters(options, enable=True)),)
            last = self.read(*_SECTIONS)
            if answers[0].failed is not None:
                return _told(Run(first, last, answers, activation.judge(answers[0], (), last)))
        if activation.awaits_restart(last):
            return _told(Run(first, last, answers, activation.AWAITS_RESTART))
        product = activation.product_to_activate(last, options["force"]) if options["attempts"] else None
        if product is None and (options["attempts"] or not options["flush_dns"]):
            return _told(Run(first, last, answers, activation.untried(options["attempts"])))
        return _told(self._attempt(first, answers, product, options))

    def _attempt(
        self, first: GuestEvidence, before: tuple[Answer, ...], product: str | None, options: dict[str, t.Any]
    ) -> Run:
        """Make one attempt after the other, each in a run of its own that is told of, until one works or no other may."""
        answers: tuple[Answer, ...] = ()
        most, may_stop, stopped = options["attempts"], not options["insist"], False
        while not stopped:
            answers += (self.apply("activate", _parameters(options, product, again=bool(answers))),)
            tried, last = attempts(answers), None
            if len(tried) >= most or is_over(answers[-1], tried):
                break
            if may_stop and alike(tried):
                may_stop = False
                last = self.read(*_SECTIONS, *_REACH)
                stopped = activation.is_futile(tried, last)
            if not stopped:
                self.tell(progress(tried, most, options["interval"]))
                time.sleep(options["interval"])
        if last is None and self._in_plan and tried and tried[-1].succeeded:
            return Run(first, first, before + answers, activation.Verdict(activation.ACTIVATED))
        if last is None:
            last = self.read(*_SECTIONS, *(_REACH if activation.asks_for_reach(tried) else ()))
        return Run(first, last, before + answers, activation.judge(answers[-1], tried, last, stopped))


def _preview(guest: GuestEvidence, enable: bool, options: dict[str, t.Any]) -> Outcome:
    if activation.awaits_restart(guest):
        return _told(Run(guest, guest, (), activation.AWAITS_RESTART))
    attempt = bool(options["attempts"])
    # A disabled service keeps Windows from saying its licence; what follows then is an attempt.
    if attempt and not enable:
        attempt = activation.product_to_activate(guest, options["force"]) is not None
    verdict = activation.untried(0 if attempt else options["attempts"])
    outcome = _told(Run(guest, guest, (), verdict))
    return dataclasses.replace(outcome, changed=enable or attempt, after=preview(guest, enable, attempt))


def _parameters(
    options: dict[str, t.Any], product: str | None = None, *, enable: bool = False, again: bool = False
) -> dict[str, t.Any]:
    """Return the parameters of activate.ps1; `again`: what comes before an attempt was done already."""
    return {
        "ActivationId": product or "",
        "EnableService": enable,
        "StartService": options["start_service"] and not again,
        "FlushDns": options["flush_dns"] and not enable and not again,
    }


def _told(run: Run) -> Outcome:
    before, after = compared(run.first), compared(run.last)
    if run.verdict.outcome == activation.ACTIVATED and run.last is run.first:
        # Windows reported success; the diagnosis after the plan proves it.
        after = preview(run.first, enable=False, activate=True)
    return Outcome(run.changed, run.value(), before, after, run.verdict.failed, run.warnings)
