# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many changes of Azure in one run: one reading, one journal, and what does not touch the same side by side."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from .._azure.settings import ARGUMENT_SPEC
from .._network.state import NetworkState
from .._network.values import low
from . import running
from .job import Run
from .writers import firewall_rule, nat_gateway, nsg_rule, route
from .writers.kind import Kind

Plain = t.Mapping[str, t.Any]
KINDS: t.Mapping[str, Kind] = {
    kind.name: kind for kind in (route.KIND, firewall_rule.KIND, nsg_rule.KIND, nat_gateway.KIND)
}
# Who signs in and where the journal is, one change does not say.
OF_THE_RUN = frozenset((*ARGUMENT_SPEC, "journal"))


@dataclasses.dataclass(frozen=True)
class Change:
    """One change: `planned` is its entry of the plan, `params` are the checked options of its kind."""

    kind: Kind
    planned: Plain
    params: Plain


def checked(changes: t.Sequence[Plain], common: Plain) -> list[Change]:
    """Return the changes of a plan with their options; raises OptionError. `common` are options of all that take them."""
    return [_checked(number, planned, common) for number, planned in enumerate(changes, 1)]


def _checked(number: int, planned: Plain, common: Plain) -> Change:
    kind = KINDS.get(str(planned.get("action")))
    if kind is None:
        raise running.OptionError(f"changes: the action of entry {number} is none of {', '.join(KINDS)}.")
    spec = {name: option for name, option in kind.spec.items() if name not in OF_THE_RUN}
    given = {name: value for name, value in common.items() if name in spec and value is not None}
    found = ArgumentSpecValidator(spec, **kind.rules).validate({**given, **(planned.get("arguments") or {})})
    if found.error_messages:
        raise running.OptionError(f"changes: entry {number}: {found.error_messages[0]}.")
    try:
        kind.check(found.validated_parameters)
    except running.OptionError as error:
        raise running.OptionError(f"changes: entry {number}: {error}") from error
    return Change(kind, planned, found.validated_parameters)


def carry_out(run: Run, changes: t.Sequence[Change], workers: int) -> list[dict[str, t.Any]]:
    """Make the changes; return the result of each, in their order. One that fails takes back its own and holds up no other."""
    state = run.reading.around(
        [item for change in changes for item in change.kind.touches(change.params, NetworkState())]
    )
    run.reading.around([], [vm for change in changes for vm in change.kind.machines(change.params, state)])
    results: list[dict[str, t.Any]] = [{} for _change in changes]

    def work(lane: t.Sequence[int]) -> None:
        for index in lane:
            results[index] = _result(run, changes[index])

    lanes = _lanes([change.kind.touches(change.params, state) for change in changes])
    with concurrent.futures.ThreadPoolExecutor(max(1, min(workers, len(lanes)))) as pool:
        for future in [pool.submit(work, lane) for lane in lanes]:
            future.result()
    return results


def summed_up(results: t.Sequence[dict[str, t.Any]]) -> dict[str, t.Any]:
    """Return the result of all changes together, with one diff of everything that they touched."""
    failed = [result for result in results if result["failed"]]
    found: dict[str, t.Any] = {
        "changed": any(result["changed"] for result in results),
        "repairs": list(results),
        "warnings": list(dict.fromkeys(warning for result in results for warning in result["warnings"])),
        # Of an object that several changes touch, as it was before the first and is after the last.
        "diff": {
            "before": _joined(result["diff"]["before"] for result in reversed(results)),
            "after": _joined(result["diff"]["after"] for result in results),
        },
    }
    if failed:
        found["msg"] = f"{len(failed)} of {len(results)} changes were not made. {failed[0]['msg']}"
    return found


def _joined(sides: t.Iterable[Plain]) -> dict[str, t.Any]:
    return {name: body for side in sides for name, body in side.items()}


def _result(run: Run, change: Change) -> dict[str, t.Any]:
    found = change.kind.run(run, change.params)
    told = {name: change.planned.get(name) for name in ("action", "target")}
    return {**told, "hosts": list(change.planned.get("hosts") or ()), "failed": "msg" in found, **found}


def _lanes(touched: t.Sequence[t.Iterable[str]]) -> list[list[int]]:
    """Return the places of what has to be done one after the other, because it touches the same, in its order."""
    lanes: list[tuple[set[str], list[int]]] = []
    for index, ids in enumerate(touched):
        keys, members = set(map(low, ids)), [index]
        for lane in [lane for lane in lanes if lane[0] & keys]:
            lanes.remove(lane)
            keys, members = keys | lane[0], [*lane[1], *members]
        lanes.append((keys, sorted(members)))
    return [members for _keys, members in lanes]
