# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fleet report: diagnoses in a fixed order with their tally, as JSON-plain values.

Every renderer reads this and nothing else. Its shape is docs/kms_report.schema.json.
"""

from __future__ import annotations

import collections
import typing as t

from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.model import SEVERITIES, Diagnosis
from ansible_collections.azure_windows.activation.plugins.module_utils._plain import from_plain, to_plain
from ansible_collections.azure_windows.activation.plugins.module_utils._report.text import neutral_plain

SCHEMA_VERSION = 1
TOOL = "azure_windows.activation"

ACTIVATED = "activated"
ATTENTION = "attention"
UNKNOWN = "unknown"


def build(diagnoses: t.Sequence[t.Any], generated_at: str, version: str) -> dict[str, t.Any]:
    """Return the report on plain `diagnoses`, the most severe first, then by name.

    Raises ValueError that names the diagnosis and the field when one has another shape than `Diagnosis`.
    """
    hosts = [_host(index, diagnosis) for index, diagnosis in enumerate(diagnoses)]
    hosts.sort(key=lambda host: (rank(host["root_cause"]["severity"]), host["name"]))
    return {
        "schema_version": SCHEMA_VERSION,
        "generated_at": generated_at,
        "tool": {"name": TOOL, "version": version},
        "summary": _summary(hosts),
        "hosts": hosts,
    }


def state_of(diagnosis: Diagnosis) -> str:
    """Return `activated`, `attention` or `unknown`.

    Activated needs a guest that was read, a licensed product and a root cause that is no more than information.
    """
    unseen = diagnosis.guest.status in ("unreachable", "unreadable", "not_asked")
    if unseen or diagnosis.root_cause.status in ("unknown", "skipped"):
        return UNKNOWN
    if diagnosis.licensed and diagnosis.root_cause.severity == "info":
        return ACTIVATED
    return ATTENTION


def rank(severity: str) -> int:
    """Return the place of a severity, the most severe first; one that is not known comes before all."""
    return SEVERITIES.index(severity) if severity in SEVERITIES else -1


def _host(index: int, plain: t.Any) -> dict[str, t.Any]:
    try:
        diagnosis = from_plain(Diagnosis, plain)
    except ValueError as error:
        raise ValueError(f"diagnoses[{index}]: {error}") from error
    host = {"name": diagnosis.name, "state": state_of(diagnosis), **to_plain(diagnosis)}
    return t.cast("dict[str, t.Any]", neutral_plain(host))


def _summary(hosts: list[dict[str, t.Any]]) -> dict[str, t.Any]:
    states = collections.Counter(host["state"] for host in hosts)
    causes = collections.Counter(host["root_cause"]["id"] for host in hosts)
    return {
        "hosts": len(hosts),
        ACTIVATED: states[ACTIVATED],
        ATTENTION: states[ATTENTION],
        UNKNOWN: states[UNKNOWN],
        "root_causes": dict(sorted(causes.items())),
    }
