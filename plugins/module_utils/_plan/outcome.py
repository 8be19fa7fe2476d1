# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the registered results of the role's tasks to what became of each planned action. Pure."""

from __future__ import annotations

import typing as t

from .._diagnosis.model import Diagnosis
from .._plain import from_plain
from .._report.counting import level
from .._report.model import Change
from . import actions

Plain = t.Mapping[str, t.Any]

# Action -> the steps of kms_repair that do it, in order; `firewall_rules.0`, `firewall_rules.1` are of one kind.
TASKS: t.Mapping[str, tuple[str, ...]] = {
    "clock": ("clock_service", "clock"),
    "firewall": ("firewall_rules", "firewall"),
    "service": ("service", "reboot"),
    "host": ("host",),
    "key": ("key",),
    "hosts_file": ("hosts_file",),
    "token_store": ("token_store",),
    "activation": ("activation",),
}
# What the module itself cannot preview, and what therefore counts as planned when check mode skips it.
UNPREVIEWED = frozenset({"clock"})
DNS_CACHE = "dns_cache"
CUT_OFF = "The guest was lost while this ran; the next run finds out what was done."


def guest_changes(run: t.Iterable[str], results: Plain, *, check_mode: bool) -> list[Change]:
    """Return one change for each action that was due in a guest; `results` are the registered ones by task."""
    found = []
    for action in run:
        if action == DNS_CACHE:
            found += _emptied(results.get("activation"))
            continue
        kinds = TASKS.get(action, ())
        done = [told for name, told in results.items() if name.partition(".")[0] in kinds]
        ran = [result for result in done if not result.get("skipped")]
        if not ran:
            if check_mode and action in UNPREVIEWED:
                found.append(Change(action, status="would_change", message=f"would {actions.BY_NAME[action].does}"))
            continue
        found.append(_change(action, actions.GUEST, ran, check_mode=check_mode))
    return found


def _emptied(result: t.Any) -> list[Change]:
    """Return that the DNS cache was emptied; kms_activation does so before its first attempt."""
    flushed = (result.get("activation") or {}).get("dns_flushed") if isinstance(result, t.Mapping) else None
    return [Change(DNS_CACHE, status="changed")] if flushed else []


def azure_changes(steps: t.Sequence[Plain], told: Plain, *, check_mode: bool) -> list[Change]:
    """Return one change for each object of Azure that was due; `told` is the registered result of azure_kms_repair.

    What failed as a whole, as for a wrong option or without a sign-in, failed for every object.
    """
    repairs = told.get("repairs") or ()
    done = {(result["action"], result["target"]): result for result in repairs}
    if not repairs and told.get("failed"):
        done = {(step["action"], step["target"]): told for step in steps}
    found = []
    for step in steps:
        if not step["due"]:
            continue
        result = done.get((step["action"], step["target"]))
        if result is not None:
            change = _change(step["action"], step["target"], [result], check_mode=check_mode)
            found.append(_with_hosts(change, step["hosts"]))
    return found


def failures(
    before: t.Sequence[Plain], after: t.Sequence[Plain], changes: t.Mapping[str, t.Sequence[Change]]
) -> dict[str, str]:
    """Return why the repair of a host failed: a step of it did, or the host stands worse than before."""
    then = {item["name"]: _level(item) for item in before}
    found = {}
    for item in after:
        name = item["name"]
        failed = next((change for change in changes.get(name, ()) if change.status == "failed"), None)
        unproved = any(change.action == "activation" and change.status == "changed" for change in changes.get(name, ()))
        if unproved and item.get("licensed") is False:
            found[name] = (
                f"activation: Windows reported success, but stays without a licence: {item['root_cause']['title']}"
            )
        elif name in then and _level(item) > then[name]:
            found[name] = f"The VM is in a worse state than before: {item['root_cause']['title']}"
        elif failed is not None:
            found[name] = f"{failed.action}: {failed.message or 'it failed'}"
    return found


def merged(before: t.Sequence[Plain], again: t.Sequence[Plain]) -> list[Plain]:
    """Return the diagnoses after the run: the new one of each host that was asked again, else the first."""
    newer = {item["name"]: item for item in again}
    return [newer.get(item["name"], item) for item in before]


def _level(plain: Plain) -> tuple[int, bool]:
    return level(from_plain(Diagnosis, plain))


def _with_hosts(change: Change, hosts: t.Iterable[str]) -> Change:
    return Change(**{**vars(change), "hosts": tuple(hosts)})


def _change(action: str, target: str, ran: t.Sequence[Plain], *, check_mode: bool) -> Change:
    bad = next((result for result in ran if result.get("failed") or result.get("unreachable")), None)
    diffs = [diff for result in ran for diff in _diffs(result)]
    if bad is not None:
        status = "refused" if bad.get("refused") else "failed"
        lost = CUT_OFF if bad.get("unreachable") else ""
        message = " ".join(part for part in (str(bad.get("msg") or ""), lost) if part)
    else:
        changed = any(result.get("changed") for result in ran)
        status = ("would_change" if check_mode else "changed") if changed else "unchanged"
        message = " ".join(_told(ran))
    return Change(
        action=action,
        target=target,
        status=status,
        before=_side(diffs, "before"),
        after=_side(diffs, "after"),
        message=message or None,
    )


def _diffs(result: Plain) -> list[Plain]:
    found = result.get("diff")
    return [item for item in (found if isinstance(found, list) else [found]) if isinstance(item, t.Mapping) and item]


def _side(diffs: t.Sequence[Plain], side: str) -> t.Any:
    """Return one side of the difference: the value itself of a single one, else a list."""
    sides = [diff.get(side) if side in diff else diff.get("prepared") for diff in diffs]
    sides = [value for value in sides if value not in (None, "")]
    return sides[0] if len(sides) == 1 else sides or None


def _told(ran: t.Sequence[Plain]) -> list[str]:
    """Return what the modules say of their success: warnings, and that a restart is still needed."""
    found = [str(text) for result in ran for text in result.get("warnings") or ()]
    waiting = [result for result in ran if (result.get("activation") or {}).get("restart_needed") and result.get("msg")]
    return found if len(waiting) < len(ran) else [*found, *(str(result["msg"]) for result in waiting)]
