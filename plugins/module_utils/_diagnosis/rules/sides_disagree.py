# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Azure's settings say that KMS is stopped, and the guest reaches it."""

from __future__ import annotations

from ..._text import texts
from .. import facts, sources, wording
from ..azure_rule import BLOCKED, concerns, contradicted
from ..model import Finding
from ..rule import NETWORK_TEAM, Rule, finding, remedy, steps
from ..view import AZURE, View

ID = "sides-disagree"
TEXTS = texts(
    ID,
    {
        "found": (
            "Azure's settings say that KMS is blocked ({causes}), but the guest reaches it, and its result is used. Check "
            "the Azure configuration shown below."
        ),
    },
)
STEPS = steps(
    ID,
    {
        "compare": "Compare the effective routes and security rules of the NIC with this evidence (a change may be minutes old)",
        "report": "Report what does not agree, with this evidence, to the authors of the collection",
    },
)


def check(view: View) -> Finding | None:
    """Report causes that the guest's own test contradicts; what is suspected or could not be judged is no contradiction."""
    path = view.path
    if path is None or path.verdict != BLOCKED:
        return None
    causes = [
        cause
        for cause in path.causes
        if contradicted(view, cause) and any(row.get("verdict") == BLOCKED for row in path.hit_by(cause))
    ]
    if not causes:
        return None
    evidence = [facts.path(path.verdict, path.reason)]
    for cause in causes:
        for row in path.hit_by(cause):
            evidence += facts.path_row(row)
    return finding(
        ID,
        TEXTS["found"].format(causes=wording.listed(causes)),
        severity="warning",
        evidence=[*evidence, *map(facts.tcp, view.reach.served)],
        remedy=[
            remedy(
                NETWORK_TEAM,
                *STEPS.values(),
            )
        ],
    )


RULE = Rule(
    id=ID,
    name="Guest and Azure disagree",
    place=240,
    why="Says that a finding is not believed; it stops nothing.",
    subject="whether both sides agree",
    needs=(AZURE,),
    check=check,
    texts=TEXTS,
    steps=STEPS,
    severities=("warning",),
    alike=("guest-firewall-blocks-kms", "kms-unreachable-unexplained"),
    sources=(sources.SECURITY_GROUPS,),
    applies=concerns,
)
