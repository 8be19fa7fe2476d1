# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Evidence in, diagnosis out: the values every rule and every renderer shares."""

from __future__ import annotations

import dataclasses
import typing as t

from .._guest.evidence import GuestEvidence
from .._text import Message

SEVERITIES = ("error", "warning", "info")
STATUSES = ("fail", "ok", "skipped", "unknown")
CONFIDENCES = ("certain", "likely", "possible")


@dataclasses.dataclass(frozen=True)
class GuestProblem:
    """Why there is no guest evidence. `kind`: unreachable, failed (the module failed) or not_asked."""

    kind: str
    message: str


@dataclasses.dataclass(frozen=True)
class Evidence:
    """All that is known about one host. `path` is what `azure_kms_path_info` returned for the VM, None when Azure was not asked.

    `azure_problem` says why Azure gave nothing (no credentials, no resource id, an error). `repaired`: the host was repaired just now,
    so that what failed before its last success had a cause that is gone. `resource_id` is what the user or the inventory says it is.
    """

    name: str
    guest: GuestEvidence | None = None
    guest_problem: GuestProblem | None = None
    path: t.Mapping[str, t.Any] | None = None
    azure_problem: str | None = None
    repaired: bool = False
    resource_id: str | None = None


@dataclasses.dataclass(frozen=True)
class Fact:
    """One observed value. `kind` is a key of `facts.KINDS`, which says what the value holds; `source` is a key of `facts.SOURCES`.

    `object` tells one of its kind from another (an address, a name, a setting's place). `expected` is what a healthy guest shows, as
    plain data. `at` is the UTC time of the observation where it has its own.
    """

    kind: str
    value: t.Any
    source: str
    object: str = ""
    expected: t.Any = None
    at: str | None = None


@dataclasses.dataclass(frozen=True)
class Step:
    """One step. `says` is a text without the command; `command` is the whole command, exactly as it is typed."""

    says: str
    command: str | None = None

    def format(self, **params: t.Any) -> Step:
        """Return the step with its named parameters filled in."""
        return Step(self.says.format(**params), self.command and self.command.format(**params))


@dataclasses.dataclass(frozen=True)
class Remedy:
    """`who`: guest_admin, network_team, automation, microsoft or image_owner. `action` is what `remediate` can do of it, None when nothing."""

    who: str
    steps: tuple[Step, ...]
    action: str | None = None


@dataclasses.dataclass(frozen=True)
class Finding:
    """The outcome of one rule. `title` is one sentence. `explains` holds ids of findings that this one accounts for.

    `confidence` certain: the evidence excludes every other cause that is known. likely: one would look the same, possible: several
    would; `not_excluded` holds their ids.
    """

    id: str
    severity: str
    status: str
    confidence: str
    title: str
    evidence: tuple[Fact, ...] = ()
    remedy: tuple[Remedy, ...] = ()
    explains: tuple[str, ...] = ()
    not_excluded: tuple[str, ...] = ()
    doc: str = ""

    def with_evidence(self, facts: t.Iterable[Fact]) -> Finding:
        """Return the finding with the facts that it does not hold yet."""
        more: list[Fact] = []
        for fact in facts:
            if fact not in self.evidence and fact not in more:
                more.append(fact)
        return dataclasses.replace(self, evidence=(*self.evidence, *more))


@dataclasses.dataclass(frozen=True)
class Side:
    """How much of one side (guest or Azure) was seen. `status`: ok, partial, unreadable, unreachable or not_asked.

    `read_at`: when Azure was read, where that was kept in a file.
    """

    status: str
    detail: str | None = None
    unread: tuple[str, ...] = ()
    read_at: str | None = None


@dataclasses.dataclass(frozen=True)
class Machine:
    """What machine it is: `kind` is one of `machine.KINDS`, `evidence` says from what that is known."""

    kind: str
    confidence: str
    evidence: tuple[Fact, ...] = ()


@dataclasses.dataclass(frozen=True)
class Activator:
    """Who activates Windows: `kind` is one of `activator.KINDS`; `name` is the KMS host or the object in Active Directory."""

    kind: str
    confidence: str
    name: str | None = None


@dataclasses.dataclass(frozen=True)
class Diagnosis:
    """One host's verdict: exactly one root cause, the chain of sentences from it to what the user sees, the other findings.

    `messages` tells of every English text in it that is no raw evidence which message it is, for reports in other languages.
    """

    name: str
    root_cause: Finding
    chain: tuple[str, ...]
    findings: tuple[Finding, ...]
    guest: Side
    azure: Side
    licensed: bool | None
    expires_at: str | None = None
    os: str | None = None
    resource_id: str | None = None
    machine: Machine | None = None
    activator: Activator | None = None
    messages: t.Mapping[str, Message] = dataclasses.field(default_factory=dict)
