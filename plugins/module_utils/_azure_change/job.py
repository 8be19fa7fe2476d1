# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the acting part of a module works with, and how its result is told."""

from __future__ import annotations

import dataclasses
import typing as t

from .._azure.arm import Runtime
from .._azure.paths import targets
from .._azure.session import Session
from .._network.judgement import KmsTargets
from .._reference import endpoints
from . import bodies
from .journal import Entry, Journal
from .looks import Looks
from .reading import Reading
from .reconcile import Reconciler, StopError, WriteResult, not_provisioned
from .writer import SUCCEEDED, Writer, state_of


@dataclasses.dataclass(frozen=True)
class Run:
    """What all writers of one run have together; `runtime` as for the client."""

    session: Session
    reading: Reading
    journal: Journal
    check_mode: bool
    runtime: Runtime | None = None


@dataclasses.dataclass(frozen=True)
class Job:
    """One run of one module: its options, a signed-in session, and the reconciler that writes."""

    params: t.Mapping[str, t.Any]
    session: Session
    reconciler: Reconciler
    reading: Reading

    @property
    def targets(self) -> KmsTargets:
        """Return the KMS of the cloud, or what the option `addresses` puts in its place."""
        given = endpoints.Override(addresses=tuple(self.params.get("addresses") or ()))
        return targets(self.session.cloud.name, given)

    @property
    def stale(self) -> tuple[str, ...]:
        """Return the old, misprinted and retired KMS addresses of the cloud."""
        cloud = endpoints.CLOUDS[endpoints.cloud_key(self.session.cloud.name) or endpoints.DEFAULT_CLOUD]
        return (*cloud.legacy_addresses, *endpoints.MISPRINTS, *endpoints.RETIRED_ADDRESSES)

    @property
    def present(self) -> bool:
        """Tell whether the wanted state is present."""
        return bool(self.params["state"] == "present")

    def read(self, resource_id: str) -> dict[str, t.Any] | None:
        """Return a resource once nothing goes on there, None when there is none; raises ArmError, StopError."""
        return _sound(resource_id, self.reconciler.looks.find(resource_id))

    def read_around(self, resource_id: str) -> dict[str, t.Any] | None:
        """Return a resource that decides about no write, as it was when the run began; raises ArmError, StopError."""
        return _sound(resource_id, self.reconciler.looks.around(resource_id))

    def need(self, option: str, resource_id: str) -> dict[str, t.Any]:
        """Return the resource that an option names; raises ArmError, StopError."""
        return _there(option, resource_id, self.read(resource_id))

    def need_around(self, option: str, resource_id: str) -> dict[str, t.Any]:
        """Return a resource that an option leads to and that decides about no write; raises ArmError, StopError."""
        return _there(option, resource_id, self.read_around(resource_id))


def _there(option: str, resource_id: str, found: dict[str, t.Any] | None) -> dict[str, t.Any]:
    if found is None:
        raise StopError(f"{option}: {resource_id} does not exist, or the identity may not see it.")
    return found


def _sound(resource_id: str, found: dict[str, t.Any] | None) -> dict[str, t.Any] | None:
    if found is not None and state_of(found) not in SUCCEEDED:
        refusal = not_provisioned(resource_id, found)
        raise StopError(refusal.sentence(), refusal)
    return found


def begin(
    session: Session, params: t.Mapping[str, t.Any], *, check_mode: bool, module: str, runtime: Runtime | None = None
) -> Run:
    """Return a run of a module over an open session."""
    return Run(session, Reading(session.client), Journal(params["journal"], module), check_mode, runtime)


def open_job(run: Run, params: t.Mapping[str, t.Any]) -> Job:
    """Return the job that brings about what some options say, within a run."""
    writer = Writer(run.session.client, deadline=float(params["operation_timeout"]), runtime=run.runtime)
    reconciler = Reconciler(Looks(writer, run.reading), run.journal, check_mode=run.check_mode)
    return Job(params, run.session, reconciler, run.reading)


def to_result(outcome: WriteResult) -> dict[str, t.Any]:
    """Return the common part of a module's result, with a diff of the touched objects only."""
    changes = [_change(entry) for entry in outcome.changes]
    result: dict[str, t.Any] = {
        "changed": bool(changes),
        "changes": changes,
        "warnings": list(dict.fromkeys(outcome.warnings)),
        "refused": dataclasses.asdict(outcome.refusal) if outcome.refusal else None,
        "diff": {
            side: {change["id"]: change[side] for change in changes if change[side] is not None}
            for side in ("before", "after")
        },
    }
    if outcome.failure:
        result["msg"] = outcome.failure
    return result


def _change(entry: Entry) -> dict[str, t.Any]:
    return {
        "id": entry.id,
        "operation": entry.operation,
        "before": bodies.shown(entry.id, entry.before),
        "after": bodies.shown(entry.id, entry.after),
    }
