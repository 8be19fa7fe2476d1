# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Routes exist only for KMS addresses of old, of another cloud, or mistyped."""

from __future__ import annotations

from ..._text import texts
from .. import azure_path, facts, sources, wording
from ..azure_rule import concerns, judge
from ..model import Finding, Remedy
from ..rule import NETWORK_TEAM, UNREACHED, Rule, finding, remedy, steps
from ..view import AZURE, View

ID = "stale-kms-routes"
TEXTS = texts(
    ID,
    {
        "found": (
            "The KMS routes are for addresses of old, of another cloud or mistyped ({stale}), so the traffic to {addresses} takes {route}. Add "
            "routes for the current addresses."
        ),
        "harmless": (
            "The route table holds routes for KMS addresses of old, of another cloud or mistyped ({stale}). Replace "
            "them by routes for the current addresses."
        ),
        "unnamed": "no longer in use",
    },
)
STEPS = steps(
    ID,
    {
        "add": "Add one route per current KMS address (prefix <address>/32, next hop Internet)",
        "remove": "Remove the stale routes afterwards (20.118.99.244 is a misprint of 20.118.99.224)",
    },
)


def check(view: View) -> Finding | None:
    """Report what the path says; stale routes that stop nothing are a warning, old ones alone only information."""
    path = view.path
    if path is None:
        return None
    rows = (*path.mistyped, *path.stale)
    stale = wording.listed(azure_path.names(rows, "prefix")) or TEXTS["unnamed"]
    evidence = [facts.stale_route(row) for row in rows]
    found = judge(view, ID, TEXTS, _remedies(), stale=stale)
    if found is not None:
        return found.with_evidence(evidence)
    if not rows or ID in path.causes:
        return None
    return finding(
        ID,
        TEXTS["harmless"].format(stale=stale),
        severity="warning" if path.mistyped else "info",
        evidence=evidence,
        remedy=_remedies(),
    )


def _remedies() -> tuple[Remedy, ...]:
    return (
        remedy(
            NETWORK_TEAM,
            *STEPS.values(),
            action=RULE.action,
        ),
    )


RULE = Rule(
    id=ID,
    name="Outdated KMS routes",
    place=140,
    why="The routes were meant to bring KMS out; the default route is only what is left without them.",
    subject="the KMS routes",
    needs=(AZURE,),
    check=check,
    texts=TEXTS,
    steps=STEPS,
    severities=("error", "warning", "info"),
    alike=("guest-firewall-blocks-kms", "kms-unreachable-unexplained"),
    sources=(sources.NEW_ADDRESSES, sources.CUSTOM_ROUTES),
    explains=("forced-tunneling", *UNREACHED),
    action="route",
    applies=concerns,
)
