# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run of the role remediate did, as the report holds it."""

from __future__ import annotations

import dataclasses
import typing as t

from .._diagnosis.model import Diagnosis
from .._plain import from_plain, to_plain
from .._text import Message

Plain = dict[str, t.Any]


@dataclasses.dataclass(frozen=True)
class Step:
    """One action that the plan holds. `target`: guest or the id of an Azure resource; `hosts` are the VMs it is for.

    `obstacle` is why it is not done even where it is allowed.
    """

    action: str
    target: str = "guest"
    reason: str | None = None
    finding: str | None = None
    allowed: bool = False
    variable: str | None = None
    who: str | None = None
    obstacle: str | None = None
    hosts: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Change:
    """What became of one action. `status`: changed, would_change, failed, refused or unchanged."""

    action: str
    target: str = "guest"
    status: str = "unchanged"
    before: t.Any = None
    after: t.Any = None
    message: str | None = None
    at: str | None = None
    hosts: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Part:
    """The plan and the changes of one host."""

    plan: tuple[Step, ...] = ()
    changes: tuple[Change, ...] = ()


@dataclasses.dataclass(frozen=True)
class Remediation:
    """A whole run: the diagnoses before it, and plan and changes of every host and of Azure.

    `messages` tells of the texts of the plan which message each is.
    """

    check_mode: bool = False
    actions: tuple[str, ...] = ()
    before: tuple[Diagnosis, ...] = ()
    hosts: t.Mapping[str, Part] = dataclasses.field(default_factory=dict)
    plan: tuple[Step, ...] = ()
    changes: tuple[Change, ...] = ()
    journal: str | None = None
    messages: t.Mapping[str, Message] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class _Block:
    """The part of a written report that is about the whole run."""

    check_mode: bool = False
    actions: tuple[str, ...] = ()
    plan: tuple[Step, ...] = ()
    changes: tuple[Change, ...] = ()
    journal: str | None = None
    worse: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class _HostPart:
    """The part of a written report that is about one host."""

    before: Diagnosis | None = None
    after: Diagnosis | None = None
    plan: tuple[Step, ...] = ()
    changes: tuple[Change, ...] = ()


def parse(plain: t.Any) -> Remediation:
    """Return the option `remediation`; raises ValueError that names the field of a wrong shape."""
    return from_plain(Remediation, plain)


def of_host(run: Remediation, after: Diagnosis) -> Plain:
    """Return what a host's entry holds beside its diagnosis, which is the one after the run."""
    part = run.hosts.get(after.name, Part())
    before = next((diagnosis for diagnosis in run.before if diagnosis.name == after.name), None)
    return t.cast("Plain", to_plain(_HostPart(before, after, part.plan, part.changes)))


def of_written(host: t.Mapping[str, t.Any]) -> Plain:
    """Return what a host's entry of a written report holds of a run, nothing when there was none."""
    if "after" not in host:
        return {}
    return t.cast("Plain", to_plain(from_plain(_HostPart, host)))


def block(run: Remediation, worse: t.Iterable[str]) -> Plain:
    """Return the report's part on the whole run."""
    whole = _Block(run.check_mode, run.actions, run.plan, run.changes, run.journal, tuple(worse))
    return t.cast("Plain", to_plain(whole))


def joined(blocks: t.Sequence[t.Any]) -> Plain | None:
    """Return the parts of several written reports as one; None when none of them is about a run."""
    runs = [from_plain(_Block, plain) for plain in blocks if plain is not None]
    if not runs:
        return None
    whole = _Block(
        check_mode=all(run.check_mode for run in runs),
        actions=tuple(dict.fromkeys(action for run in runs for action in run.actions)),
        plan=tuple(step for run in runs for step in run.plan),
        changes=tuple(change for run in runs for change in run.changes),
        journal=", ".join(dict.fromkeys(run.journal for run in runs if run.journal)) or None,
        worse=tuple(dict.fromkeys(name for run in runs for name in run.worse)),
    )
    return t.cast("Plain", to_plain(whole))
