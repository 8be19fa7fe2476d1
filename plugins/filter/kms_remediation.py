# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`kms_remediation`: what a play knows after its repairs, as `kms_report` takes it."""

from __future__ import annotations

import typing as t

from ..module_utils._plain import to_plain
from ..module_utils._plan import outcome
from ..module_utils._report.model import Change

REPAIR = "__remediate_repair"


def kms_remediation(
    plan: t.Mapping[str, t.Any],
    hostvars: t.Mapping[str, t.Any],
    before: t.Sequence[t.Mapping[str, t.Any]],
    run: t.Mapping[str, t.Any],
) -> dict[str, t.Any]:
    """Return the diagnoses after the run, the option `remediation` of kms_report and why hosts failed.

    `run` holds again (diagnoses of the hosts that were asked again), azure (the registered result of azure_kms_repair), check_mode,
    actions and journal.
    """
    check_mode = bool(run["check_mode"])
    azure = outcome.azure_changes(plan["azure"], run["azure"], check_mode=check_mode)
    changes = {name: _changes(part, hostvars[name], azure, name, check_mode) for name, part in plan["hosts"].items()}
    after = outcome.merged(before, run["again"])
    return {
        "after": after,
        "failed": outcome.failures(before, after, changes),
        "remediation": {
            "check_mode": check_mode,
            "actions": list(run["actions"]),
            "before": list(before),
            "hosts": {
                name: {"plan": part["steps"], "changes": to_plain(changes[name])}
                for name, part in plan["hosts"].items()
            },
            "plan": list(plan["azure"]),
            "changes": to_plain(azure),
            "messages": plan.get("messages") or {},
            "journal": run["journal"] if azure and not check_mode else None,
        },
    }


def _changes(
    part: t.Mapping[str, t.Any],
    variables: t.Mapping[str, t.Any],
    azure: t.Sequence[Change],
    name: str,
    check_mode: bool,
) -> list[Change]:
    repair = variables.get(REPAIR, {})
    results = repair.get("steps")
    if results is None:
        # It did not come to its first step.
        bad = bool(part["run"]) and (repair.get("failed") or repair.get("unreachable"))
        results = {outcome.TASKS[part["run"][0]][0]: repair} if bad else {}
    mine = [change for change in azure if name in change.hosts]
    return [*mine, *outcome.guest_changes(part["run"], results, check_mode=check_mode)]


class FilterModule:
    """Makes the filter known to Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return the filters by name."""
        return {"kms_remediation": kms_remediation}
