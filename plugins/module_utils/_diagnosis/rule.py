# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a rule is, and how a finding is put together.

A finding is one file of the package `rules`, which ends in its RULE. Its sentences and steps are messages, which a catalogue says in
other languages.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .._text import Message, Text, texts
from .model import Fact, Finding, Remedy, Step
from .sources import Source
from .view import View

GUEST_ADMIN = "guest_admin"
NETWORK_TEAM = "network_team"
IMAGE_OWNER = "image_owner"
MICROSOFT = "microsoft"
# Who runs Ansible: controller, inventory, play.
AUTOMATION = "automation"
# What every cause on the way explains.
UNREACHED = ("kms-unreachable-unexplained",)


def always(_view: View) -> bool:
    """Say that a rule applies to every host."""
    return True


def needs_kms(view: View) -> bool:
    """Say whether KMS matters to a guest."""
    return view.needs_kms


def needs_azure(view: View) -> bool:
    """Say whether Azure's KMS matters to a guest, which another one may serve."""
    return view.needs_azure


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rule:
    """One finding with all that is known of it.

    `name` is its short English name. `place` orders the causes, lowest first, and `why` gives the reason for it. `explains`: findings
    that are symptoms where this one fails. `subject` says what was not checked when one of `needs`, the sections (or `azure`) without
    which finding nothing proves nothing, is missing. `alike`: causes that would look the same where this one is not certain, the most
    frequent first. `check` returns None when nothing is wrong. `severities` are those that it
    returns, the root cause's first; `root_severities` those in which it can be the root cause. `action` is what `remediate` can do
    of it. `verdict`: the rule judges the state, not a cause. `outlives_license`: it stays as severe where KMS did its work. `anywhere`: it is as sure on
    a machine that may not be in Azure.
    """

    id: str
    name: str
    place: int
    why: str
    subject: str
    needs: tuple[str, ...] = ()
    check: t.Callable[[View], Finding | None]
    texts: t.Mapping[str, Text]
    steps: t.Mapping[str, Step] = dataclasses.field(default_factory=dict)
    severities: tuple[str, ...]
    sources: tuple[Source, ...]
    explains: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()
    action: str | None = None
    verdict: bool = False
    root_severities: tuple[str, ...] = ("error",)
    outlives_license: bool = False
    anywhere: bool = False
    applies: t.Callable[[View], bool] = needs_kms

    @property
    def about(self) -> Text:
        """The subject as a message."""
        return Text(self.subject, Message(f"subject.{self.id}"))


def steps(prefix: str, templates: t.Mapping[str, str | tuple[str, str]]) -> dict[str, Step]:
    """Return steps by their keys: what each says, or that and the whole command. Their messages are `prefix.step.key`."""
    pairs = {key: (item, None) if isinstance(item, str) else item for key, item in templates.items()}
    said = texts(f"{prefix}.step", {key: says for key, (says, _command) in pairs.items()})
    return {key: Step(said[key], command) for key, (_says, command) in pairs.items()}


STEPS = steps(
    "rule",
    {
        "activate": (
            "Activate Windows (up to 12 times, 5 seconds apart, as a busy KMS is normal)",
            "cscript //nologo $env:windir\\system32\\slmgr.vbs /ato",
        ),
        "set_host": ("Set the KMS host", "cscript //nologo $env:windir\\system32\\slmgr.vbs /skms {target}"),
        "again": "Diagnose again",
    },
)
ACTIVATE, AGAIN = STEPS["activate"], STEPS["again"]
# The shared steps of a rule's remedies, for its `steps`.
ACTIVATING = {"activate": ACTIVATE}
SETTING_HOST = {"set_host": STEPS["set_host"], **ACTIVATING}
ASKING_AGAIN = {"again": AGAIN}


def set_host_steps(view: View) -> tuple[Step, ...]:
    """Return the commands that point the guest to Azure's KMS."""
    return STEPS["set_host"].format(target=view.target_name), ACTIVATE


def remedy(who: str, *items: Step, action: str | None = None) -> Remedy:
    """Return a remedy; `action` is the name that `remediate_actions` has to hold."""
    return Remedy(who, items, action)


def doc(finding_id: str) -> str:
    """Return the page of a finding."""
    return f"docs/findings/{finding_id}.md"


def finding(  # noqa: PLR0913 (keywords only)
    finding_id: str,
    title: Text,
    *,
    severity: str = "error",
    status: str = "fail",
    confidence: str = "certain",
    evidence: t.Iterable[Fact] = (),
    remedy: t.Iterable[Remedy] = (),
) -> Finding:
    """Return a finding with its page; the same fact is kept once."""
    found = Finding(finding_id, severity, status, confidence, title, remedy=tuple(remedy), doc=doc(finding_id))
    return found.with_evidence(evidence)
