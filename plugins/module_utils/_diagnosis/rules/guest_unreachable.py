# Copyright (c) 2026, the authors of azure_windows.activation
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The VM could not be asked."""

from __future__ import annotations

from ..._text import texts
from .. import sources
from ..model import Fact, Finding, GuestProblem
from ..rule import AGAIN, ASKING_AGAIN, GUEST_ADMIN, Rule, always, finding, remedy, steps
from ..view import View

ID = "guest-unreachable"
TEXTS = texts(
    ID,
    {
        "unreachable": "The VM could not be reached: {message}. Repair Ansible's connection to it and diagnose again.",
        "failed": "The VM answered, but collecting its evidence failed: {message}. Fix that and diagnose again.",
        "not_asked": "The VM itself was not asked: {message}. Diagnose it to learn whether it is activated.",
        "no_reason": "no reason was given",
    },
)
STEPS = steps(
    ID,
    {
        "ping": ("Test the connection alone, on the Ansible controller", "ansible <host> -m ansible.windows.win_ping"),
        "check": "Check that the VM runs, that the controller reaches WinRM (or SSH) and that the account may use it",
    },
)
_STATUS = {"unreachable": "fail", "failed": "fail"}


def check(view: View) -> Finding | None:
    """Return the finding for a host without guest evidence."""
    if view.asked_guest:
        return None
    problem = view.evidence.guest_problem or GuestProblem("not_asked", "")
    kind = problem.kind if problem.kind in _STATUS else "not_asked"
    asked = kind in _STATUS
    return finding(
        ID,
        TEXTS[kind].format(message=problem.message.strip().rstrip(".") or TEXTS["no_reason"]),
        severity="error" if asked else "warning",
        status=_STATUS.get(kind, "skipped"),
        evidence=[Fact("connection", problem.message or None, "ansible", kind)],
        remedy=[
            remedy(
                GUEST_ADMIN,
                *STEPS.values(),
                AGAIN,
            )
        ],
    )


RULE = Rule(
    id=ID,
    name="VM cannot be reached",
    place=10,
    why="Without the guest nothing can be said about its licence.",
    subject="the guest",
    check=check,
    texts=TEXTS,
    steps=STEPS | ASKING_AGAIN,
    severities=("error", "warning"),
    sources=(sources.TROUBLESHOOT,),
    verdict=True,
    applies=always,
    anywhere=True,
)
