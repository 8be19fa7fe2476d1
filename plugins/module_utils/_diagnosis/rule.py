# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a rule is, and how a finding is put together.

Each rule keeps its sentences in TEXTS, by key and with named parameters: they are messages, which a catalogue says in other
languages. The names, sources and expected values of facts are fixed words, which the catalogue knows by themselves.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .._guest.evidence import Target
from .._text import Message, Text, texts
from . import facts, wording
from .history import SeenCode
from .model import Fact, Finding, Remedy, Step
from .view import View

GUEST_ADMIN = "guest_admin"
NETWORK_TEAM = "network_team"
IMAGE_OWNER = "image_owner"
MICROSOFT = "microsoft"

TEXTS = texts(
    "rule",
    {
        "activate": "Activate, and repeat it up to 12 times with 5 seconds between (a busy KMS is normal): cscript //nologo %windir%\\system32\\slmgr.vbs /ato",
        "set_host": "Set the KMS host: cscript //nologo %windir%\\system32\\slmgr.vbs /skms {target}",
        "again": "Diagnose again",
    },
)
ACTIVATE, AGAIN = TEXTS["activate"], TEXTS["again"]


@dataclasses.dataclass(frozen=True)
class Source:
    """A page that says what a rule relies on."""

    title: str
    url: str


@dataclasses.dataclass(frozen=True)
class Rule:
    """One finding with all that is known of it.

    `name` is its short English name. `place` orders the causes, `why` gives the reason for it. `explains`: findings that are symptoms
    where this one fails. `subject` says what was not checked when one of `needs`, the sections (or `azure`) without which finding
    nothing proves nothing, is missing. `check` returns None when nothing is wrong. `texts` and `steps` are the English messages.
    `severities` are those it can have, `root_severities` those in which it can be the root cause. `action` is what `remediate` can do.
    `verdict`: the rule judges the state, not a cause. `outlives_license`: it stays as severe where KMS did its work.
    """

    id: str
    subject: str
    needs: tuple[str, ...]
    check: t.Callable[[View], Finding | None]
    applies: t.Callable[[View], bool] = lambda view: view.needs_kms
    name: str = ""
    place: int = 0
    why: str = ""
    texts: t.Mapping[str, Text] = dataclasses.field(default_factory=dict)
    steps: t.Mapping[str, Step] = dataclasses.field(default_factory=dict)
    sources: tuple[Source, ...] = ()
    severities: tuple[str, ...] = ()
    explains: tuple[str, ...] = ()
    action: str | None = None
    verdict: bool = False
    root_severities: tuple[str, ...] = ("error",)
    outlives_license: bool = False

    @property
    def about(self) -> Text:
        """The subject as a message."""
        return Text(self.subject, Message(f"subject.{self.id}"))


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


def remedy(who: str, *steps: Text | Step, action: str | None = None) -> Remedy:
    """Return a remedy; `action` is the name that `remediate_actions` has to hold."""
    return Remedy(who, tuple(step if isinstance(step, Step) else Step(step) for step in steps), action)


def code_facts(codes: t.Iterable[SeenCode]) -> list[Fact]:
    """Return codes as facts with their place and time."""
    return [Fact("code", seen.code.code, wording.at(seen.source, seen.time)) for seen in codes]


def target_facts(targets: t.Iterable[Target]) -> list[Fact]:
    """Return what the guest met at each address."""
    return [facts.tcp(target) for target in targets]


def set_host_steps(view: View) -> tuple[Text, ...]:
    """Return the commands that point the guest to Azure's KMS."""
    return TEXTS["set_host"].format(target=view.target_name), ACTIVATE
