# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Evidence on one host in, its diagnosis out: every rule runs, symptoms fall to their cause, the first cause is the root."""

from __future__ import annotations

import dataclasses
import typing as t

from .._text import Text, folded, messages, texts
from . import activator, certainty, chain, sides
from .facts import AZURE_PATH
from .model import SEVERITIES, Diagnosis, Evidence, Fact, Finding
from .precedence import RULES
from .rule import GUEST_ADMIN, Rule, finding, remedy, steps
from .rules import activated, guest_unreachable, license_state_unreadable, renewal_overdue, transient_failure
from .view import AZURE, View

TEXTS = texts(
    "engine",
    {
        "skipped": "Not checked: {subject}, because {need} was not collected.",
        "unknown": "Could not be checked: {subject}, because {need} could not be read.",
        "raised": "Could not be checked: {subject}, because the check itself failed, which is a bug in the collection.",
        "no_verdict": "No verdict was possible because the checks themselves failed, which is a bug in the collection. Report it with this output.",
        "either": "{first} or {rest}",
    },
)


STEPS = steps(
    "engine",
    {
        "in_azure": "Check first that this is a VM in Azure, as its metadata service does not answer and the next steps are right only there",
    },
)


@dataclasses.dataclass(frozen=True)
class _Outcome:
    """What one rule said. `lowered`: an error that KMS outlived so far, so that it is a warning."""

    rule: Rule
    finding: Finding
    lowered: bool = False

    @property
    def fault(self) -> bool:
        return not self.rule.verdict and self.finding.status == "fail"


def diagnose(evidence: Evidence) -> Diagnosis:
    """Return the verdict on one host: exactly one root cause, the chain from it, and every other finding.

    A rule that raises becomes an unknown finding of that rule and names the exception.
    """
    view = View(evidence)
    unseen: list[Finding] = []
    judged: list[_Outcome] = []
    for rule in RULES:
        found, sound = _run(rule, view)
        if found is not None and sound and (rule.verdict or found.status == "fail"):
            judged.append(_weighed(rule, found, view))
        elif found is not None:
            unseen.append(found)
    said = {outcome.rule.id: outcome.finding.status for outcome in judged} | {item.id: item.status for item in unseen}
    judged = [_told(outcome, said, view) for outcome in judged]
    verdicts = {outcome.rule.id: outcome.finding for outcome in judged if outcome.rule.verdict}
    faults = _in_order(_explained([outcome for outcome in judged if outcome.fault], verdicts), view)

    chosen = next((outcome for outcome in faults if _is_root(outcome, view)), None)
    rest = [outcome.finding for outcome in faults if outcome is not chosen]
    if chosen is None:
        root = _verdict(verdicts, [outcome.finding for outcome in faults if outcome.lowered])
    else:
        root = chosen.finding
        rest += [found for found in verdicts.values() if found.id not in root.explains and found.id in _BESIDE]
    diagnosis = Diagnosis(
        name=evidence.name,
        root_cause=root,
        chain=chain.build(view, root, rest),
        findings=(*rest, *_beyond_azure(unseen, view)),
        guest=sides.guest_side(view),
        azure=sides.azure_side(view),
        licensed=view.licensed,
        expires_at=sides.expires_at(view),
        os=sides.os_name(view),
        resource_id=sides.resource_id(view),
        machine=view.machine,
        activator=activator.identify(view),
    )
    return dataclasses.replace(diagnosis, messages=messages(diagnosis))


# Verdicts that say something beside a root cause; the others only say that there is one.
_BESIDE = (license_state_unreadable.ID, activated.ID)


def _run(rule: Rule, view: View) -> tuple[Finding | None, bool]:
    """Return what a rule found, or that it could not look; False beside it when the rule itself failed."""
    if not view.asked_guest and rule.id != guest_unreachable.ID and rule.needs != (AZURE,):
        return None, True
    try:
        if not rule.applies(view):
            return None, True
        found = rule.check(view)
    except Exception as error:  # one broken rule must not silence the others
        fact = Fact("exception", f"{type(error).__name__}: {error}", "rule", rule.id)
        title = TEXTS["raised"].format(subject=rule.about)
        return _unseen(rule, "unknown", title, (fact,)), False
    if found is not None:
        return found, True
    return _not_seen(rule, view), True


def _not_seen(rule: Rule, view: View) -> Finding | None:
    """Return why finding nothing proves nothing; None when all that the rule needs was seen."""
    for need in rule.needs:
        choices = need.split("|")
        reasons = [view.missing(choice) for choice in choices]
        if all(reasons):
            status = "unknown" if "unknown" in reasons else "skipped"
            title = TEXTS[status].format(subject=rule.about, need=folded(TEXTS["either"], choices))
            return _unseen(
                rule, status, title, tuple(Fact("guest_section", status, "section", item) for item in choices)
            )
        if need == AZURE and view.path is not None and view.path.verdict == "unknown":
            facts = tuple(Fact("unread", item, AZURE_PATH) for item in view.path.unread)
            return _unseen(rule, "unknown", TEXTS["unknown"].format(subject=rule.about, need=need), facts)
    return None


def _beyond_azure(unseen: t.Sequence[Finding], view: View) -> t.Iterable[Finding]:
    """Return what was not seen; where Azure's side is missing as a whole, the diagnosis says that once, in `azure`."""
    if view.path is not None:
        return unseen
    alone = {rule.id for rule in RULES if rule.needs == (AZURE,)}
    return (found for found in unseen if found.id not in alone or found.evidence[0].kind == "exception")


def _unseen(rule: Rule, status: str, title: Text, facts: tuple[Fact, ...]) -> Finding:
    return finding(rule.id, title, severity="info", status=status, confidence="possible", evidence=facts)


def _weighed(rule: Rule, found: Finding, view: View) -> _Outcome:
    """Return what a rule found, as sure as the machine is to be in Azure, and as severe as a licence that holds leaves it."""
    if found.status == "fail" and view.doubted and not rule.anywhere:
        found = _doubtful(found, view)
    if rule.verdict or rule.outlives_license or found.severity != "error" or not view.healthy:
        return _Outcome(rule, found)
    return _Outcome(rule, dataclasses.replace(found, severity="warning"), lowered=True)


def _told(outcome: _Outcome, said: t.Mapping[str, str], view: View) -> _Outcome:
    doubted = view.asked_guest and view.doubted and not outcome.rule.anywhere
    return dataclasses.replace(outcome, finding=certainty.with_doubts(outcome.finding, outcome.rule, said, doubted))


def _doubtful(found: Finding, view: View) -> Finding:
    """Return what holds only in Azure as a possibility, which is to be made sure of before anything else."""
    first, *rest = found.remedy or (remedy(GUEST_ADMIN),)
    asked = dataclasses.replace(first, steps=(STEPS["in_azure"], *first.steps))
    changed = dataclasses.replace(found, confidence="possible", evidence=view.machine.evidence, remedy=(asked, *rest))
    return changed.with_evidence(found.evidence)


def _explained(faults: list[_Outcome], verdicts: t.Mapping[str, Finding]) -> list[_Outcome]:
    """Return the faults without symptoms; the evidence of a symptom goes to the first cause that explains it."""
    present = {outcome.rule.id: outcome for outcome in faults}
    taken: set[str] = set()
    kept = []
    for outcome in faults:
        known = {**verdicts, **{name: item.finding for name, item in present.items()}}
        symptoms = [
            name
            for name in outcome.rule.explains
            if name in known
            and SEVERITIES.index(outcome.finding.severity) <= SEVERITIES.index(known[name].severity)
            and outcome.rule.id not in taken
        ]
        if renewal_overdue.ID in verdicts and outcome.finding.severity == "error":
            symptoms.append(renewal_overdue.ID)
        found = outcome.finding
        for name in symptoms:
            found = found.with_evidence(known[name].evidence)
        taken.update(symptoms)
        kept.append(dataclasses.replace(outcome, finding=dataclasses.replace(found, explains=tuple(symptoms))))
    return [outcome for outcome in kept if outcome.rule.id not in taken]


def _in_order(faults: list[_Outcome], view: View) -> list[_Outcome]:
    """Return the faults as the table has them; among causes in Azure the path's own order wins."""
    path = view.path
    if path is None:
        return faults
    places = [place for place, outcome in enumerate(faults) if outcome.finding.id in path.causes]
    ranked = sorted((faults[place] for place in places), key=lambda outcome: path.causes.index(outcome.finding.id))
    ordered = list(faults)
    for place, outcome in zip(places, ranked, strict=True):
        ordered[place] = outcome
    return ordered


def _is_root(outcome: _Outcome, view: View) -> bool:
    """Say whether a fault can be the root: a guest that was not asked has no other.

    Where Windows did not tell its licence, it must be certain, or be why that could not be read. Where the probe did not wait for the
    answer, only the latter: another licence than one from KMS needs none of what is judged here.
    """
    found = outcome.finding
    if not view.asked_guest or found.severity not in outcome.rule.root_severities:
        return False
    if view.licensed is not None or license_state_unreadable.ID in found.explains:
        return True
    return found.confidence == "certain" and not license_state_unreadable.not_awaited(view)


def _verdict(verdicts: t.Mapping[str, Finding], dangers: list[Finding]) -> Finding:
    """Return the verdict where no cause is the root; `dangers` will stop the next renewal."""
    order = (guest_unreachable.ID, activated.ID) if dangers else (transient_failure.ID, *verdicts)
    chosen = next((verdicts[name] for name in order if name in verdicts), None)
    chosen = chosen or next(iter(verdicts.values()), None)
    if chosen is None:
        return finding(
            license_state_unreadable.ID, TEXTS["no_verdict"], severity="error", status="unknown", confidence="possible"
        )
    return activated.at_risk(chosen, dangers) if dangers and chosen.id == activated.ID else chosen
