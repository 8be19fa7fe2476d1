# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All that a diagnosis holds, for hundreds of guests, as lines that somebody has read: `approved.txt`.

The tests of single rules say what must be found and why; these lines hold the rest (every fact, step, order and side), so that no change
of a rule passes unseen. `python -m tests.unit.plugins.module_utils._diagnosis.approved` writes them anew: read what changed before you keep it.
"""

from __future__ import annotations

import collections
import json
import pathlib
import typing as t

from tests.approved import keep, said  # isort: skip, as it makes the collection importable
from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.engine import diagnose
from ansible_collections.azure_windows.activation.plugins.module_utils._diagnosis.model import (
    Diagnosis,
    Evidence,
    Fact,
    Finding,
    Remedy,
)
from ansible_collections.azure_windows.activation.plugins.module_utils._plain import to_plain
from tests.unit.plugins.module_utils._diagnosis import build
from tests.unit.plugins.module_utils._diagnosis.test_engine import CHANGES, PATHS
from tests.unit.plugins.module_utils._diagnosis.test_pairs import CAUSES
from tests.unit.plugins.module_utils._diagnosis.test_rule_data import DEAF, RARE, STALE, UNREAD, ZONED
from tests.unit.plugins.module_utils._diagnosis.test_rules import AZURE_CAUSES, HITS

FILE = pathlib.Path(__file__).with_name("approved.txt")


def cases() -> t.Iterator[tuple[str, Evidence]]:
    """Give evidence by a name: what the rules are tried with, with and without an open way through Azure, and ways that are not open."""
    seen: collections.Counter[str] = collections.Counter()
    for rule_id, changes, _expected in HITS:
        seen[rule_id] += 1
        yield f"{rule_id} {seen[rule_id]}", build.evidence(*changes)
        if not seen[rule_id] % 3:
            yield f"{rule_id} {seen[rule_id]}, open way", build.evidence(*changes, path=build.azure("open"))
    for number, rare in enumerate(RARE):
        yield f"rare {number}", build.evidence(*rare)
    for number, change in enumerate(CHANGES):
        yield f"change {number}", build.evidence(change, path=build.azure("unknown") if number % 2 else None)
    blocked = (build.unlicensed(), build.targets("filtered"), build.events(build.attempt()))
    paths = [*PATHS, DEAF, STALE, UNREAD, ZONED, *(build.azure("blocked", cause) for cause in AZURE_CAUSES)]
    for number, path in enumerate(paths):
        yield f"way {number}, activated", build.evidence(path=path)
        yield f"way {number}, unlicensed", build.evidence(*blocked, path=path)
        yield f"way {number}, no guest", build.without_guest(path=path)
    for cause in CAUSES:
        yield f"licensed with {cause.id}", build.evidence(*cause.changes)
    for kind in ("unreachable", "failed", "not_asked"):
        yield kind, build.without_guest(kind, "no route")
    yield "azure not read", build.evidence(azure_problem="403 Forbidden")


def lines() -> list[str]:
    """Return the approved lines as they are now; of the sides only what is otherwise than in a healthy guest."""
    usual = _sides(diagnose(build.evidence()))
    found: list[str] = []
    for name, item in cases():
        diagnosis = diagnose(item)
        sides = {key: value for key, value in _sides(diagnosis).items() if value != usual[key]}
        found += [f"## {name} {json.dumps(sides, sort_keys=True) if sides else ''}".rstrip()]
        found += [_finding(item) for item in (diagnosis.root_cause, *diagnosis.findings)]
    return found


def _sides(found: Diagnosis) -> dict[str, t.Any]:
    told = {
        "chain": [said(text) for text in found.chain],
        "guest": found.guest,
        "azure": found.azure,
        "licensed": found.licensed,
        "expires": found.expires_at,
        "os": found.os,
        "vm": (found.resource_id or "").rpartition("/")[2],
        "machine": found.machine and [found.machine.kind, found.machine.confidence],
        "activator": found.activator,
    }
    return t.cast("dict[str, t.Any]", to_plain(told))


def _finding(item: Finding) -> str:
    head = f"{item.id} {item.severity} {item.status} {item.confidence} {said(item.title)}"
    more = [f"explains {' '.join(item.explains)}"] if item.explains else []
    more += [f"like {' '.join(item.not_excluded)}"] if item.not_excluded else []
    more += [f"knows {'; '.join(map(_fact, item.evidence))}"] if item.evidence else []
    more += [f"asks {'; '.join(map(_remedy, item.remedy))}"] if item.remedy else []
    return " | ".join([head, *more])


def _fact(fact: Fact) -> str:
    value, expected = (json.dumps(to_plain(side), sort_keys=True) for side in (fact.value, fact.expected))
    told = f"{fact.kind}[{fact.object}]@{fact.source}={value}" + (
        f" not {expected}" if fact.expected is not None else ""
    )
    return told + (f" at {fact.at}" if fact.at else "")


def _remedy(remedy: Remedy) -> str:
    return f"{remedy.who}/{remedy.action}: {', '.join(said(step.says) for step in remedy.steps)}"


if __name__ == "__main__":
    keep(FILE, lines())
