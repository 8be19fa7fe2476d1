# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fleet report as typed values: built or read once, made plain once. Every renderer takes these and nothing else."""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from .._diagnosis.model import Diagnosis
from .._text import Message
from . import counting
from .counting import Summary


@dataclasses.dataclass(frozen=True)
class PlannedAction:
    """One action that a plan holds. `target`: guest or the id of an Azure resource; `hosts` are the VMs it is for.

    `obstacle` is why it is not done even where it is allowed.
    """

    action: str
    target: str = "guest"
    reason: str | None = None
    finding: str | None = None
    allowed: bool = False
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

    plan: tuple[PlannedAction, ...] = ()
    changes: tuple[Change, ...] = ()


@dataclasses.dataclass(frozen=True)
class Remediation:
    """What a run of the role remediate gives: the diagnoses before it, and plan and changes of every host and of Azure.

    `messages` tells of the texts of the plan which message each is.
    """

    check_mode: bool = False
    actions: tuple[str, ...] = ()
    before: tuple[Diagnosis, ...] = ()
    hosts: t.Mapping[str, Part] = dataclasses.field(default_factory=dict)
    plan: tuple[PlannedAction, ...] = ()
    changes: tuple[Change, ...] = ()
    journal: str | None = None
    messages: t.Mapping[str, Message] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Repairs:
    """The report's part on a whole run of remediate, with a journal for each batch; `worse` are the hosts that stand worse than before."""

    check_mode: bool = False
    actions: tuple[str, ...] = ()
    plan: tuple[PlannedAction, ...] = ()
    changes: tuple[Change, ...] = ()
    journals: tuple[str, ...] = ()
    worse: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Comparison:
    """What changed since the report of `generated_at`, by names; `left_out` were not asked this time."""

    generated_at: str
    new: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    worse: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Host(Diagnosis):
    """One VM: its diagnosis, when it was given, and what a run of remediate did to it.

    `before` and `after` are the diagnoses around that run, `after` None without one.
    """

    reported_at: str = ""
    before: Diagnosis | None = None
    after: Diagnosis | None = None
    plan: tuple[PlannedAction, ...] = ()
    changes: tuple[Change, ...] = ()

    @functools.cached_property
    def state(self) -> str:
        """How the VM is counted."""
        return counting.state_of(self)


@dataclasses.dataclass(frozen=True)
class Report:
    """The answers of a fleet, the most severe first; `unanswered` were expected and are not among them.

    `host_files`: where the hosts of a very large fleet lie, relative to the report; `hosts` then are condensed.
    """

    generated_at: str
    hosts: tuple[Host, ...] = ()
    unanswered: tuple[str, ...] = ()
    remediation: Repairs | None = None
    history: Comparison | None = None
    version: str = ""
    host_files: tuple[str, ...] = ()

    @functools.cached_property
    def summary(self) -> Summary:
        """The tally."""
        return counting.summary(self.hosts, len(self.unanswered))
