# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What registered results say about why there is no evidence.

FOR INTERNAL COLLECTION USE ONLY.
"""

from __future__ import annotations

import typing as t

DROPPED = "It failed or became unreachable in an earlier task, before it was asked."
NOT_READ = "Azure was not read for this VM."
SKIPPED = "The task that asks the guest was skipped for this host."
LATE = "no answer within {period} s, the limit that diagnose_host_timeout sets"
NO_EVIDENCE = "The task returned no evidence."


def guest_error(result: t.Mapping[str, t.Any]) -> dict[str, str] | None:
    """Return {kind, message} of a result of kms_facts without evidence, None when it holds some."""
    if result.get("unreachable", False):
        return _error("unreachable", _message(result))
    late = result.get("timedout")
    if isinstance(late, t.Mapping):
        return _error("failed", LATE.format(period=late.get("period")))
    if result.get("failed", False):
        return _error("failed", _message(result))
    if result.get("skipped", False):
        return _error("not_asked", SKIPPED)
    if "kms" not in (result.get("ansible_facts") or {}):
        return _error("failed", NO_EVIDENCE)
    return None


def dropped() -> dict[str, str]:
    """Return the error of a host that was lost before its turn."""
    return _error("not_asked", DROPPED)


def azure_problem(result: t.Mapping[str, t.Any]) -> str:
    """Return why a result of azure_kms_path_info holds nothing for a machine."""
    return str(result.get("problem") or result.get("msg") or NOT_READ)


def _message(result: t.Mapping[str, t.Any]) -> str:
    return str(result.get("msg") or "No reason was given.")


def _error(kind: str, message: str) -> dict[str, str]:
    return {"kind": kind, "message": message}
